"""The one-word health of a DaemonSet, the same in ``get``, ``describe`` and reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dsctl.domain.strategy import paused, rolls, suspended

#: without progress for longer than this it is stalled
STALL_AFTER = timedelta(minutes=10)

Object = Mapping[str, Any]


class Health(StrEnum):
    """The verdicts, in the order in which the first that holds is taken."""

    SUSPENDED = "Suspended"
    PAUSED = "Paused"
    EMPTY = "Empty"
    HEALTHY = "Healthy"
    DEGRADED = "Degraded"
    STALLED = "Stalled"
    PROGRESSING = "Progressing"


def health(
    daemonset: Object,
    pods: Iterable[Object] | None = None,
    now: datetime | None = None,
    *,
    newest_hash: str | None = None,
    since: datetime | None = None,
) -> Health:
    """The health of a DaemonSet object.

    ``pods`` are its own; without them, or without ``now``, what only pods can tell (Degraded,
    Stalled) reads Progressing. ``newest_hash`` is that of the newest ControllerRevision; without
    it pods are told apart by template generation. ``since``: when something last happened, where
    that is known. With OnDelete, old pods that are available are
    Healthy: nothing is under way.
    """
    if suspended(daemonset):
        return Health.SUSPENDED
    if paused(daemonset):
        return Health.PAUSED
    if observed(daemonset):
        status = daemonset.get("status") or {}
        desired = status.get("desiredNumberScheduled") or 0
        if not desired:
            return Health.EMPTY
        updated = status.get("updatedNumberScheduled") or 0
        if (status.get("numberAvailable") or 0) == desired and (
            updated == desired or not rolls(daemonset)
        ):
            return Health.HEALTHY
    if pods is None or now is None:
        return Health.PROGRESSING
    listed = list(pods)
    if _new_pods_fail(daemonset, listed, newest_hash, now):
        return Health.DEGRADED
    since = since or last_progress(daemonset, listed)
    if since is not None and now - since > STALL_AFTER:
        return Health.STALLED
    return Health.PROGRESSING


def observed(daemonset: Object) -> bool:
    """True when the controller has seen the newest generation, so that ``.status`` is about it."""
    generation = (daemonset.get("metadata") or {}).get("generation") or 0
    return generation <= ((daemonset.get("status") or {}).get("observedGeneration") or 0)


def last_progress(daemonset: Object, pods: Iterable[Object]) -> datetime | None:
    """When something last happened: the spec was written, a pod made, or its condition changed."""
    from dsctl.domain.times import parse_time

    found: list[str | None] = []
    metadata = daemonset.get("metadata") or {}
    found.append(metadata.get("creationTimestamp"))
    for entry in metadata.get("managedFields") or ():
        if not entry.get("subresource"):
            found.append(entry.get("time"))
    for pod in pods:
        found.append((pod.get("metadata") or {}).get("creationTimestamp"))
        for condition in (pod.get("status") or {}).get("conditions") or ():
            found.append(condition.get("lastTransitionTime"))
    # The API writes whole seconds in UTC, so the newest is the greatest text.
    return parse_time(max((text for text in found if text), default=None))


def _new_pods_fail(
    daemonset: Object, pods: list[Object], newest_hash: str | None, now: datetime
) -> bool:
    # Imported here: rows of DaemonSets ask for health without pods, at every start of ``get``.
    from dsctl.domain import pods as pod_of
    from dsctl.domain.blockers import of_pod
    from dsctl.domain.revisions import is_pod_updated, template_generation

    generation = template_generation(daemonset)
    seconds = (daemonset.get("spec") or {}).get("minReadySeconds") or 0
    for pod in pods:
        if pod_of.ready(pod) or not is_pod_updated(pod, newest_hash, generation):
            continue
        blocker = of_pod(pod, None, updated=True, min_ready_seconds=seconds, now=now)
        if blocker is not None and blocker.sure:
            return True
    return False
