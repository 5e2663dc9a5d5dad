"""Two reads at once: while the server works on one answer, the other is decoded."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def together(one: Callable[[], A], other: Callable[[], B]) -> tuple[A, B]:
    """Both results. Raises what ``one`` raises, else what ``other`` raises, when both have ended.

    An interrupt does not wait for ``other``.
    """
    results: list[B] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(other())
        except Exception as error:  # noqa: BLE001 (raised again below)
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        first = one()
    except Exception:
        thread.join()
        raise
    thread.join()
    if errors:
        raise errors[0]
    return first, results[0]
