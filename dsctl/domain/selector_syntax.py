"""The grammar of kubectl's ``-l``, read into conditions (``labels.Parser``).

What a condition means, and whether its values are allowed, is ``selectors``' business.
"""

from __future__ import annotations

from enum import StrEnum

from dsctl.domain.labels import key_problem

_SPECIAL = "=!(),><"
_BLANK = " \t\r\n"
_EXPECTED_OPERATORS = "in, notin, =, ==, !=, gt, lt"


class Operator(StrEnum):
    """How a requirement relates its key and values, spelled as in ``k8s.io/…/selection``."""

    EQUALS = "="
    DOUBLE_EQUALS = "=="
    NOT_EQUALS = "!="
    IN = "in"
    NOT_IN = "notin"
    EXISTS = "exists"
    DOES_NOT_EXIST = "!"
    GREATER_THAN = "gt"
    LESS_THAN = "lt"


_TOKEN_OPERATORS = {
    "in": Operator.IN,
    "notin": Operator.NOT_IN,
    "=": Operator.EQUALS,
    "==": Operator.DOUBLE_EQUALS,
    "!=": Operator.NOT_EQUALS,
    ">": Operator.GREATER_THAN,
    "<": Operator.LESS_THAN,
}

#: key, operator, values, and where in the text the values stand
Condition = tuple[str, Operator, tuple[str, ...], int]


class SelectorError(ValueError):
    """A selector that can't be used. ``position``: where in the text, from 0; None for objects."""

    def __init__(self, message: str, position: int | None = None) -> None:
        where = "" if position is None else f" (at character {position + 1})"
        super().__init__(message + where)
        self.position = position


def read(text: str) -> list[Condition]:
    """The conditions of a selector string, as written. Raises SelectorError."""
    return _Parser(text).parse()


class _Parser:
    """Recursive descent over ``(offset, word, kind)``; kind is ``id``, ``end`` or the symbol."""

    def __init__(self, text: str) -> None:
        self._tokens = _scan(text)
        self._next = 0

    def parse(self) -> list[Condition]:
        found: list[Condition] = []
        while True:
            if self._peek() == "end":
                return found
            if self._peek() not in ("id", "!"):
                raise self._unexpected("!, identifier, or 'end of string'")
            found.append(self._requirement())
            if self._peek() == "end":
                return found
            self._take(",", "',' or 'end of string'")
            if self._peek() not in ("id", "!"):
                raise self._unexpected("identifier after ','")

    def _peek(self) -> str:
        kind = self._tokens[self._next][2]
        return "id" if kind in ("in", "notin") else kind

    def _take(self, kind: str, expected: str) -> str:
        if self._peek() != kind:
            raise self._unexpected(expected)
        self._next += 1
        return self._tokens[self._next - 1][1]

    def _unexpected(self, expected: str) -> SelectorError:
        offset, word, _ = self._tokens[self._next]
        return SelectorError(f"found '{word}', expected: {expected}", offset)

    def _requirement(self) -> Condition:
        absent = self._peek() == "!"
        self._next += absent
        offset = self._tokens[self._next][0]
        key = self._take("id", "identifier")
        if problem := key_problem(key):
            raise SelectorError(f"{key!r}: {problem}", offset)
        if self._peek() in ("end", ","):
            return key, Operator.DOES_NOT_EXIST if absent else Operator.EXISTS, (), offset
        if absent:
            raise self._unexpected("',' or 'end of string'")
        operator = _TOKEN_OPERATORS.get(self._tokens[self._next][2])
        if operator is None:
            raise self._unexpected(_EXPECTED_OPERATORS)
        self._next += 1
        at = self._tokens[self._next][0]
        values = self._value_set() if operator in (Operator.IN, Operator.NOT_IN) else self._value()
        return key, operator, tuple(dict.fromkeys(values)), at

    def _value(self) -> list[str]:
        return [""] if self._peek() in ("end", ",") else [self._take("id", "identifier")]

    def _value_set(self) -> list[str]:
        self._take("(", "'('")
        values: list[str] = []
        while True:
            values.append(
                self._take("id", "',', ')' or identifier") if self._peek() == "id" else ""
            )
            if self._peek() == ")":
                self._next += 1
                return values
            self._take(",", "',' or ')'")


def _scan(text: str) -> list[tuple[int, str, str]]:
    tokens: list[tuple[int, str, str]] = []
    at, end = 0, len(text)
    while at < end:
        char = text[at]
        if char in _BLANK:
            at += 1
            continue
        start = at
        if char in _SPECIAL:
            at += 2 if text[at : at + 2] in ("==", "!=") else 1
            tokens.append((start, text[start:at], text[start:at]))
            continue
        while at < end and text[at] not in _SPECIAL and text[at] not in _BLANK:
            at += 1
        word = text[start:at]
        tokens.append((start, word, word if word in ("in", "notin") else "id"))
    tokens.append((end, "", "end"))
    return tokens
