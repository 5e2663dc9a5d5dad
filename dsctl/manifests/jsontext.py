"""JSON text to values, with the place of every key and value.

kubectl reads a stream that begins with ``{`` as JSON objects one after another. Numbers follow the
rules of ``scalars``, and a repeated key is reported, as for YAML.
"""

from __future__ import annotations

import re
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from dsctl.manifests.parsed import MAX_DEPTH, BrokenText, Composed, Marks, Repeated, step, too_deep
from dsctl.manifests.scalars import TagError, in_json

_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_WORD = re.compile(r"true|false|null")
_WORDS = {"true": True, "false": False, "null": None}
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_object(text: str, start: int = 0) -> tuple[Composed, int]:
    """The JSON object at ``start`` (after blanks) and the offset where it ends.

    Raises BrokenText where no JSON object stands there.
    """
    reader = _Reader(text)
    start = reader.skip(start)
    if text[start : start + 1] != "{":
        raise BrokenText("json-syntax", "expected a JSON object", start)
    value, marks, end = reader.value(start, "", 0)
    return Composed(value, marks, reader.repeated), end


def extent(text: str, start: int) -> int:
    """Where the JSON value at ``start`` ends, found fast; the end of the text if there is none."""
    from json import JSONDecoder

    try:
        return JSONDecoder().raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return len(text)


def skip_blanks(text: str, at: int) -> int:
    """The offset of the first character from ``at`` on that is no blank of JSON."""
    match = _BLANK.match(text, at)
    return match.end() if match else at


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.repeated: list[Repeated] = []

    def skip(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def value(self, at: int, path: str, depth: int) -> tuple[Any, Marks, int]:
        """The value at ``at``, its places, and the offset after it."""
        first = self.text[at : at + 1]
        if depth >= MAX_DEPTH:
            raise too_deep(at)
        if first == "{":
            return self.mapping(at, path, depth)
        if first == "[":
            return self.sequence(at, path, depth)
        if first == '"':
            text, end = self.string(at)
            return text, at, end
        word = _WORD.match(self.text, at)
        if word:
            return _WORDS[word[0]], at, word.end()
        return self.number(at)

    def mapping(self, at: int, path: str, depth: int) -> tuple[Any, Marks, int]:
        value: dict[str, Any] = {}
        marks: dict[str, Marks] = {}
        here = self.skip(at + 1)
        if self.text[here : here + 1] == "}":
            return value, (at, marks), here + 1
        while True:
            if self.text[here : here + 1] != '"':
                raise BrokenText("json-syntax", "expected a key in double quotes", here)
            name, end = self.string(here)
            below = step(path, name)
            if name in value:
                self.repeated.append(Repeated(below, name, here, False))
            colon = self.skip(end)
            if self.text[colon : colon + 1] != ":":
                raise BrokenText("json-syntax", "expected ':' after the key", colon)
            item, mark, end = self.value(self.skip(colon + 1), below, depth + 1)
            value[name], marks[name] = item, (here, mark)
            here, more = self.after(end, "}")
            if not more:
                return value, (at, marks), here

    def sequence(self, at: int, path: str, depth: int) -> tuple[Any, Marks, int]:
        value: list[Any] = []
        marks: list[Marks] = []
        here = self.skip(at + 1)
        if self.text[here : here + 1] == "]":
            return value, (at, marks), here + 1
        while True:
            item, mark, end = self.value(here, f"{path}[{len(value)}]", depth + 1)
            value.append(item)
            marks.append(mark)
            here, more = self.after(end, "]")
            if not more:
                return value, (at, marks), here

    def after(self, at: int, closing: str) -> tuple[int, bool]:
        """Past the ``,`` or the closing bracket at ``at``, and whether another item follows."""
        at = self.skip(at)
        found = self.text[at : at + 1]
        if found == closing:
            return at + 1, False
        if found != ",":
            raise BrokenText("json-syntax", f"expected ',' or '{closing}'", at)
        return self.skip(at + 1), True

    def string(self, at: int) -> tuple[str, int]:
        try:
            text, end = scanstring(self.text, at + 1, True)
        except JSONDecodeError as error:
            message = error.msg[:1].lower() + error.msg[1:]
            raise BrokenText("json-syntax", message.removesuffix(" at"), error.pos) from None
        return _SURROGATE.sub("\ufffd", text), end

    def number(self, at: int) -> tuple[Any, Marks, int]:
        match = _NUMBER.match(self.text, at)
        if match is None:
            raise BrokenText("json-syntax", "expected a value", at)
        try:
            return _number(match), at, match.end()
        except TagError:
            raise BrokenText("json-syntax", "number out of range", at) from None


def _number(match: re.Match[str]) -> Any:
    if not match[2] and not match[3] and len(match[1]) <= 20:
        whole = int(match[1])
        if -(2**63) <= whole < 2**64:
            return whole
    return in_json(float(match[0]))
