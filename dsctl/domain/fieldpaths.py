"""Paths as server-side apply writes them: ``.spec.containers[name="a"].ports[0]``.

The grammar is that of ``fieldpath.Path.String`` in structured-merge-diff: ``.name`` for a field,
``[key="value",…]`` for a list item by its keys, ``[=value]`` for a set item, ``[n]`` for an index.
"""

from __future__ import annotations

import json
from typing import Any

_MISSING = object()


def resolve(obj: Any, path: str) -> Any:
    """The value at ``path``, or None where the object has none there, or the path is odd."""
    value = obj
    try:
        for step in _steps(path):
            value = _descend(value, step)
            if value is _MISSING:
                return None
    except ValueError:
        return None
    return value


def _steps(path: str) -> list[str]:
    """Split into ``.field`` and ``[selector]`` steps; dots in quotes or brackets don't split."""
    steps: list[str] = []
    i = 0
    while i < len(path):
        if path[i] == "[":
            end = _closing(path, i)
            steps.append(path[i : end + 1])
            i = end + 1
        else:
            start = i + 1 if path[i] == "." else i
            end = start
            while end < len(path) and path[end] not in ".[":
                end += 1
            steps.append(path[start:end])
            i = end
    return steps


def _closing(path: str, start: int) -> int:
    quoted = False
    for i in range(start + 1, len(path)):
        if path[i] == '"' and path[i - 1] != "\\":
            quoted = not quoted
        elif path[i] == "]" and not quoted:
            return i
    raise ValueError(path)


def _descend(value: Any, step: str) -> Any:
    if not step.startswith("["):
        return value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
    inner = step[1:-1]
    if not isinstance(value, list):
        return _MISSING
    if inner.isdigit():
        return value[int(inner)] if int(inner) < len(value) else _MISSING
    if inner.startswith("="):
        wanted = json.loads(inner[1:])
        return wanted if wanted in value else _MISSING
    keys = _keys(inner)
    for item in value:
        if isinstance(item, dict) and all(_same(item, k, v) for k, v in keys.items()):
            return item
    return _MISSING


def _keys(inner: str) -> dict[str, Any]:
    """``name="a",port=80`` as a dict: the part after each ``=`` is JSON."""
    keys: dict[str, Any] = {}
    decoder = json.JSONDecoder()
    while inner:
        name, _, inner = inner.partition("=")
        keys[name], end = decoder.raw_decode(inner)
        inner = inner[end:].removeprefix(",")
    return keys


def _same(item: dict[str, Any], key: str, value: Any) -> bool:
    # A manifest may leave out a key that has a default, as a port's protocol does.
    default = "TCP" if key == "protocol" else None
    return bool(item.get(key, default) == value)
