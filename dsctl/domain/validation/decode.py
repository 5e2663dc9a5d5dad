"""From decoded YAML or JSON to what the server's decoder would hold.

Unknown fields, nulls and values of a wrong type are left out (the schema reports them), so the
rules may trust every type they read. A null in a map counts as the zero value, a null struct in
a list as an empty one, as in Go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dsctl.domain.validation.shapes import SHAPES

_Convert = Callable[[Any], Any]
_PLANS: dict[str, dict[str, _Convert]] = {}


def decode(obj: object, shape: str = "DaemonSet") -> dict[str, Any]:
    """A fresh tree with only the known, well-typed fields of ``obj``; empty for a non-mapping."""
    return _struct(obj, shape) or {}


def without_gaps(value: Any) -> Any:
    """A decoded tree without the None that stands where a list holds what has a wrong type.

    ``decode`` leaves it there so that indexes stay right; rules other than validation's rely on
    what they find.
    """
    if isinstance(value, dict):
        return {key: without_gaps(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_gaps(item) for item in value if item is not None]
    return value


def _struct(value: object, shape: str) -> dict[str, Any] | None:
    # An isinstance check against an abstract class costs as much as decoding a field.
    if type(value) is not dict and not isinstance(value, Mapping):
        return None
    plan = _PLANS.get(shape) or _plan(shape)
    out: dict[str, Any] = {}
    for key, item in value.items():
        if item is None:
            continue
        convert = plan.get(key)
        if convert is not None:
            found = convert(item)
            if found is not None:
                out[key] = found
    return out


def _plan(shape: str) -> dict[str, _Convert]:
    plan: dict[str, _Convert] = {}
    _PLANS[shape] = plan
    if shape == "EphemeralContainer":
        plan.update(_PLANS.get("Container") or _plan("Container"))
    for field in SHAPES[shape].split():
        name, _, code = field.partition(":")
        plan[name] = _converter(code or "s")
    return plan


def _converter(code: str) -> _Convert:
    known = _SCALARS.get(code)
    if known is not None:
        return known
    if code[0] == "[":
        item = _converter(code[1:])
        zero = _ZERO.get(code[1:], {})
        return lambda value: _list(value, item, zero)
    if code[0] == "{":
        item = _converter(code[1:])
        zero = _ZERO[code[1:]]
        return lambda value: _map(value, item, zero)
    return lambda value: _struct(value, code)


def _list(value: object, item: _Convert, zero: object) -> list[Any] | None:
    if not isinstance(value, list | tuple):
        return None
    return [(type(zero)() if x is None else item(x)) for x in value]


def _map(value: object, item: _Convert, zero: object) -> dict[str, Any] | None:
    if type(value) is not dict and not isinstance(value, Mapping):
        return None
    out: dict[str, Any] = {}
    for key, x in value.items():
        found = zero if x is None else item(x)
        if found is not None and isinstance(key, str):
            out[key] = found
    return out


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    return None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _int_or_string(value: object) -> int | str | None:
    return value if isinstance(value, str) else _integer(value)


def _quantity(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(int(value) if isinstance(value, float) and value.is_integer() else value)
    return None


_SCALARS: dict[str, _Convert] = {
    "s": _text,
    "i": _integer,
    "b": _flag,
    "n": _int_or_string,
    "q": _quantity,
    "o": lambda value: value if isinstance(value, Mapping) else None,
}
_ZERO: dict[str, object] = {"s": "", "i": 0, "b": False, "n": 0, "q": "0"}
