"""Change a live DaemonSet without ever overwriting what someone else writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
) -> Done:
    """Read, ``change``, and write what differs, if no one wrote in between; else again from there.

    ``change`` must come to the same when it is done twice, and raises a DsctlError where it no
    longer makes sense. Where it changes nothing, nothing is sent and the operation is
    ``unchanged`` (``operation`` by default). Raises NotFound, also where the DaemonSet of
    ``target.uid`` was replaced by another one, and Conflict when others write all the time.
    """
    live = target.obj or read(cluster, target)
    for attempt in range(_ATTEMPTS):
        if attempt:
            live = read(cluster, target)
        wanted = change(live)
        patch = merge_patch(live, wanted)
        if not patch:
            return Done(target.name, unchanged or operation, live)
        try:
            return Done(target.name, operation, _send(cluster, target, live, patch, options))
        except MaybeApplied as lost:
            return Done(target.name, operation, _read_back(cluster, target, change, lost))
        except Conflict as error:
            last = error
    raise last


def read(cluster: Cluster, target: Target) -> dict[str, Any]:
    """The live object. Raises NotFound, and Conflict where it is no longer that of ``uid``."""
    found = cluster.read(DAEMONSETS, target.name, target.namespace)
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
    patch: dict[str, Any],
    options: WriteOptions,
) -> dict[str, Any]:
    own = live["metadata"]
    guard = {"uid": own["uid"], "resourceVersion": own["resourceVersion"]}
    body = {**patch, "metadata": {**patch.get("metadata", {}), **guard}}
    return cluster.patch(
        DAEMONSETS,
        target.name,
        body,
        target.namespace,
        field_manager=options.manager,
        field_validation=options.validation,
        dry_run=options.dry_run,
    )


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
