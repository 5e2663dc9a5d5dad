"""Go's duration grammar, for ``--request-timeout`` and what the API itself writes that way."""

from __future__ import annotations

import re

from dsctl.errors import UsageError

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60, "h": 3600}
_PART = r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)"


def go_duration(text: str) -> float | None:
    """Seconds of a Go duration such as ``1h30m`` or ``1.5s``; None if it is not one.

    Ported from ``time.ParseDuration``.
    """
    sign, body = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if body == "0":
        return 0.0
    if not re.fullmatch(f"(?:{_PART})+", body):
        return None
    return sign * sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, body))


def parse_request_timeout(text: str) -> float | None:
    """Seconds of a ``--request-timeout`` value; None for no limit (``0``).

    A bare number counts seconds, else it is a Go duration (``clientcmd.ParseTimeout``).
    Raises UsageError for anything else, and for a negative one.
    """
    seconds = float(text) if re.fullmatch(r"\+?\d+", text, re.ASCII) else go_duration(text)
    if seconds is None or seconds < 0:
        raise UsageError(
            f'--request-timeout "{text}" is not a time',
            hint="write seconds as a number (30), or a number with a unit (500ms, 1s, 2m, 3h)",
        )
    return seconds or None
