"""Strategic merge patches, applied as the API server and ``kubectl --local`` apply them.

Ported from apimachinery ``pkg/util/strategicpatch/patch.go`` (``mergeMap``, ``mergeSlice``,
``normalizeElementOrder``) with MergeParallelList and IgnoreUnmatchedNulls, for the one schema that
dsctl knows: which lists of a DaemonSet are merged, and by which key, goes by their names alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: lists that are merged, by their merge key (``patchStrategy:"merge"`` of core/v1 and meta/v1)
MERGE_KEYS: Mapping[str, str] = {
    "conditions": "type",
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "evictionResponders": "name",
    "hostAliases": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ownerReferences": "uid",
    "ports": "containerPort",
    "resourceClaims": "name",
    "schedulingGates": "name",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}
#: lists of scalars that are merged as sets
SETS = frozenset({"finalizers"})

_DIRECTIVE = "$patch"
_RETAIN = "$retainKeys"
_DELETE_FROM = "$deleteFromPrimitiveList/"
_ORDER = "$setElementOrder/"


def strategic_merge(original: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """What the patch makes of ``original``. Raises ValueError for a patch that makes no sense."""
    if _DIRECTIVE in patch:
        if patch[_DIRECTIVE] == "replace":
            return {key: value for key, value in patch.items() if key != _DIRECTIVE}
        if patch[_DIRECTIVE] == "delete":
            return {}
        raise ValueError(f"unknown patch type {patch[_DIRECTIVE]!r}")
    rest = dict(patch)
    merged = _retained(original, rest)
    for key in [key for key in rest if key.startswith(_ORDER)]:
        _merge_ordered(merged, rest, key.removeprefix(_ORDER), rest.pop(key))
    for key, value in rest.items():
        if key.startswith(_DELETE_FROM):
            name = key.removeprefix(_DELETE_FROM)
            if isinstance(merged.get(name), list):
                merged[name] = [item for item in merged[name] if item not in _list(value)]
        elif value is None:
            merged.pop(key, None)
        else:
            found, keep = _merged(key, merged.get(key), value)
            merged.pop(key, None)
            if keep:
                merged[key] = found
    return merged


def _merged(name: str, old: Any, new: Any) -> tuple[Any, bool]:
    """One field, and whether it is there at all."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return strategic_merge(old, new), True
    if isinstance(old, list) and isinstance(new, list) and (name in MERGE_KEYS or name in SETS):
        return _merge_lists(old, new, MERGE_KEYS.get(name)), True
    if isinstance(new, list) and isinstance(old, list):
        return new, True
    return _without_directives(new)


def _retained(original: Mapping[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    if _RETAIN not in patch:
        return dict(original)
    keys = _list(patch.pop(_RETAIN))
    for key, value in patch.items():
        if value is not None and not key.startswith("$") and key not in keys:
            raise ValueError(f"{_RETAIN} does not list {key!r}")
    return {key: value for key, value in original.items() if key in keys}


def _merge_ordered(merged: dict[str, Any], patch: dict[str, Any], name: str, order: Any) -> None:
    """``mergePatchIntoOriginal``: the list ``name`` in the order that the patch asks for."""
    old, new = merged.get(name), patch.pop(name, None)
    key = MERGE_KEYS.get(name)
    if old is None and new is None:
        return
    if old is None:
        items = _list(_without_directives(new)[0])
    elif new is None:
        items = _list(old)
    else:
        items = _merge_lists(_list(old), _list(new), key)
    merged[name] = _in_order(items, _list(order), _list(old or []), key)


def _merge_lists(old: list[Any], new: list[Any], key: str | None) -> list[Any]:
    if key is None or not any(isinstance(item, Mapping) for item in (*old, *new)):
        items = list(dict.fromkeys([*old, *new]))
        return _in_order(items, new, old, None)
    kept, additions = _special_elements(old, new, key)
    items = list(kept)
    for item in additions:
        at = _index(items, _key_of(item, key), key)
        if at is None:
            items.append(item)
        else:
            items[at] = strategic_merge(items[at], item)
    return _in_order(items, additions, kept, key)


def _special_elements(old: list[Any], new: list[Any], key: str) -> tuple[list[Any], list[Any]]:
    """The old items after ``$patch: delete`` and ``replace``, and the new ones without those."""
    kept, additions, replaces = list(old), [], False
    for item in new:
        directive = item.get(_DIRECTIVE) if isinstance(item, Mapping) else None
        if directive is None:
            additions.append(item)
        elif directive == "delete":
            gone = _key_of(item, key)
            kept = [one for one in kept if one.get(key) != gone]
        elif directive == "replace":
            replaces = True
        else:
            raise ValueError(f"unknown patch type {directive!r}")
    return ([], additions) if replaces else (kept, additions)


def _in_order(
    items: list[Any], order: Sequence[Any], old: Sequence[Any], key: str | None
) -> list[Any]:
    """``normalizeElementOrder``: those that the patch names in its order, the others in theirs.

    The two are woven together by where they were before.
    """
    wanted = [_identity(item, key) for item in order]
    before = [_identity(item, key) for item in old]
    named = [item for item in items if _identity(item, key) in wanted]
    others = [item for item in items if _identity(item, key) not in wanted]
    named.sort(key=lambda item: wanted.index(_identity(item, key)))
    place = {id(item): _place(before, _identity(item, key)) for item in items}
    woven: list[Any] = []
    while named and others:
        first, other = place[id(named[0])], place[id(others[0])]
        earlier = first is not None and other is not None and other < first
        woven.append(others.pop(0) if earlier else named.pop(0))
    return woven + named + others


def _place(before: Sequence[Any], identity: Any) -> int | None:
    return before.index(identity) if identity in before else None


def _identity(item: Any, key: str | None) -> Any:
    return item.get(key) if key is not None and isinstance(item, Mapping) else item


def _key_of(item: Any, key: str) -> Any:
    if not isinstance(item, Mapping) or key not in item:
        raise ValueError(f"an item of the patch has no {key!r}, by which its list is merged")
    return item[key]


def _index(items: list[Any], value: Any, key: str) -> int | None:
    for at, item in enumerate(items):
        if isinstance(item, Mapping) and item.get(key) == value:
            return at
    return None


def _without_directives(value: Any) -> tuple[Any, bool]:
    """``removeDirectives`` and ``discardNullValuesFromPatch``; False: nothing is left of it."""
    if isinstance(value, Mapping):
        if _DIRECTIVE in value:
            return None, False
        found = {k: _without_directives(v) for k, v in value.items() if v is not None}
        return {k: v for k, (v, keep) in found.items() if keep}, True
    if isinstance(value, list):
        return [v for v, keep in map(_without_directives, value) if keep], True
    return value, True


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} stands where the patch must have a list")
    return value
