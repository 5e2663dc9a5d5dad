"""The same arguments through kubectl and dsctl, in namespaces alike: the same answers.

The tables of ``equality/`` hold a command line a line: ``MARK arguments | words # why``. Without a
mark both end well and stdout is the same byte for byte (names of namespaces, uids, versions and
times aside); ``!``: both fail; ``~``: a table, of which kubectl's columns come first, cell by cell;
``>``: dsctl differs on purpose, and only whether it ends well is compared. The words must be in
both stderrs. The lines of a table follow each other, so that what one left shows in the next.
"""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Ran, Sandbox, _run, eventually, fresh_namespace
from tests.cluster.daemonsets import daemonset, text

TABLES = Path(__file__).parent / "equality"
_MASKS = (
    (re.compile(r"(uid\W+)[0-9a-f]{8}-[-0-9a-f]+"), r"\1UID"),
    (re.compile(r"(resourceVersion\W+)\d+"), r"\1N"),
    (re.compile(r"(manager\\?\W+)(?:dsctl|kubectl)[\w-]*"), r"\1TOOL"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z"), "TIME"),
    (re.compile(r"\b\d+(?:m\d+)?s\b"), "AGE"),
)


class Row(NamedTuple):
    """One line of a table."""

    mark: str
    args: str
    words: str
    why: str


def rows(table: str) -> list[Row]:
    """The lines of one table."""
    found = []
    for line in (TABLES / f"{table}.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        line, _, why = line.partition(" # ")
        line, _, words = line.partition(" | ")
        mark, args = (line[0], line[2:]) if line[0] in "!~>" else ("", line)
        found.append(Row(mark, args.strip(), words.strip(), why.strip()))
    return found


def nowhere(name: str, **spec: Any) -> dict[str, Any]:
    """A DaemonSet that no node runs, so that its status comes to rest."""
    made = daemonset(name, **spec)
    made["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    return made


def files(directory: Path) -> dict[str, str]:
    """The files that the tables name, by their names there."""
    changed = [nowhere("c"), nowhere("d")]
    changed[0]["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:9"
    unknown, invalid, selector = nowhere("u"), nowhere("i"), nowhere("c")
    unknown["spec"]["nope"] = 1
    invalid["spec"]["selector"]["matchLabels"] = {"app": "other"}
    for labels in (
        selector["spec"]["selector"]["matchLabels"],
        selector["spec"]["template"]["metadata"]["labels"],
    ):
        labels["app"] = "else"
    contents = {
        "file": text(nowhere("a")),
        "new": text(nowhere("new")),
        "two": text(nowhere("c"), nowhere("d")),
        "changed": text(*changed),
        "missing": text(nowhere("missing")),
        "unknown": text(unknown),
        "invalid": text(invalid),
        "selector": text(selector),
        "template": '{range .items[*]}{.metadata.name}{"\\n"}{end}',
        "columns": "NAME IMAGE\nmetadata.name spec.template.spec.containers[0].image\n",
    }
    for name, content in contents.items():
        (directory / name).write_text(content)
    return {name: str(directory / name) for name in (*contents, "nofile")}


class Both:
    """The two tools, each in its namespace, or both in one."""

    def __init__(self, sandbox: Sandbox, ours: str, theirs: str, paths: dict[str, str]) -> None:
        self._sandbox = sandbox
        self._namespaces = (ours, theirs)
        self._paths = paths
        self._dsctl = Dsctl(sandbox, ours)

    def run(self, row: Row) -> tuple[Ran, Ran]:
        """dsctl's answer and kubectl's."""
        line = row.args
        for name, path in self._paths.items():
            line = line.replace("{" + name + "}", path)
        args = shlex.split(line) if "'" in line else line.split()
        if args[:2] == ["rollout", "restart"]:
            _next_second()
        command = [str(self._sandbox.kubectl_program), "-n", self._namespaces[1], *args]
        return self._dsctl(*args), _run(command, self._sandbox.environ, None, 60)

    def check(self, row: Row) -> str:
        """What is wrong with a row; empty where nothing is."""
        ours, theirs = self.run(row)
        told = f"{row.args}\n  dsctl {ours.code}: {ours.out[-1500:]}{ours.err[-500:]}"
        told += f"\n  kubectl {theirs.code}: {theirs.out[-1500:]}{theirs.err[-500:]}"
        if row.mark == ">" and row.why:
            return "" if ours.code < 124 else told
        if (ours.code == 0) != (theirs.code == 0) or (theirs.code == 0) == (row.mark == "!"):
            return f"exit: {told}"
        if any(row.words.lower() not in ran.err.lower() for ran in (ours, theirs)):
            return f"stderr: {told}"
        if row.why:
            return ""
        same = cells if row.mark == "~" else self._same_bytes
        return "" if same(ours.out, theirs.out) else f"stdout: {told}"

    def _same_bytes(self, ours: str, theirs: str) -> bool:
        return self._masked(ours) == self._masked(theirs)

    def _masked(self, output: str) -> str:
        for namespace in self._namespaces:
            output = output.replace(namespace, "NAMESPACE")
        for pattern, by in _MASKS:
            output = pattern.sub(by, output)
        return output


def _next_second() -> None:
    """Two restarts of one second are refused by both tools."""
    second = int(time.time())
    eventually(lambda: int(time.time()) > second)


def cells(ours: str, theirs: str) -> bool:
    """Whether each line begins with the other's cells, ages aside."""
    age = re.compile(r"^\d[\dhms]*s$|^\d+m$")

    def split(output: str) -> list[list[str]]:
        lines = [re.split(r"\s{2,}", line.strip()) for line in output.splitlines()]
        return [[cell for cell in line if not age.match(cell)] for line in lines]

    mine, wanted = split(ours), split(theirs)
    return len(mine) == len(wanted) and all(
        set(line) <= set(own) and own[0] == line[0] for own, line in zip(mine, wanted, strict=True)
    )


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of the tables."""
    return files(tmp_path_factory.mktemp("equality"))


@pytest.fixture(scope="module")
def one(sandbox: Sandbox, paths: dict[str, str]) -> Iterator[Both]:
    """Both tools in one namespace, to read the same objects."""
    with fresh_namespace(sandbox) as name:
        Kubectl(sandbox, name).apply(nowhere("a", minReadySeconds=3), nowhere("b"))
        Kubectl(sandbox, name)("rollout", "status", "ds/b", "--timeout=30s")
        yield Both(sandbox, name, name, paths)


@pytest.fixture(scope="module")
def two(sandbox: Sandbox, paths: dict[str, str]) -> Iterator[Both]:
    """Each tool in a namespace of its own, to change the same objects."""
    with fresh_namespace(sandbox) as ours, fresh_namespace(sandbox) as theirs:
        yield Both(sandbox, ours, theirs, paths)


def test_what_is_read_is_the_same(one: Both) -> None:
    """``get`` in every format and with every selector, errors too."""
    assert [wrong for row in rows("get") if (wrong := one.check(row))] == []


def test_what_is_changed_is_the_same(two: Both) -> None:
    """``create``, ``apply``, ``replace``, ``delete``, then ``rollout`` and ``wait``, in order."""
    wrongs = []
    for table in ("change", "rollout"):
        wrongs += [wrong for row in rows(table) if (wrong := two.check(row))]
    assert wrongs == []


def test_there_are_enough_of_them() -> None:
    """At least 120 here and in the tables of the edits, and every difference has its reason."""
    edits = (Path(__file__).parent / "edits").glob("*.txt")
    others = sum(len([x for x in t.read_text().splitlines() if x.strip()]) for t in edits)
    mine = [row for table in ("get", "change", "rollout") for row in rows(table)]
    assert len(mine) >= 150
    assert others >= 40
    assert len(mine) + others > 300, "README.md says so"
    assert all(row.why for row in mine if row.mark == ">")
