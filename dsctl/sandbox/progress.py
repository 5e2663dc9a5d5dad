"""What a person sees while a sandbox is built or started: the step, and how long it has taken."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from typing import TextIO


class Progress:
    """Steps on a stream: a live line each on a terminal, a finished line each in a pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = _is_terminal(stream)
        self._detail = ""

    def say(self, text: str) -> None:
        """Write one line."""
        self._write(text + "\n")

    def detail(self, text: str) -> None:
        """What the running step is busy with; shown only where the line is live."""
        self._detail = text

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show ``what`` with its time until the block ends, then how it ended."""
        start = time.monotonic()
        self._detail = ""
        over = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(what, start, over), daemon=True)
        if self._live:
            ticker.start()
        else:
            self._write(f"{what} ...")
        ended = "failed after "
        try:
            yield
            ended = ""
        finally:
            over.set()
            if self._live:
                ticker.join()
                self._write(f"\r\033[K{what}: {ended}{seconds(time.monotonic() - start)}\n")
            else:
                self._write(f" {ended}{seconds(time.monotonic() - start)}\n")

    def _tick(self, what: str, start: float, over: threading.Event) -> None:
        while not over.wait(0.2):
            text = f"{what} ... {seconds(time.monotonic() - start, whole=True)}"
            if self._detail:
                text += f"  {self._detail}"
            width = shutil.get_terminal_size().columns - 1
            self._write(f"\r\033[K{text[:width]}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def seconds(span: float, *, whole: bool = False) -> str:
    """A length of time in words: ``3.4 s``, ``2 min 5 s``; whole seconds only if asked."""
    if span >= 60:
        minutes, rest = divmod(round(span), 60)
        return f"{minutes} min {rest} s"
    return f"{span:.0f} s" if whole else f"{span:.1f} s"


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False
