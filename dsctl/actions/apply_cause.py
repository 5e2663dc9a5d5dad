"""The change cause in a server-side apply, which can only remove what it owns alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dsctl.actions.changecause import tried
from dsctl.api.resources import DAEMONSETS
from dsctl.domain import changecause, managedfields
from dsctl.domain.revisions import CHANGE_CAUSE, change_cause
from dsctl.domain.templates import same_stored
from dsctl.errors import Conflict

if TYPE_CHECKING:
    from dsctl.actions.writes import WriteOptions
    from dsctl.api.client import Cluster

Object = dict[str, Any]

_ATTEMPTS = 5


def of_manifest(
    cluster: Cluster,
    live: Object | None,
    manifest: Object,
    options: WriteOptions,
    try_out: Callable[[Object], Object],
) -> Object:
    """The manifest with the change cause that the applied object shall have.

    A cause in the manifest is one given. ``try_out`` applies as a dry run; it raises what the
    apply would, ApplyConflict too.
    """
    if live is None:
        given = options.cause is not None
        return changecause.with_cause(manifest, options.cause) if given else manifest
    if not changecause.at_stake(live, options.cause):
        return manifest
    if options.cause is None and change_cause(manifest) is not None:
        return manifest
    # With the live value in it there is no conflict about this field, whoever owns it.
    if same_stored(live, tried(changecause.kept(live, manifest), try_out)):
        return changecause.kept(live, manifest) if _would_go(live, options.manager) else manifest
    if _others(live, options.manager):
        if options.dry_run:  # it takes a real write: what others own is shown as it is
            return changecause.with_cause(manifest, None)
        _clear(cluster, live, options)
    return changecause.with_cause(manifest, options.cause)


def _would_go(live: Object, manager: str) -> bool:
    """Whether the annotation is removed if the manifest does not say it again."""
    return (manager, "Apply") in _owners(live)


def _others(live: Object, manager: str) -> set[str]:
    return {owner for owner, _ in _owners(live)} - {manager}


def _clear(cluster: Cluster, live: Object, options: WriteOptions) -> None:
    """Remove an annotation that other managers own, in a write of its own.

    Server-side apply leaves out what others own, and conflicts over it if it is set. Forcing
    would take over every other field as well. So it goes before the template changes: if the
    apply then fails, the revision in place still has its copy; after it, the controller could
    have copied the old cause into the new revision. A dry run can't do this, and shows it as it is.
    """
    for attempt in range(_ATTEMPTS):
        if options.dry_run or not _owners(live) - {(options.manager, "Apply")}:
            return
        own = live["metadata"]
        guard = {"uid": own["uid"], "resourceVersion": own["resourceVersion"]}
        body = {"metadata": {**guard, "annotations": {CHANGE_CAUSE: None}}}
        try:
            cluster.patch(
                DAEMONSETS, own["name"], body, own["namespace"], field_manager=options.manager
            )
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
            live = cluster.read(DAEMONSETS, own["name"], own["namespace"])
        else:
            return


def _owners(live: Object) -> set[tuple[str, str]]:
    entries = live["metadata"].get("managedFields") or []
    return managedfields.owners_of_annotation(entries, CHANGE_CAUSE)
