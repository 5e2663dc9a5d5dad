"""Columns of text, laid out as kubectl lays them out: at least 6 wide, 3 spaces apart.

The last cell of a line is never padded. On a terminal a table can be kept within its width by
cutting one column that was named for it; names and addresses are never cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from dsctl.render.style import Style, Styled
from dsctl.render.text import cell, clip, display_width

MIN_WIDTH = 6
PADDING = 3
NARROWEST = 8  # what a column that may be cut keeps on a narrow terminal

Cell = str | int | float | bool | None


def print_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    stream: TextIO,
    *,
    style: Style | None = None,
    max_width: int | None = None,
    cut: str = "",
    no_headers: bool = False,
) -> None:
    """Write a table of dsctl's own; nothing at all without rows.

    Cells are escaped here; a ``Styled`` one is painted by ``style``. ``max_width`` is the width
    of the terminal, None for a pipe; to stay within it, cells under the header ``cut`` are
    shortened, and no others.
    """
    lines = [texts(row) for row in rows]
    if not lines:
        return
    if not no_headers:
        lines.insert(0, list(headers))
    widths = column_widths(lines, display_width)
    if max_width is not None and cut in headers:
        _shorten(lines, widths, headers.index(cut), max_width)
        widths = column_widths(lines, display_width)
    stream.write(joined(lines, widths, style))


def texts(row: Iterable[object]) -> list[str]:
    """The cells of a row as one-line text; what is ``Styled`` stays so."""
    return [_text(value) for value in row]


def column_widths(
    lines: Sequence[Sequence[str]], measure: Callable[[str], int], least: Sequence[int] = ()
) -> list[int]:
    """The width of every column but the last, padding included; none below ``least``."""
    count = max((len(line) for line in lines), default=0)
    widths = [MIN_WIDTH] * max(count - 1, 0)
    for i, floor in enumerate(least[: len(widths)]):
        widths[i] = max(widths[i], floor)
    if all(len(line) == count for line in lines):
        for i, column in zip(range(len(widths)), zip(*lines, strict=True), strict=False):
            widths[i] = max(widths[i], max(map(measure, column)) + PADDING)
        return widths
    for line in lines:
        for i, text in enumerate(line[:-1]):
            widths[i] = max(widths[i], measure(text) + PADDING)
    return widths


def joined(
    lines: Sequence[Sequence[str]],
    widths: Sequence[int],
    style: Style | None = None,
    measure: Callable[[str], int] = display_width,
) -> str:
    """The lines as text, each cell but the last padded to its column."""
    color = style if style is not None and style.color else None
    if color is None and all(map(str.isascii, map("".join, lines))):
        rows = ["".join(map(str.ljust, line[:-1], widths)) + line[-1] for line in lines if line]
        return "\n".join([*rows, ""])
    return "".join([_padded(line, widths, color, measure) for line in lines if line])


def _padded(
    line: Sequence[str], widths: Sequence[int], style: Style | None, measure: Callable[[str], int]
) -> str:
    out = []
    last = len(line) - 1
    for i, text in enumerate(line):
        shown = text
        if style is not None and isinstance(text, Styled):
            shown = style.paint(text, text.style)
        out.append(shown if i == last else shown + " " * (widths[i] - measure(text)))
    return "".join(out) + "\n"


def _text(value: object) -> str:
    if isinstance(value, Styled):
        shown = cell(value)
        return value if shown is value else Styled(shown, value.style)
    return cell(value)


def _shorten(lines: list[list[str]], widths: Sequence[int], at: int, max_width: int) -> None:
    """Cut the cells of column ``at`` by what the lines are too wide."""
    last = max(display_width(line[-1]) for line in lines)
    excess = sum(widths) + last - max_width
    if excess <= 0:
        return
    widest = max(display_width(line[at]) for line in lines)
    room = max(widest - excess, NARROWEST)
    for line in lines:
        whole = line[at]
        shown = clip(whole, room)
        line[at] = Styled(shown, whole.style) if isinstance(whole, Styled) else shown
