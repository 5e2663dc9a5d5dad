"""A line of a file with a caret under one of its columns, safe to print."""

from __future__ import annotations


def printable(text: str) -> str:
    """``text`` with whatever could steer a terminal made visible; tabs become blanks."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c == "\t" else repr(c)[1:-1] for c in text)


def with_caret(text: str, column: int, width: int = 100) -> tuple[str, str]:
    """The line and the line below it, with ``^`` under ``column`` (from 1).

    A line longer than ``width`` is cut to the part around the column.
    """
    at = min(max(column - 1, 0), len(text))
    start = max(0, at - width * 2 // 3) if len(text) > width else 0
    before, after = printable(text[start:at]), printable(text[at : start + width])
    head = "…" if start else ""
    tail = "…" if start + width < len(text) else ""
    return head + before + after + tail, " " * len(head + before) + "^"


def numbered(line: int, text: str, column: int, width: int = 100) -> str:
    """Both lines, behind a gutter with the number of the line."""
    shown, caret = with_caret(text, column, width)
    gutter = f"{line:>5} | "
    return f"{gutter}{shown}\n{' ' * (len(gutter) - 2)}| {caret}"
