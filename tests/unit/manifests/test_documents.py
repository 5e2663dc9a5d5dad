"""Files to documents: splitting, JSON, Lists, encodings, and what can't be read."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from dsctl.domain.findings import Severity
from dsctl.manifests.documents import MAX_DOCUMENT, Document, decode, made

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def _read(data: bytes | str) -> list[Document]:
    return list(decode(data.encode() if isinstance(data, str) else data, "x.yaml"))


def _rules(documents: list[Document]) -> list[str]:
    return [finding.rule for document in documents for finding in document.findings]


def test_documents_are_cut_at_three_dashes() -> None:
    """Empty documents and comments are left out; a comment may follow the dashes."""
    found = _read("---\n---\na: 1\n--- # next\n# nothing\n---\nb: |\n  text\n  ---\n---\n")
    assert [d.value for d in found] == [{"a": 1}, {"b": "text\n---\n"}]
    assert [(d.index, d.line) for d in found] == [(0, 3), (1, 7)]


def test_content_after_the_dashes_is_refused_as_kubectl_refuses_it() -> None:
    """``--- {a: 1}`` is YAML, but kubectl takes it for a broken separator."""
    first, second, third = _read("a: 1\n--- {b: 1}\nc: 2\n---\nd: 3\n")
    assert (first.value, third.value) == ({"a": 1}, {"d": 3})
    (finding,) = second.findings
    assert (finding.rule, finding.line, finding.column) == ("yaml-syntax", 2, 4)


def test_a_broken_document_does_not_hide_the_next() -> None:
    """Each document is read by itself."""
    broken, whole = _read("a: [\n---\nb: 1\n")
    assert (broken.value, broken.kind, whole.value) == ({}, None, {"b": 1})
    assert _rules([broken]) == ["yaml-syntax"]


def test_text_is_the_document_as_it_stands() -> None:
    """What is sent to the server is the document's own text, comments and all."""
    _, second = _read("a: 1\n---\n# note\nb: 1\n")
    assert second.text == "# note\nb: 1\n"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": 1}{"b": 2}\n{"c": 3}', [{"a": 1}, {"b": 2}, {"c": 3}]),
        ('{"a": 1}\n---\nb: 2\n', [{"a": 1}, {"b": 2}]),
        ("{a: 1}", [{"a": 1}]),
        ('{"a": 1,}', [{"a": 1}]),
        ('{"a": "\\ud83d\\ude00 \\ud800"}', [{"a": "\U0001f600 \ufffd"}]),
        (
            '{"a": [30.0, 1e3, 0.5, 12345678901234567890123]}',
            [{"a": [30, 1000, 0.5, 1.2345678901234568e22]}],
        ),
        ('\n\n  {"a": true, "b": null}\n', [{"a": True, "b": None}]),
    ],
)
def test_json_is_read_as_kubectl_reads_it(text: str, values: list[object]) -> None:
    """A stream that begins with a brace is JSON objects in a row, or else YAML."""
    found = _read(text)
    assert [d.value for d in found] == values
    assert not _rules(found)


def test_broken_json_has_a_place() -> None:
    """JSON errors are in JSON's words."""
    (document,) = _read('{"a": 1,\n "b": [}')
    (finding,) = document.findings
    assert (finding.rule, finding.line, finding.column) == ("json-syntax", 2, 8)


def test_repeated_keys_in_json_are_errors() -> None:
    """As in YAML."""
    (document,) = _read('{"spec": {"a": 1,\n "a": 2}}')
    (finding,) = document.findings
    assert (finding.rule, finding.path, finding.line) == ("key-duplicate", "spec.a", 2)


def test_lists_are_taken_apart() -> None:
    """Items of a List are documents of their own, with their own paths and lines."""
    found = _read(
        "kind: List\napiVersion: v1\nitems:\n- kind: A\n  x: 1\n  x: 2\n"
        "- kind: List\n  items:\n  - kind: B\n"
    )
    assert [(d.index, d.kind, d.line) for d in found] == [(0, "A", 4), (1, "B", 9)]
    (finding,) = found[0].findings
    assert (finding.path, finding.line) == ("x", 6)
    assert found[1].text is None


def test_items_of_a_typed_list_get_its_kind() -> None:
    """A DaemonSetList may leave kind and apiVersion to the list."""
    (document,) = _read(
        "kind: DaemonSetList\napiVersion: apps/v1\nitems: [{metadata: {name: x}}]\n"
    )
    assert (document.kind, document.api_version, document.name) == ("DaemonSet", "apps/v1", "x")


