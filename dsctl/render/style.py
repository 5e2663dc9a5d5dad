"""Colour, in plain ANSI: a name for what a text means, and a switch."""

from __future__ import annotations

_CODES = {
    "good": "32",
    "warn": "33",
    "bad": "31",
    "note": "36",
    "dim": "2",
    "bold": "1",
}


class Styled(str):
    """Text that means something: ``good``, ``warn``, ``bad``, ``note``, ``dim`` or ``bold``."""

    style: str

    def __new__(cls, text: str, style: str) -> Styled:
        """``style`` must be one of the names above."""
        self = super().__new__(cls, text)
        self.style = style
        return self


class Style:
    """Paints where colour is wanted, and leaves text alone where not."""

    def __init__(self, color: bool) -> None:
        self.color = color

    def paint(self, text: str, style: str) -> str:
        """``text`` between the escape codes of ``style``; unchanged without colour."""
        if not self.color or not text:
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"
