"""What a server-side apply removes: fields that its manager owns alone and the manifest lacks.

The server does this itself, but a dry run can't move ownership first as ``apply`` does
(``actions.apply.migrate``). ``pruned`` does the same to what such a dry run came to.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from dsctl.domain.managedfields import entries, union

Trie = Mapping[str, Any]

_GONE = object()


def pruned(
    applied: Mapping[str, Any],
    manifest: Mapping[str, Any],
    live: Mapping[str, Any],
    managers: Collection[str],
) -> dict[str, Any]:
    """``applied`` without what only Update operations of ``managers`` own and no manifest says."""
    mine: Trie = {}
    others: Trie = {}
    listed = (live.get("metadata") or {}).get("managedFields") or ()
    whole = entries(live)
    for entry in listed:
        fields = entry.get("fieldsV1") or {}
        moved = entry.get("manager") in managers and entry in whole
        if moved and entry.get("operation") == "Update":
            mine = union(mine, fields)
        elif not moved:
            others = union(others, fields)
    found = _pruned(applied, manifest, mine, others)
    return dict(found) if isinstance(found, Mapping) else dict(applied)


def _pruned(value: Any, said: Any, mine: Trie, others: Trie) -> Any:
    """``value`` without the fields below it that go."""
    for key, below in mine.items():
        if key == ".":
            continue
        at = _find(value, key)
        if at is None:
            continue
        place = _find(said, key)
        inner = value[at]
        kept: Any = inner
        if place is not None:
            kept = _pruned(inner, said[place], below, others.get(key) or {})
        elif key not in others:
            kept = _GONE
        elif below:
            kept = _pruned(inner, None, below, others[key])
        if kept is not inner:
            value = _with(value, at, kept)
    return value


def _find(value: Any, key: str) -> Any:
    """The key or the index in ``value`` that a step of a field set names; None: not there."""
    kind, _, rest = key.partition(":")
    if kind == "f":
        return rest if isinstance(value, Mapping) and value.get(rest) is not None else None
    if not isinstance(value, list):
        return None
    if kind == "v":
        wanted = json.loads(rest)
        return value.index(wanted) if wanted in value else None
    if kind == "k":
        keys = json.loads(rest)
        for index, item in enumerate(value):
            # A manifest may leave out a key that has a default, as a port's protocol does.
            if isinstance(item, Mapping) and all(
                item.get(k, "TCP" if k == "protocol" else None) == v for k, v in keys.items()
            ):
                return index
    return None


def _with(value: Any, at: Any, kept: Any) -> Any:
    if isinstance(value, list):
        return [*value[:at], *([] if kept is _GONE else [kept]), *value[at + 1 :]]
    if kept is _GONE:
        return {key: one for key, one in value.items() if key != at}
    return {**value, at: kept}
