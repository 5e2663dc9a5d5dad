"""At the edges of a terminal: pipes that close, full disks, locales, widths, wide characters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from unicodedata import category, east_asian_width

import pytest

from tests.cluster.conftest import Kubectl, Sandbox, fresh_namespace
from tests.cluster.daemonsets import daemonset

CAUSES = {
    "latin": "new image",
    "cjk": "新しいイメージ ｶﾅ",
    "marks": "e\u0301te\u0301 a\u0308\u200b",
    "emoji": "🚀 go",
}
#: A process whose locale is not UTF-8, and which Python does not help out.
ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
WITHOUT_LOCALE = ("PYTHONIOENCODING", "COLUMNS")


@pytest.fixture(scope="module")
def place(sandbox: Sandbox) -> Iterator[str]:
    """A namespace with DaemonSets whose annotations are in several scripts."""
    with fresh_namespace(sandbox) as name:
        objects = []
        for label, cause in CAUSES.items():
            obj = daemonset(label, image="registry.example/図:1" if label == "cjk" else "app:1")
            obj["metadata"]["annotations"] = {"kubernetes.io/change-cause": cause}
            objects.append(obj)
        kubectl = Kubectl(sandbox, name)
        kubectl.apply(*objects)
        for label in CAUSES:  # what two calls print is compared: nothing may change any more
            kubectl("rollout", "status", f"ds/{label}", "--timeout=50s")
        yield name


def shell(sandbox: Sandbox, line: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """A line of bash in which ``dsctl`` is this one."""
    environ = {k: v for k, v in sandbox.environ.items() if k not in WITHOUT_LOCALE}
    script = f'dsctl() {{ "{sys.executable}" -m dsctl "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", script],
        env={**environ, **more},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


COMMANDS = [
    "get",
    "get -o yaml",
    "why latin -o json",
    "why latin",
    "--help",
    "get --help",
    "completion zsh",
    "rollout history cjk",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_wants_one_line_gets_it(sandbox: Sandbox, place: str, command: str) -> None:
    """``| head -1``: the line, nothing on stderr, and 0, or 141 where more was to come."""
    ran = shell(sandbox, f"dsctl -n {place} {command} | head -1; exit ${{PIPESTATUS[0]}}")
    assert ran.returncode in (0, 141)
    assert (ran.stdout.count(b"\n"), ran.stderr) == (1, b"")


@pytest.mark.parametrize("command", COMMANDS)
def test_output_that_cannot_be_written_is_an_error(
    sandbox: Sandbox, place: str, command: str
) -> None:
    """A full disk and a closed stdout: one line on stderr, exit code 1."""
    for where in (">/dev/full", ">&-"):
        ran = shell(sandbox, f"dsctl -n {place} {command} {where}")
        assert ran.stderr.startswith(b"error: cannot write the output: "), ran.stderr
        assert (ran.returncode, ran.stdout, ran.stderr.count(b"\n")) == (1, b"", 1)


def test_a_no_that_cannot_be_written_is_told_too(sandbox: Sandbox, place: str) -> None:
    """An answer of 1 is output like any other: a diff that differs, a node without a pod."""
    kubectl = Kubectl(sandbox, place)
    kubectl("set", "image", "ds/marks", "agent=app:2")
    kubectl("rollout", "status", "ds/marks", "--timeout=50s")
    for command in ("rollout diff marks", "why marks --node control-plane-0002"):
        assert shell(sandbox, f"dsctl -n {place} {command}").returncode == 1
        for where in (">/dev/full", ">&-"):
            ran = shell(sandbox, f"dsctl -n {place} {command} {where}")
            assert ran.stderr.startswith(b"error: cannot write the output: "), ran.stderr
            assert (ran.returncode, ran.stdout, ran.stderr.count(b"\n")) == (1, b"", 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_stderr_changes_nothing(sandbox: Sandbox, place: str, command: str) -> None:
    """Neither the output nor the exit code, also where there is no stdin."""
    usual = shell(sandbox, f"dsctl -n {place} {command}")
    ran = shell(sandbox, f"dsctl -n {place} {command} 2>&- <&-")
    assert (ran.returncode, ran.stderr) == (usual.returncode, usual.stderr) == (0, b"")
    assert ran.stdout.splitlines()[:1] == usual.stdout.splitlines()[:1] != []


@pytest.mark.parametrize(("command", "code"), [("get nosuch", 3), ("gett", 2), ("why", 2)])
def test_an_error_that_nobody_can_read_keeps_its_code(
    sandbox: Sandbox, place: str, command: str, code: int
) -> None:
    """stderr closed or full, stdout closed too."""
    for where in ("2>&-", "2>/dev/full", ">&- 2>&-"):
        ran = shell(sandbox, f"dsctl -n {place} {command} {where}")
        assert (ran.returncode, ran.stdout, ran.stderr) == (code, b"", b"")


def test_a_change_without_stdout_is_still_made(sandbox: Sandbox, place: str) -> None:
    """The descriptor is not given to the connection; the exit code tells of the lost line."""
    ran = shell(sandbox, f"dsctl -n {place} annotate latin edge=1 >&- 2>&- <&-")
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"", b"")
    assert Kubectl(sandbox, place).json("get", "ds", "latin")["metadata"]["annotations"]["edge"]


@pytest.mark.parametrize(
    "command",
    ["get -o wide", "rollout history cjk", "get cjk -o yaml", "get cjk -o json", "get -h"],
)
def test_the_locale_does_not_change_the_output(sandbox: Sandbox, place: str, command: str) -> None:
    """UTF-8 as kubectl writes it, where Python would fail or ask for another encoding."""
    line = f"dsctl -n {place} {command} | sed 's/[0-9]*[smh]  */ /g'"  # an age and its padding
    usual = shell(sandbox, line, LC_ALL="C.UTF-8")
    plain = shell(sandbox, line, **ASCII)
    assert (plain.stdout, plain.stderr) == (usual.stdout, usual.stderr)
    assert (plain.returncode, plain.stderr) == (0, b"")
    assert plain.stdout


def test_arguments_that_are_not_ascii_are_read_in_any_locale(sandbox: Sandbox, place: str) -> None:
    """A name from a script in UTF-8 is the same name; what is no UTF-8 is no traceback."""
    ran = shell(sandbox, f"dsctl -n {place} get nosuchß", **ASCII)
    assert (ran.returncode, ran.stderr.decode()) == (
        3,
        'error: daemonsets.apps "nosuchß" not found\n',
    )
    for words in (
        "get $'\\xff'",
        "get -l a=$'\\xff'",
        "get --field-selector=metadata.name=$'\\xff'",
        "get -f $'\\xff'",
        "annotate latin a=$'\\xff'",
        "label latin a=$'\\xff'",
        "validate $'\\xff'",
    ):
        ran = shell(sandbox, f"dsctl -n {place} {words}")
        assert b"Traceback" not in ran.stderr, words
        assert ran.returncode in (0, 2, 3), words


def width(text: str) -> int:
    """Columns on a terminal, by a rule of the test's own."""
    return sum(
        0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1
        for c in text
    )


