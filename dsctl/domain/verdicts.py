"""Judge every node for one DaemonSet: the reduction behind ``why`` and ``plan``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain.blockers import Cause, of_pod
from dsctl.domain.fit import Fit, FitResult
from dsctl.domain.placement import Decision, Placement
from dsctl.domain.placement_report import Change, NodePlacement, PlacementReport, PodBrief, Verdict
from dsctl.domain.podstatus import pod_status_reason
from dsctl.domain.podtrouble import container_lines
from dsctl.domain.reasons import TaintReason
from dsctl.domain.strategy import limits, rolls
from dsctl.domain.taints import OF_NOT_READY_NODES

Object = Mapping[str, Any]

# Readiness alone is judged here, and without minReadySeconds no clock is looked at.
NO_CLOCK = datetime.max.replace(tzinfo=UTC)
#: causes that the containers can tell more of
_OF_CONTAINERS = (Cause.IMAGE_PULL, Cause.CRASH_LOOP, Cause.CONTAINER_CONFIG, Cause.NOT_READY)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What was read of a cluster. ``pods``: all pods of all namespaces, None where not read.

    ``looked_at``: the nodes whose pods these are, None for all nodes.
    ``own``: the DaemonSet's own pods, None to find them in ``pods`` by the uid of their owner.
    ``creation_failure``: the newest event about a pod that could not be made, if there is one.
    ``evicts_below``: for what would be, see ``Fit``.
    """

    nodes: Iterable[Object]
    pods: Iterable[Object] | None = None
    own: Iterable[Object] | None = None
    creation_failure: str | None = None
    looked_at: Collection[str] | None = None
    evicts_below: int | None = None


@dataclass(slots=True)
class _Pods:
    """Pods sorted to where they are: the DaemonSet's by target node, the others by node."""

    own: dict[str, list[Object]] = field(default_factory=dict)
    others: dict[str, list[Object]] | None = None


def place(
    daemonset: Object,
    cluster: Cluster,
    *,
    source: str = "cluster",
    running: bool = True,
    template_changes: bool | None = None,
    updated: Callable[[Object], bool] | None = None,
) -> PlacementReport:
    """Judge every node for a DaemonSet object, live or from a manifest.

    ``running``: False for a manifest, whose verdicts say what would be. ``template_changes``:
    for a plan, whether the pod template differs from the live one; None leaves ``change`` out.
    ``updated``: whether a pod is of the planned template already; None where only
    ``template_changes`` can tell. A manifest must carry the live object's ``metadata.uid`` for its
    pods to be found. Where a rolling update surges, a new pod must fit beside the old one.
    """
    judge = _Judge(
        daemonset, cluster, running=running, template_changes=template_changes, updated=updated
    )
    found = sorted(map(judge.node, cluster.nodes), key=lambda node: node.node)
    metadata = daemonset.get("metadata") or {}
    return PlacementReport(
        metadata.get("namespace") or "", metadata.get("name") or "", source, running, tuple(found)
    )


