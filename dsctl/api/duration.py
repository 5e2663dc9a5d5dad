"""``--request-timeout``, as kubectl reads it."""

from __future__ import annotations

from dsctl.domain.durations import parse_duration
from dsctl.errors import UsageError


def parse_request_timeout(text: str) -> float | None:
    """Seconds of a ``--request-timeout`` value; None for no limit (``0``).

    A bare number counts seconds, else it is a Go duration (``clientcmd.ParseTimeout``).
    Raises UsageError for anything else, and for a negative one.
    """
    try:
        digits = text.removeprefix("+")
        seconds = float(digits if digits.isascii() and digits.isdigit() else parse_duration(text))
    except ValueError:
        seconds = -1
    if seconds < 0:
        raise UsageError(
            f'--request-timeout "{text}" is not a time',
            hint="write seconds as a number (30), or a number with a unit (500ms, 1s, 2m, 3h)",
        )
    return seconds or None
