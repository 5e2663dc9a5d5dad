"""The wheel, in virtual environments of its own: what a user installs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "tests" / "demo" / "fluentd.yaml"


def run(*command: str | Path, cwd: Path = ROOT, timeout: float = 600) -> str:
    """Stdout of a command that must succeed."""
    ran = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env=environ(),
    )
    assert ran.returncode == 0, f"{' '.join(map(str, command))}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def environ() -> dict[str, str]:
    """This environment without what would lead to another dsctl or cluster; kubectl in PATH."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "KUBECONFIG")}
    return {**kept, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out)
    return next(out.glob("*.whl"))


def bare(path: Path) -> Path:
    """The directory of programs of a new virtual environment."""
    venv.create(path, with_pip=True)
    return path / "bin"


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of a virtual environment with nothing but the wheel and what it needs."""
    programs = bare(tmp_path_factory.mktemp("newest") / "venv")
    pins = ROOT / "requirements-dev.txt"
    run(programs / "pip", "install", "--quiet", "--constraint", pins, wheel)
    return programs


def test_the_programs_work(installed: Path, tmp_path: Path) -> None:
    """``dsctl``, the kubectl plugin and its completion are there and answer."""
    assert run(installed / "dsctl", "--version", cwd=tmp_path).startswith("dsctl ")
    assert "kubectl ds" in run(installed / "kubectl-ds", "--help", cwd=tmp_path)
    completed = run(installed / "kubectl_complete-ds", "roll", cwd=tmp_path)
    assert completed == "rollout\n:4\n"


def test_kubectl_finds_its_plugin(installed: Path, tmp_path: Path) -> None:
    """``kubectl ds`` is dsctl."""
    kubectl = Path(sys.executable).parent / "kubectl"
    ran = subprocess.run(
        [kubectl, "ds", "--version"],
        env={**os.environ, "PATH": f"{installed}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
    )
    assert ran.stdout.startswith("dsctl ")


def test_kubectl_completes_its_plugin(installed: Path, tmp_path: Path) -> None:
    """``kubectl ds rollout un<TAB>``: kubectl asks what the wheel installed beside the plugin."""
    kubectl = Path(sys.executable).parent / "kubectl"
    ran = subprocess.run(
        [kubectl, "__complete", "ds", "rollout", "un"],
        env={**os.environ, "PATH": f"{installed}:{os.environ['PATH']}", "KUBECONFIG": "/none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
    )
    assert ran.stdout == "undo\n:4\n"


_ALL_PAGES = """
import io, sys
from dsctl.cli.app import COMMANDS
from dsctl.cli.env import Env
from dsctl.main import main
for path in COMMANDS:
    out, err = io.StringIO(), io.StringIO()
    code = main([*path.split(), "--help"], Env(io.StringIO(), out, err, {"COLUMNS": "80"}))
    assert (code, err.getvalue()) == (0, ""), (path, err.getvalue())
    assert out.getvalue().startswith(f"Usage: dsctl {path} "), path
print(len(COMMANDS))
"""


def test_every_command_has_its_help(installed: Path, tmp_path: Path) -> None:
    """No module is missing from the wheel, nor what one imports from its dependencies."""
    assert int(run(installed / "python", "-c", _ALL_PAGES, cwd=tmp_path)) > 30
    imported = "import pkgutil, importlib, dsctl\n" + (
        "for m in pkgutil.walk_packages(dsctl.__path__, 'dsctl.'):\n"
        "    m.name.endswith('__main__') or importlib.import_module(m.name)\n"
    )
    run(installed / "python", "-W", "error", "-c", imported, cwd=tmp_path)


def test_shells_and_man_find_what_is_theirs(installed: Path, tmp_path: Path) -> None:
    """The completions and the manual page stand where they are looked for, as committed."""
    share = installed.parent / "share"
    for place, source in (
        ("bash-completion/completions/dsctl", "completions/dsctl.bash"),
        ("zsh/site-functions/_dsctl", "completions/dsctl.zsh"),
        ("fish/vendor_completions.d/dsctl.fish", "completions/dsctl.fish"),
        ("man/man1/dsctl.1", "docs/dsctl.1"),
    ):
        assert (share / place).read_text() == (ROOT / source).read_text()
    printed = run(installed / "dsctl", "completion", "bash", cwd=tmp_path)
    assert printed == (ROOT / "completions" / "dsctl.bash").read_text()


def test_schemas_and_sandbox_modules_are_packed(installed: Path, tmp_path: Path) -> None:
    """Validation works offline from the wheel alone, for every Kubernetes version."""
    for version in ("1.34", "1.35", "1.36", "1.37"):
        report = json.loads(
            run(
                installed / "dsctl",
                "validate",
                "-f",
                MANIFEST,
                "-o",
                "json",
                f"--kubernetes-version={version}",
                cwd=tmp_path,
            )
        )
        assert (report["valid"], report["kubernetesVersion"]) == (True, version)
    library = run(
        installed / "python",
        "-c",
        "import dsctl, pathlib; print(pathlib.Path(dsctl.__file__).parent)",
        cwd=tmp_path,
    ).strip()
    assert list(Path(library).glob("sandbox/**/go.mod*"))


def test_the_oldest_dependencies_will_do(wheel: Path, tmp_path: Path) -> None:
    """The unit and command-line tests pass with every dependency at its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    oldest = [re.sub(r">=([^,]+).*", r"==\1", line) for line in project["dependencies"]]
    assert all("==" in line for line in oldest)
    pins = dict(
        line.split("==")
        for line in (ROOT / "requirements-dev.txt").read_text().splitlines()
        if "==" in line
    )
    tools = [f"{tool}=={pins[tool]}" for tool in ("pytest", "pytest-timeout", "hypothesis")]
    programs = bare(tmp_path / "venv")
    run(programs / "pip", "install", "--quiet", wheel, *oldest, *tools)
    # What is fast enough is measured with the pinned ones, and the domain depends on none.
    apart = [*sorted((ROOT / "tests/cli").glob("test_*speed.py")), ROOT / "tests/unit/domain"]
    ignored = [f"--ignore={path}" for path in apart]
    command = (programs / "python", "-m", "pytest", "tests/unit", "tests/cli", *ignored)
    assert re.search(r"\d+ passed", run(*command))
