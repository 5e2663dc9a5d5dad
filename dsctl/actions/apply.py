"""Server-side apply, with dsctl's own earlier writes and kubectl's client-side apply moved first.

The order matters: ownership is migrated before the apply and not after it, so that a field which
the manifest no longer has goes away, and a value that dsctl itself wrote is never a conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dsctl.actions import apply_cause
from dsctl.actions.changecause import record
from dsctl.actions.writes import Done, WriteOptions, settle
from dsctl.api.resources import DAEMONSETS
from dsctl.domain import fieldpaths, managedfields
from dsctl.domain.held import MANAGER
from dsctl.domain.hold import Kept
from dsctl.domain.strategy import paused, suspended
from dsctl.errors import BadRequest, Conflict, Forbidden, MaybeApplied, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

#: How often the migration is tried again when someone else writes at the same time.
MIGRATION_TRIES = 5
#: How often an apply that keeps a hold is tried again when someone else writes at the same time.
_HOLD_TRIES = 8


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that another manager owns: its path, both values, and the manager."""

    field: str
    wanted: Any
    live: Any
    manager: str


class ApplyConflict(Conflict):
    """Other managers own fields that the manifest sets. ``fields`` says which."""

    def __init__(self, cause: Conflict, name: str, fields: tuple[FieldConflict, ...]) -> None:
        count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
        super().__init__(
            f'daemonsets.apps "{name}" was not changed: {count} belong to another manager'.replace(
                "1 field belong", "1 field belongs"
            ),
            hint="--force-conflicts takes them over; or leave them out of the manifest",
            code=cause.code,
            reason=cause.reason,
            status=cause.status,
        )
        self.fields = fields


def apply(
    cluster: Cluster,
    manifest: dict[str, Any],
    namespace: str,
    options: WriteOptions,
    *,
    force: bool = False,
) -> Done:
    """Apply one DaemonSet; the operation is ``created``, ``configured`` or ``unchanged``.

    One that is paused or suspended stays so (``domain.hold.keep``); the change cause is settled as
    ``apply_cause`` says. Raises ApplyConflict where other managers own fields of the manifest
    (without ``force``), and what the API door raises.
    """
    pinned = bool(manifest["metadata"].get("resourceVersion"))
    for attempt in range(_HOLD_TRIES):
        live = read_or_none(cluster, manifest["metadata"]["name"], namespace)
        if live is not None and not options.dry_run:
            live = migrate(cluster, live, options.manager)
        kept = _keep(cluster, live, manifest, options)
        try:
            return _apply(cluster, live, kept, namespace, options, force=force)
        except ApplyConflict:
            raise
        except Conflict as error:
            # With a hold it is sent for the state that was read, and that has changed since.
            if not kept.notes or pinned or attempt == _HOLD_TRIES - 1:
                raise
            last = error
    raise last


def _apply(
    cluster: Cluster,
    live: dict[str, Any] | None,
    kept: Kept,
    namespace: str,
    options: WriteOptions,
    *,
    force: bool,
) -> Done:
    def send(manifest: dict[str, Any], options: WriteOptions) -> dict[str, Any]:
        return _send(cluster, manifest, namespace, options, live, force=force)

    caused = apply_cause.of_manifest(
        cluster, live, kept.manifest, options, lambda m: send(m, replace(options, dry_run=True))
    )
    applied = send(caused, options)
    if options.dry_run and live is not None:
        applied = _foretold(cluster, live, caused, applied, options)
    if options.dry_run and kept.strategy is not None:  # the hold's own write was left out
        applied["metadata"]["annotations"] = kept.live["metadata"]["annotations"]
    notes = () if options.dry_run else record(cluster, live, applied, options.cause)
    name = applied["metadata"]["name"]
    return Done(name, _operation(live, applied), applied, (*kept.notes, *notes))


def _foretold(
    cluster: Cluster,
    live: dict[str, Any],
    manifest: dict[str, Any],
    applied: dict[str, Any],
    options: WriteOptions,
) -> dict[str, Any]:
    """What a dry run came to, without what goes once ownership is migrated.

    Filled in by the server, by another dry run, where that is allowed.
    """
    from dsctl.domain.prune import pruned

    wanted = pruned(applied, manifest, live, _movable(live, options.manager))
    if wanted == applied:
        return applied
    metadata = live["metadata"]
    try:
        filled = cluster.replace(
            DAEMONSETS, metadata["name"], wanted, metadata["namespace"], dry_run=True
        )
    except (BadRequest, Conflict, Forbidden):
        return wanted
    fields = applied["metadata"].get("managedFields")
    return {**filled, "metadata": {**filled["metadata"], "managedFields": fields}}


