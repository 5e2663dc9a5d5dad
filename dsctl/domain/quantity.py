"""Resource quantities, exactly as apimachinery's ``resource.Quantity`` has them.

Ported from pkg/api/resource/quantity.go, amount.go and suffix.go. A quantity is a whole number of
nanos: anything finer is rounded away from zero when it is parsed. Exponents and digits beyond
any real resource are cut short, so that no input costs unbounded time or memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, total_ordering

_NANO = 10**9
_MILLI_IN_NANO = 10**6
_MAX_INT64 = 2**63 - 1
# Beyond every resource; Go carries such numbers exactly, here they only stay huge or tiny.
_MAX_EXPONENT = 2000
_MAX_DIGITS = 1000
# Up to this many digits Go keeps an int64 and, if canonical, the text as it was written.
_FAST_DIGITS = 18


class Format(Enum):
    """How a quantity was written, and how it is printed."""

    BINARY = "BinarySI"
    DECIMAL = "DecimalSI"
    EXPONENT = "DecimalExponent"


_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIX = {0: ""} | {exponent: suffix for suffix, exponent in _BINARY.items()}


class QuantityError(ValueError):
    """The text is not a quantity; the message is the server's."""


WRONG_FORMAT = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
WRONG_NUMBER = "unable to parse numeric part of quantity"
WRONG_SUFFIX = "unable to parse quantity's suffix"


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """``nanos`` is the exact value times 10^9; ``text`` the canonical form if it was kept."""

    nanos: int
    format: Format = Format.DECIMAL
    text: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.nanos == other.nanos

    def __lt__(self, other: Quantity) -> bool:
        return self.nanos < other.nanos

    def __hash__(self) -> int:
        return hash(self.nanos)

    def __add__(self, other: Quantity) -> Quantity:
        """Sum; a zero takes the other's format."""
        return Quantity(self.nanos + other.nanos, self.format if self.nanos else other.format)

    def __sub__(self, other: Quantity) -> Quantity:
        """Difference; a zero takes the other's format."""
        return Quantity(self.nanos - other.nanos, self.format if self.nanos else other.format)

    @property
    def value(self) -> int:
        """In whole units, rounded away from zero (``Quantity.Value``)."""
        return _divide_up(self.nanos, _NANO)

    @property
    def milli(self) -> int:
        """In thousandths, rounded away from zero (``Quantity.MilliValue``)."""
        return _divide_up(self.nanos, _MILLI_IN_NANO)

    def rounded_to_milli(self) -> Quantity:
        """What SetDefaults_ResourceList makes of it: no part finer than a thousandth."""
        if self.nanos % _MILLI_IN_NANO == 0:
            return self
        return Quantity(self.milli * _MILLI_IN_NANO, self.format)

    def __str__(self) -> str:
        """Canonical form, the one the server prints (``Quantity.String``)."""
        return self.text or _canonical(self.nanos, self.format)


ZERO = Quantity(0, Format.DECIMAL, "0")


def parse(text: str) -> Quantity:
    """The quantity that ``text`` writes.

    Surrounding space is ignored, as in JSON decoding. Raises QuantityError with the server's
    message.
    """
    return _parse(text.strip(" \t\n\v\f\r\x85\xa0"))


@lru_cache(maxsize=1024)
def _parse(text: str) -> Quantity:
    if not text:
        raise QuantityError(WRONG_FORMAT)
    negative, whole, fraction, suffix = _split(text)
    exponent, format_ = _interpret(suffix)
    digits = len(whole) + len(fraction)
    if format_ is Format.BINARY:
        # Go's fast path, the only one that keeps the text, takes no fraction and few digits.
        precision = 15 - len(whole) - exponent * 3 // 10 - 1 if not fraction else -1
        fast = precision >= 0
        scale = 0
    else:
        scale = exponent - len(fraction)
        fast = digits <= _FAST_DIGITS and scale >= -9
    if not fast and not any(char.isdigit() for char in text[: len(text) - len(suffix)]):
        raise QuantityError(WRONG_NUMBER)
    nanos = _nanos(whole + fraction, -len(fraction), exponent, format_)
    sign = -1 if negative else 1
    if fast:
        return Quantity(sign * nanos, format_, _kept(text, whole + fraction, scale, format_))
    if format_ is Format.BINARY:
        nanos = min(nanos, _MAX_INT64 * _NANO)
        if 0 < nanos < _NANO:
            format_ = Format.DECIMAL
    return Quantity(sign * nanos, format_)


