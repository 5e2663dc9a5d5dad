"""Each way to go wrong ends in one clear line and the documented exit code."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]


def one_line(result: Result) -> str:
    """The error, which must be one line, with at most one hint after it."""
    lines = result.err.splitlines()
    assert lines[0].startswith("error: ")
    assert len([line for line in lines if line.startswith("error: ")]) == 1
    assert len([line for line in lines if line.startswith("hint: ")]) <= 1
    assert "Traceback" not in result.err
    return lines[0]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("gett", "did you mean dsctl get?"),
        ("rolout status x", "did you mean dsctl rollout status?"),
        ("rollout statu x", "did you mean dsctl rollout status?"),
        ("rolout foo x", "did you mean dsctl rollout?"),
        ("rollout foo x", "see: dsctl rollout --help"),
        ("set nope", "see: dsctl set --help"),
        ("set selector", "did you mean dsctl migrate-selector?"),
        ("restart x", "did you mean dsctl rollout restart?"),
        ("foo", "see: dsctl --help"),
        ("attach ds/x", "use kubectl attach"),
        ("api-resources", "use kubectl api-resources"),
        ("scale x", "a DaemonSet has no replicas; dsctl suspend NAME takes it off every node"),
    ],
)
def test_an_unknown_command_is_told_what_was_meant(dsctl: Run, line: str, hint: str) -> None:
    """Both words count, and a group alone never stands for what undoes or restarts."""
    result = dsctl(*line.split())
    assert (result.code, result.err.splitlines()[1]) == (2, f"hint: {hint}")


@pytest.mark.parametrize("flag", ["--kubeconfig", "--namespace", "--context"])
def test_a_misspelled_connection_flag_is_told(dsctl: Run, flag: str) -> None:
    result = dsctl("get", f"{flag[:-2]}{flag[-1]}=x")
    assert (result.code, result.err.splitlines()[1]) == (2, f"hint: did you mean {flag}?")


@pytest.mark.parametrize("command", ["apply", "diff", "plan", "replace"])
def test_a_file_without_f_is_told_of_it(dsctl: Run, command: str) -> None:
    result = dsctl(command, "agent.yaml")
    assert result.code == 2
    assert result.err.splitlines()[1] == f"hint: it takes files: dsctl {command} -f FILE"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["gett"], "unknown command 'gett'"),
        (["rollout", "statu"], "unknown command 'rollout statu'"),
        (["get", "--selectr=a"], "--selectr"),
        (["get", "-o", "yml"], "yml"),
        (["get", "-o"], "-o needs a value"),
        (["get", "--neat"], "--neat is for whole objects"),
        (["get", "-o", "yaml", "--neat", "--show-managed-fields"], "--neat"),
        (["get", "-l", "a in (b"], "selector"),
        (["get", "pods"], "DaemonSets only"),
        (["get", "ds/a", "b"], "one way"),
        (["get", "a", "-l", "b=c"], "names or a selector"),
        (["delete"], "delete needs"),
        (["delete", "ds"], "delete needs"),
        (["delete", "x", "--cascade", "orphan"], "--cascade"),
        (["delete", "x", "--timeout=soon"], "--timeout"),
        (["create"], "nothing to create"),
        (["create", "x"], "needs --image"),
        (["create", "x", "--image=y", "-f", "z"], "not both"),
        (["create", "-f", "/no/such/file"], "/no/such/file"),
        (["apply"], "needs -f"),
        (["replace"], "needs -f"),
        (["create", "-f", "-", "--dry-run=maybe"], "maybe"),
        (["create", "-f", "-", "--validate=maybe"], "maybe"),
        (["get", "--color=blue"], "--color"),
    ],
)
def test_usage_errors_are_exit_code_2(dsctl: Run, args: list[str], words: str) -> None:
    """A bad flag, a bad argument, a path that can't be read."""
    result = dsctl(*args)
    assert words in one_line(result)
    assert result.code == 2
    assert result.out == ""


def test_broken_yaml_shows_file_line_column_and_the_line(dsctl: Run, tmp_path: Path) -> None:
    """The place is in the error, the line with a caret below it."""
    path = tmp_path / "broken.yaml"
    path.write_text("apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x\nspec: 1\n")
    result = dsctl("create", "-f", str(path))
    assert result.code == 2
    assert one_line(result).startswith(f"error: {path}: line ")
    assert "^" in result.err


def test_a_directory_without_manifests_says_so(dsctl: Run, tmp_path: Path) -> None:
    """Exit code 2, with the directory's name."""
    (tmp_path / "notes.txt").write_text("nothing")
    result = dsctl("create", "-f", str(tmp_path))
    assert result.code == 2
    assert str(tmp_path) in one_line(result)


def test_only_other_kinds_leaves_nothing_to_do(dsctl: Run) -> None:
    """What was passed over is named first."""
    result = dsctl("create", "-f", "-", stdin="apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n")
    assert result.code == 2
    assert "Secret/s" in result.err
    assert "no DaemonSet in -" in result.err


def test_what_has_no_name_is_passed_over_by_its_kind(dsctl: Run) -> None:
    result = dsctl("create", "-f", "-", stdin="apiVersion: v1\nkind: Config\n")
    assert result.err.splitlines()[0] == "passed over (not a DaemonSet): Config"


def test_no_kubeconfig_says_where_it_looked(dsctl: Run, tmp_path: Path) -> None:
    """Exit code 3: the cluster could not be asked."""
    result = dsctl("get", environ={"KUBECONFIG": str(tmp_path / "none")})
    assert result.code == 3
    assert str(tmp_path / "none") in result.err


def kubeconfig(path: Path, server: str) -> dict[str, str]:
    """A kubeconfig with one context, ``here``, for ``server``."""
    path.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
        f"clusters: [{{name: c, cluster: {{server: '{server}'}}}}]\n"
        "users: [{name: u, user: {token: t}}]\n"
        "contexts: [{name: here, context: {cluster: c, user: u}}]\n"
    )
    return {"KUBECONFIG": str(path)}


def test_a_wrong_context_lists_those_that_exist(dsctl: Run, tmp_path: Path) -> None:
    """Exit code 2: the flag's value is wrong."""
    environ = kubeconfig(tmp_path / "config", "http://127.0.0.1:1")
    result = dsctl("get", "--context=there", environ=environ)
    assert result.code == 2
    assert "there" in one_line(result)
    assert "here" in result.err


def test_an_unreachable_server_is_named_after_one_try(dsctl: Run, tmp_path: Path) -> None:
    """The address is in the error, exit code 3."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    environ = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{port}")
    result = dsctl("get", environ=environ)
    assert result.code == 3
    assert f"127.0.0.1:{port}" in one_line(result)


def test_a_silent_server_is_given_up_after_the_request_timeout(dsctl: Run, tmp_path: Path) -> None:
    """A server that takes the connection and says nothing ends at --request-timeout."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        environ = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{port}")
        result = dsctl("get", "--request-timeout=500ms", environ=environ)
    assert result.code == 3
    assert f"127.0.0.1:{port}" in one_line(result)


@pytest.mark.parametrize("args", [["--help"], ["options"], ["get", "--help"]])
def test_a_reader_that_goes_away_is_no_traceback(args: list[str]) -> None:
    """``dsctl … | head -0`` ends with 141 and says nothing."""
    reader, writer = os.pipe()
    os.close(reader)  # before it starts: else a quick one is done while the pipe still holds it
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "dsctl", *args],
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writer)
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_a_full_disk_is_told() -> None:
    """Output that can't be written is an error and not a success."""
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "dsctl", "options"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: cannot write the output")
