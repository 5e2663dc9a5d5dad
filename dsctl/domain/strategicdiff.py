"""The strategic merge patch between two DaemonSets: what ``edit --output-patch`` prints.

Ported from ``CreateTwoWayMergePatch`` (``diffMaps``, ``diffLists``) of apimachinery
``pkg/util/strategicpatch/patch.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.domain.strategicmerge import MERGE_KEYS, SETS

#: lists whose items are one of several kinds: their patches name all keys that stay
_RETAINING = frozenset({"volumes", "resourceClaims"})


def strategic_patch(
    old: Mapping[str, Any], new: Mapping[str, Any], *, retain: bool = False
) -> dict[str, Any]:
    """The patch that makes ``new`` of ``old``; empty where they are the same.

    ``retain``: with ``$retainKeys``, for an item of a list such as ``volumes``.
    """
    patch: dict[str, Any] = {}
    for key, value in new.items():
        before = old.get(key)
        if key not in old or type(before) is not type(value):
            patch[key] = value
        elif isinstance(value, Mapping):
            if inner := strategic_patch(before or {}, value):
                patch[key] = inner
        elif isinstance(value, list) and isinstance(before, list):
            patch.update(_lists(key, before, value))
        elif before != value:
            patch[key] = value
    patch.update({key: None for key in old if key not in new})
    if retain and patch:
        patch["$retainKeys"] = sorted(new)
    return patch


def _lists(name: str, old: list[Any], new: list[Any]) -> dict[str, Any]:
    key = MERGE_KEYS.get(name)
    if name in SETS:
        return _sets(name, old, new)
    before, after = (_by_key(items, key) for items in (old, new))
    if key is None or before is None or after is None:
        return {name: new} if old != new else {}
    items = []
    for identity, item in after.items():
        if identity not in before:
            items.append(item)
        elif inner := strategic_patch(before[identity], item, retain=name in _RETAINING):
            items.append({**inner, key: identity})
    gone = [i for i in before if i not in after]
    items += [{"$patch": "delete", key: i} for i in sorted(gone, key=str)]
    if not items and list(before) == list(after):
        return {}
    order = {f"$setElementOrder/{name}": [{key: identity} for identity in after]}
    return {**order, **({name: items} if items else {})}


def _sets(name: str, old: list[Any], new: list[Any]) -> dict[str, Any]:
    if old == new:
        return {}
    added = [item for item in new if item not in old]
    gone = [item for item in old if item not in new]
    return {
        f"$setElementOrder/{name}": new,
        **({name: added} if added else {}),
        **({f"$deleteFromPrimitiveList/{name}": gone} if gone else {}),
    }


def _by_key(items: list[Any], key: str | None) -> dict[Any, Any] | None:
    """The items by their merge key; None where they have none, or share one."""
    found: dict[Any, Any] = {}
    for item in items:
        identity = item.get(key) if key is not None and isinstance(item, Mapping) else None
        if not isinstance(identity, (str, int)) or identity in found:
            return None
        found[identity] = item
    return found
