"""Start-up: help, version and completion import no command and nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"kubernetes", "jsonschema", "pydantic", "rich", "msgspec", "yaml", "ssl"}
_SCRIPT = """
import sys
from dsctl.cli.env import Env
from dsctl.main import main
main(sys.argv[1:], Env.of_process())
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["rollout"], ["options"], ["get", "--help"]]
)
def test_help_and_version_import_nothing_heavy(args: list[str]) -> None:
    """What needs no cluster loads nothing that speaks to one."""
    ran = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert not HEAVY & set(ran.stderr.split())
    assert ran.stdout


def test_importing_dsctl_does_nothing() -> None:
    """Every module can be imported without reading, connecting or printing anything."""
    script = (
        "import pkgutil, importlib, dsctl\n"
        "for m in pkgutil.walk_packages(dsctl.__path__, 'dsctl.'):\n"
        "    m.name.endswith('__main__') or importlib.import_module(m.name)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
