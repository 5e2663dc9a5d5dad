"""What may be a label key or value, and the integers that labels and taints are compared by.

Ported from ``k8s.io/apimachinery/pkg/api/validate/content`` (``IsLabelKey``, ``IsLabelValue``,
``IsDecimalInteger``) and Go's ``strconv.ParseInt(s, 10, 64)``.
"""

from __future__ import annotations

import re

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_CANONICAL = re.compile(r"0|-?[1-9][0-9]*")
_CHARACTERS = (
    "must consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)


def key_problem(key: str) -> str | None:
    """Why ``key`` can't be a label key, or None when it can."""
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return "a label key has at most one '/', after a DNS subdomain (e.g. 'example.com/name')"
    if slash and not prefix:
        return "prefix part must be non-empty"
    if slash and (len(prefix) > 253 or not _SUBDOMAIN.fullmatch(prefix)):
        return "prefix part must be a lowercase DNS subdomain (e.g. 'example.com')"
    if not name:
        return "name part must be non-empty"
    if len(name) > 63:
        return "name part must be no more than 63 bytes"
    return None if _NAME.fullmatch(name) else f"name part {_CHARACTERS}"


def value_problem(value: str) -> str | None:
    """Why ``value`` can't be a label value, or None when it can. The empty string can."""
    if len(value) > 63:
        return f"value {value!r} must be no more than 63 bytes"
    if value and not _NAME.fullmatch(value):
        return f"value {value!r} {_CHARACTERS}"
    return None


def parse_int64(text: str) -> int | None:
    """The integer as Go's ParseInt reads it (a sign and leading zeros pass), else None."""
    if len(text) > 200 or not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(1 << 63) <= number < 1 << 63 else None


def parse_canonical_int64(text: str) -> int | None:
    """The integer if written canonically (no plus, no leading zero, no ``-0``), else None."""
    return parse_int64(text) if _CANONICAL.fullmatch(text) else None
