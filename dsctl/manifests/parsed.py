"""What parsing a document gives, or why it gives nothing; shared by YAML and JSON."""

from __future__ import annotations

from typing import Any

#: How deep a document may nest. A DaemonSet's template is 12 deep, real CRDs are about 60.
MAX_DEPTH = 256

#: The place of a value: its offset; for a mapping with ``{key: (offset of key, place)}``, for a
#: sequence with ``[place]``.
Marks = Any


class BrokenText(Exception):
    """Text that is no document: what is wrong, and at which offset of the text."""

    def __init__(self, rule: str, message: str, offset: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.offset = offset
        self.hint = hint


class Repeated:
    """A key that its mapping already has: the key's path, and its offset the second time."""

    __slots__ = ("by_merge", "key", "offset", "path")

    def __init__(self, path: str, key: str, offset: int, by_merge: bool) -> None:
        self.path = path
        self.key = key
        self.offset = offset
        self.by_merge = by_merge


class Composed:
    """The value of a document, the places in it, its repeated keys, and where it was cut short.

    ``ignored`` is the offset of content after the document's end (``...``, or a line that is
    indented less than the first), which the server never reads; None where there is none.
    """

    __slots__ = ("ignored", "marks", "repeated", "value")

    def __init__(
        self, value: Any, marks: Marks, repeated: list[Repeated], ignored: int | None = None
    ) -> None:
        self.value = value
        self.marks = marks
        self.repeated = repeated
        self.ignored = ignored


def step(path: str, key: str) -> str:
    """The path of a field below ``path``, as the server's decoder writes it."""
    return f"{path}.{key}" if path else key


def too_deep(offset: int) -> BrokenText:
    """The error of a document that nests more than MAX_DEPTH levels."""
    return BrokenText("yaml-depth", f"nested more than {MAX_DEPTH} levels deep", offset)
