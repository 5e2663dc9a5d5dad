"""Limits in seconds hold on the machine of the figures; here they are held on any other."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

#: Processor seconds of ``_work`` on the machine where the limits were set, when it is quiet.
_USUAL = 0.058


def least(measure: Callable[[], float], enough: float, tries: int = 5) -> float:
    """The least of some measurements, each in seconds of the machine of the figures.

    Ends with the first that is ``enough``. A core that is shared, or slower than that of the
    figures, takes longer for everything: so a fixed work is timed before and after each one.
    """
    found: list[float] = []
    before = _slowness()
    while len(found) < tries and min(found, default=enough + 1) > enough:
        seconds = measure()
        after = _slowness()
        found.append(seconds / max(1.0, (before + after) / 2))
        before = after
    return min(found)


def _slowness() -> float:
    """How many times as long as usual the fixed work takes now."""
    collects = gc.isenabled()
    gc.disable()
    try:
        began = time.process_time()
        _work()
        return (time.process_time() - began) / _USUAL
    finally:
        if collects:
            gc.enable()


def _work() -> None:
    """What Python does all day: attributes, calls, dicts and strings."""
    for number in range(400):
        rows = {f"key-{k}": str(k * number) for k in range(600)}
        words = " ".join(f"{key}={value}" for key, value in sorted(rows.items())).split()
        assert len(words) == len(rows)
