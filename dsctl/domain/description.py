"""Description: what ``describe`` tells of one DaemonSet, kubectl's part and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsctl.domain import pods as pod_of
from dsctl.domain import revisions as revision_of
from dsctl.domain.health import observed
from dsctl.domain.placement_report import PlacementReport
from dsctl.domain.rollout import RolloutStatus, counts, rollout_status
from dsctl.domain.rollout_look import View

Object = Mapping[str, Any]

_PHASES = ("Running", "Pending", "Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class RevisionPods:
    """The pods of one revision. ``number`` is None where its ControllerRevision was not read."""

    number: int | None
    hash: str
    images: tuple[str, ...]
    change_cause: str | None
    pods: int
    ready: int
    newest: bool


@dataclass(frozen=True, slots=True)
class Description:
    """All that is known of one DaemonSet. None: not asked for, or it may not be read.

    ``phases``: kubectl's count of its pods that run, wait, succeeded, failed. ``complete`` is
    False where nodes were not read, and then ``total_nodes`` is how many there are, where they were
    counted. ``warnings_only``: of the pods' events, only warnings.
    """

    daemonset: Object
    phases: tuple[int, ...]
    rollout: RolloutStatus
    placement: PlacementReport
    complete: bool
    total_nodes: int | None
    revisions: tuple[RevisionPods, ...]
    newest: RevisionPods | None
    services: Sequence[Object] | None
    events: Sequence[Object] | None
    pod_events: Sequence[Object] | None
    warnings_only: bool


def describe(
    daemonset: Object,
    *,
    report: PlacementReport,
    complete: bool,
    total_nodes: int | None,
    nodes: Iterable[Object] | None,
    pods: Sequence[Object],
    revisions: Sequence[Object] | None,
    services: Sequence[Object] | None,
    events: Sequence[Object] | None,
    pod_events: Sequence[Object] | None,
    warnings_only: bool,
    now: datetime,
) -> Description:
    """Reduce what was read to a Description. ``pods``: its own."""
    groups = _by_revision(pods, revisions or ())
    newest = next((group for group in groups if group.newest), None)
    number = None if newest is None or newest.number is None else (newest.number, newest.hash)
    view = View(pods=pods, nodes=nodes if complete else None, revision=number)
    phases = [pod_of.phase(pod) for pod in pods]
    return Description(
        daemonset=daemonset,
        phases=tuple(phases.count(phase) for phase in _PHASES),
        rollout=rollout_status(_settled(daemonset), now, view),
        placement=report,
        complete=complete,
        total_nodes=total_nodes,
        revisions=tuple(groups),
        newest=newest,
        services=services,
        events=events,
        pod_events=pod_events,
        warnings_only=warnings_only,
    )


def min_ready_counts(daemonset: Object) -> bool:
    """Whether it takes the times of its pods to tell which of them are available."""
    if not (daemonset.get("spec") or {}).get("minReadySeconds"):
        return False
    found = counts(daemonset)
    return not observed(daemonset) or found.available < found.desired


def _settled(daemonset: Object) -> Object:
    """Where all pods are available by its status, nobody has to ask the pods since when."""
    if min_ready_counts(daemonset):
        return daemonset
    return {**daemonset, "spec": {**(daemonset.get("spec") or {}), "minReadySeconds": 0}}


def _by_revision(pods: Sequence[Object], revisions: Sequence[Object]) -> list[RevisionPods]:
    """The newest revision, then whatever others have pods; the newest first."""
    by_hash: dict[str, list[Object]] = {}
    for pod in pods:
        by_hash.setdefault(pod_of.revision_hash(pod) or "", []).append(pod)
    known = {revision_of.revision_hash(revision): revision for revision in revisions}
    last = revision_of.newest(revisions)
    last_hash = None if last is None else revision_of.revision_hash(last)
    wanted = dict.fromkeys([*([] if last_hash is None else [last_hash]), *by_hash])
    groups = [_group(own, known.get(own), by_hash.get(own, []), last_hash) for own in wanted]
    return sorted(groups, key=lambda group: -(group.number or 0))


def _group(
    own: str, revision: Object | None, pods: Sequence[Object], last_hash: str | None
) -> RevisionPods:
    return RevisionPods(
        number=None if revision is None else revision_of.number(revision),
        hash=own,
        images=() if revision is None else revision_of.images(revision_of.template(revision)),
        change_cause=None if revision is None else revision_of.change_cause(revision),
        pods=len(pods),
        ready=sum(pod_of.ready(pod) for pod in pods),
        newest=own == last_hash,
    )