def starts(line: str, cells: list[str]) -> list[int]:
    """The columns at which each of ``cells`` begins in ``line``."""
    return [width(line[: line.index(cell)]) for cell in cells]


@pytest.mark.parametrize("columns", ["40", "80", "200", None])
def test_columns_stand_below_their_headers(
    sandbox: Sandbox, place: str, columns: str | None
) -> None:
    """Wide, half-width and combining characters, at any width, and with none told."""
    more = {"COLUMNS": columns} if columns else {}
    for label, cause in CAUSES.items():
        ran = shell(sandbox, f"dsctl -n {place} rollout history {label}", **more)
        header, row = ran.stdout.decode().splitlines()[1:3]
        image = "registry" if label == "cjk" else "app"
        assert width(header[: header.index("IMAGES")]) == width(row[: row.index(image)])
        assert cause.split()[0].rstrip("\u200b") in row
    ran = shell(sandbox, f"dsctl -n {place} get -o wide", **more)
    lines = ran.stdout.decode().splitlines()
    at = width(lines[0][: lines[0].index("SELECTOR", 70)])
    for line in lines[1:]:
        assert width(line[: line.index("app=")]) == at


def test_custom_columns_are_aligned_as_kubectl_aligns_them(sandbox: Sandbox, place: str) -> None:
    """Machine output stays kubectl's byte for byte, whatever is in it."""
    columns = "custom-columns=N:.metadata.name,C:.metadata.annotations,I:..image"
    ours = sandbox.dsctl("get", "-o", columns, namespace=place).out
    assert ours == sandbox.kubectl("get", "ds", "-o", columns, namespace=place)


def test_neat_is_what_would_be_written(sandbox: Sandbox, place: str) -> None:
    """Nothing of the server is left, and applied again it changes nothing."""
    neat = sandbox.dsctl("get", "cjk", "-o", "yaml", "--neat", namespace=place)
    assert neat.code == 0
    for word in (
        "status:",
        "uid:",
        "resourceVersion:",
        "imagePullPolicy",
        "dnsPolicy",
        "restartPolicy",
    ):
        assert word not in neat.out
    diff = sandbox.dsctl("diff", "-f", "-", "-o", "json", namespace=place, input=neat.out).json()
    changed = [change["path"] for change in diff["items"][0]["changes"]]
    # What kubectl apply remembers is no part of the object either.
    assert changed == ["metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]"]
    listed = sandbox.dsctl("get", "-o", "json", "--neat", namespace=place).json()
    assert [sorted(item) for item in listed["items"]] == 4 * [
        ["apiVersion", "kind", "metadata", "spec"]
    ]


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("gett", 2, "did you mean dsctl get?"),
        ("rollout staus x", 2, "did you mean dsctl rollout status?"),
        ("get --watchh", 2, "--watch"),
        ("get -o yml", 2, "did you mean -o yaml?"),
        ("get -o jsonpath={.items[*", 2, "at character 8"),
        ("get -o jsonpath={.items[0]", 2, "at character"),
        ("get -o custom-columns=NAME", 2, "expected <header>:<json-path-expr>"),
        ("get -o custom-columns=", 2, "no custom columns given"),
        ("get --sort-by=.spec.nosuch", 2, ".spec.nosuch"),
        ("get -o go-template={{.x}}", 2, "jsonpath"),
    ],
)
def test_bad_input_is_told_in_a_line_and_a_hint(
    sandbox: Sandbox, place: str, line: str, code: int, told: str
) -> None:
    """Suggests what was meant, or says where it is wrong."""
    ran = sandbox.dsctl(*line.split(), namespace=place)
    assert (ran.code, ran.out) == (code, "")
    first, *more = ran.err.splitlines()
    assert first.startswith("error: ")
    assert all(text.startswith("hint: ") for text in more)
    assert len(more) <= 1
    assert told in ran.err
