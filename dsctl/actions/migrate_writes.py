"""The writes of a migration that are not its pods': each safe to be done again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import CONTROLLER_REVISIONS, DAEMONSETS
from dsctl.domain.migration import MANAGER, STATE
from dsctl.errors import AnswerIsNo, Conflict, MaybeApplied, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: how often a write is tried again because someone else wrote first
_ATTEMPTS = 20


def delete_former(cluster: Cluster, live: Object, uid: str) -> None:
    """Delete just the DaemonSet that was looked at, and never its pods.

    Raises AnswerIsNo where people changed it meanwhile; a new status does not matter.
    """
    name, namespace = live["metadata"]["name"], live["metadata"]["namespace"]
    before = _said(live)
    for _ in range(_ATTEMPTS):
        try:
            cluster.delete(
                DAEMONSETS,
                name,
                namespace,
                propagation_policy="Orphan",
                uid=uid,
                resource_version=live["metadata"]["resourceVersion"],
            )
        except (Conflict, MaybeApplied) as error:
            last = error
        else:
            return
        live = cluster.read(DAEMONSETS, name, namespace)
        deleted = live["metadata"].get("deletionTimestamp")
        if deleted and isinstance(last, MaybeApplied):
            return
        if _said(live) != before:
            raise AnswerIsNo(
                f"daemonset {name!r} was changed by someone else meanwhile: nothing is deleted"
            )
    raise last


def _said(obj: Object) -> tuple[Any, ...]:
    """All that people write of an object: neither its status nor who wrote it."""
    metadata = obj["metadata"]
    return (
        metadata.get("uid"),
        obj.get("spec"),
        metadata.get("labels"),
        metadata.get("annotations"),
        metadata.get("deletionTimestamp"),
        metadata.get("finalizers"),
    )


def annotate_revision(cluster: Cluster, revision: Object, state: str | None) -> None:
    """Set or remove the State of a ControllerRevision, if it still is there."""
    metadata = revision["metadata"]
    body = {"metadata": {"uid": metadata["uid"], "annotations": {STATE: state}}}
    name, namespace = metadata["name"], metadata["namespace"]
    try:
        cluster.patch(CONTROLLER_REVISIONS, name, body, namespace, field_manager=MANAGER)
    except NotFound:  # the history limit took it
        return


def delete_revision(cluster: Cluster, revision: Object) -> bool:
    """Delete just this ControllerRevision; False where it is gone or another already."""
    metadata = revision["metadata"]
    name, namespace = metadata["name"], metadata["namespace"]
    try:
        cluster.delete(CONTROLLER_REVISIONS, name, namespace, uid=metadata["uid"])
    except (NotFound, Conflict):
        return False
    return True


def annotated(obj: dict[str, Any], key: str, value: str | None) -> dict[str, Any]:
    """A copy with this annotation, or without it for None."""
    metadata = obj["metadata"]
    annotations = {k: v for k, v in (metadata.get("annotations") or {}).items() if k != key}
    if value is not None:
        annotations[key] = value
    return {**obj, "metadata": {**metadata, "annotations": annotations}}
