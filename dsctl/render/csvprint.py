"""Comma-separated values for spreadsheets: RFC 4180, a header line, lines ended by a newline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from dsctl.render.gonumbers import general


def print_csv(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    stream: TextIO,
    *,
    no_headers: bool = False,
) -> None:
    """Write rows with their cells whole: nothing is escaped or cut, only quoted where needed."""
    lines = [] if no_headers else [_line(headers)]
    lines += [_line(row) for row in rows]
    stream.write("".join(lines))


def _line(cells: Iterable[object]) -> str:
    return ",".join([_quoted(_text(cell)) for cell in cells]) + "\n"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return general(value, 21) if isinstance(value, float) else str(value)


def _quoted(text: str) -> str:
    if any(c in text for c in ',"\r\n'):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
