"""``validate --fix``: manifests of removed apiVersions rewritten in place, comments kept.

Only the text that has to change is touched: the apiVersion, ``spec.templateGeneration``, and a
``spec.selector`` with the template's labels, which is what the old versions defaulted it to. The
result is read again, and a document that did not come out as meant is left as it was.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import Any

from dsctl.domain.findings import Severity
from dsctl.manifests.documents import Document, decode
from dsctl.manifests.identity import CURRENT, REMOVED, is_daemonset
from dsctl.manifests.scalars import TagError, plain

_BOM = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file rewritten: its bytes, and what was done or could not be done, a line each."""

    data: bytes
    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Edit:
    """Replace ``text[start:end]`` of the file."""

    start: int
    end: int
    replacement: str


def fix(data: bytes, source: str) -> Fixed:
    """The file with every DaemonSet of a removed apiVersion moved to apps/v1.

    Files in another encoding than UTF-8, and those that don't parse, come back as they are.
    """
    mark = _BOM if data.startswith(_BOM) else b""
    try:
        text = data.removeprefix(mark).decode()
    except UnicodeDecodeError:
        return Fixed(data, left=(f"{source}: not UTF-8",))
    done: list[str] = []
    left: list[str] = []
    # From the end, so that the offsets of the documents before stay right.
    for document in reversed(list(decode(data, source))):
        if not is_daemonset(document) or document.api_version not in REMOVED:
            continue
        label = f"{source}:{document.line}: DaemonSet {document.name or ''}".rstrip()
        try:
            changed = _applied(text, _edits(text, document))
            _verify(changed, document, source)
        except _CanNotFix as reason:
            left.append(f"{label}: {reason}")
        else:
            text = changed
            done.append(f"{label}: {document.api_version} is now {CURRENT}{_note(document)}")
    return Fixed(mark + text.encode(), tuple(reversed(done)), tuple(reversed(left)))


class _CanNotFix(Exception):
    """Why a document is left as it was."""


def _note(document: Document) -> str:
    spec = document.value.get("spec")
    if document.api_version == "extensions/v1beta1" and "updateStrategy" not in (spec or {}):
        return "; it now rolls by itself (before: OnDelete)"
    return ""


def _edits(text: str, document: Document) -> list[_Edit]:
    spec = document.value.get("spec")
    if not isinstance(spec, dict):
        raise _CanNotFix("it has no spec")
    edits = [_new_version(text, document)]
    if not spec.get("selector"):
        if "selector" in spec:
            raise _CanNotFix("its spec.selector is empty: write it out")
        edits.append(_new_selector(text, document, spec))
    if "templateGeneration" in spec:
        edits.append(_without(text, document, "spec.templateGeneration"))
    return edits


def _new_version(text: str, document: Document) -> _Edit:
    old = document.api_version or ""
    start = _offset(text, document, "apiVersion")
    start += text[start : start + 1] in ("'", '"')
    if text[start : start + len(old)] != old:
        raise _CanNotFix("its apiVersion comes from elsewhere (an alias or a tag)")
    return _Edit(start, start + len(old), CURRENT)


def _new_selector(text: str, document: Document, spec: dict[str, Any]) -> _Edit:
    template = spec.get("template")
    metadata = template.get("metadata") if isinstance(template, dict) else None
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    if not isinstance(labels, dict) or not labels or not all(map(_is_text, labels.values())):
        raise _CanNotFix("the template has no labels to select by")
    start = _offset(text, document, "spec.template", of_key=True)
    line = text.rfind("\n", 0, start) + 1
    indent = text[line:start]
    if document.is_json or indent.strip():  # or flow style
        gap = " " if indent.strip() else f"\n{indent}"
        return _Edit(start, start, f'"selector": {json.dumps({"matchLabels": labels})},{gap}')
    newline = "\r\n" if text[line - 2 : line] == "\r\n" else "\n"
    rows = ["selector:", "  matchLabels:"]
    rows += [f"    {_written(key)}: {_written(value)}" for key, value in labels.items()]
    line = _above_comments(text, line, indent)
    return _Edit(line, line, "".join(f"{indent}{row}{newline}" for row in rows))


def _without(text: str, document: Document, path: str) -> _Edit:
    start = _offset(text, document, path, of_key=True)
    value = _offset(text, document, path)
    line = text.rfind("\n", 0, start) + 1
    if not document.is_json and not text[line:start].strip():
        end = text.find("\n", value)
        return _Edit(line, end + 1 if end >= 0 else len(text), "")
    end = value
    while end < len(text) and text[end] not in ",}\n":
        end += 1
    if text[end : end + 1] == ",":
        return _Edit(start, end + 1 + len(text[end + 1 :]) - len(text[end + 1 :].lstrip()), "")
    before = text.rfind(",", 0, start)
    return _Edit(before if before > text.rfind("{", 0, start) else start, end, "")


def _offset(text: str, document: Document, path: str, *, of_key: bool = False) -> int:
    """An offset of the document as one of its file."""
    positions = document.positions
    offset = positions.offset(path, of_key=of_key)
    if offset is None:
        raise _CanNotFix(f"{path} is not set")
    start = 0
    for _ in range(positions.line - 1):
        start = text.index("\n", start) + 1
    if not text.startswith(positions.text, start):
        raise _CanNotFix("it stands in a file together with what was changed before it")
    return start + offset


def _above_comments(text: str, line: int, indent: str) -> int:
    """The start of the comment lines right above a line, if they are indented like it."""
    while line:
        above = text.rfind("\n", 0, line - 1) + 1
        if not text[above:line].startswith(f"{indent}#"):
            break
        line = above
    return line


def _written(value: str) -> str:
    """A key or value as YAML, in quotes where it would not be read as this string."""
    simple = value.replace("-", "").replace(".", "").replace("/", "").replace("_", "")
    try:
        same = simple.isalnum() and value.isascii() and plain(value) == value
    except TagError:
        same = False
    return value if same and value[0].isalnum() else json.dumps(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _applied(text: str, edits: list[_Edit]) -> str:
    for edit in sorted(edits, key=lambda e: e.start, reverse=True):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text


def _verify(text: str, document: Document, source: str) -> None:
    """Raise unless the document now reads as it did, but for what was to change."""
    found = list(decode(text.encode(), source))
    new = found[document.index] if document.index < len(found) else None
    spec = dict(document.value["spec"])
    spec.pop("templateGeneration", None)
    if not spec.get("selector"):
        spec["selector"] = {"matchLabels": spec["template"]["metadata"]["labels"]}
    expected = {**document.value, "apiVersion": CURRENT, "spec": spec}
    broken = new is None or any(
        f.severity is Severity.ERROR and f not in document.findings and f.rule != "key-duplicate"
        for f in new.findings
    )
    if new is None or broken or new.value != expected:
        raise _CanNotFix("its text is too unusual to be changed safely")
