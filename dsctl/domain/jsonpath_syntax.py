"""The grammar of kubectl's JSONPath templates, read into nodes.

Ported from ``k8s.io/client-go/util/jsonpath`` (``parser.go``, ``node.go``), its oddities
included: an unquoted index such as ``[0]`` is a slice of one, and ``['a.b']`` means two fields
unless the dot is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dsctl.domain.goquote import unquote

_DICT_KEY = re.compile(r"'([^']*)'")
_SLICE = re.compile(r"(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?")
_COMPARISON = re.compile(r"([^!<>=]+)([!<>=]+)(.+?)", re.DOTALL)
_ENDS_WORD = frozenset(" \t\r\n.,[]$@{}")


class JSONPathError(ValueError):
    """A template that can't be read. ``position``: where in the template, from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text, outside the braces or quoted within them."""

    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """``.name``"""

    name: str


@dataclass(frozen=True, slots=True)
class Slice:
    """``[start:end:step]``, None where not given; ``derived``: ``[start]`` alone."""

    start: int | None
    end: int | None
    step: int | None
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """``[?(left operator right)]``; the operator is ``exists`` where there is none."""

    left: Steps
    right: Steps
    operator: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, ``true`` or ``false``."""

    value: int | float | bool


@dataclass(frozen=True, slots=True)
class Wildcard:
    """``*``"""


@dataclass(frozen=True, slots=True)
class Recursive:
    """``..``"""


@dataclass(frozen=True, slots=True)
class Union:
    """``[a,b]``"""

    members: tuple[Steps, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word: ``range`` and ``end`` mean something."""

    name: str


@dataclass(frozen=True, slots=True)
class Steps:
    """What stands between one pair of braces, applied in order."""

    nodes: tuple[Node, ...] = ()


Node = Text | Field | Slice | Filter | Literal | Wildcard | Recursive | Union | Word | Steps


def parse(template: str) -> tuple[Text | Steps, ...]:
    """The texts and the braced parts of a template, in order. Raises JSONPathError."""
    return _Parser(template).parse()


def _parse_steps(text: str, offset: int) -> Steps:
    """Read ``text`` as what stands between braces; positions count from ``offset``."""
    parts = _Parser(f"{{{text}}}", offset - 1).parse()
    first = parts[0]
    return first if isinstance(first, Steps) else Steps((first,))