class _Judge:
    """One DaemonSet and its pods, compiled once for all nodes."""

    def __init__(
        self,
        daemonset: Object,
        cluster: Cluster,
        *,
        running: bool,
        template_changes: bool | None,
        updated: Callable[[Object], bool] | None,
    ) -> None:
        self._rule = Placement(daemonset)
        # Of a pod that waits the scheduler has its say itself.
        self._fit = Fit(daemonset, evicts_below=None if running else cluster.evicts_below)
        self._pods = _sort(daemonset, cluster)
        self._cluster = cluster
        self._running = running
        self._template_changes = template_changes
        self._updated = updated
        self._surges = template_changes is not None and _surges(daemonset)
        self._rolls = rolls(daemonset)

    def node(self, node: Object) -> NodePlacement:
        name = node_of.name(node)
        decision = self._rule.decide(node)
        pod = shown(self._pods.own.get(name, ()))
        change = None
        if self._template_changes is not None:
            outdated = self._template_changes
            if pod is not None and self._updated is not None:
                outdated = not self._updated(pod)
            if not decision.should_run:  # without an update nothing takes it away
                outdated = outdated and self._rolls
            change = change_of(pod is not None, decision, outdated)
        beside = change is Change.REPLACE and self._surges
        fit = self._fit
        if pod is not None and change is not Change.REPLACE and not pod_of.scheduled(pod):
            fit = fit.of_waiting(pod)
        result = fit.judge(node, decision, self._others(name, with_own=beside))
        judged = _planned(node, decision, result)
        if self._running:
            judged = _running(judged, decision, node, pod, self._cluster)
        elif pod is not None:
            judged = _succeeding(judged, decision, pod, change)
        return judged if change is None else replace(judged, change=change)

    def _others(self, name: str, *, with_own: bool) -> list[Object] | None:
        """The bound pods that a new pod must fit beside; None where they were not read."""
        looked_at = self._cluster.looked_at
        if self._pods.others is None or (looked_at is not None and name not in looked_at):
            return None
        own = self._pods.own.get(name, ()) if with_own else ()
        return [*self._pods.others.get(name, ()), *(pod for pod in own if pod_of.scheduled(pod))]


def _surges(daemonset: Object) -> bool:
    """Whether a new pod comes before the old one goes."""
    try:
        allowed = limits(daemonset, 1)
    except ValueError:  # a manifest that the server would refuse
        return False
    return bool(allowed and allowed.max_surge)


def change_of(has_pod: bool, decision: Decision, outdated: bool) -> Change | None:
    """What becomes of a node: the controller makes, removes, replaces or leaves its pod.

    ``outdated``: its pod is of another template. One that may stay on a node no longer eligible is
    lost then, since the rolling update removes it and nothing makes a new one.
    """
    if decision.should_run:
        if not has_pod:
            return Change.GAIN
        return Change.REPLACE if outdated else Change.KEEP
    if not has_pod:
        return None
    stays = decision.should_continue_running and not outdated
    return Change.KEEP if stays else Change.LOSE


def stale_counts(daemonset: Object, report: PlacementReport) -> tuple[str, ...]:
    """What ``.status`` says that is no longer so, a sentence each; empty when it agrees.

    After a node changes the controller looks again only where a pod must come or go
    (``syncNodeUpdate``), so a status can stay old. For a report on all nodes, with pods.
    """
    status = daemonset.get("status") or {}
    eligible = sum(bool(node.should_run) for node in report.nodes)
    astray = sum(node.pod is not None and not node.should_run for node in report.nodes)
    found = []
    for key, true in (("desiredNumberScheduled", eligible), ("numberMisscheduled", astray)):
        said = status.get(key) or 0
        if said != true:
            found.append(f"{key} still says {said}: it is {true} now, and the status is old")
    return tuple(found)


def _planned(node: Object, decision: Decision, result: FitResult) -> NodePlacement:
    verdict = Verdict.EXCLUDED
    if decision.should_run:
        verdict = Verdict.WOULD_NOT_FIT if result.fits is False else Verdict.WOULD_RUN
    return NodePlacement(
        node=node_of.name(node),
        should_run=decision.should_run,
        should_continue_running=decision.should_continue_running,
        fits=result.fits,
        verdict=verdict,
        reasons=(*decision.reasons, *result.reasons),
        notes=(*decision.notes, *_why_tainted(node, decision), *result.notes),
        pod=None,
    )


def _why_tainted(node: Object, decision: Decision) -> tuple[str, ...]:
    """What is wrong with a node that is kept free since it is not ready: no toleration helps it."""
    keys = {reason.taint.key for reason in decision.reasons if isinstance(reason, TaintReason)}
    trouble = node_of.not_ready_reason(node) if keys.intersection(OF_NOT_READY_NODES) else None
    return () if trouble is None else (f"node not ready: {trouble}",)


