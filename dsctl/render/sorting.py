"""``--sort-by``: objects or rows in the order of one field (kubectl ``cmd/get/sorter.go``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from dsctl.domain.jsonpath import JSONPath, JSONPathMismatch
from dsctl.domain.quantity import QuantityError
from dsctl.domain.quantity import parse as parse_quantity
from dsctl.errors import UsageError
from dsctl.render.customcolumns import relaxed
from dsctl.render.jsonpath import read_template

_INSERTION = 12  # up to here Go's sort.Sort inserts, which keeps the order of equals


def sort_objects(objects: Sequence[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """The objects by the first value of ``field`` in each; those without it come first.

    ``field`` is a JSONPath, with or without braces. Strings that are quantities compare as such.
    Raises UsageError for a field that none of them has, and for values that have no order.
    """
    return [objects[i] for i in _order(list(objects), field)]


def sort_rows(rows: Sequence[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Rows of a Table by a field of their whole ``object`` (ask with includeObject=Object)."""
    return [rows[i] for i in _order([row.get("object") for row in rows], field)]


def _order(objects: list[Any], field: str) -> list[int]:
    template = relaxed(field)
    path = read_template(template)
    keys = [_key(path, obj) for obj in objects]
    if objects and not any(keys):
        raise UsageError(
            f'couldn\'t find any field with path "{template}" in the list of objects',
            hint="name a field of the object, such as .metadata.creationTimestamp",
        )
    missing = [i for i, key in enumerate(keys) if not key]
    present = [i for i, key in enumerate(keys) if key]
    # Go puts what it takes for smaller than everything in front, so the last of them comes first.
    return missing[::-1] + _sorted(present, keys, template)


def _key(path: JSONPath, obj: Any) -> list[Any]:
    """The first value in a list of one, or an empty list."""
    try:
        found = path.find(obj)
    except JSONPathMismatch as error:
        raise UsageError(f"--sort-by: {error}") from error
    return found[0][:1] if found else []


def _sorted(order: list[int], keys: list[list[Any]], template: str) -> list[int]:
    def less(a: int, b: int) -> bool:
        return _less(keys[a][0], keys[b][0], template)

    def compare(a: int, b: int) -> int:
        return less(b, a) - less(a, b)

    if len(order) > _INSERTION:
        return sorted(order, key=cmp_to_key(compare))
    for i in range(1, len(order)):
        while i > 0 and less(order[i], order[i - 1]):
            order[i - 1], order[i] = order[i], order[i - 1]
            i -= 1
    return order


def _less(a: Any, b: Any, template: str) -> bool:
    """``isLess``."""
    if a is None or b is None:
        return a is None and b is not None
    if isinstance(a, list) and isinstance(b, list):
        return all(_less(x, y, template) for x, y in zip(a, b, strict=False))
    if isinstance(a, str) and isinstance(b, str):
        return _less_text(a, b)
    if type(a) is not type(b) or not isinstance(a, (int, float)) or isinstance(a, bool):
        raise UsageError(f"--sort-by: the values of {template} have no order")
    return bool(a < b)


def _less_text(a: str, b: str) -> bool:
    try:
        return bool(parse_quantity(a) < parse_quantity(b))
    except QuantityError:
        return a < b
