"""Documents for commands that change something, and which of them are DaemonSets."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dsctl.errors import ManifestError, UsageError
from dsctl.manifests.documents import Document, decode
from dsctl.manifests.paths import Inputs
from dsctl.manifests.sources import daemonsets, read_documents, repeated, scan

DS = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: {}\n"


def _read(text: str) -> list[Document]:
    return read_documents(["-"], stdin=io.StringIO(text))


def test_documents_come_in_order(tmp_path: Path) -> None:
    """File by file, document by document; the source is the path as given."""
    (tmp_path / "a.yaml").write_text(DS.format("a") + "---\n" + DS.format("b"))
    (tmp_path / "b.yaml").write_text(DS.format("c"))
    found = read_documents([str(tmp_path), "-"], stdin=io.StringIO(DS.format("d")))
    assert [d.name for d in found] == ["a", "b", "c", "d"]
    assert [d.index for d in found] == [0, 1, 0, 0]
    assert {d.source for d in found} == {str(tmp_path / n) for n in ("a.yaml", "b.yaml")} | {"-"}


@pytest.mark.parametrize(
    ("text", "message", "detail"),
    [
        (
            DS.format("x") + "spec:\n  a: b: c\n",
            "-: line 6, column 7: mapping values are not allowed",
            "    6 |   a: b: c\n      |       ^",
        ),
        (DS.format("x") + "---\n- 1\n", "-: line 6, column 1: a document must be", "- 1"),
        ("apiVersion: v1\nmetadata: {}\n", "-: line 1, column 1: kind is not set", "apiVersion"),
        ("kind: DaemonSet\n", "apiVersion is not set", "kind: DaemonSet"),
        ("kind: 5\napiVersion: v1\n", "kind is not a string", "kind: 5\n      |       ^"),
        ("a: \x1b[31m\x07", "control character U+001B", "a: \\x1b[31m\\x07\n      |    ^"),
    ],
)
def test_what_can_not_be_parsed_is_refused_with_its_line(
    text: str, message: str, detail: str
) -> None:
    """File, line, column and problem in one line; below it the line itself with a caret."""
    with pytest.raises(ManifestError) as caught:
        _read(text)
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert detail in (caught.value.detail or "")
    assert caught.value.exit_code == 2


def test_repeated_keys_are_left_to_the_server() -> None:
    """kubectl lets most through, and the server judges what is sent."""
    (document,) = _read(DS.format("x") + "  name: z\n")
    assert document.name == "z"
    assert [f.rule for f in document.findings] == ["key-duplicate"]


def test_a_path_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    """Nothing is done with the rest."""
    with pytest.raises(UsageError, match="does not exist"):
        read_documents(["-", str(tmp_path / "no.yaml")], stdin=io.StringIO(DS.format("x")))


def test_scan_goes_on_past_what_is_wrong(tmp_path: Path) -> None:
    """For validation, errors come in their place among the documents."""
    (tmp_path / "a.yaml").write_text("a: [\n---\n" + DS.format("x"))
    found = list(scan(Inputs([str(tmp_path / "no.yaml"), str(tmp_path)])))
    assert isinstance(found[0], UsageError)
    assert [d.kind for d in found[1:] if isinstance(d, Document)] == [None, "DaemonSet"]


def test_daemonsets_of_kubernetes_are_kept() -> None:
    """Old and misspelt ones too; a DaemonSet of another group is another kind."""
    kinds = [
        ("apps/v1", "DaemonSet", True),
        ("extensions/v1beta1", "DaemonSet", True),
        ("apps/v1beta2", "DaemonSet", True),
        ("v1", "DaemonSet", True),
        ("apps/v1", "Daemonset", True),
        ("apps.kruise.io/v1alpha1", "DaemonSet", False),
        ("apps/v1", "Deployment", False),
        ("v1", "List", False),
    ]
    text = "---\n".join(f"apiVersion: {a}\nkind: {k}\n" for a, k, _ in kinds)
    kept, passed_over = daemonsets(decode(text.encode(), "-"))
    assert [(d.api_version, d.kind) for d in kept] == [(a, k) for a, k, ours in kinds if ours]
    assert len(passed_over) == 3


def test_two_documents_of_one_name_are_found() -> None:
    """Namespace and name count; a document without a namespace goes to the default one."""
    text = "---\n".join(
        ["metadata: {name: a}\n", "metadata: {name: a, namespace: x}\n", "metadata: {}\n"] * 2
        + ["metadata: {name: a, namespace: default}\n"]
    )
    documents = list(decode(text.encode(), "-"))
    assert [(a.index, b.index) for a, b in repeated(documents)] == [(0, 3), (1, 4)]
    assert [(a.index, b.index) for a, b in repeated(documents, "default")] == [
        (0, 3),
        (1, 4),
        (0, 6),
    ]
