"""The schema store, and the quick yes: whether the server's strict decoder takes an object.

``accepts`` walks an object along the schema and says only yes or no; where it is no,
``schema_errors`` has jsonschema say why. The two agree by test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

Version = tuple[int, int]

#: The Kubernetes versions whose schemas are packed, oldest first.
VERSIONS: tuple[Version, ...] = ((1, 34), (1, 35), (1, 36), (1, 37))
NEWEST = VERSIONS[-1]

_Check = Callable[[Any], bool]
#: How the schemas refer to a type.
PREFIX = "#/$defs/"


def parse_version(text: str) -> Version:
    """The minor version that ``1.36``, ``v1.36.3`` or ``1.36.3+k3s1`` means.

    Raises ValueError where it is none, or one without a schema; the message says which there are.
    """
    known = f"dsctl knows {name(VERSIONS[0])} to {name(NEWEST)}"
    parts = text.removeprefix("v").split(".")
    digits = parts[1].partition("+")[0].partition("-")[0] if len(parts) > 1 else ""
    if not parts[0].isdigit() or not digits.isdigit() or not text.isascii():
        raise ValueError(f"no Kubernetes version: {text!r} ({known})")
    version = (int(parts[0][:9]), int(digits[:9]))
    if version not in VERSIONS:
        raise ValueError(f"no schema for Kubernetes {text} ({known})")
    return version


def name(version: Version) -> str:
    """``(1, 37)`` as ``1.37``."""
    return f"{version[0]}.{version[1]}"


@cache
def load(version: Version) -> dict[str, Any]:
    """The JSON Schema of a DaemonSet of this version; made by ``schemas/generate.py``."""
    return _read(version, "daemonset.json")


@cache
def fields(version: Version) -> dict[str, Any]:
    """What each type and field means: ``{type: {description, required, fields: {name: …}}}``."""
    return _read(version, "fields.json")


def _read(version: Version, file: str) -> dict[str, Any]:
    import json

    content: dict[str, Any] = json.loads((_store() / name(version) / file).read_text("utf-8"))
    return content


def _store() -> Path:
    """Inside the installed package; in a checkout, beside it."""
    package = Path(__file__).parents[1]
    packed = package / "_data" / "schemas"
    return packed if packed.is_dir() else package.parent / "schemas"


def accepts_scalar(short: str, value: Any) -> bool:
    """Whether ``value`` is one of the scalar type of this name (``int32``, ``Quantity``, …)."""
    return _SCALARS[short](value)


def properties_of(node: dict[str, Any], version: Version) -> dict[str, Any]:
    """The fields of the struct that ``node`` refers to, with their schemas."""
    short = node["$ref"].removeprefix(PREFIX)
    found: dict[str, Any] = load(version)["$defs"][short]["properties"]
    return found


def accepts(value: Any, version: Version = NEWEST) -> bool:
    """Whether the strict decoder takes ``value`` for a DaemonSet."""
    return _root(version)(value)


@cache
def _root(version: Version) -> _Check:
    schema = load(version)
    return _Walker(schema["$defs"]).check(schema["$ref"])


class _Walker:
    """Turns definitions into checks, each when it is first met."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.checks: dict[str, _Check] = dict(_SCALARS)

    def check(self, reference: str) -> _Check:
        short = reference.removeprefix(PREFIX)
        found = self.checks.get(short)
        if found is None:
            found = self.checks[short] = self.struct(self.definitions[short]["properties"])
        return found

    def struct(self, properties: dict[str, Any]) -> _Check:
        fields: dict[str, _Check] = {}

        def check(value: Any) -> bool:
            if type(value) is not dict:
                return value is None
            for key, item in value.items():
                field = fields.get(key)
                if field is None:
                    if key not in properties:
                        return False
                    field = fields[key] = self.value(properties[key])
                if not field(item):
                    return False
            return True

        return check

    def value(self, node: dict[str, Any]) -> _Check:
        if "$ref" in node:
            return self.check(node["$ref"])
        if "items" in node:
            return _every(self.value(node["items"]))
        return _every_value(self.value(node["additionalProperties"]))


def _every(item: _Check) -> _Check:
    def check(value: Any) -> bool:
        if type(value) is not list:
            return value is None
        return all(map(item, value))

    return check


def _every_value(item: _Check) -> _Check:
    def check(value: Any) -> bool:
        if type(value) is not dict:
            return value is None
        return all(map(item, value.values()))

    return check


def _is_string(value: Any) -> bool:
    return type(value) is str or value is None


def _is_boolean(value: Any) -> bool:
    return type(value) is bool or value is None


def _is_int32(value: Any) -> bool:
    return value is None or (type(value) is int and -(2**31) <= value < 2**31)


def _is_int64(value: Any) -> bool:
    return value is None or (type(value) is int and -(2**63) <= value < 2**63)


def _is_int_or_string(value: Any) -> bool:
    return type(value) is str or _is_int32(value)


def _is_quantity(value: Any) -> bool:
    return value is None or (type(value) in (str, int, float) and is_quantity(value))


def _is_time(value: Any) -> bool:
    return value is None or (type(value) is str and is_time(value))


def is_quantity(value: Any) -> bool:
    """Whether a string or number is a resource quantity; True for values of other types."""
    from dsctl.domain.quantity import QuantityError, parse

    if type(value) not in (str, int, float):
        return True
    try:
        parse(value if type(value) is str else repr(value))
    except QuantityError:
        return False
    return True


def is_time(value: Any) -> bool:
    """Whether a string is a time as the API takes it (RFC 3339); True for other types."""
    if type(value) is not str:
        return True
    match = re.fullmatch(_TIME, value, re.ASCII)
    if match is None:
        return False
    from datetime import datetime

    year, *rest = map(int, match.groups())
    try:
        datetime(year or 4, *rest)  # type: ignore[arg-type]  # year 0 is a leap year to Go
    except ValueError:
        return False
    return True


#: What Go's time.Parse takes for RFC 3339: an hour may have one digit, an offset 60 minutes.
_TIME = (
    r"(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,]\d+)?"
    r"(?:Z|[-+](?:[01]\d|2[0-4]):(?:[0-5]\d|60))"
)

_SCALARS: dict[str, _Check] = {
    "string": _is_string,
    "boolean": _is_boolean,
    "int32": _is_int32,
    "int64": _is_int64,
    "IntOrString": _is_int_or_string,
    "Quantity": _is_quantity,
    "Time": _is_time,
    "FieldsV1": lambda _value: True,
}
