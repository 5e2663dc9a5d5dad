"""What is generated and committed is what would be generated now."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from dsctl.cli import app, manpage

ROOT = Path(__file__).parents[2]


def test_generated_files_have_not_drifted() -> None:
    """The completions and the manual page are those of the command table."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path, text in module.files().items():
        assert path.read_text("utf-8") == text, f"{path.name}: run make docs"


def test_the_manual_page_has_every_command_and_flag() -> None:
    """Nothing that the help pages tell is missing."""
    page = manpage.page().replace("\\-", "-")
    for path in app.COMMANDS:
        assert f"dsctl {path}" in page
        for param in app.build(path).params:
            if param.param_type_name == "option":
                assert max(param.opts, key=len) in page


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_man_shows_it_without_a_complaint() -> None:
    """man-db formats the page with all warnings on, and says nothing."""
    ran = subprocess.run(
        ["man", "--warnings=w", "-l", str(ROOT / "docs" / "dsctl.1")],
        capture_output=True,
        text=True,
        timeout=60,
        env={"MANWIDTH": "80", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"},
        check=True,
    )
    if "groff" in ran.stderr and "not found" in ran.stderr:
        pytest.skip("groff is not installed")
    assert ran.stderr == ""
    assert "dsctl rollout step" in ran.stdout
    assert "sed 's/1\\.4/1.5/'" in ran.stdout
