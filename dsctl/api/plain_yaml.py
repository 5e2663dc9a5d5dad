"""The plain part of YAML that kubeconfigs are written in, read without PyYAML.

``import yaml`` costs 15 ms, a tenth of what ``dsctl get`` may take, mostly to compile
one regular expression. ``kubectl config`` and the cloud tools write block mappings, block
sequences and one-line scalars; this reads exactly those and **gives up** on everything
else: comments behind values, anchors, flow collections with content, escapes, folded
lines, numbers, dates, doubtful words. Where it answers at all it answers as
``yaml.safe_load`` does; a property test holds it to that.
"""

from __future__ import annotations

import re
from typing import Any

_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_./-]*):(?: +(\S.*)|)$", re.ASCII)
# A letter or a slash first, or a flag's dashes and then a letter: never a number, a date or
# an indicator, whatever follows.
_PLAIN = re.compile(r"(?:/|-{0,2}[A-Za-z])[\x21-\x7e]*(?: [\x21-\x7e]+)*$", re.ASCII)
_QUOTED = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]*)"$|\'([\x20-\x26\x28-\x7e]*)\'$', re.ASCII)
_RESERVED = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))


class _GiveUp(Exception):
    """The text is not plain enough: PyYAML shall read it."""


class _Line:
    __slots__ = ("content", "indent")

    def __init__(self, indent: int, content: str) -> None:
        self.indent = indent
        self.content = content


def read(text: str) -> dict[str, Any] | None:
    """The mapping that ``text`` holds, as ``yaml.safe_load`` has it; None to ask PyYAML."""
    try:
        lines = _lines(text)
        if not lines or lines[0].indent:
            return None
        value, end = _block(lines, 0, 0)
    except _GiveUp:
        return None
    # A line that fits nowhere, too deep or in between, ends every block before the last line.
    return value if end == len(lines) and isinstance(value, dict) else None


def _lines(text: str) -> list[_Line]:
    lines = []
    for number, raw in enumerate(text.split("\n")):
        content = raw.strip(" ")
        if not content or content[0] == "#":
            if not content.isprintable():
                raise _GiveUp
            continue
        if number == 0 and raw == "---":
            continue
        lines.append(_Line(len(raw) - len(raw.lstrip(" ")), content))
    return lines


def _block(lines: list[_Line], at: int, indent: int) -> tuple[Any, int]:
    """The collection that starts at line ``at``, and the line after it."""
    if _is_item(lines[at].content):
        return _sequence(lines, at, indent)
    return _mapping(lines, at, indent)


def _is_item(content: str) -> bool:
    return content[:2] == "- " or content == "-"


def _mapping(lines: list[_Line], at: int, indent: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(lines) and lines[at].indent == indent:
        match = _KEY.match(lines[at].content)
        if match is None or match[1] in found or match[1].lower() in _RESERVED:
            raise _GiveUp
        at += 1
        if match[2] is not None:
            found[match[1]] = _scalar(match[2])
        elif at < len(lines) and _opens_under(lines[at], indent):
            found[match[1]], at = _block(lines, at, lines[at].indent)
        else:
            found[match[1]] = None
    return found, at


def _opens_under(line: _Line, indent: int) -> bool:
    # A sequence may stand at its key's own indentation.
    return line.indent > indent or (line.indent == indent and _is_item(line.content))


def _sequence(lines: list[_Line], at: int, indent: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while at < len(lines) and lines[at].indent == indent and _is_item(lines[at].content):
        rest = lines[at].content[1:].lstrip(" ")
        if not rest or _is_item(rest):
            raise _GiveUp
        if _KEY.match(rest):
            inner = indent + len(lines[at].content) - len(rest)
            lines[at] = _Line(inner, rest)
            value, at = _mapping(lines, at, inner)
        else:
            value, at = _scalar(rest), at + 1
        found.append(value)
    return found, at


def _scalar(text: str) -> Any:
    if _PLAIN.match(text):
        word = text.lower()
        if word in _RESERVED:
            return _word(text)
        if ": " in text or " #" in text or text[-1] == ":":
            raise _GiveUp
        return text
    if quoted := _QUOTED.match(text):
        return quoted[1] if quoted[1] is not None else quoted[2]
    if text == "{}":
        return {}
    if text == "[]":
        return []
    raise _GiveUp


def _word(text: str) -> bool | None:
    if text in ("true", "false"):
        return text == "true"
    if text == "null":
        return None
    raise _GiveUp
