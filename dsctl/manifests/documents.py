"""Documents: one Kubernetes object each, with what its text says about it and where.

``decode`` turns the bytes of one file into documents and never raises: text that can't be read
becomes a document with an empty value and a finding that says where and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dsctl.domain.findings import Finding, Severity
from dsctl.manifests.compose import compose
from dsctl.manifests.encoding import decode_text
from dsctl.manifests.lists import Steps, flatten, prefix
from dsctl.manifests.parsed import BrokenText, Composed
from dsctl.manifests.positions import Positions
from dsctl.manifests.split import Chunk, has_directives, split

#: What the API server takes as one request (MaxRequestBodyBytes), in bytes. A List may be larger,
#: since its items are sent one by one.
MAX_DOCUMENT = 3 * 1024 * 1024
MAX_LIST = 32 * 1024 * 1024
_LIST = re.compile(
    r"""^(?:items|kind):[ \t]*(?:\w*List)?[ \t\r]*$|"items"\s*:\s*\[""", re.MULTILINE
)


@dataclass(slots=True)
class Document:
    """One object of a file.

    ``source`` is the path as given (``-`` for stdin), ``index`` counts the objects of the source
    from 0. ``value`` is the object as the API server would decode it, empty where the text is
    broken or no object. ``text`` is its own text, to send as it stands (``is_json`` tells how),
    None for an item of a List. ``findings`` is what reading it found.
    """

    source: str
    index: int
    value: dict[str, Any]
    positions: Positions
    text: str | None = None
    is_json: bool = False
    findings: list[Finding] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The line of the file, from 1, on which the object begins."""
        return self.positions.lookup("")[0]

    @property
    def api_version(self) -> str | None:
        """``apiVersion``, None where it is absent or no string."""
        return self._text("apiVersion")

    @property
    def kind(self) -> str | None:
        """``kind``, None where it is absent or no string."""
        return self._text("kind")

    @property
    def namespace(self) -> str | None:
        """``metadata.namespace``, None where it is absent, empty or no string."""
        return self._metadata("namespace")

    @property
    def name(self) -> str | None:
        """``metadata.name``, None where it is absent, empty or no string."""
        return self._metadata("name")

    def finding(
        self,
        severity: Severity,
        rule: str,
        path: str,
        message: str,
        hint: str | None = None,
        place: tuple[int, int] | None = None,
    ) -> Finding:
        """A finding at ``place`` (line, column), else at the value of ``path``."""
        line, column = place or self.positions.lookup(path)
        excerpt, caret = self.positions.excerpt(line, column)
        return Finding(severity, rule, path, message, hint, line, column, excerpt, caret)

    def _text(self, key: str) -> str | None:
        found = self.value.get(key)
        return found if isinstance(found, str) else None

    def _metadata(self, key: str) -> str | None:
        metadata = self.value.get("metadata")
        found = metadata.get(key) if isinstance(metadata, dict) else None
        return found if isinstance(found, str) and found else None


def made(value: dict[str, Any]) -> Document:
    """A document for an object that dsctl made itself: no source, no lines."""
    return Document("", 0, value, Positions("", 1))


@dataclass(slots=True)
class _Piece:
    """The text of one document and what became of it. ``line``: of the text in ``positions``."""

    text: str
    is_json: bool
    whole: str
    line: int
    read: Composed | BrokenText


def decode(data: bytes, source: str) -> Iterator[Document]:
    """The documents of one file, in order; empty ones are left out, Lists taken apart."""
    try:
        text = decode_text(data)
    except BrokenText as error:
        lossy = data.decode("utf-8", "replace")
        yield _broken(_Piece("", False, lossy, 1, error), source, error, 0)
        return
    index = 0
    for piece in _pieces(text):
        for document in _documents(piece, source, index):
            yield document
            index += 1


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut a stream as kubectl's YAMLOrJSONDecoder does: JSON objects first, YAML from there on."""
    at, count, error = 0, 0, None
    if text.lstrip()[:1] == "{":
        from dsctl.manifests.jsontext import extent, read_object, skip_blanks

        large = len(text) * 4 > MAX_DOCUMENT
        while (at := skip_blanks(text, at)) < len(text):
            too_large = _limited(text[at : extent(text, at)]) if large else None
            if too_large is not None:
                too_large.offset = at
                yield _Piece("", True, text, 1, too_large)
                return
            try:
                read, end = read_object(text, at)
            except BrokenText as broken:
                error = broken
                break
            yield _Piece(text[at:end], True, text, 1, read)
            at, count = end, count + 1
    if error is not None and (count > 1 or _is_json_at(text, at)):
        # kubectl takes what is no JSON for YAML, but tells of the JSON error where both fail.
        pieces = list(_yaml_pieces(text, at)) if count < 2 else []
        if not pieces or any(isinstance(piece.read, BrokenText) for piece in pieces):
            yield _Piece(text[at:], True, text, 1, error)
            return
        yield from pieces
        return
    yield from _yaml_pieces(text, at)


def _yaml_pieces(text: str, at: int) -> Iterator[_Piece]:
    for chunk in split(text[at:], 1 + text.count("\n", 0, at)):
        yield _Piece(chunk.text, False, chunk.text, chunk.line, _compose(chunk))


def _compose(chunk: Chunk) -> Composed | BrokenText:
    if chunk.stray is not None:
        return BrokenText(
            "yaml-syntax",
            "only a comment may follow --- on its line",
            3,
            "begin the document on the next line; kubectl refuses it here",
        )
    too_large = _limited(chunk.text)
    if too_large is not None:
        return too_large
    try:
        return compose(chunk.text)
    except BrokenText as error:
        return error


def _limited(text: str) -> BrokenText | None:
    """An error for text too large to be one object, or even a list of them."""
    if len(text) * 4 <= MAX_DOCUMENT or len(text.encode()) <= MAX_DOCUMENT:
        return None
    if len(text) <= MAX_LIST and _LIST.search(text):
        return None
    return BrokenText(
        "document-size", "larger than the 3 MiB that the API server takes in one request", 0
    )


def _is_json_at(text: str, at: int) -> bool:
    """Whether a JSON object begins here, and no flow mapping of YAML and no template."""
    return text[at:].lstrip().removeprefix("{").lstrip()[:1] in ('"', "}", "")


def _documents(piece: _Piece, source: str, index: int) -> Iterator[Document]:
    read = piece.read
    if isinstance(read, BrokenText):
        yield _broken(piece, source, read, index)
        return
    positions = Positions(piece.whole, piece.line, read.marks)
    for number, (value, steps) in enumerate(flatten(read.value)):
        if value is None and not steps:
            return
        document = Document(source, index + number, {}, positions.below(*steps))
        if steps:
            document.is_json = piece.is_json
        else:
            document.text, document.is_json = piece.text, piece.is_json
        if isinstance(value, dict):
            document.value = value
        else:
            document.findings.append(_not_an_object(document, value))
        document.findings += _repeated(document, read, steps, first=number == 0)
        if not number:
            document.findings += _warnings(document, piece, read)
        yield document


def _broken(piece: _Piece, source: str, error: BrokenText, index: int) -> Document:
    positions = Positions(piece.whole, piece.line, error.offset)
    document = Document(source, index, {}, positions, piece.text or None, piece.is_json)
    document.findings.append(
        document.finding(Severity.ERROR, error.rule, "", error.message, error.hint)
    )
    return document


def _repeated(document: Document, read: Composed, steps: Steps, *, first: bool) -> list[Finding]:
    inside = prefix(steps)
    found = []
    for one in read.repeated:
        if not one.path.startswith(inside) and (not first or one.path.startswith("items[")):
            continue  # it belongs to another item; what belongs to none goes to the first
        path = one.path.removeprefix(inside)
        message = f'key "{one.key}" already set in map'
        hint = None
        if one.by_merge:
            message = f'key "{one.key}" already set in map, by a merge (<<)'
            hint = "the server takes an overridden merge for a repeated key: write the fields out"
        place = document.positions.at(one.offset)
        found.append(document.finding(Severity.ERROR, "key-duplicate", path, message, hint, place))
    return found


def _warnings(document: Document, piece: _Piece, read: Composed) -> Iterator[Finding]:
    """What the server reads as it stands, but hardly as it was meant."""
    if read.ignored is not None:
        yield document.finding(
            Severity.WARNING,
            "yaml-document-end",
            "",
            "the document ends before this: kubectl and the API server never read it",
            "separate documents with ---, and begin all keys of an object in one column",
            document.positions.at(read.ignored),
        )
    if not piece.is_json and "%" in piece.text and has_directives(piece.text):
        yield document.finding(
            Severity.WARNING,
            "yaml-directive",
            "",
            "kubectl refuses a manifest with a % directive",
            "remove the line",
            document.positions.at(f"\n{piece.text}".index("\n%")),
        )


_NAMES = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list"}


def _not_an_object(document: Document, value: Any) -> Finding:
    what = _NAMES.get(type(value), "null")
    message = f"a document must be an object with apiVersion and kind, not {what}"
    return document.finding(Severity.ERROR, "document-type", "", message)
