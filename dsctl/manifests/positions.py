"""Where a field stands in its file: from a path as the API server writes it to line and column."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

Place = tuple[int, int]

#: Lines longer than this are cut around the column when they are shown.
MAX_EXCERPT = 400


class _Lines:
    """The offsets at which the lines of a text begin, found when they are first asked for."""

    __slots__ = ("starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []

    def find(self, offset: int) -> tuple[int, int]:
        """The index of the line that holds ``offset``, and where it begins."""
        if not self.starts:
            self._index()
        index = bisect_right(self.starts, offset) - 1
        return index, self.starts[index]

    def line(self, index: int) -> tuple[int, int]:
        """Where the line begins and ends, its line break left out."""
        if not self.starts:
            self._index()
        last = index + 1 == len(self.starts)
        return self.starts[index], len(self.text) if last else self.starts[index + 1] - 1

    def _index(self) -> None:
        starts, at = [0], self.text.find("\n") + 1
        while at:
            starts.append(at)
            at = self.text.find("\n", at) + 1
        self.starts = starts


class Positions:
    """The places of one document. ``line`` is the line of the file on which its text begins."""

    __slots__ = ("_lines", "_marks", "_root", "line")

    def __init__(self, text: str | _Lines, line: int, marks: Any = 0) -> None:
        self._lines = _Lines(text) if isinstance(text, str) else text
        self._marks = marks
        self._root = _offset(marks)
        self.line = line

    def below(self, *steps: str | int) -> Positions:
        """The places of a value inside, as a document of its own (an item of a List)."""
        marks = self._marks
        for one in steps:
            child = marks[1][one]
            marks = child[1] if isinstance(one, str) else child
        return Positions(self._lines, self.line, marks)

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
        return self._lines.text

    def at(self, offset: int) -> Place:
        """Line and column of an offset of the text."""
        index, start = self._lines.find(offset)
        return self.line + index, offset - start + 1

    def excerpt(self, line: int, column: int = 1) -> tuple[str, int]:
        """The text of a line of the document, and where ``column`` is in it.

        A very long line is cut to the part around the column.
        """
        start, end = self._lines.line(line - self.line)
        if end - start > MAX_EXCERPT:
            first = max(start, start + column - 1 - MAX_EXCERPT // 2)
            return self._lines.text[first : min(end, first + MAX_EXCERPT)], start + column - first
        return self._lines.text[start:end].rstrip("\r"), column

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
