"""Why the strict decoder refuses an object: jsonschema on the parts that fail, in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from dsctl.manifests.schema import (
    PREFIX,
    Version,
    accepts_scalar,
    is_quantity,
    is_time,
    load,
    properties_of,
)
from dsctl.manifests.suggest import suggest

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One field that decoding refuses. ``repaired`` is what was likely meant, if that is plain.

    ``of_key``: the key itself is wrong, and not its value.
    """

    rule: str
    path: str
    message: str
    hint: str | None = None
    steps: Steps = ()
    of_key: bool = False
    repaired: Any = None


def schema_errors(value: Any, version: Version) -> list[SchemaError]:
    """Every field of ``value`` that the strict decoder of this version refuses, in order."""
    schema = load(version)
    validator = _validator(version)
    found: list[SchemaError] = []
    for part in _failing({"$ref": schema["$ref"]}, value, "", (), schema["$defs"]):
        for error in validator.descend(part.value, part.node):
            found.extend(_told(error, part, version))
    return found


@cache
def _validator(version: Version) -> Draft202012Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(formats=())
    formats.checks("quantity")(is_quantity)
    formats.checks("date-time")(is_time)
    return Draft202012Validator(load(version), format_checker=formats)


@dataclass(frozen=True, slots=True)
class _Part:
    """The smallest piece that fails by itself: of a struct, the unknown fields alone."""

    node: dict[str, Any]
    value: Any
    path: str
    steps: Steps


def _failing(
    node: dict[str, Any], value: Any, path: str, steps: Steps, defs: dict[str, Any]
) -> Iterator[_Part]:
    if value is None:
        return
    whole = _Part(node, value, path, steps)
    short = node.get("$ref", "").removeprefix(PREFIX)
    shape = defs[short] if short else node
    if "properties" in shape:
        if not isinstance(value, dict):
            yield whole
            return
        fields = shape["properties"]
        unknown = {key: item for key, item in value.items() if key not in fields}
        if unknown:
            yield _Part(node, unknown, path, steps)
        for key, item in value.items():
            if key in fields:
                below = f"{path}.{key}" if path else key
                yield from _failing(fields[key], item, below, (*steps, key), defs)
    elif "items" in shape:
        yield from _failing_items(whole, shape["items"], list, defs)
    elif "additionalProperties" in shape:
        yield from _failing_items(whole, shape["additionalProperties"], dict, defs)
    elif not accepts_scalar(short, value):
        yield whole


def _failing_items(
    whole: _Part, item: dict[str, Any], kind: type, defs: dict[str, Any]
) -> Iterator[_Part]:
    if not isinstance(whole.value, kind):
        yield whole
        return
    value: Any = whole.value
    pairs = value.items() if kind is dict else enumerate(value)
    for key, inner in pairs:
        yield from _failing(item, inner, f"{whole.path}[{key}]", (*whole.steps, key), defs)


def _told(error: ValidationError, part: _Part, version: Version) -> Iterator[SchemaError]:
    path, value = part.path, part.value
    if error.validator == "additionalProperties":
        known = properties_of(part.node, version)
        for key in value:
            below = f"{path}.{key}" if path else key
            hint = suggest(path, key, known, version)
            message = f'unknown field "{below}"'
            yield SchemaError("field-unknown", below, message, hint, (*part.steps, key), True)
    elif error.validator == "type":
        yield _wrong_type(part, cast("list[str]", error.validator_value))
    elif error.validator in ("minimum", "maximum"):
        bits = 32 if "32" in part.node["$ref"] or "IntOr" in part.node["$ref"] else 64
        message = f"{_shown(value)} does not fit in {bits} bits"
        yield SchemaError("number-range", path, message, None, part.steps)
    elif error.validator == "format" and error.validator_value == "quantity":
        message = f"{_shown(value)}: {_quantity_message(value)}"
        hint = "units are case-sensitive: 100m, 1.5, 64Mi, 1Gi"
        yield SchemaError("quantity-invalid", path, message, hint, part.steps)
    else:
        message = f"{_shown(value)} is no time; write it as 2006-01-02T15:04:05Z"
        yield SchemaError("time-invalid", path, message, None, part.steps)


_WORDS = {
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "array": "a list",
}


def _wrong_type(part: _Part, types: list[str]) -> SchemaError:
    value = part.value
    wanted = [name for name in types if name != "null"]
    words = " or ".join(_WORDS[name] for name in wanted)
    hint, repaired = _remedy(value, wanted)
    message = f"must be {words}, not {_described(value)}"
    return SchemaError("field-type", part.path, message, hint, part.steps, False, repaired)


def _remedy(value: Any, wanted: list[str]) -> tuple[str | None, Any]:
    """How to write what was likely meant, and that value for the rules to go on with."""
    if isinstance(value, bool):
        if wanted != ["string"]:
            return None, None
        words = "yes, no, on, off, y, n, true and false"
        return f"quote it: unquoted {words} are booleans", "true" if value else "false"
    if "string" in wanted and isinstance(value, int | float):
        return f'quote it: "{value}"', str(value)
    if not isinstance(value, str):
        if wanted == ["array"] and isinstance(value, dict):
            return "put '- ' before it: it is a list of mappings", [value]
        if wanted == ["integer"] and isinstance(value, float):
            return None, int(value) if abs(value) < 2**31 else None
        return None, None
    if wanted == ["boolean"] and value.lower() in ("true", "false"):
        return "write it without quotes", value.lower() == "true"
    if "integer" in wanted and value.isascii() and value.lstrip("-").isdigit():
        return "write it without quotes", int(value[:20])
    if wanted == ["array"]:
        return "put '- ' before it: it is a list", [value]
    return None, None


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    kind = "the string" if isinstance(value, str) else "the number"
    return _shown(value) if isinstance(value, bool) else f"{kind} {_shown(value)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def _quantity_message(value: Any) -> str:
    from dsctl.domain.quantity import QuantityError, parse

    try:
        parse(value if isinstance(value, str) else repr(value))
    except QuantityError as error:
        return str(error)
    return "no quantity"
