"""Objects as ``kubectl -o yaml`` prints them, byte for byte.

Ported from cli-runtime ``printers/yaml.go``, which is sigs.k8s.io/yaml: JSON, then the block
style of goyaml.v2, sequences not indented under their key, text folded past column 80. One
difference: kubectl fails on control characters that JSON leaves alone (DEL, U+0080 to U+009F)
and folds U+0085 away; here they are quoted and kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from dsctl.render.gonumbers import yaml_float, yaml_int
from dsctl.render.yamlkeys import sorted_keys
from dsctl.render.yamlscalar import BREAKS, WIDTH, block, folded, is_simple_key, one_line

SEPARATOR = "---\n"
_REMEMBERED = 128  # strings up to this long are worth remembering


def encode(value: Any) -> str:
    """``yaml.Marshal(value)`` of sigs.k8s.io/yaml, with its final newline."""
    return _Encoder().document(value)


def print_yaml(obj: Any, stream: TextIO) -> None:
    """Write one document; the items of a list go out one by one."""
    for piece in pieces(obj):
        stream.write(piece)


def pieces(obj: Any) -> Iterator[str]:
    """``encode(obj)`` cut so that a list of thousands of objects is never one string."""
    encoder = _Encoder()
    items = obj.get("items") if isinstance(obj, dict) else None
    if not isinstance(items, list) or not items:
        yield encoder.document(obj)
        return
    for key in sorted_keys(obj):
        if key != "items":
            yield encoder.document({key: obj[key]})
            continue
        yield "items:\n"
        for item in items:
            yield encoder.document([item])


class _Encoder:
    """One document's emitter; remembers the order of key sets and how short strings are quoted."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._orders: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        self._lines: dict[str, str | None] = {}

    def document(self, value: Any) -> str:
        self._out = []
        if isinstance(value, dict) and value:
            self._mapping(value, 0, "")
        elif isinstance(value, (list, tuple)) and value:
            self._sequence(value, 0, "")
        else:
            self._end(self._scalar(value, 0, 2))
        return "".join(self._out)

    def _mapping(self, value: dict[str, Any], indent: int, pad: str) -> None:
        """``pad`` stands before the first key only: what is left of the line it starts on."""
        out = self._out
        margin = " " * indent
        for key, shown in self._keys(value):
            item = value[key]
            if not shown:
                self._complex_entry(key, item, indent, pad)
                pad = margin
                continue
            kind = type(item)
            if kind is str:
                text = self._string(item, indent + len(shown) + 2, indent + 2)
                self._end(f"{pad}{shown}: {text}")
            elif kind is dict and item:
                out.append(f"{pad}{shown}:\n")
                self._mapping(item, indent + 2, margin + "  ")
            elif kind is list and item:
                out.append(f"{pad}{shown}:\n")
                self._sequence(item, indent, margin)
            else:
                out.append(f"{pad}{shown}: {self._scalar(item, 0, 0)}\n")
            pad = margin

    def _sequence(self, value: list[Any] | tuple[Any, ...], indent: int, pad: str) -> None:
        margin = " " * indent
        for item in value:
            self._inline(pad + "- ", item, indent + 2)
            pad = margin

    def _complex_entry(self, key: str, item: Any, indent: int, pad: str) -> None:
        self._inline(pad + "? ", key, indent + 2)
        self._inline(" " * indent + ": ", item, indent + 2)

    def _inline(self, lead: str, item: Any, indent: int) -> None:
        """A node that starts on the line of its ``- ``, ``? `` or ``: ``."""
        kind = type(item)
        if kind is dict and item:
            self._mapping(item, indent, lead)
        elif kind is list and item:
            self._sequence(item, indent, lead)
        else:
            self._end(lead + self._scalar(item, indent, indent))

    def _end(self, text: str) -> None:
        """Close the line, unless a literal block has closed it."""
        self._out.append(text if text[-1] in BREAKS else text + "\n")

    def _keys(self, value: dict[str, Any]) -> list[tuple[str, str]]:
        """The keys in order, each with its text; the text is empty for a complex key."""
        names = tuple(value)
        order = self._orders.get(names)
        if order is None:
            order = [
                (k, (one_line(k) or "") if is_simple_key(k) else "") for k in sorted_keys(names)
            ]
            self._orders[names] = order
        return order

    def _string(self, text: str, column: int, indent: int) -> str:
        lines = self._lines
        if text in lines:
            line = lines[text]
        else:
            line = one_line(text)
            if len(text) <= _REMEMBERED:
                lines[text] = line
        if line is None:
            return block(text, column, indent)
        if column + len(line) > WIDTH and " " in line:
            return folded(line, column, indent)
        return line

    def _scalar(self, value: Any, column: int, indent: int) -> str:
        if isinstance(value, str):
            return self._string(value, column, indent)
        if value is None:
            return "null"
        if value is True:
            return "true"
        if value is False:
            return "false"
        if isinstance(value, int):
            return yaml_int(value)
        if isinstance(value, float):
            return yaml_float(value)
        if isinstance(value, dict):
            return "{}"
        if isinstance(value, (list, tuple)):
            return "[]"
        raise TypeError(f"not a JSON value: {type(value).__name__}")