class _Parser:
    def __init__(self, text: str, offset: int = 0) -> None:
        self._text = text
        self._offset = offset
        self._pos = 0

    def parse(self) -> tuple[Text | Steps, ...]:
        parts: list[Text | Steps] = []
        while self._pos < len(self._text):
            brace = self._text.find("{", self._pos)
            end = len(self._text) if brace < 0 else brace
            if end > self._pos:
                parts.append(Text(self._text[self._pos : end]))
            self._pos = end
            if brace >= 0:
                self._pos += 1
                parts.append(self._inside())
        return tuple(parts)

    def _fail(self, message: str, position: int | None = None) -> JSONPathError:
        where = self._pos if position is None else position
        return JSONPathError(message, max(where + self._offset, 0))

    def _inside(self) -> Steps:
        opened = self._pos - 1
        nodes: list[Node] = []
        while True:
            rest = self._text[self._pos : self._pos + 3]
            c = rest[:1]
            if c == "}":
                self._pos += 1
                return Steps(tuple(nodes))
            if not c or c in "\r\n":
                raise self._fail("unclosed action", opened)
            if rest == "[?(":
                nodes.append(self._filter())
            elif rest.startswith(".."):
                nodes += self._recursive(nodes)
            elif c in " @$":
                self._pos += 1
            elif c == "[":
                nodes += self._array()
            elif c in "\"'":
                nodes.append(self._quoted(c))
            elif c == ".":
                self._pos += 1
                nodes.append(self._field())
            elif c in "+-" or c.isdecimal():
                nodes.append(self._number())
            elif c == "_" or c.isalpha():
                word = self._word()
                nodes.append(Literal(word == "true") if word in ("true", "false") else Word(word))
            else:
                raise self._fail(f"unrecognized character in action: U+{ord(c):04X} '{c}'")

    def _word(self) -> str:
        start = self._pos
        while self._pos < len(self._text) and self._text[self._pos] not in _ENDS_WORD:
            self._pos += 1
        return self._text[start : self._pos]

    def _field(self) -> Field | Wildcard:
        start = self._pos
        while self._pos < len(self._text):
            c = self._text[self._pos]
            if c in _ENDS_WORD:
                break
            self._pos += 2 if c == "\\" else 1
        self._pos = min(self._pos, len(self._text))
        name = self._text[start : self._pos]
        return Wildcard() if name == "*" else Field(name.replace("\\", ""))

    def _recursive(self, before: list[Node]) -> list[Node]:
        if before and isinstance(before[-1], Recursive):
            raise self._fail("invalid multiple recursive descent")
        self._pos += 2
        c = self._text[self._pos : self._pos + 1]
        if c == "_" or c.isalnum():
            return [Recursive(), self._field()]
        return [Recursive()]

    def _number(self) -> Literal:
        start = self._pos
        self._pos += self._text[start] in "+-"
        while self._pos < len(self._text) and (
            self._text[self._pos] == "." or self._text[self._pos].isdecimal()
        ):
            self._pos += 1
        text = self._text[start : self._pos]
        try:
            return Literal(float(text) if "." in text else int(text))
        except ValueError:
            raise self._fail(f"cannot parse number {text}", start) from None

    def _quoted(self, quote: str) -> Text:
        start = self._pos
        self._pos = self._end_of_quoted(quote, "unterminated quoted string")
        text = self._text[start : self._pos]
        try:
            return Text(unquote(text))
        except ValueError:
            raise self._fail(f"unquote string {text} error invalid syntax", start) from None

    def _end_of_quoted(self, quote: str, message: str) -> int:
        at = self._pos + 1
        while at < len(self._text) and self._text[at] != "\n":
            if self._text[at] == quote and self._text[at - 1] != "\\":
                return at + 1
            at += 1
        raise self._fail(message)

    def _array(self) -> list[Node]:
        start = self._pos
        end = self._text.find("]", start)
        if end < 0 or "\n" in self._text[start:end]:
            raise self._fail("unterminated array")
        self._pos = end + 1
        text = self._text[start + 1 : end]
        if text == "*":
            text = ":"
        members = text.split(",")
        if len(members) > 1:
            position = start + self._offset
            return [Union(tuple(_parse_steps(f"[{m.strip(' ')}]", position) for m in members))]
        key = _DICT_KEY.fullmatch(text)
        if key:
            return list(_parse_steps(f".{key[1]}", start + self._offset).nodes)
        return [self._slice(text, start)]

    def _slice(self, text: str, start: int) -> Slice:
        found = _SLICE.fullmatch(text)
        if not found:
            raise self._fail(f"invalid array index {text}", start)
        values: list[int | None] = []
        for part in found.groups(default=""):
            digits = part.removeprefix(":")
            if digits == "-":
                raise self._fail(f"array index {digits} is not a number", start)
            values.append(int(digits) if digits else None)
        if not found[2]:
            return Slice(values[0], (values[0] or 0) + 1, values[2], derived=True)
        return Slice(values[0], values[1], values[2])

    def _filter(self) -> Filter:
        start = self._pos
        self._pos += len("[?(")
        begin = self._pos
        end = self._end_of_filter(start)
        text = self._text[begin:end]
        where = begin + self._offset
        parts = _COMPARISON.fullmatch(text)
        if not parts:
            return Filter(_parse_steps(text, where), Steps(), "exists")
        right = _parse_steps(parts[3], where + parts.start(3))
        return Filter(_parse_steps(parts[1], where), right, parts[2])

    def _end_of_filter(self, start: int) -> int:
        """Where the closing parenthesis stands; one quoted string may hold others."""
        quote, closed = "", False
        while self._pos < len(self._text) and self._text[self._pos] != "\n":
            c = self._text[self._pos]
            if c in "\"'":
                if not quote:
                    quote = c
                elif c == quote and self._text[self._pos - 1] != "\\":
                    closed = True
            elif c == ")" and bool(quote) == closed:
                end = self._pos
                if self._text[end + 1 : end + 2] != "]":
                    raise self._fail("unclosed array expect ]", start)
                self._pos += 2
                return end
            self._pos += 1
        raise self._fail("unterminated filter", start)
