"""The guides: every command that they show is run, in order, in a directory with their files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.conftest import Kubectl, Sandbox

GUIDES = sorted((Path(__file__).parents[2] / "docs").glob("*.md"))
_BLOCK = re.compile(
    r"(?P<skipped><!-- not run:[^>]*-->\n)?(?:`(?P<file>[\w.-]+)`:\n\n)?"
    r"```(?P<kind>\w+)\n(?P<text>.*?)```",
    re.DOTALL,
)
_EXITS = re.compile(r"\s+# exits (\d+).*$")


def files_and_commands(guide: Path) -> tuple[dict[str, str], list[str]]:
    """The files that a guide names, and its commands in order."""
    files, commands = {}, []
    for block in _BLOCK.finditer(guide.read_text()):
        if block["kind"] == "yaml" and block["file"]:
            files[block["file"]] = block["text"]
        elif block["kind"] == "console" and not block["skipped"]:
            lines = block["text"].splitlines()
            commands += [line[2:] for line in lines if line.startswith("$ ")]
    return files, commands


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_command_of_the_guide_does_what_it_says(
    guide: Path, sandbox: Sandbox, kubectl: Kubectl, tmp_path: Path
) -> None:
    """Each ends with the exit code that the page names, 0 where it names none."""
    files, commands = files_and_commands(guide)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    environ = in_namespace(sandbox, kubectl.namespace, tmp_path)
    for command in commands:
        wanted = _EXITS.search(command)
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        told = f"$ {command}\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}"
        assert ran.returncode == (int(wanted[1]) if wanted else 0), told


def in_namespace(sandbox: Sandbox, namespace: str, directory: Path) -> dict[str, str]:
    """An environment whose kubeconfig has this namespace for its default."""
    config = directory / "kubeconfig"
    config.write_text(sandbox.paths.kubeconfig.read_text())
    config.chmod(0o600)
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environ = {**os.environ, "KUBECONFIG": str(config), "PATH": programs}
    subprocess.run(
        [sandbox.kubectl_program, *"config set-context --current --namespace".split(), namespace],
        env=environ,
        capture_output=True,
        timeout=30,
        check=True,
    )
    return environ


def test_the_index_names_every_guide() -> None:
    """No page is lost."""
    index = (GUIDES[0].parent / "README.md").read_text()
    named = set(re.findall(r"\]\(([\w-]+\.md)\)", index))
    assert named == {guide.name for guide in GUIDES} - {"README.md"}
