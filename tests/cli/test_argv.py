"""kubectl's flag grammar: what scripts written for kubectl may pass."""

from __future__ import annotations

import pytest

from dsctl.cli.argv import Flag, GlobalFlags, Reading, command_words, read
from dsctl.errors import UsageError

FLAGS = {
    "-o": Flag("--output"),
    "--output": Flag("--output"),
    "-l": Flag("--selector"),
    "--selector": Flag("--selector"),
    "-A": Flag("--all-namespaces", "bool", "--no-all-namespaces"),
    "--all-namespaces": Flag("--all-namespaces", "bool", "--no-all-namespaces"),
    "-w": Flag("--watch", "bool", "--no-watch"),
    "--watch": Flag("--watch", "bool", "--no-watch"),
    "--wait": Flag("--wait", "bool", "--no-wait"),
    "--cascade": Flag("--cascade", "bare"),
    "--dry-run": Flag("--dry-run", "bare"),
}
PATHS = ("get", "delete", "rollout status", "rollout history", "sandbox up")


def reading(line: str) -> Reading:
    return read(line.split(), FLAGS)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("-o json", ["--output=json"]),
        ("-o=json", ["--output=json"]),
        ("-ojson", ["--output=json"]),
        ("--output json", ["--output=json"]),
        ("--output=json", ["--output=json"]),
        ("-o=jsonpath={.a=b}", ["--output=jsonpath={.a=b}"]),
        ("-A", ["--all-namespaces"]),
        ("-A=false", ["--no-all-namespaces"]),
        ("-Aw", ["--all-namespaces", "--watch"]),
        ("-Awo json", ["--all-namespaces", "--watch", "--output=json"]),
        ("--wait=false", ["--no-wait"]),
        ("--wait=0", ["--no-wait"]),
        ("--wait=T", ["--wait"]),
        ("--cascade", ["--cascade=background"]),
        ("--cascade=orphan", ["--cascade=orphan"]),
        ("--dry-run", ["--dry-run=unchanged"]),
        ("--dry-run=server", ["--dry-run=server"]),
        ("-l a=b -l c=d", ["--selector=a=b", "--selector=c=d"]),
        ("--unknown=1", ["--unknown=1"]),
    ],
)
def test_options_come_out_in_one_spelling(line: str, options: list[str]) -> None:
    """Every way pflag accepts to write an option is read as the same one."""
    assert reading(line).options == options


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-n a", GlobalFlags(namespace="a")),
        ("-na", GlobalFlags(namespace="a")),
        ("-n=a", GlobalFlags(namespace="a")),
        ("--namespace=a x -n b", GlobalFlags(namespace="b")),
        ("--as-group=g --as-group h", GlobalFlags(impersonate_groups=("g", "h"))),
        ("--as-user-extra a=b", GlobalFlags(impersonate_extra=("a=b",))),
        ("-v=6 x", GlobalFlags(verbosity="6")),
        ("--insecure-skip-tls-verify", GlobalFlags(insecure_skip_tls_verify=True)),
        ("--insecure-skip-tls-verify=false", GlobalFlags(insecure_skip_tls_verify=False)),
        ("--sandbox", GlobalFlags(sandbox="dsctl")),
        ("--sandbox=two x", GlobalFlags(sandbox="two")),
        ("--color", GlobalFlags(color="always")),
        ("--cache-dir=/x --match-server-version", GlobalFlags()),
    ],
)
def test_connection_flags_are_taken_out_wherever_they_stand(
    line: str, expected: GlobalFlags
) -> None:
    """A command never sees the connection flags; they end up in GlobalFlags."""
    found = reading(line)
    assert found.globals == expected
    assert found.options == []


def test_what_follows_two_dashes_is_left_alone() -> None:
    """After -- nothing is a flag, not even one that looks like ours."""
    found = reading("x -- ls -n --cascade")
    assert found.positionals == ["x"]
    assert found.after_dashes == ["ls", "-n", "--cascade"]
    assert found.argv() == ["--", "x", "ls", "-n", "--cascade"]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("x --cascade orphan", "--cascade=orphan"),
        ("x --cascade false", "--cascade=false"),
        ("x --dry-run server", "--dry-run=server"),
    ],
)
def test_a_spaced_value_of_a_bare_flag_is_refused(line: str, hint: str) -> None:
    """kubectl would read the value as a name, and delete pods: dsctl says what to type."""
    with pytest.raises(UsageError) as caught:
        reading(line)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    "line", ["-o", "-n", "--wait=maybe", "--color=blue", "--insecure-skip-tls-verify=x"]
)
def test_bad_values_are_usage_errors(line: str) -> None:
    """A flag without its value, and a boolean that is none, end in exit code 2."""
    with pytest.raises(UsageError):
        reading(line)


@pytest.mark.parametrize(
    ("line", "words", "rest"),
    [
        ("get x", ("get",), ["x"]),
        ("-n a get x", ("get",), ["-n", "a", "x"]),
        ("--context=c rollout status x", ("rollout", "status"), ["--context=c", "x"]),
        ("rollout -n a status x", ("rollout", "status"), ["-n", "a", "x"]),
        ("rollout", ("rollout",), []),
        ("rollout wrong", ("rollout",), ["wrong"]),
        ("nonsense a b", ("nonsense",), ["a", "b"]),
        ("--help", (), ["--help"]),
        ("get -- x", ("get",), ["--", "x"]),
    ],
)
def test_the_command_is_found_among_connection_flags(
    line: str, words: tuple[str, ...], rest: list[str]
) -> None:
    """Connection flags may stand before, between and after the command's words."""
    assert command_words(line.split(), PATHS) == (words, rest)


def test_other_flags_before_the_command_are_refused() -> None:
    """As with kubectl, only connection flags stand before the command."""
    with pytest.raises(UsageError, match="-o before the command"):
        command_words(["-o", "json", "get"], PATHS)
