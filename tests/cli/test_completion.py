"""Completion without a cluster: words, flags, values, the scripts, and what goes wrong."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dsctl.cli import app, flagtable
from dsctl.cli.shells import SHELLS, script
from tests.cli.conftest import Result
from tests.yardstick import least

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
#: ``kubectl_complete-ds``, wherever it is installed.
PROGRAM = "from dsctl.main import complete_entry as e; e()"
PATHS = sorted(app.COMMANDS)


def asked(dsctl: Run, line: str, **more: object) -> tuple[list[str], str]:
    """The candidates for the last word of ``line`` and the directive."""
    result = dsctl("__completeNoDesc", *line.split(" "), **more)
    assert (result.code, result.err) == (0, "")
    *words, directive = result.out.splitlines()
    return words, directive


@pytest.mark.parametrize(
    ("line", "words", "directive"),
    [
        ("rollout un", ["undo"], ":4"),
        ("rol", ["rollout"], ":4"),
        ("-n x rollout un", ["undo"], ":4"),
        ("help roll", ["rollout"], ":4"),
        ("help rollout un", ["undo"], ":4"),
        ("-n x help rollout un", ["undo"], ":4"),
        ("validate -- ", [], ":0"),
        ("endpoints x ", [], ":4"),
        ("orphans ", [], ":4"),
        ("get x -- --names", [], ":4"),
        ("get --show-k", ["--show-kind"], ":4"),
        ("get --show-kind --show-k", [], ":4"),
        ("get --names", ["--namespace"], ":4"),
        ("delete x --casc", ["--cascade", "--cascade="], ":4"),
        ("delete x --cascade=o", ["orphan"], ":4"),
        ("delete x --wait=t", ["true"], ":4"),
        ("get -o y", ["yaml"], ":4"),
        ("get -o=y", ["yaml"], ":4"),
        ("get --output=jsonpath-", ["jsonpath-as-json=", "jsonpath-file="], ":6"),
        ("get -o jsonpath-file=", [], ":0"),
        ("get --output y", ["yaml"], ":4"),
        ("delete x -o ", ["name"], ":4"),
        ("version -o j", ["json"], ":4"),
        ("rollout status x -o jsonl", ["jsonl"], ":4"),
        ("get -f ", [], ":0"),
        ("get -k ", [], ":16"),
        ("--kubeconfig ", [], ":0"),
        ("validate ", [], ":0"),
        ("validate --disable selector-em", ["selector-empty"], ":4"),
        ("validate --disable host-port,selector-em", ["host-port,selector-empty"], ":4"),
        ("explain spec.updateS", ["spec.updateStrategy"], ":4"),
        ("explain selector-em", ["selector-empty"], ":4"),
        ("explain --kubernetes-version ", ["1.34", "1.35", "1.36", "1.37"], ":4"),
        ("why x --only Re", ["Ready", "Replace"], ":4"),
        ("why x --only Ready,Mi", ["Ready,Misscheduled", "Ready,Missing"], ":4"),
        ("create -f x --validate=w", ["warn"], ":4"),
        ("create -f x --dry-run=s", ["server"], ":4"),
        ("patch x --type m", ["merge"], ":4"),
        ("rollout step x --on-failure u", ["undo"], ":4"),
        ("wait x --for av", ["available"], ":4"),
        ("completion z", ["zsh"], ":4"),
        ("get --color=al", ["always"], ":4"),
        ("get --chunk-size ", [], ":4"),
        ("create x -- ", [], ":4"),
        ("gett ", [], ":4"),
        ("get --no-such-flag x", [], ":4"),
        ("get pods x", [], ":4"),
        ("delete x --cascade orphan ", [], ":4"),
    ],
)
def test_words_flags_and_values(dsctl: Run, line: str, words: list[str], directive: str) -> None:
    """What needs no cluster is offered without one."""
    assert asked(dsctl, line) == (words, directive)


@pytest.mark.parametrize("path", PATHS)
def test_every_value_is_completed_or_said_to_be_free(path: str) -> None:
    """A flag or an argument that the table does not know wants a row in ``cli/flagtable.py``."""
    from dsctl.cli import candidates

    command = app.build(path)
    for param in command.params:
        if param.param_type_name == "option" and not param.is_flag:
            values = flagtable.option(path, param)
            assert values, f"{path} {flagtable.long_name(param)} {param.metavar}"
            _known(values, candidates)
    for position in range(4):
        values = flagtable.argument(path, command, position)
        assert values, f"{path}: {[p.metavar for p in command.params]}"
        _known(values, candidates)


def _known(values: flagtable.Values, candidates: object) -> None:
    kinds = (flagtable.FILE, flagtable.DIR, flagtable.TEXT, flagtable.FORMAT)
    if isinstance(values, str) and values not in kinds:
        assert callable(getattr(candidates, values.removesuffix("=")))


@pytest.mark.parametrize("path", PATHS)
def test_the_formats_offered_are_those_that_are_taken(dsctl: Run, path: str) -> None:
    """``-o`` with anything else is refused with the very list that completion offers."""
    command = app.build(path)
    if not any("--output" in p.opts for p in command.params):
        pytest.skip("prints in one form")
    example = examples(path)[0]
    words = example[len(path.split()) :]
    told = dsctl(*path.split(), "-o", "nonsense", *words)
    assert told.code == 2, told.err
    offered = [word.rstrip("=") for word in flagtable.formats(path)]
    if "allowed formats are: " in told.err:
        taken = told.err.split("allowed formats are: ")[1].split()[0].split(",")
        assert sorted(offered) == sorted(taken)
    else:
        assert all(word in told.err for word in offered)


def examples(path: str) -> list[list[str]]:
    """The words after ``dsctl`` of the examples in a command's help."""
    from tests.cli.test_help import examples_of

    return examples_of(path)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_committed_scripts_are_those_that_are_printed(dsctl: Run, shell: str) -> None:
    """``make docs`` writes what ``dsctl completion`` prints."""
    printed = dsctl("completion", shell).out
    assert printed == script(shell)
    assert (ROOT / "completions" / f"dsctl.{shell}").read_text() == printed, "run: make docs"


