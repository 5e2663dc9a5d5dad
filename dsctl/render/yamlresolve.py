"""Which strings YAML 1.1 would read as something else, as goyaml.v2 ``resolve.go`` decides it."""

from __future__ import annotations

import re
from math import isinf

_WORDS = frozenset(
    (
        *("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"),
        *("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"),
        *("~", "null", "Null", "NULL", ".nan", ".NaN", ".NAN"),
        *(sign + word for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")),
    )
)
_INT = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DOT_FLOAT = re.compile(r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?")
_ODD_BINARY = re.compile(r"0b[-+]?[01]+")
_BASE60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_CLOCK = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    rf"(?:[Tt]{_CLOCK}(?:Z|[-+]([0-9]{{2}}):([0-9]{{2}}))| +{_CLOCK})?"
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def needs_quotes(text: str) -> bool:
    """Whether ``text`` unquoted would be a null, boolean, number, timestamp or base-60 float."""
    if text == "":
        return True
    first = text[0]
    if first in "yYnNtTfFoO~":
        return text in _WORDS
    if first == ".":
        return text in _WORDS or _is_dot_float(text)
    if first in "+-0123456789":
        return text in _WORDS or is_timestamp(text) or _is_number(text) or _is_base60(text)
    return False


def _is_dot_float(text: str) -> bool:
    return _DOT_FLOAT.fullmatch(text) is not None and not isinf(float(text))


def _is_base60(text: str) -> bool:
    return ":" in text and _BASE60.fullmatch(text) is not None


def _is_number(text: str) -> bool:
    plain = text.replace("_", "")
    if _INT.fullmatch(plain) and _in_range(plain):
        return True
    if _FLOAT.fullmatch(plain) and not isinf(float(plain)):
        return True
    return _ODD_BINARY.fullmatch(plain) is not None and _in_range(plain[2:], 2)


def _in_range(plain: str, base: int | None = None) -> bool:
    """Whether ``strconv.ParseInt`` or ``ParseUint`` takes it; only unsigned may pass int64."""
    digits = plain.lstrip("+-")
    if base is None:
        base = {"x": 16, "b": 2, "o": 8}.get(digits[1:2].lower(), 8 if digits[0] == "0" else 10)
        digits = digits.lower().removeprefix("0x").removeprefix("0b").removeprefix("0o")
    value = int(digits or "0", base)
    if plain[0] == "-":
        return value <= 2**63
    return value < (2**63 if plain[0] == "+" else 2**64)


def is_timestamp(text: str) -> bool:
    """Whether one of the four layouts of ``parseTimestamp`` fits, calendar and clock included."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return False
    year, month, day, *rest = (int(g) if g else 0 for g in match.groups())
    hour, minute, second, zone_hour, zone_minute, hour_2, minute_2, second_2 = rest
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return False
    if (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
        return False
    if max(hour, hour_2) > 23 or max(minute, minute_2, second, second_2) > 59:
        return False
    return zone_hour <= 24 and zone_minute <= 60
