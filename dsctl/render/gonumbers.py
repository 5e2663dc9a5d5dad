"""Numbers as Go prints them, from what Python's JSON decoder makes of them.

Kubernetes keeps a JSON number as an int64 when its text is one, else as a float64
(``sigs.k8s.io/json``); so does everything here.
"""

from __future__ import annotations

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
UINT64_MAX = 2**64 - 1


def digits(value: float) -> tuple[str, str, int]:
    """Sign, shortest digits and decimal point of a finite float: value = 0.DIGITS x 10^point."""
    mantissa, _, exponent = repr(value).partition("e")
    sign = ""
    if mantissa[0] == "-":
        sign, mantissa = "-", mantissa[1:]
    whole, _, fraction = mantissa.partition(".")
    if fraction == "0":
        fraction = ""
    point = len(whole) + (int(exponent) if exponent else 0)
    all_digits = whole + fraction
    stripped = all_digits.lstrip("0")
    point -= len(all_digits) - len(stripped)
    stripped = stripped.rstrip("0")
    if not stripped:
        return sign, "0", 1
    return sign, stripped, point


def _fixed(sign: str, number: str, point: int) -> str:
    """``strconv.FormatFloat(v, 'f', -1, 64)``."""
    if point <= 0:
        return f"{sign}0.{'0' * -point}{number}"
    if point >= len(number):
        return f"{sign}{number}{'0' * (point - len(number))}"
    return f"{sign}{number[:point]}.{number[point:]}"


def _exponential(sign: str, number: str, point: int, width: int) -> str:
    """``strconv.FormatFloat(v, 'e', -1, 64)``, the exponent at least ``width`` digits wide."""
    exponent = point - 1
    fraction = f".{number[1:]}" if len(number) > 1 else ""
    mark = "-" if exponent < 0 else "+"
    return f"{sign}{number[0]}{fraction}e{mark}{abs(exponent):0{width}d}"


def general(value: float, threshold: int) -> str:
    """``'g'`` with the shortest digits: exponents below -4 or from ``threshold`` on.

    The threshold is 6 for ``strconv.FormatFloat`` (YAML) and for ``fmt.Fprint`` (JSONPath, cells).
    """
    sign, number, point = digits(value)
    if number != "0" and not -4 <= point - 1 < threshold:
        return _exponential(sign, number, point, 2)
    return _fixed(sign, number, point)


def json_float(value: float) -> str:
    """A float64 as ``encoding/json`` prints it: ``1``, ``0.5``, ``1e+21``, ``1e-7``."""
    sign, number, point = digits(value)
    if number != "0" and not -6 <= point - 1 < 21:
        return _exponential(sign, number, point, 2 if point > 0 else 1)
    return _fixed(sign, number, point)


def json_int(value: int) -> str:
    """An integer as ``encoding/json`` prints it after decoding: beyond int64 it is a float64."""
    if INT64_MIN <= value <= INT64_MAX:
        return str(value)
    return json_float(float(value))


def yaml_float(value: float) -> str:
    """A float64 as ``sigs.k8s.io/yaml`` prints it: its JSON text, read as YAML, printed again."""
    text = json_float(value)
    if "." not in text and "e" not in text:
        whole = int(text)
        if INT64_MIN <= whole <= UINT64_MAX:
            return str(whole)
    return general(value, 6)


def yaml_int(value: int) -> str:
    """An integer as ``sigs.k8s.io/yaml`` prints it after JSON decoding."""
    if INT64_MIN <= value <= INT64_MAX:
        return str(value)
    return yaml_float(float(value))
