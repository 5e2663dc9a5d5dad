"""Durations as Go reads them (``time.ParseDuration``)."""

from __future__ import annotations

import re

_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_LONGEST = 2**63 - 1  # nanoseconds in an int64


def parse_duration(text: str) -> float:
    """Seconds of a Go duration: ``300ms``, ``1h30m``, ``-1.5s``, ``0``.

    Raises ValueError with Go's own words: ``time: missing unit in duration "30"``.
    """
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0.0
    if not rest:
        raise ValueError(f"time: invalid duration {quoted}")
    total = at = 0
    while at < len(rest):
        match = _PART.match(rest, at)
        whole, fraction, unit = match.groups("") if match else ("", "", "")
        if not whole and not fraction:
            raise ValueError(f"time: invalid duration {quoted}")
        if not unit:
            raise ValueError(f"time: missing unit in duration {quoted}")
        if unit not in _UNITS:
            raise ValueError(f'time: unknown unit "{unit}" in duration {quoted}')
        total += int(whole or "0") * _UNITS[unit]
        total += int(fraction or "0") * _UNITS[unit] // 10 ** len(fraction)
        at = match.end() if match else at
    if total > _LONGEST:
        raise ValueError(f"time: invalid duration {quoted}")
    return (-total if text[0] == "-" else total) / 10**9