@pytest.mark.parametrize(
    "text", ["just text\n", "- a\n- b\n", "5\n", "yes\n", "kind: List\nitems: [1]"]
)
def test_what_is_no_object_is_a_finding(text: str) -> None:
    """A document that is a string, a list or a number is an error, and its kind is null."""
    (document,) = _read(text)
    assert _rules([document]) == ["document-type"]
    assert (document.kind, document.value) == (None, {})


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n# comments\n", "---\n", "null\n", "~"])
def test_nothing_gives_no_documents(text: str) -> None:
    """Empty files and comments are no documents."""
    assert _read(text) == []


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + b"a: \xc3\xa9",
        codecs.BOM_UTF16_LE + "a: é".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "a: é".encode("utf-16-be"),
    ],
)
def test_byte_order_marks_are_obeyed(data: bytes) -> None:
    """UTF-8 and UTF-16 with a mark are read as kubectl reads them."""
    (document,) = _read(data)
    assert document.value == {"a": "é"}


def test_other_encodings_are_findings_with_a_place() -> None:
    """Latin-1 is refused where its first foreign byte stands."""
    (document,) = _read("a: 1\nb: caf\xe9\n".encode("latin-1"))
    (finding,) = document.findings
    assert (finding.rule, finding.line, finding.column) == ("yaml-encoding", 2, 7)
    assert "0xE9" in finding.message


def test_binaries_are_findings() -> None:
    """A binary is named as such, once."""
    (document,) = _read(b"\x7fELF\x02\x01\x01\x00\x00\x00")
    assert _rules([document]) == ["yaml-encoding"]


def test_a_document_too_large_for_a_request_is_not_parsed() -> None:
    """Ten megabytes in one document are refused at once, as the server would."""
    found = _read("a: 1\n---\n" + "- item\n" * (MAX_DOCUMENT // 7 + 1) + "---\nb: 1\n")
    assert [d.value for d in found] == [{"a": 1}, {}, {"b": 1}]
    assert _rules(found) == ["document-size"]


def test_directives_belong_to_their_document() -> None:
    """The server takes what kubectl refuses: read, with a warning; YAML 1.2 is refused by both."""
    first, second = _read("# 5% c\n%YAML 1.1\n---\na: 1\n---\nb: 50%\n")
    assert (first.value, second.value) == ({"a": 1}, {"b": "50%"})
    assert [(f.rule, f.line) for f in first.findings] == [("yaml-directive", 2)]
    assert _rules([second]) == []
    assert _rules(_read("%YAML 1.2\n---\na: 1\n")) == ["yaml-syntax"]


def test_large_json_is_refused_but_for_lists_and_streams() -> None:
    """Each object of a stream and each item of a list is a request of its own."""
    pad = "x" * 1_100_000
    assert _rules(_read(f'{{"a": ["{pad}", "{pad}", "{pad}"]}}')) == ["document-size"]
    assert _rules(_read(f'{{"a": "{pad}"}}' * 3)) == []
    assert len(_read(f'{{"items": [{{"a": "{pad}"}}, {{"a": "{pad}"}}, {{"a": "{pad}"}}]}}')) == 3
    assert len(_read(f"kind: List\nitems:\n- a: {pad}\n- a: {pad}\n- a: {pad}\n")) == 3


def test_what_follows_the_end_is_a_warning() -> None:
    """Content that the server would drop in silence is pointed out, and is no error."""
    (document,) = _read("kind: A\n...\nkind: B\n")
    (finding,) = document.findings
    assert (finding.rule, finding.severity, finding.line) == (
        "yaml-document-end",
        Severity.WARNING,
        3,
    )


def test_properties_survive_wrong_types() -> None:
    """Names of a wrong type count as absent."""
    (document,) = _read("kind: [x]\napiVersion: 1\nmetadata: {name: 5, namespace: ''}\n")
    assert document.kind is document.api_version is document.name is document.namespace is None
    (document,) = _read("metadata: x\n")
    assert document.name is None


def test_an_object_of_ours_is_a_document() -> None:
    """What dsctl made itself has no source."""
    document = made({"kind": "DaemonSet", "metadata": {"name": "x"}})
    assert (document.source, document.name, document.findings) == ("", "x", [])


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus does not stand beside the checkout")
def test_the_corpus_is_read() -> None:
    """Every manifest holds a DaemonSet, and only the one that says so repeats keys."""
    for path in sorted(p for p in CORPUS.iterdir() if p.suffix != ".tsv"):
        found = list(decode(path.read_bytes(), path.name))
        assert any(d.kind == "DaemonSet" for d in found), path.name
        expected = ["key-duplicate"] if "duplicate-property" in path.name else []
        assert _rules(found) == expected, path.name
