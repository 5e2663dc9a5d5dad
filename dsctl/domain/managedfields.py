"""Field ownership: the ``managedFields`` of an object, as server-side apply reads them.

``upgrade`` is a port of ``UpgradeManagedFields`` and ``owners_of_last_applied`` of
``FindFieldsOwners`` in client-go's ``util/csaupgrade/upgrade.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

Entry = Mapping[str, Any]
Trie = Mapping[str, Any]


def with_last_applied(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with itself in the annotation that ``kubectl apply`` compares with.

    Ported from ``GetModifiedConfiguration`` (kubectl pkg/util/apply.go): what it held before is
    left out, and an object without annotations has them empty.
    """

    metadata = manifest.get("metadata") or {}
    found = metadata.get("annotations")
    given = found if isinstance(found, Mapping) else {}
    own = {key: value for key, value in given.items() if key != LAST_APPLIED}
    said = {**manifest, "metadata": {**metadata, "annotations": own}}
    text = json.dumps(said, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"
    return {**manifest, "metadata": {**metadata, "annotations": {**own, LAST_APPLIED: text}}}


def owners_of_last_applied(entries: Sequence[Entry]) -> set[str]:
    """Managers whose Update operations own kubectl's last-applied annotation."""
    return {
        str(entry.get("manager", ""))
        for entry in entries
        if entry.get("operation") == "Update"
        and _owns(entry, "f:metadata", "f:annotations", f"f:{LAST_APPLIED}")
    }


def owners_of_annotation(entries: Sequence[Entry], key: str) -> set[tuple[str, str]]:
    """(manager, operation) of all who own this annotation."""
    return {
        (str(entry.get("manager", "")), str(entry.get("operation", "")))
        for entry in entries
        if _owns(entry, "f:metadata", "f:annotations", f"f:{key}")
    }


def upgrade(
    entries: Sequence[Entry], managers: Iterable[str], apply_manager: str
) -> list[dict[str, Any]] | None:
    """Move what ``managers`` own by Update to ``apply_manager``'s Apply entry.

    Returns the new managedFields, or None where nothing changes. Entries of subresources and of
    other managers stay as they are; of several Update entries of one manager only that of the
    Apply entry's API version is merged, the others are dropped (as upstream does).
    """
    result = [dict(entry) for entry in entries]
    for manager in sorted(managers):
        result = _upgrade_one(result, manager, apply_manager)
    return None if result == [dict(entry) for entry in entries] else result


def _upgrade_one(
    entries: list[dict[str, Any]], manager: str, apply_manager: str
) -> list[dict[str, Any]]:
    updates = [i for i, entry in enumerate(entries) if _is_update_of(entry, manager)]
    if not updates:
        return entries
    target = next(
        (i for i, entry in enumerate(entries) if _is_apply_of(entry, apply_manager)), None
    )
    if target is None:
        target = updates.pop(0)
        entries[target] = {**entries[target], "operation": "Apply", "manager": apply_manager}
    into = entries[target]
    same_version = next(
        (entries[i] for i in updates if entries[i].get("apiVersion") == into.get("apiVersion")),
        None,
    )
    if same_version is not None:
        merged = union(into.get("fieldsV1") or {}, same_version.get("fieldsV1") or {})
        entries[target] = {**into, "fieldsV1": merged}
    return [entry for i, entry in enumerate(entries) if i == target or i not in updates]


def union(left: Trie, right: Trie) -> dict[str, Any]:
    """The union of two field sets in FieldsV1 form.

    A set is a trie: ``{}`` says that the path itself is owned, children that something below it
    is; where both hold, the child ``"."`` stands for the path itself.
    """
    # The root is no path that could be owned: there an empty trie is the empty set.
    return _merge(left, right) if left and right else dict(left or right)


def _merge(left: Trie, right: Trie) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for key in [*left, *(key for key in right if key not in left)]:
        if key in left and key in right:
            merged[key] = _merge(left[key], right[key])
        else:
            merged[key] = left[key] if key in left else right[key]
    owns_itself = not left or not right or "." in merged
    if owns_itself and merged:
        merged["."] = {}
    return merged


def entries(obj: Mapping[str, Any]) -> list[Entry]:
    """Who owns fields of the object itself: its managedFields without those of subresources."""
    listed = (obj.get("metadata") or {}).get("managedFields") or ()
    return [entry for entry in listed if not entry.get("subresource")]


def owns(entry: Entry, path: Sequence[str]) -> bool:
    """Whether it owns the field at ``path`` (names, without ``f:``), or anything below it."""
    fields: Any = entry.get("fieldsV1") or {}
    for step in path:
        if not isinstance(fields, Mapping) or f"f:{step}" not in fields:
            return False
        fields = fields[f"f:{step}"]
    return True


def shared(
    before: Sequence[Entry], after: Sequence[Entry], path: Sequence[str], value: Any
) -> list[dict[str, Any]]:
    """``after`` with ``value`` at ``path`` owned also by those who owned that field ``before``.

    A change takes a field away from its owners; this gives it back to them.
    """
    result = [dict(entry) for entry in after]
    fields = _leaves(value)
    for step in reversed(path):
        fields = {f"f:{step}": fields}
    for old in before:
        if old.get("subresource") or not owns(old, path):
            continue
        same = next((entry for entry in result if _identity(entry) == _identity(old)), None)
        if same is None:
            result.append({**old, "fieldsV1": fields})
        else:
            same["fieldsV1"] = union(same.get("fieldsV1") or {}, fields)
    return result


def without(entries: Sequence[Entry], manager: str, path: Sequence[str]) -> list[dict[str, Any]]:
    """The entries with no field at or below ``path`` owned by ``manager``."""
    result = []
    for entry in entries:
        found = dict(entry)
        if entry.get("manager") == manager and not entry.get("subresource"):
            found["fieldsV1"] = _removed(entry.get("fieldsV1") or {}, path)
            if not found["fieldsV1"]:
                continue
        result.append(found)
    return result


def _removed(fields: Trie, path: Sequence[str]) -> dict[str, Any]:
    key = f"f:{path[0]}"
    found = dict(fields)
    if key in found:
        inner = _removed(found[key], path[1:]) if len(path) > 1 else {}
        if inner:
            found[key] = inner
        else:
            del found[key]
    return found


def _leaves(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    return {f"f:{key}": _leaves(inner) for key, inner in value.items()}


def _identity(entry: Entry) -> tuple[Any, ...]:
    keys = ("manager", "operation", "apiVersion", "subresource")
    return tuple(entry.get(key) or "" for key in keys)


def conflicts(causes: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The (field, manager) pairs of an apply conflict's causes, in the server's order."""
    return [
        (str(cause.get("field", "")), _manager_in(str(cause.get("message", ""))))
        for cause in causes
        if cause.get("reason") == "FieldManagerConflict"
    ]


def _manager_in(message: str) -> str:
    """``conflict with "kubectl-create" using apps/v1`` names its manager in quotes."""
    _, _, rest = message.partition('"')
    return rest.partition('"')[0]


def _is_update_of(entry: Entry, manager: str) -> bool:
    return (
        entry.get("manager") == manager
        and entry.get("operation") == "Update"
        and not entry.get("subresource")
    )


def _is_apply_of(entry: Entry, manager: str) -> bool:
    return (
        entry.get("manager") == manager
        and entry.get("operation") == "Apply"
        and not entry.get("subresource")
    )


def _owns(entry: Entry, *path: str) -> bool:
    fields = entry.get("fieldsV1") or {}
    for step in path:
        if not isinstance(fields, Mapping) or step not in fields:
            return False
        fields = fields[step]
    return True
