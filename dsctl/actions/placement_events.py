"""Add to a placement report what events say of pods that are not ready, or were never made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import EVENTS
from dsctl.domain.placement_report import NodePlacement, PlacementReport, Verdict
from dsctl.domain.podtrouble import FAILED_CREATE, event_line, newest_event
from dsctl.errors import Forbidden

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: up to so many pods their events are asked for one by one, beyond that as one list of warnings
_FEW = 5


def add_events(
    report: PlacementReport,
    cluster: Cluster,
    daemonset: Object,
    now: datetime,
    note: Callable[[str], None],
) -> PlacementReport:
    """The report with the newest event of each pod that is not ready, and for each eligible node
    without a pod the quota, admission or controller event that explains it.
    """
    unwell = [n for n in report.nodes if n.pod is not None and n.verdict is Verdict.NOT_READY]
    missing = any(node.verdict is Verdict.MISSING for node in report.nodes)
    if not unwell and not missing:
        return report
    reader = _Events(cluster, report.namespace)
    lines: dict[str, str] = {}
    why_missing = ""
    try:
        if unwell:
            lines = reader.of_pods([n.pod.uid for n in unwell if n.pod is not None], now)
        if missing:
            why_missing = _why_missing(reader.of(daemonset["metadata"]["uid"]), daemonset, now)
    except Forbidden:
        note("may not list events: what they say is left out")
    nodes = [_with(node, lines, why_missing) for node in report.nodes]
    return replace(report, nodes=tuple(nodes))


def _with(node: NodePlacement, lines: Mapping[str, str], why_missing: str) -> NodePlacement:
    more = why_missing if node.verdict is Verdict.MISSING else ""
    if node.verdict is Verdict.NOT_READY and node.pod is not None:
        more = lines.get(node.pod.uid, "")
    return replace(node, notes=(*node.notes, more)) if more else node


def _why_missing(events: list[Object], daemonset: Object, now: datetime) -> str:
    if daemonset["metadata"].get("deletionTimestamp"):
        return "the DaemonSet is being deleted: the controller makes no more pods for it"
    failure = newest_event(events, reason=FAILED_CREATE)
    if failure is not None:
        return event_line(failure, now)
    seen = (daemonset.get("status") or {}).get("observedGeneration") or 0
    if seen < (daemonset["metadata"].get("generation") or 0):
        return "the controller has not seen the newest generation yet"
    return "no event says why there is no pod: is the controller manager running?"


class _Events:
    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace

    def of(self, uid: str) -> list[Object]:
        """The events about one object."""
        return self._list(f"involvedObject.uid={uid}")

    def of_pods(self, uids: list[str], now: datetime) -> dict[str, str]:
        """The newest event of each of these pods, as a line by uid."""
        by_pod: dict[str, list[Object]] = {uid: [] for uid in uids}
        if len(uids) <= _FEW:
            for uid in uids:
                by_pod[uid] = self.of(uid)
        else:
            for event in self._list("involvedObject.kind=Pod,type=Warning"):
                uid = (event.get("involvedObject") or {}).get("uid", "")
                if uid in by_pod:
                    by_pod[uid].append(event)
        newest = {uid: newest_event(events) for uid, events in by_pod.items()}
        return {uid: event_line(event, now) for uid, event in newest.items() if event is not None}

    def _list(self, field_selector: str) -> list[Object]:
        found: list[Object] = self._cluster.list(
            EVENTS, self._namespace, field_selector=field_selector
        )["items"]
        return found
