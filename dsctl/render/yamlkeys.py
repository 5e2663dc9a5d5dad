"""The order of mapping keys in kubectl's YAML: the natural order of goyaml.v2 ``sorter.go``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cmp_to_key


def sorted_keys(keys: Iterable[str]) -> list[str]:
    """Letters after everything else, runs of digits by their value, the rest by code point."""
    keys = list(keys)
    if all(key.isascii() and key.isalpha() for key in keys):
        return sorted(keys)
    return sorted(keys, key=cmp_to_key(_compare))


def _compare(a: str, b: str) -> int:
    if a == b:
        return 0
    return -1 if _less(a, b) else 1


def _less(a: str, b: str) -> bool:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x == y:
            continue
        x_letter, y_letter = x.isalpha(), y.isalpha()
        if x_letter and y_letter:
            return x < y
        if x_letter or y_letter:
            return y_letter
        return _less_by_number(a, b, i)
    return len(a) < len(b)


def _less_by_number(a: str, b: str, at: int) -> bool:
    """Neither differing character is a letter: compare the numbers that start there."""
    start = 1 if "0" in (a[at], b[at]) and _digits_before(a, at) else 0
    a_number, a_end = _number(a, at, start)
    b_number, b_end = _number(b, at, start)
    if a_number != b_number:
        return a_number < b_number
    if a_end != b_end:
        return a_end < b_end
    return a[at] < b[at]


def _digits_before(text: str, at: int) -> bool:
    """Whether the number that ``at`` continues has begun with anything but zeros."""
    j = at - 1
    while j >= 0 and text[j].isdecimal():
        if text[j] != "0":
            return True
        j -= 1
    return False


def _number(text: str, at: int, value: int) -> tuple[int, int]:
    """The digits from ``at`` on, after ``value``, and their end; wraps as an int64 does."""
    while at < len(text) and text[at].isdecimal():
        value = value * 10 + ord(text[at]) - ord("0")
        at += 1
    return (value + 2**63) % 2**64 - 2**63, at