def _running(
    planned: NodePlacement, decision: Decision, node: Object, pod: Object | None, cluster: Cluster
) -> NodePlacement:
    verdict = _verdict(decision, pod, pod is not None and pod_of.scheduled(pod))
    trouble = _trouble(verdict, decision, pod, node, cluster)
    return replace(
        planned,
        verdict=verdict,
        notes=(*planned.notes, *trouble),
        pod=None if pod is None else brief(pod),
    )


def _succeeding(
    planned: NodePlacement, decision: Decision, pod: Object, change: Change | None
) -> NodePlacement:
    """A node of a plan on which a pod is, or for which one waits. One that is kept does fit."""
    verdict, notes = planned.verdict, planned.notes
    if change is Change.KEEP and decision.should_run and pod_of.scheduled(pod):
        verdict = Verdict.WOULD_RUN
    if not decision.should_run:
        removed = change is Change.LOSE and decision.should_continue_running
        why = "the pod goes with the update, and none comes" if removed else None
        notes = (*notes, why or _leftover(decision, pod_of.scheduled(pod)))
    return replace(planned, verdict=verdict, notes=notes, pod=brief(pod))


def _verdict(decision: Decision, pod: Object | None, bound: bool) -> Verdict:
    if not decision.should_run:
        return Verdict.MISSCHEDULED if bound else Verdict.EXCLUDED
    if pod is None:
        return Verdict.MISSING
    if not bound:
        return Verdict.UNSCHEDULED
    ready = pod_of.ready(pod) and not pod_of.deleting(pod)
    return Verdict.READY if ready else Verdict.NOT_READY


def _trouble(
    verdict: Verdict, decision: Decision, pod: Object | None, node: Object, cluster: Cluster
) -> list[str]:
    """What the pod, or its absence, has to say for itself."""
    if verdict is Verdict.MISSING:
        return [cluster.creation_failure] if cluster.creation_failure else []
    if pod is None or verdict is Verdict.READY:
        return []
    if not decision.should_run:
        return [_leftover(decision, pod_of.scheduled(pod))]
    blocker = of_pod(pod, node, updated=True, min_ready_seconds=0, now=NO_CLOCK)
    if blocker is None:
        return []
    lines = container_lines(pod) if blocker.cause in _OF_CONTAINERS else ()
    return [*lines] or [blocker.message]


def _leftover(decision: Decision, bound: bool) -> str:
    if not bound:
        return "a pod that waits for this node was made while it was eligible, and stays pending"
    if decision.should_continue_running:
        return "the pod stays: only new pods are kept off"
    return "the controller removes the pod"


def shown(group: Iterable[Object]) -> Object | None:
    """The pod that speaks for a node: one that isn't going away, the oldest as in .status."""
    pods = list(group)
    return next((pod for pod in pods if not pod_of.deleting(pod)), pods[0] if pods else None)


def brief(pod: Object) -> PodBrief:
    """What a report says of a pod."""
    return PodBrief(
        name=pod_of.name(pod),
        uid=pod_of.uid(pod),
        phase=pod_of.phase(pod),
        ready=pod_of.ready(pod),
        hash=pod_of.revision_hash(pod),
        reason=pod_status_reason(pod),
    )


def _sort(daemonset: Object, cluster: Cluster) -> _Pods:
    uid = (daemonset.get("metadata") or {}).get("uid")
    own = None if cluster.own is None else list(cluster.own)
    mine = {pod_of.uid(pod) for pod in own or ()} - {""}
    found = _Pods()
    owned: list[Object] = []
    if cluster.pods is not None:
        found.others = {}
        for pod in cluster.pods:
            if uid and pod_of.owner_uid(pod) == uid:
                owned.append(pod)
            elif pod_of.scheduled(pod) and pod_of.uid(pod) not in mine:
                found.others.setdefault(pod["spec"]["nodeName"], []).append(pod)
    found.own = pod_of.by_node(owned if own is None else own)
    return found
