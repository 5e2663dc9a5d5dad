"""Change a live DaemonSet without ever overwriting what someone else writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dsctl.actions.changecause import NOT_RECORDED, of_wanted, record
from dsctl.actions.writes import Done, WriteOptions
from dsctl.api.resources import DAEMONSETS
from dsctl.domain.mergepatch import merge_patch
from dsctl.errors import Conflict, DsctlError, MaybeApplied

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.api.client import Cluster

#: how often a change is worked out anew after someone else wrote first
_ATTEMPTS = 8

#: takes the live object, which it leaves as it is, and returns it as it shall be
Change = Callable[[dict[str, Any]], dict[str, Any]]


def modify(
    cluster: Cluster,
    target: Target,
    change: Change,
    options: WriteOptions,
    *,
    operation: str,
    unchanged: str | None = None,
    keep_cause: bool = False,
) -> Done:
    """Read, ``change``, and write what differs, if no one wrote in between; else again from there.

    Where the template changes, the change cause is that of ``options``, or the one that ``change``
    sets; an old one goes, unless ``keep_cause`` says that the change will be taken back. ``change``
    must come to the same when it is done twice, and raises a DsctlError where it no longer makes
    sense. Where it changes nothing, nothing is sent and the operation is ``unchanged``
    (``operation`` by default). Raises NotFound, also where the DaemonSet of ``target.uid`` was
    replaced by another one, and Conflict when others write all the time.
    """
    live = target.obj or read(cluster, target)
    for attempt in range(_ATTEMPTS):
        if attempt:
            live = read(cluster, target)
        wanted = change(live)
        if not merge_patch(live, wanted):
            idle: tuple[str, ...] = (NOT_RECORDED,) if options.cause else ()
            return Done(target.name, unchanged or operation, live, idle)
        try:
            after = _send(cluster, target, live, wanted, options, keep_cause=keep_cause)
        except MaybeApplied as lost:
            after = _read_back(cluster, target, change, lost)
        except Conflict as error:
            last = error
            continue
        notes = () if options.dry_run else record(cluster, live, after, options.cause)
        return Done(target.name, operation, after, notes)
    raise last


def read(cluster: Cluster, target: Target, *, subresource: str | None = None) -> dict[str, Any]:
    """The live object. Raises NotFound, and Conflict where it is no longer that of ``uid``."""
    found = cluster.read(DAEMONSETS, target.name, target.namespace, subresource=subresource)
    if target.uid is not None and found["metadata"]["uid"] != target.uid:
        raise Conflict(
            f'daemonsets.apps "{target.name}" was deleted and created anew meanwhile',
            hint="look at it, then run the command again",
        )
    return found


def _send(
    cluster: Cluster,
    target: Target,
    live: dict[str, Any],
    wanted: dict[str, Any],
    options: WriteOptions,
    *,
    keep_cause: bool,
) -> dict[str, Any]:
    own = live["metadata"]
    guard = {"uid": own["uid"], "resourceVersion": own["resourceVersion"]}

    def send(wanted: dict[str, Any], *, dry_run: bool) -> dict[str, Any]:
        patch = merge_patch(live, wanted)
        return cluster.patch(
            DAEMONSETS,
            target.name,
            {**patch, "metadata": {**patch.get("metadata", {}), **guard}},
            target.namespace,
            field_manager=options.manager,
            field_validation=options.validation,
            dry_run=dry_run,
        )

    if not keep_cause:
        wanted = of_wanted(live, wanted, options.cause, lambda w: send(w, dry_run=True))
    return send(wanted, dry_run=options.dry_run)


def _read_back(
    cluster: Cluster, target: Target, change: Change, lost: MaybeApplied
) -> dict[str, Any]:
    """The object if the change shows in it; else ``lost``, since nobody can tell."""
    try:
        live = read(cluster, target)
        done = not merge_patch(live, change(live))
    except DsctlError:
        raise lost from None
    if not done:
        raise lost
    return live
