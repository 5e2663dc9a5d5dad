"""Replace a DaemonSet with what a manifest says: PUT, or delete and create with ``force``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from dsctl.actions import hold
from dsctl.actions.changecause import of_wanted, record
from dsctl.actions.writes import Done, WriteOptions, settle
from dsctl.api.resources import DAEMONSETS
from dsctl.domain.changecause import at_stake, kept
from dsctl.domain.hold import keep
from dsctl.errors import Conflict, MaybeApplied, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsctl.actions.delete import DeleteHow
    from dsctl.api.client import Cluster

#: how often it is worked out anew, for a hold or a change cause, after someone else wrote first
_ATTEMPTS = 8


def replace(
    cluster: Cluster, manifest: dict[str, Any], namespace: str, options: WriteOptions
) -> Done:
    """Replace the whole object. A manifest with a resourceVersion must meet just that version.

    One that is paused or suspended stays so (``domain.hold.keep``). The change cause stays as it
    is, or goes, with the template (``actions.changecause``). Raises NotFound where there is
    nothing to replace, Conflict where the version is another.
    """
    name = manifest["metadata"]["name"]
    pinned = bool(manifest["metadata"].get("resourceVersion"))
    for attempt in range(_ATTEMPTS):
        live = cluster.read(DAEMONSETS, name, namespace)
        held = hold.keep(cluster, live, manifest, options)
        try:
            body = _caused(cluster, live, held.manifest, namespace, options)
            obj = _put(cluster, body, namespace, options)
        except MaybeApplied as error:
            obj = settle(cluster, held.manifest, namespace, error)
        except Conflict:
            # Only what was worked out from the live object is tried again, never the user's pin.
            if pinned or attempt == _ATTEMPTS - 1:
                raise
            continue
        break
    notes = () if options.dry_run else record(cluster, live, obj, options.cause)
    return Done(name, "replaced", obj, (*held.notes, *notes))


def _put(
    cluster: Cluster, body: dict[str, Any], namespace: str, options: WriteOptions
) -> dict[str, Any]:
    return cluster.replace(
        DAEMONSETS,
        body["metadata"]["name"],
        body,
        namespace,
        field_manager=options.manager,
        field_validation=options.validation,
        dry_run=options.dry_run,
    )


def _caused(
    cluster: Cluster,
    live: dict[str, Any],
    manifest: dict[str, Any],
    namespace: str,
    options: WriteOptions,
) -> dict[str, Any]:
    """The manifest with the change cause it shall have, for just the live object if that matters.

    A replace leaves out what the manifest leaves out, the live cause too: it is put back first.
    """
    if not at_stake(live, options.cause):
        return manifest
    guarded = {"resourceVersion": live["metadata"]["resourceVersion"], **manifest["metadata"]}
    wanted = kept(live, {**manifest, "metadata": guarded})
    trial = dataclasses.replace(options, dry_run=True)
    return of_wanted(
        live, wanted, options.cause, lambda body: _put(cluster, body, namespace, trial)
    )


def replace_anew(
    cluster: Cluster,
    manifest: dict[str, Any],
    namespace: str,
    options: WriteOptions,
    how: DeleteHow,
    *,
    timeout: float,
    on_deleted: Callable[[str], None],
) -> Done:
    """Delete what is there, wait until it is gone, create anew (``kubectl replace --force``).

    What is created is paused or suspended as what is deleted was.
    ``on_deleted`` is told the name once the server took the delete. Raises DeadlineExceeded where
    the old object is not gone within ``timeout`` seconds; nothing was created then.
    """
    from dsctl.actions import delete, leaving, targets
    from dsctl.actions.create import create

    name = manifest["metadata"]["name"]
    notes: tuple[str, ...] = ()
    try:
        live = cluster.read(DAEMONSETS, name, namespace)
        deleted = delete.delete(cluster, targets.of_object(live), how)
    except NotFound:
        pass
    else:
        held = keep(live, manifest)
        manifest, notes = held.manifest, held.notes
        on_deleted(name)
        for _ in leaving.watch(cluster, [deleted], timeout):
            pass
    metadata = {
        k: v for k, v in manifest["metadata"].items() if k not in ("resourceVersion", "uid")
    }
    created = create(cluster, {**manifest, "metadata": metadata}, namespace, options)
    return Done(name, "replaced", created.obj, notes)
