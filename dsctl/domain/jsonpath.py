"""JSONPath as kubectl has it: what a template finds in an object.

Ported from ``k8s.io/client-go/util/jsonpath`` (``FindResults`` and the ``eval…`` functions).
Missing keys give nothing instead of an error, as ``AllowMissingKeys(true)``. Maps are walked in
the order they have, where Go walks them in none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dsctl.domain.jsonpath_syntax import (
    Field,
    Filter,
    JSONPathError,
    Literal,
    Node,
    Recursive,
    Slice,
    Steps,
    Text,
    Union,
    Wildcard,
    Word,
    parse,
)

__all__ = ["JSONPath", "JSONPathError", "JSONPathMismatch"]


class JSONPathMismatch(ValueError):
    """The template does not fit the object: an index out of bounds, a filter on no list."""


class JSONPath:
    """A template, read once. Raises JSONPathError where it can't be read."""

    def __init__(self, template: str) -> None:
        self.parts = parse(template)

    def find(self, data: Any) -> list[list[Any]]:
        """One list of values for each text and each pair of braces. Raises JSONPathMismatch."""
        return _Run().find(self.parts, data)


class _Run:
    """One evaluation; ``_begin``, ``_depth`` and ``_end`` track ``{range}`` … ``{end}``."""

    def __init__(self) -> None:
        self._begin = self._depth = self._end = 0
        self._last_end: Node | None = None

    def find(self, nodes: Sequence[Text | Steps], data: Any) -> list[list[Any]]:
        full: list[list[Any]] = []
        at = 0
        while at < len(nodes):
            results = self._walk([data], nodes[at])
            if 0 < self._end <= self._depth:
                self._end -= 1
                self._last_end = nodes[at]
                break
            if self._begin:
                full += self._loop(nodes[at + 1 :], results)
                ends = (k for k in range(at + 1, len(nodes)) if nodes[k] is self._last_end)
                at = next(ends, at)
            else:
                full.append(results)
            at += 1
        return full

    def _loop(self, body: Sequence[Text | Steps], values: list[Any]) -> list[list[Any]]:
        self._begin -= 1
        self._depth += 1
        found: list[list[Any]] = []
        for value in values:
            found += self.find(body, value)
        if not values:
            self.find(body, None)  # only to learn where the range ends
        self._depth -= 1
        return found

    def _walk(self, values: list[Any], node: Node) -> list[Any]:
        match node:
            case Steps(nodes):
                for inner in nodes:
                    values = self._walk(values, inner)
                return values
            case Text(text):
                return [text]
            case Literal(value):
                return [value for _ in values]
            case Field(name):
                return [v[name] for v in values if isinstance(v, dict) and name in v]
            case Slice():
                return _slices(values, node)
            case Wildcard():
                return [child for v in values for child in _children(v)]
            case Recursive():
                return list(_descend(values))
            case Union(members):
                return [found for member in members for found in self._walk(values, member)]
            case Filter():
                return [item for v in values for item in self._filter(v, node)]
            case Word(name):
                return self._word(values, name)

    def _word(self, values: list[Any], name: str) -> list[Any]:
        if name == "range":
            self._begin += 1
            return values
        if name != "end":
            raise JSONPathMismatch(f"unrecognized identifier {name}")
        if not self._depth:
            raise JSONPathMismatch("not in range, nothing to end")
        self._end += 1
        return []

    def _filter(self, value: Any, node: Filter) -> Iterable[Any]:
        if not isinstance(value, list):
            raise JSONPathMismatch(
                f"{_go_text(value)} is not array or slice and cannot be filtered"
            )
        for item in value:
            if node.operator == "exists":
                try:
                    keep = bool(self._walk([item], node.left))
                except JSONPathMismatch:
                    keep = False
            else:
                keep = self._holds(item, node)
            if keep:
                yield item

    def _holds(self, item: Any, node: Filter) -> bool:
        left = self._walk([item], node.left)
        if not left:
            return False
        right = self._walk([item], node.right) if len(left) == 1 else left
        if len(right) > 1:
            raise JSONPathMismatch("can only compare one element at a time")
        return bool(right) and _compare(left[0], node.operator, right[0])


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, str):
        return list(value.encode(errors="replace"))  # Go indexes a string by bytes
    return list(value) if isinstance(value, list) else []


def _descend(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        children = _children(value)
        if children:
            yield value
            yield from _descend(children)


def _slices(values: Iterable[Any], node: Slice) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value is None:
            continue
        items = _slice(value, node)
        if items is None:
            break  # as evalArray does: the first empty slice hides those after it
        found += items
    return found


def _slice(value: Any, node: Slice) -> list[Any] | None:
    """The items, or None where the bounds ask for none at all."""
    if not isinstance(value, list):
        raise JSONPathMismatch(f"{_go_type(value)} is not array or slice")
    size = len(value)
    start = node.start or 0
    if start < 0:
        start += size
    end = size if node.end is None else node.end
    if end < 0 or (end == 0 and node.derived):
        end += size
    if start == end:
        return None
    if not 0 <= start < size:
        raise JSONPathMismatch(f"array index out of bounds: index {start}, length {size}")
    if not 0 <= end <= size:
        raise JSONPathMismatch(f"array index out of bounds: index {end - 1}, length {size}")
    if start > end:
        raise JSONPathMismatch(f"starting index {start} is greater than ending index {end}")
    if node.step is not None and node.step <= 0:
        raise JSONPathMismatch("step must be > 0")
    return value[start : end : node.step or 1]


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    kinds = {int: "int", float: "float", str: "string"}
    if type(value) not in kinds:
        raise JSONPathMismatch("invalid type for comparison")
    return kinds[type(value)]


def _compare(left: Any, operator: str, right: Any) -> bool:
    """As Go's text/template compares: only values of one kind, and booleans only for equality."""
    if operator not in ("==", "!=", "<", "<=", ">", ">="):
        raise JSONPathMismatch(f"unrecognized filter operator {operator}")
    kind = _kind(left)
    if kind != _kind(right):
        raise JSONPathMismatch("incompatible types for comparison")
    if operator in ("==", "!="):
        return bool((left == right) == (operator == "=="))
    if kind == "bool":
        raise JSONPathMismatch("invalid type for comparison")
    below, above = left < right, left > right
    return bool({"<": below, "<=": not above, ">": above, ">=": not below}[operator])


def _go_type(value: Any) -> str:
    names = {dict: "map[string]interface {}", str: "string", bool: "bool", int: "int64"}
    return names.get(type(value), "float64")


def _go_text(value: Any) -> str:
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{_go_text(v)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(_go_text(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)
