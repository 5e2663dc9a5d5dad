"""What a YAML scalar means to the API server: ported from go-yaml v2 ``resolve.go``.

The server turns ``application/yaml`` into JSON with sigs.k8s.io/yaml, which follows its own mix of
YAML 1.1 and 1.2: ``yes`` and ``y`` are booleans, ``0o17`` and ``017`` are octal, ``1e3`` is a
number, and dates and ``12:30:45`` stay strings. Numbers come back as JSON would carry them, so
``30.0`` is the integer 30.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

Scalar = str | int | float | bool | None

_TRUE = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")
#: Scalars that are looked up as they stand.
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
#: First characters of everything that is not simply a string.
_HINTS = frozenset("+-0123456789yYnNtTfFoO~.")
_DIGITS = frozenset("+-0123456789")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_DOT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?", re.ASCII)
_INT = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[oO](?P<oct>[0-7]+)|0[bB](?P<bin>[01]+)"
    r"|0(?P<old>[0-7]*)|(?P<dec>[1-9][0-9]*))",
    re.ASCII,
)
_BASES = {"dec": 10, "old": 8, "hex": 16, "oct": 8, "bin": 2}
_SIGNED_BINARY = re.compile(r"0b([-+][01]+)", re.ASCII)
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?:[Tt](?=.*(?:Z|[-+][0-9]{2}:[0-9]{2})\Z)| (?=[0-9:.,]*\Z))"
    r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)

_TAG = "tag:yaml.org,2002:"


class TagError(ValueError):
    """A scalar that its explicit tag does not fit, or that JSON has no value for."""


def plain(text: str) -> Scalar:
    """The value of a plain scalar without a tag. Raises TagError for ``.nan`` and ``.inf``."""
    if text and text[0] not in _HINTS:
        return text
    return in_json(_resolve(text))


def key(text: str) -> Scalar:
    """The value of a plain scalar that is a mapping key, before it becomes a string."""
    if text and text[0] not in _HINTS:
        return text
    return _resolve(text)


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag. Raises TagError where the tag does not fit."""
    short = tag.removeprefix(_TAG) if tag.startswith(_TAG) else ""
    if short == "binary":
        return _binary(text)
    if short not in ("bool", "int", "float", "null", "timestamp"):
        return text  # !!str, and every tag that go-yaml does not know
    value = _resolve(text)
    found = _kind(value)
    if short == "timestamp" and _is_date(text):
        return text
    if short == "float" and found == "int" and -(2**63) <= int(value or 0) < 2**63:
        return float(value or 0)
    if found != short:
        raise TagError(f"cannot decode !!{found} `{text}` as a !!{short}")
    return value


def in_json(value: Scalar) -> Scalar:
    """``value`` as it reads after the trip through JSON: whole floats under 1e21 are integers.

    Raises TagError for NaN and the infinities.
    """
    if type(value) is not float:
        return value
    if not math.isfinite(value):
        name = "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
        raise TagError(f"json: unsupported value: {name}")
    if value.is_integer() and abs(value) < 1e21:
        return int(value) if abs(value) < 2**53 else int(Decimal(repr(value)))
    return value


def key_text(value: Scalar) -> str | None:
    """A mapping key as the string that JSON has for it; None where the server refuses the type."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if -(2**63) <= value < 2**63 else None
    if value is None:
        return None
    return _float32_text(value)


def _resolve(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first == ".":
        return _float(text, text) if _DOT_FLOAT.fullmatch(text) else text
    if first not in _DIGITS:
        return text
    number = text.replace("_", "")
    whole = _integer(number)
    if whole is not None:
        return whole
    return _float(number, text) if _FLOAT.fullmatch(number) else text


def _float(number: str, text: str) -> float | str:
    """The number; ``text`` as it stands where it is out of a double's range."""
    value = float(number)
    return text if math.isinf(value) else value


def _integer(text: str) -> int | None:
    """What strconv.ParseInt, else ParseUint, makes of it in base 0; None if out of range."""
    match = _INT.fullmatch(text)
    if match is None:
        signed = _SIGNED_BINARY.fullmatch(text)
        return int(signed[1], 2) if signed and len(signed[1]) <= 64 else None
    base, digits = _BASES[match.lastgroup or "dec"], match[match.lastgroup or "dec"]
    if len(digits) > 64 + len(digits) - len(digits.lstrip("0")):
        return None
    value = int(digits or "0", base)
    if match["sign"] == "-":
        return -value if value <= 2**63 else None
    limit = 2**63 if match["sign"] else 2**64
    return value if value < limit else None


def _kind(value: Scalar) -> str:
    names: dict[type, str] = {str: "str", bool: "bool", int: "int", float: "float"}
    return names.get(type(value), "null")


def _binary(text: str) -> str:
    import base64
    import binascii

    try:
        data = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise TagError("!!binary value contains invalid base64 data") from None
    # One replacement character for each bad byte, as encoding/json writes them.
    kept = data.decode("utf-8", "surrogateescape")
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in kept)


def _is_date(text: str) -> bool:
    """go-yaml's parseTimestamp: a date, alone, with a time, or in RFC 3339."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    from datetime import datetime

    try:
        datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]
    except ValueError:
        return text.startswith("0000-")
    return True


def _float32_text(value: float) -> str:
    """strconv.FormatFloat(value, 'g', -1, 32), with YAML's words for what is no number."""
    if math.isnan(value):
        return ".nan"
    import struct

    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        single = math.copysign(math.inf, value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    for digits in range(1, 10):
        shortest = f"{single:.{digits}g}"
        if struct.unpack("f", struct.pack("f", float(shortest)))[0] == single:
            break
    return _go_exponent(single, digits)


def _go_exponent(value: float, digits: int) -> str:
    """``%g`` as Go writes the shortest form: with an exponent below -4 and from 6 up."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = int(exponent)
    if power < -4 or power >= 6:
        sign = "-" if power < 0 else "+"
        return f"{mantissa}e{sign}{abs(power):02d}"
    decimals = max(digits - 1 - power, 0)
    return f"{value:.{decimals}f}"
