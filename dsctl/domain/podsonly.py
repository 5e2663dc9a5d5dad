"""What the pods of a DaemonSet tell by themselves, where nodes may not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsctl.domain import pods as pod_of
from dsctl.domain.blockers import of_pod
from dsctl.domain.placement_report import NodePlacement, PlacementReport, Verdict
from dsctl.domain.podtrouble import container_lines
from dsctl.domain.verdicts import NO_CLOCK, brief, shown

Object = Mapping[str, Any]


def without_nodes(daemonset: Object, own: Iterable[Object]) -> PlacementReport:
    """What the pods and the DaemonSet tell by themselves, where nodes can't be read.

    Only nodes that have a pod, or for which one waits, are in it; whether they should is None.
    """
    found = []
    for name, group in pod_of.by_node(own).items():
        pod = shown(group)
        if pod is None:
            continue
        blocker = of_pod(pod, None, updated=True, min_ready_seconds=0, now=NO_CLOCK)
        verdict = Verdict.READY if blocker is None else Verdict.NOT_READY
        lines = () if blocker is None else (*container_lines(pod),) or (blocker.message,)
        verdict = verdict if pod_of.scheduled(pod) else Verdict.UNSCHEDULED
        found.append(NodePlacement(name, None, None, None, verdict, (), lines, brief(pod)))
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
