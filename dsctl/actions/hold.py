"""Write the holds of ``domain.hold``, and let other writes keep them.

A hold's own fields are written with ``held.MANAGER``. Such a write takes a field away from those
who owned it; a second one, of managedFields alone, gives it back, so that later applies and
conflicts are as they would have been without the hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.modify import modify, read
from dsctl.actions.targets import Target, of_object
from dsctl.actions.writes import Done, WriteOptions
from dsctl.api.resources import DAEMONSETS
from dsctl.domain import held, hold, managedfields
from dsctl.domain import pods as pod_of
from dsctl.domain.strategy import paused, suspended
from dsctl.errors import ClusterError, Conflict

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: how often giving back ownership is tried: the controller writes many a status just then
_TRIES = 30


def change(
    cluster: Cluster,
    target: Target,
    edit: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    dry_run: bool,
    operation: str,
    unchanged: str,
) -> Done:
    """Set or release a hold: ``edit`` is one of ``domain.hold``. Raises what ``modify`` raises."""
    before: dict[str, Any] = {}

    def remembering(live: dict[str, Any]) -> dict[str, Any]:
        before.clear()
        before.update(live)
        return edit(live)

    options = WriteOptions(held.MANAGER, dry_run=dry_run)
    done = modify(
        cluster,
        target,
        remembering,
        options,
        operation=operation,
        unchanged=unchanged,
        keep_cause=True,
    )
    if dry_run or done.operation == unchanged:
        return done
    return Done(done.name, done.operation, _give_back(cluster, before, done.obj))


def _give_back(cluster: Cluster, before: Object, after: dict[str, Any]) -> dict[str, Any]:
    """Let the owners of what the hold changed own it again; the object as it then is.

    Best effort: where it fails, the fields belong to nobody else, which breaks nothing.
    """
    obj = after
    for _ in range(_TRIES):
        metadata = obj["metadata"]
        fields = metadata.get("managedFields") or []
        wanted = _owners(before, obj)
        if wanted == fields:
            return obj
        patch = [
            {"op": "replace", "path": "/metadata/managedFields", "value": wanted},
            {
                "op": "replace",
                "path": "/metadata/resourceVersion",
                "value": metadata["resourceVersion"],
            },
        ]
        name, namespace = metadata["name"], metadata["namespace"]
        try:
            return cluster.patch(DAEMONSETS, name, patch, namespace, patch_type="json")
        except Conflict:
            try:
                obj = read(cluster, Target(namespace, name, metadata["uid"]))
            except ClusterError:
                return after
        except ClusterError:
            return after
    return obj


def _owners(before: Object, obj: Object) -> list[dict[str, Any]]:
    fields = [dict(entry) for entry in obj["metadata"].get("managedFields") or ()]
    earlier = [e for e in managedfields.entries(before) if e.get("manager") != held.MANAGER]
    for path, is_held in ((held.STRATEGY, paused), (held.NODE_SELECTOR, suspended)):
        was, now = held.at(before, path), held.at(obj, path)
        if was != now and now is not None:
            # A nodeSelector is owned as a whole (it is atomic), a strategy field by field.
            value = now if path is held.STRATEGY else None
            fields = managedfields.shared(earlier, fields, path, value)
        if not is_held(obj):
            fields = managedfields.without(fields, held.MANAGER, path)
    return fields


def surged(cluster: Cluster, daemonset: Object) -> tuple[str, ...]:
    """The nodes where a pod runs, or waits, beside another: once for each pod too many."""
    pods = owned.whole_pods(cluster, daemonset)
    own = [pod for pod in pods if not pod_of.deleting(pod)]
    return tuple(
        node for node, group in sorted(pod_of.by_node(own).items()) for _ in range(len(group) - 1)
    )


def keep(
    cluster: Cluster,
    live: dict[str, Any],
    manifest: dict[str, Any],
    options: WriteOptions,
    *,
    managers: Collection[str] | None = None,
) -> hold.Kept:
    """``domain.hold.keep``, with what ``held.MANAGER`` has to write first written.

    The manifest that comes back carries the resourceVersion that it was made for: a hold that is
    set or released meanwhile makes its write a Conflict. Raises Invalid for a strategy that the
    server would not take, and what ``modify`` raises.
    """
    kept = hold.keep(live, manifest, managers=managers)
    asked = (manifest.get("metadata") or {}).get("resourceVersion")
    if not kept.notes or (asked and asked != live["metadata"]["resourceVersion"]):
        return kept  # no hold, or the server refuses a manifest of another version
    if kept.strategy is not None:
        _check(cluster, live, manifest, kept.strategy, options)
    if kept.live != live and not options.dry_run:
        live = change(
            cluster,
            of_object(live),
            lambda obj: hold.keep(obj, manifest, managers=managers).live,
            dry_run=False,
            operation="held",
            unchanged="held already",
        ).obj
        kept = hold.keep(live, manifest, managers=managers)
    version = {"resourceVersion": live["metadata"]["resourceVersion"]}
    sent = {**kept.manifest, "metadata": {**kept.manifest["metadata"], **version}}
    return hold.Kept(sent, kept.live, kept.strategy, kept.notes)


def _check(
    cluster: Cluster,
    live: Object,
    manifest: Object,
    strategy: Object,
    options: WriteOptions,
) -> None:
    """Let the server judge a strategy that it won't see before ``resume``: by a dry run."""
    metadata = live["metadata"]
    own = held.at(manifest, held.STRATEGY) or strategy
    cluster.patch(
        DAEMONSETS,
        metadata["name"],
        {"spec": {"updateStrategy": own}},
        metadata["namespace"],
        field_manager=held.MANAGER,
        field_validation=options.validation,
        dry_run=True,
    )
