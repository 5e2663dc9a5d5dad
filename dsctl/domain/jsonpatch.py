"""JSON patches (RFC 6902), as lenient and as strict as the API server's library is with them.

``replace`` of a key that a map lacks adds it; ``add`` into what is not there is refused.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

_OPS = {"add": ("value",), "remove": (), "replace": ("value",), "test": ("value",)}
_FROM = {"move": ("from",), "copy": ("from",)}


def problem(patch: Any) -> str | None:
    """Why ``patch`` is no JSON patch at all, or None."""
    if not isinstance(patch, list):
        return "a JSON patch is a list of operations"
    for number, operation in enumerate(patch, 1):
        where = f"operation {number}"
        if not isinstance(operation, Mapping):
            return f"{where} is no object"
        op = operation.get("op")
        needed = {**_OPS, **_FROM}.get(op) if isinstance(op, str) else None
        if needed is None:
            return f"{where} has op {op!r}; there are {', '.join([*_OPS, *_FROM])}"
        for field in ("path", *needed):
            if field not in operation:
                return f"{where} ({op}) has no {field!r}"
        for field in ("path", *(f for f in needed if f == "from")):
            pointer = operation[field]
            if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
                return f"{where} ({op}) has {field} {pointer!r}: a path begins with /"
    return None


def apply_patch(document: Any, patch: list[Any]) -> Any:
    """What the patch makes of a copy of ``document``; raises ValueError where it does not apply."""
    found = copy.deepcopy(document)
    for number, operation in enumerate(patch, 1):
        try:
            found = _apply(found, operation)
        except (LookupError, ValueError, TypeError) as error:
            said = error.args[0] if error.args else error
            what = f"operation {number} ({operation['op']} {operation['path']})"
            raise ValueError(f"{what}: {said}") from None
    return found


def _apply(document: Any, operation: Mapping[str, Any]) -> Any:
    op, path = operation["op"], _steps(operation["path"])
    if op == "test":
        found = _get(document, path)
        if found != operation["value"]:
            raise ValueError("it is absent" if found is None else f"it is {json.dumps(found)}")
        return document
    if op == "remove":
        return _remove(document, path)[0]
    if op in ("move", "copy"):
        source = _steps(operation["from"])
        value = copy.deepcopy(_get(document, source))
        if op == "move":
            document = _remove(document, source)[0]
        return _put(document, path, value, insert=True)
    return _put(document, path, copy.deepcopy(operation["value"]), insert=op == "add")


def _steps(pointer: str) -> list[str]:
    return [s.replace("~1", "/").replace("~0", "~") for s in pointer.split("/")[1:]]


def _get(document: Any, path: list[str]) -> Any:
    for number, step in enumerate(path):
        if isinstance(document, list):
            document = document[_index(document, step)]
        elif isinstance(document, Mapping):
            if number < len(path) - 1 and step not in document:
                raise ValueError(f"there is no {step!r}")
            document = document.get(step)
        else:
            raise ValueError(f"there is no {step!r}")
    return document


def _put(document: Any, path: list[str], value: Any, *, insert: bool) -> Any:
    if not path:
        return value
    parent, last = _get(document, path[:-1]), path[-1]
    if isinstance(parent, list):
        if not insert:
            parent[_index(parent, last)] = value
        else:
            at = len(parent) if last == "-" else _index([*parent, None], last)
            parent.insert(at, value)
    elif isinstance(parent, dict):
        parent[last] = value
    else:
        raise ValueError(f"there is no {'/'.join(['', *path[:-1]])!r}")
    return document


def _remove(document: Any, path: list[str]) -> tuple[Any, Any]:
    if not path:
        raise ValueError("the whole object can't be removed")
    parent, last = _get(document, path[:-1]), path[-1]
    if isinstance(parent, list):
        return document, parent.pop(_index(parent, last))
    if not isinstance(parent, dict) or last not in parent:
        raise ValueError("it is not there")
    return document, parent.pop(last)


def _index(items: list[Any], step: str) -> int:
    if not step.lstrip("-").isdigit():
        raise ValueError(f"{step!r} is no index of a list")
    at = int(step)
    at = at + len(items) if at < 0 else at
    if not 0 <= at < len(items):
        raise ValueError(f"the list has no index {step}")
    return at