@pytest.mark.parametrize("args", [(), ("tcsh",)])
def test_an_unknown_shell_is_refused(dsctl: Run, args: tuple[str, ...]) -> None:
    """It says which shells there are."""
    result = dsctl("completion", *args)
    assert result.code == 2
    assert "bash, zsh or fish" in result.err


@pytest.fixture
def deaf() -> int:
    """The port of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("line", ["get ", "-n ", "--context ", "why --node ", "set image x "])
@pytest.mark.parametrize("case", ["no kubeconfig", "broken kubeconfig", "refused", "deaf", "host"])
def test_without_an_answer_there_are_no_candidates(
    tmp_path: Path, deaf: int, line: str, case: str
) -> None:
    """Whatever is wrong with the cluster: nothing on stderr, exit code 0, no candidates."""
    servers = {"refused": "127.0.0.1:1", "deaf": f"127.0.0.1:{deaf}", "host": "no.such.invalid"}
    config = tmp_path / "config"
    if case == "broken kubeconfig":
        config.write_text("{")
    server = [f"--server=http://{servers[case]}"] if case in servers else []
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *server, *line.split(" ")],
        env={**os.environ, "KUBECONFIG": str(config)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == (":4\n", "")


def test_a_server_that_does_not_answer_is_not_waited_for(deaf: int, tmp_path: Path) -> None:
    """The whole process takes 0.3 s; on a machine that is busy, one run of ten must show it."""
    environ = {**os.environ, "KUBECONFIG": str(tmp_path / "none")}

    def seconds() -> float:
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-c", PROGRAM, f"--server=http://127.0.0.1:{deaf}", "get", ""],
            env=environ,
            capture_output=True,
            timeout=60,
            check=True,
        )
        return time.monotonic() - began

    # Of a busy machine's time some belongs to others: twice the budget still is no hang.
    limit = 0.3 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert least(seconds, limit, tries=10) <= limit


def test_an_exec_plugin_says_nothing(tmp_path: Path) -> None:
    """What a credential plugin writes to stderr would land in the middle of the command line."""
    plugin = tmp_path / "plugin"
    plugin.write_text("#!/bin/sh\necho log in first >&2\nexit 1\n")
    plugin.chmod(0o755)
    config = tmp_path / "config"
    config.write_text(
        f"""
apiVersion: v1
kind: Config
current-context: c
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
clusters: [{{name: c, cluster: {{server: "http://127.0.0.1:1"}}}}]
users:
- name: u
  user:
    exec: {{apiVersion: client.authentication.k8s.io/v1, command: {plugin},
            interactiveMode: IfAvailable}}
"""
    )
    ran = subprocess.run(
        [sys.executable, "-m", "dsctl", "__complete", "get", ""],
        env={**os.environ, "KUBECONFIG": str(config), "DSCTL_COMPLETION_SECONDS": "10"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == (":4\n", "")


def test_contexts_need_no_cluster(dsctl: Run, tmp_path: Path) -> None:
    """They are read from the kubeconfig that the flags before the cursor name."""
    config = tmp_path / "config"
    config.write_text(
        "{apiVersion: v1, kind: Config, contexts: [{name: 'a:b@c', context: {}}, "
        "{name: d, context: {}}], clusters: [{name: k, cluster: {}}], users: [{name: u}]}"
    )
    environ = {"DSCTL_COMPLETION_SECONDS": "10"}
    for flag, words in (("context", ["a:b@c", "d"]), ("cluster", ["k"]), ("user", ["u"])):
        line = f"--kubeconfig {config} get --{flag} "
        assert asked(dsctl, line, environ=environ) == (words, ":4")
        assert asked(dsctl, line[:-1] + "=", environ=environ) == (words, ":4")


def test_descriptions_are_for_those_who_ask(dsctl: Run) -> None:
    """zsh and fish show them; ``kubectl_complete-ds`` and bash get words alone."""
    told = dsctl("__complete", "rollout", "und").out
    assert told == "undo\tGo back to an earlier revision\n:4\n"
    assert dsctl("__completeNoDesc", "rollout", "und").out == "undo\n:4\n"
