"""Judge every node for one DaemonSet: the reduction behind ``why`` and ``plan``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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

Object = Mapping[str, Any]

# Readiness alone is judged here, and without minReadySeconds no clock is looked at.
_UNUSED = datetime.max.replace(tzinfo=UTC)
#: causes that the containers can tell more of
_OF_CONTAINERS = (Cause.IMAGE_PULL, Cause.CRASH_LOOP, Cause.CONTAINER_CONFIG, Cause.NOT_READY)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What was read of a cluster. ``pods``: all pods of all namespaces, None where not read.

    ``looked_at``: the nodes whose pods these are, None for all nodes.
    ``own``: the DaemonSet's own pods, None to find them in ``pods`` by the uid of their owner.
    ``creation_failure``: the newest event about a pod that could not be made, if there is one.
    """

    nodes: Iterable[Object]
    pods: Iterable[Object] | None = None
    own: Iterable[Object] | None = None
    creation_failure: str | None = None
    looked_at: Collection[str] | None = None


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
) -> PlacementReport:
    """Judge every node for a DaemonSet object, live or from a manifest.

    ``running``: False for a manifest that the cluster does not have yet. ``template_changes``:
    for a plan, whether the pod template differs from the live one; None leaves ``change`` out.
    A manifest must carry the live object's ``metadata.uid`` for its pods to be found.
    """
    rule, fit = Placement(daemonset), Fit(daemonset)
    pods = _sort(daemonset, cluster)
    found = []
    for node in cluster.nodes:
        name = node_of.name(node)
        decision = rule.decide(node)
        unread = cluster.looked_at is not None and name not in cluster.looked_at
        others = None if pods.others is None or unread else pods.others.get(name, ())
        result = fit.judge(node, decision, others)
        judged = _planned(node, decision, result)
        if running:
            pod = _shown(pods.own.get(name, ()))
            judged = _running(judged, decision, node, pod, cluster)
        if template_changes is not None:
            change = change_of(judged.pod is not None, decision, template_changes)
            judged = replace(judged, change=change)
        found.append(judged)
    found.sort(key=lambda node: node.node)
    metadata = daemonset.get("metadata") or {}
    return PlacementReport(
        metadata.get("namespace") or "", metadata.get("name") or "", source, running, tuple(found)
    )


def change_of(has_pod: bool, decision: Decision, template_changes: bool) -> Change | None:
    """What becomes of a node: the controller makes, removes, replaces or leaves its pod.

    A pod that may stay on a node no longer eligible is lost once its template changes, since the
    rolling update removes it and nothing makes a new one.
    """
    if decision.should_run:
        if not has_pod:
            return Change.GAIN
        return Change.REPLACE if template_changes else Change.KEEP
    if not has_pod:
        return None
    stays = decision.should_continue_running and not template_changes
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
        notes=(*decision.notes, *result.notes),
        pod=None,
    )


def _running(
    planned: NodePlacement, decision: Decision, node: Object, pod: Object | None, cluster: Cluster
) -> NodePlacement:
    verdict = _verdict(decision, pod, pod is not None and pod_of.scheduled(pod))
    trouble = _trouble(verdict, decision, pod, node, cluster)
    return replace(
        planned,
        verdict=verdict,
        notes=(*planned.notes, *trouble),
        pod=None if pod is None else _brief(pod),
    )


def without_nodes(daemonset: Object, own: Iterable[Object]) -> PlacementReport:
    """What the pods and the DaemonSet tell by themselves, where nodes can't be read.

    Only nodes that have a pod, or for which one waits, are in it; whether they should is None.
    """
    found = []
    for name, group in pod_of.by_node(own).items():
        pod = _shown(group)
        if pod is None:
            continue
        blocker = of_pod(pod, None, updated=True, min_ready_seconds=0, now=_UNUSED)
        verdict = Verdict.READY if blocker is None else Verdict.NOT_READY
        lines = () if blocker is None else (*container_lines(pod),) or (blocker.message,)
        verdict = verdict if pod_of.scheduled(pod) else Verdict.UNSCHEDULED
        found.append(NodePlacement(name, None, None, None, verdict, (), lines, _brief(pod)))
    metadata, status = daemonset.get("metadata") or {}, daemonset.get("status") or {}
    desired = status.get("desiredNumberScheduled") or 0
    astray = status.get("numberMisscheduled") or 0
    note = (
        f"NotRead: the nodes. By .status, {desired} should run it and {astray} run it that should "
        f"not; {len(found)} have or await a pod; why others have none can't be told"
    )
    return PlacementReport(
        metadata.get("namespace") or "",
        metadata.get("name") or "",
        "cluster",
        True,
        tuple(sorted(found, key=lambda node: node.node)),
        (note,),
    )


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
    blocker = of_pod(pod, node, updated=True, min_ready_seconds=0, now=_UNUSED)
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


def _shown(group: Iterable[Object]) -> Object | None:
    """The pod that speaks for a node: one that isn't going away, the oldest as in .status."""
    pods = list(group)
    return next((pod for pod in pods if not pod_of.deleting(pod)), pods[0] if pods else None)


def _brief(pod: Object) -> PodBrief:
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
