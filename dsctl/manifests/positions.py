"""Where a field stands in its file: from a path as the API server writes it to line and column."""

from __future__ import annotations

from typing import Any

Place = tuple[int, int]


class Positions:
    """The places of one document. ``line`` is the line of the file on which its text begins."""

    __slots__ = ("_marks", "_root", "_text", "line")

    def __init__(self, text: str, line: int, marks: Any = 0, root: int | None = None) -> None:
        self._text = text
        self._marks = marks
        self._root = root if root is not None else _offset(marks)
        self.line = line

    def below(self, *steps: str | int) -> Positions:
        """The places of a value inside, as a document of its own (an item of a List)."""
        marks = self._marks
        for one in steps:
            child = marks[1][one]
            marks = child[1] if isinstance(one, str) else child
        return Positions(self._text, self.line, marks)

    def lookup(self, path: str) -> Place:
        """Line and column, from 1, of the value at ``path``, or of its nearest parent.

        A scalar is shown where its value stands, a mapping or list at its key, an item at its
        first key. ``""`` is the document.
        """
        return self.at(self._find(path, of_key=False)[0])

    def lookup_key(self, path: str) -> Place:
        """The same, but of the key of the last step."""
        return self.at(self._find(path, of_key=True)[0])

    def find(self, path: str) -> Place | None:
        """As ``lookup``, but None where the document has no value at ``path``."""
        offset, found = self._find(path, of_key=False)
        return self.at(offset) if found else None

    def offset(self, path: str, *, of_key: bool = False) -> int | None:
        """The offset of the value (or of the key) at ``path`` in ``text``; None without one."""
        offset, found = self._find(path, of_key=of_key)
        return offset if found else None

    @property
    def text(self) -> str:
        """The text that offsets count in: a chunk of a YAML file, the whole of a JSON one."""
        return self._text

    def at(self, offset: int) -> Place:
        """Line and column of an offset of the text."""
        start = self._text.rfind("\n", 0, offset) + 1
        return self.line + self._text.count("\n", 0, start), offset - start + 1

    def excerpt(self, line: int) -> str:
        """The text of a line of the file, if it is one of this document's; else ``""``."""
        lines = self._text.split("\n", line - self.line + 1) if line >= self.line else []
        wanted = line - self.line
        return lines[wanted].rstrip("\r") if 0 <= wanted < len(lines) else ""

    def _find(self, path: str, *, of_key: bool) -> tuple[int, bool]:
        marks, offset, rest = self._marks, self._root, path
        while rest:
            found = _step(marks, rest)
            if found is None:
                return offset, False
            child, rest, key_offset = found
            scalar = not isinstance(child, tuple)
            shown = _offset(child) if key_offset is None or (scalar and not of_key) else key_offset
            marks, offset = child, shown
        return offset, True


def _step(marks: Any, path: str) -> tuple[Any, str, int | None] | None:
    """The child that the first step of ``path`` names, the steps after it, its key's offset."""
    if not isinstance(marks, tuple):
        return None
    children = marks[1]
    if isinstance(children, list):
        end = path.find("]")
        index = path[1:end] if path[0] == "[" else ""
        if not index.isdigit() or int(index) >= len(children):
            return None
        return children[int(index)], path[end + 1 :].removeprefix("."), None
    if path[0] == "[":  # a key of a map of strings: limits[cpu]
        end = path.find("]")
        entry = children.get(path[1:end])
        return None if entry is None else (entry[1], path[end + 1 :].removeprefix("."), entry[0])
    end = -1
    while end < len(path):  # a key may hold dots and brackets itself
        end = _next_end(path, end + 1)
        entry = children.get(path[:end])
        if entry is not None:
            return entry[1], path[end:].removeprefix("."), entry[0]
    return None


def _next_end(path: str, start: int) -> int:
    """Where a step of ``path`` may end, from ``start`` on."""
    dot, bracket = path.find(".", start), path.find("[", start)
    if dot < 0 or bracket < 0:
        end = max(dot, bracket)
        return end if end >= 0 else len(path)
    return min(dot, bracket)


def _offset(marks: Any) -> int:
    """Where a value begins: an item that is a mapping, at its first key."""
    offset: int = marks[0] if isinstance(marks, tuple) else marks
    return offset
