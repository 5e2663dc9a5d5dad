"""Objects as ``kubectl -o json`` prints them, byte for byte.

Ported from cli-runtime ``printers/json.go`` and ``printers/managedfields.go``: Go's
``encoding/json`` over unstructured content, so keys sorted by their bytes (those of a ``Struct`` in
its order), four spaces of indent, and ``<``, ``>``, ``&``, U+2028 and U+2029 escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from json.encoder import encode_basestring as quote
from typing import Any, TextIO

from dsctl.domain.struct import Struct
from dsctl.render.gonumbers import json_float, json_int

INDENT = "    "
_FLUSH_AT = 256  # list items joined to one write


def without_managed_fields(obj: dict[str, Any]) -> dict[str, Any]:
    """``obj`` without ``metadata.managedFields``, those of its ``items`` too if it is a list.

    Copies what it changes and nothing else.
    """
    items = obj.get("items")
    if isinstance(items, list):
        bare = [without_managed_fields(i) if isinstance(i, dict) else i for i in items]
        return {**obj, "items": bare}
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or "managedFields" not in metadata:
        return obj
    trimmed = type(metadata)((k, v) for k, v in metadata.items() if k != "managedFields")
    return type(obj)({**obj, "metadata": trimmed})


def as_list(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The ``v1`` List that kubectl wraps the objects of a list or of several names in."""
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}


def print_json(obj: Any, stream: TextIO) -> None:
    """Write ``obj`` and a newline; a long list goes out in pieces."""
    for piece in pieces(obj):
        stream.write(piece)
    stream.write("\n")


def encode(value: Any) -> str:
    """``json.MarshalIndent(value, "", "    ")``."""
    return _go_escapes(_indented(value, "\n"))


def compact(value: Any) -> str:
    """``json.Marshal(value)``: one line without spaces."""
    return _go_escapes(_dense(value))


def pieces(obj: Any) -> Iterator[str]:
    """``encode(obj)`` cut so that a list of thousands of objects is never one string."""
    items = obj.get("items") if isinstance(obj, dict) else None
    if not isinstance(items, list) or len(items) <= _FLUSH_AT:
        yield encode(obj)
        return
    separator = "{\n" + INDENT
    for key in sorted(obj):
        yield separator
        if key == "items":
            yield from _items_pieces(items)
        else:
            yield encode(key) + ": " + _go_escapes(_indented(obj[key], "\n" + INDENT))
        separator = ",\n" + INDENT
    yield "\n}"


def _items_pieces(items: list[Any]) -> Iterator[str]:
    pad = "\n" + INDENT * 2
    yield '"items": ['
    for start in range(0, len(items), _FLUSH_AT):
        batch = [pad + _indented(item, pad) for item in items[start : start + _FLUSH_AT]]
        yield _go_escapes(("," if start else "") + ",".join(batch))
    yield "\n" + INDENT + "]"


def _go_escapes(text: str) -> str:
    """What ``encoding/json`` escapes and Python does not; outside of strings none can occur."""
    if "<" in text:
        text = text.replace("<", "\\u003c")
    if ">" in text:
        text = text.replace(">", "\\u003e")
    if "&" in text:
        text = text.replace("&", "\\u0026")
    if not text.isascii():
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        text = without_surrogates(text)
    return text


def without_surrogates(text: str) -> str:
    """Lone surrogates as U+FFFD, which is what Go's decoder makes of ``"\\ud800"``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def _indented(value: Any, pad: str) -> str:
    """``value`` with continuation lines after ``pad``, a newline and the indent so far."""
    kind = type(value)
    if kind is str:
        return quote(value)
    inner = pad + INDENT
    if kind is dict or kind is Struct:
        if not value:
            return "{}"
        items = value.items() if kind is Struct else sorted(value.items(), key=_first)
        fields = [
            f"{quote(k)}: {quote(v) if type(v) is str else _indented(v, inner)}" for k, v in items
        ]
        return f"{{{inner}{f',{inner}'.join(fields)}{pad}}}"
    if kind is list:
        if not value:
            return "[]"
        return f"[{inner}{f',{inner}'.join([_indented(v, inner) for v in value])}{pad}]"
    return _scalar(value)


def _dense(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return quote(value)
    if kind is dict:
        fields = [f"{quote(k)}:{_dense(v)}" for k, v in sorted(value.items(), key=_first)]
        return f"{{{','.join(fields)}}}"
    if kind is list:
        return f"[{','.join([_dense(v) for v in value])}]"
    return _scalar(value)


def _first(item: tuple[str, Any]) -> str:
    return item[0]


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return json_int(value)
    if isinstance(value, float):
        return json_float(value)
    if isinstance(value, str):
        return quote(str(value))
    raise TypeError(f"not a JSON value: {type(value).__name__}")