def _split(text: str) -> tuple[bool, str, str, str]:
    """parseQuantityString: sign, digits before and after the point, suffix."""
    start = 1 if text[0] in "+-" else 0
    end = len(text)
    while start < end and text[start] == "0":
        start += 1
    point = _skip_digits(text, start)
    whole = text[start:point] or "0"
    fraction, rest = "", point
    if point < end and text[point] == ".":
        rest = _skip_digits(text, point + 1)
        fraction = text[point + 1 : rest]
    last = rest
    while last < end and text[last] in "eEinumkKMGTP":
        last += 1
    if last < end and text[last] in "+-":
        last += 1
    if _skip_digits(text, last) < end:
        raise QuantityError(WRONG_FORMAT)
    return text[0] == "-", whole, fraction, text[rest:]


def _skip_digits(text: str, start: int) -> int:
    while start < len(text) and "0" <= text[start] <= "9":
        start += 1
    return start


def _interpret(suffix: str) -> tuple[int, Format]:
    if suffix in _DECIMAL:
        return _DECIMAL[suffix], Format.DECIMAL
    if suffix in _BINARY:
        return _BINARY[suffix], Format.BINARY
    digits = suffix[2:] if suffix[1:2] in ("+", "-") else suffix[1:]
    if suffix[0] not in "eE" or not digits.isdigit() or len(digits) > 30:
        raise QuantityError(WRONG_SUFFIX)
    exponent = int(suffix[1:])
    if not -_MAX_INT64 - 1 <= exponent <= _MAX_INT64:
        raise QuantityError(WRONG_SUFFIX)
    # Go keeps the low 32 bits.
    return (exponent + 2**31) % 2**32 - 2**31, Format.EXPONENT


def _nanos(digits: str, scale: int, exponent: int, format_: Format) -> int:
    """digits * 10^scale * (2 or 10)^exponent in nanos, rounded up."""
    if len(digits) > _MAX_DIGITS:
        scale += len(digits) - _MAX_DIGITS
        digits = digits[:_MAX_DIGITS]
    mantissa = int(digits)
    if format_ is Format.BINARY:
        mantissa <<= exponent
    else:
        scale += exponent
    scale = max(-_MAX_EXPONENT, min(scale, _MAX_EXPONENT)) + 9
    return mantissa * 10**scale if scale >= 0 else _divide_up(mantissa, 10**-scale)


def _divide_up(number: int, by: int) -> int:
    return -(-number // by) if number >= 0 else number // by


def _kept(text: str, digits: str, scale: int, format_: Format) -> str:
    """``text`` where Go takes it for canonical and prints it as it was written."""
    if text == "0":
        return text
    if format_ is Format.BINARY:
        return text if int(digits) & 7 else ""
    canonical = scale % 3 == 0 and not digits.endswith("000") and digits[0] != "0"
    return text if canonical else ""


def _canonical(nanos: int, format_: Format) -> str:
    """CanonicalizeBytes."""
    if nanos == 0:
        return "0"
    if format_ is Format.BINARY and (nanos % _NANO or abs(nanos) < 1024 * _NANO):
        format_ = Format.DECIMAL
    if format_ is Format.BINARY:
        amount, exponent = _without_factors(nanos // _NANO, 1024)
        return f"{amount}{_BINARY_SUFFIX.get(exponent * 10, '')}"
    amount, exponent = _without_factors(nanos, 10)
    exponent -= 9
    while exponent % 3:
        amount *= 10
        exponent -= 1
    if format_ is Format.EXPONENT:
        return f"{amount}e{exponent}" if exponent else str(amount)
    return f"{amount}{_DECIMAL_SUFFIX.get(exponent, '')}"


def _without_factors(number: int, factor: int) -> tuple[int, int]:
    times = 0
    while number % factor == 0:
        number //= factor
        times += 1
    return number, times
