"""A few lines at the bottom of a terminal that are drawn again and again in one place."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TextIO

from dsctl.render.style import Style, Styled
from dsctl.render.text import clip, display_width

Segments = Sequence[str]

#: seconds between two drawings: ten a second at most
_PAUSE = 0.1


class Live:
    """Draws lines over those that it drew before. ``size`` tells columns and rows at each time.

    A line is a sequence of texts, some of them ``Styled``; they must be free of control
    characters. What does not fit is cut off.
    """

    def __init__(
        self,
        stream: TextIO,
        size: Callable[[], tuple[int, int]],
        style: Style,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._size = size
        self._style = style
        self._clock = clock
        self._drawn = 0
        self._next = 0.0

    def draw(self, lines: Sequence[Segments]) -> bool:
        """Draw, unless the last time is a moment ago; True where it was done."""
        now = self._clock()
        if now < self._next:
            return False
        self._next = now + _PAUSE
        columns, rows = self._size()
        shown = [self._line(line, columns - 1) for line in lines[: max(rows - 1, 1)]]
        self._stream.write(self._home() + "".join(f"{line}\n" for line in shown))
        self._stream.flush()
        self._drawn = len(shown)
        return True

    def clear(self) -> None:
        """Take away what was drawn, so that other lines can be written there."""
        self._stream.write(self._home())
        self._stream.flush()
        self._drawn = 0
        self._next = 0.0

    def _home(self) -> str:
        return f"\x1b[{self._drawn}F\x1b[J" if self._drawn else ""

    def _line(self, segments: Segments, width: int) -> str:
        out = []
        for text in segments:
            shown = clip(text, max(width, 0))
            width -= display_width(shown)
            out.append(self._style.paint(shown, text.style) if isinstance(text, Styled) else shown)
        return "".join(out)
