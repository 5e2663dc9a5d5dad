"""What one person changed, done to an object that may have changed meanwhile.

``base`` is what was seen, ``edited`` what was made of it, ``live`` what is there now. A field is
set only where ``live`` still has what was seen, or has the new value already; anything else is a
clash. Lists that the API merges by a key are taken item by item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.strategicmerge import MERGE_KEYS

#: what the server sets, and no edit changes
_SERVERS = (
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed in two ways. None: it is not there."""

    path: str
    base: Any
    edited: Any
    live: Any


def merge(
    base: Mapping[str, Any], edited: Mapping[str, Any], live: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[Clash, ...]]:
    """``live`` with the changes from ``base`` to ``edited``, and where they clash."""
    clashes: list[Clash] = []
    found = _merge(base, _only_the_users(base, edited), live, "", clashes)
    return found, tuple(clashes)


def _only_the_users(base: Mapping[str, Any], edited: Mapping[str, Any]) -> dict[str, Any]:
    metadata = dict(edited.get("metadata") or {})
    before = base.get("metadata") or {}
    for key in _SERVERS:
        metadata.pop(key, None)
        if key in before:
            metadata[key] = before[key]
    return {**edited, "metadata": metadata}


def _merge(base: Any, edited: Any, live: Any, path: str, clashes: list[Clash]) -> Any:
    if _same(edited, base):
        return live
    if _same(live, base) or _same(live, edited):
        return edited
    if isinstance(edited, Mapping) and isinstance(live, Mapping):
        return _merge_maps(base, edited, live, path, clashes)
    name = path.rpartition(".")[2]
    key = MERGE_KEYS.get(name)
    if key is not None and isinstance(edited, list) and isinstance(live, list):
        before, mine, theirs = (_by_key(items, key) for items in (base, edited, live))
        if before is not None and mine is not None and theirs is not None:
            return _merge_items((before, mine, theirs), f"{path}[{key}=%s]", clashes)
    clashes.append(Clash(path, *(None if v is _ABSENT else v for v in (base, edited, live))))
    return live


def _merge_maps(
    base: Any, edited: Mapping[str, Any], live: Mapping[str, Any], path: str, clashes: list[Clash]
) -> dict[str, Any]:
    before = base if isinstance(base, Mapping) else {}
    found = {}
    for key in [*live, *(key for key in edited if key not in live)]:
        below = f"{path}.{key}" if path else key
        was, mine, theirs = (side.get(key, _ABSENT) for side in (before, edited, live))
        value = _merge(was, mine, theirs, below, clashes)
        if value is not _ABSENT:
            found[key] = value
    return found


def _merge_items(
    sides: tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]], path: str, clashes: list[Clash]
) -> list[Any]:
    before, mine, theirs = sides
    reordered = [k for k in before if k in mine] != [k for k in mine if k in before]
    first, second = (mine, theirs) if reordered else (theirs, mine)
    found = []
    for key in [*first, *(key for key in second if key not in first)]:
        was, my_item, their_item = (side.get(key, _ABSENT) for side in sides)
        value = _merge(was, my_item, their_item, path % key, clashes)
        if value is not _ABSENT:
            found.append(value)
    return found


def _by_key(items: Any, key: str) -> dict[Any, Any] | None:
    """The items by their key; None where they have none, or share one."""
    if items is _ABSENT:
        return {}
    found: dict[Any, Any] = {}
    for item in items if isinstance(items, list) else (None,):
        name = item.get(key) if isinstance(item, Mapping) else None
        if not isinstance(name, (str, int)) or name in found:
            return None
        found[name] = item
    return found


def _same(one: Any, other: Any) -> bool:
    """Equal, and of one type: 1 is not true."""
    if one is _ABSENT or other is _ABSENT:
        return one is other
    return type(one) is type(other) and bool(one == other)