def _keep(
    cluster: Cluster,
    live: dict[str, Any] | None,
    manifest: dict[str, Any],
    options: WriteOptions,
) -> Kept:
    if live is None or not (paused(live) or suspended(live)):
        return Kept(manifest, live or {})
    from dsctl.actions import hold

    return hold.keep(cluster, live, manifest, options, managers=_movable(live, options.manager))


def read_or_none(cluster: Cluster, name: str, namespace: str) -> dict[str, Any] | None:
    """The live DaemonSet, or None where there is none."""
    try:
        return cluster.read(DAEMONSETS, name, namespace)
    except NotFound:
        return None


def migrate(cluster: Cluster, live: dict[str, Any], manager: str) -> dict[str, Any]:
    """Move ownership to ``manager``'s Apply entry; returns the object as it then is.

    Moved are the Update operations of ``manager`` itself, and of whoever owns kubectl's
    last-applied annotation. A concurrent write is read again, up to MIGRATION_TRIES times.
    """
    metadata = live["metadata"]
    for attempt in range(MIGRATION_TRIES):
        moved = managedfields.upgrade(
            metadata.get("managedFields") or [], _movable(live, manager), manager
        )
        if moved is None:
            return live
        patch = [
            {"op": "replace", "path": "/metadata/managedFields", "value": moved},
            {
                "op": "replace",
                "path": "/metadata/resourceVersion",
                "value": metadata["resourceVersion"],
            },
        ]
        name, namespace = metadata["name"], metadata["namespace"]
        try:
            return cluster.patch(DAEMONSETS, name, patch, namespace, patch_type="json")
        except (Conflict, MaybeApplied):
            # Changed meanwhile, or the answer was lost: look again, and move what is still to move.
            if attempt == MIGRATION_TRIES - 1:
                raise
            live = cluster.read(DAEMONSETS, name, namespace)
            metadata = live["metadata"]
    return live


def _movable(live: Mapping[str, Any], manager: str) -> set[str]:
    entries = live["metadata"].get("managedFields") or []
    return {manager} | managedfields.owners_of_last_applied(entries)


def _send(
    cluster: Cluster,
    manifest: dict[str, Any],
    namespace: str,
    options: WriteOptions,
    live: dict[str, Any] | None,
    *,
    force: bool,
) -> dict[str, Any]:
    name = manifest["metadata"]["name"]

    def send(force: bool) -> dict[str, Any]:
        return cluster.patch(
            DAEMONSETS,
            name,
            manifest,
            namespace,
            patch_type="apply",
            force=force,
            field_manager=options.manager,
            field_validation=options.validation,
            dry_run=options.dry_run,
        )

    try:
        return send(force)
    except MaybeApplied as error:
        return settle(cluster, manifest, namespace, error)
    except Conflict as error:
        fields = _explain(error, manifest, live or {})
        if not fields:
            raise
        own = _movable(live, options.manager) | {MANAGER} if live else set()
        if options.dry_run and all(conflict.manager in own for conflict in fields):
            # A dry run can't migrate ownership, nor write a hold first; the real apply would have.
            return send(True)
        raise ApplyConflict(error, name, fields) from error


def _explain(
    error: Conflict, manifest: Mapping[str, Any], live: Mapping[str, Any]
) -> tuple[FieldConflict, ...]:
    return tuple(
        FieldConflict(
            field,
            fieldpaths.resolve(manifest, field),
            fieldpaths.resolve(live, field),
            manager,
        )
        for field, manager in managedfields.conflicts(error.causes)
    )


def _operation(live: Mapping[str, Any] | None, applied: Mapping[str, Any]) -> str:
    if live is None:
        return "created"
    return "unchanged" if _content(live) == _content(applied) else "configured"


def _content(obj: Mapping[str, Any]) -> dict[str, Any]:
    """What a user wrote or could write: who owns which field is no change to speak of."""
    kept = {key: value for key, value in obj.items() if key not in ("metadata", "status")}
    bookkeeping = ("managedFields", "resourceVersion")
    metadata = {k: v for k, v in obj["metadata"].items() if k not in bookkeeping}
    return {**kept, "metadata": metadata}
