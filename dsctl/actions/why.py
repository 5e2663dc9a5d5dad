"""Where a DaemonSet runs and why not elsewhere: read as little as the question takes, and judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions.placement import FEW, Reader, Reading, as_admitted, evicts_below
from dsctl.actions.placement_events import add_events
from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain.placement_report import Change, PlacementReport, Verdict
from dsctl.domain.podsonly import without_nodes
from dsctl.domain.verdicts import place, stale_counts
from dsctl.domain.whatif import NO_EDITS, Edits

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: verdicts of nodes whose neighbours matter: who holds what the pod lacks
_TO_BE_BOUND = (Verdict.MISSING, Verdict.UNSCHEDULED)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``nodes`` by name, else those of ``node_selector``, else all.

    ``edits`` change nodes on paper. ``whole``: say of every node whether a pod fits, which takes
    all pods of the cluster.
    """

    nodes: tuple[str, ...] = ()
    node_selector: str | None = None
    edits: Edits = NO_EDITS
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The report, and each node's labels. ``complete`` is False where nodes could not be read.

    ``before``: with edits, the verdict that each changed node has now, None for an added one.
    ``reading``: what it was made of, without edits.
    """

    report: PlacementReport
    labels: Mapping[str, Mapping[str, str]]
    before: Mapping[str, Verdict | None] | None = None
    complete: bool = True
    reading: Reading | None = None


def answer(
    cluster: Cluster,
    daemonset: Object,
    question: Question,
    now: datetime,
    note: Callable[[str], None],
) -> Answer:
    """Read and judge. ``note`` is told what could not be read.

    Raises NotFound for a node that does not exist, and Forbidden where edits are to be judged, or
    nodes chosen by their labels, and nodes may not be read.
    """
    reader = Reader(cluster, daemonset, note)
    reading, gone = _read(reader, question)
    if not reading.nodes_read:
        report = without_nodes(daemonset, reading.seen.own or ())
        report = add_events(report, cluster, daemonset, now, note)
        return Answer(report, {}, complete=False, reading=reading)
    labels = {node_of.name(node): node_of.labels(node) for node in reading.seen.nodes}
    if question.edits:
        return _what_if(reader, reading, question, labels)
    report = place(daemonset, reading.seen)
    if reading.seen.pods is None:
        lacking = [node.node for node in report.nodes if node.verdict in _TO_BE_BOUND]
        if lacking:
            report = place(daemonset, reader.with_neighbours(reading, lacking).seen)
    report = add_events(report, cluster, daemonset, now, note)
    notes = [*gone]
    if not question.nodes and not question.node_selector:
        notes += stale_counts(daemonset, report)
    return Answer(replace(report, notes=tuple(notes)), labels, reading=reading)


def _read(reader: Reader, question: Question) -> tuple[Reading, list[str]]:
    """What the question takes, and what to say of pods whose node is gone."""
    if question.nodes and len(question.nodes) <= FEW:
        asked = dict.fromkeys([*question.nodes, *question.edits.edited])
        return reader.named(asked, may_degrade=not question.edits), []
    how = reader.whole if question.whole or question.nodes else reader.lean
    reading = how(question.node_selector)
    if not reading.nodes_read:
        if question.edits or question.nodes or question.node_selector:
            reader.refuse_without_nodes()
        return reading, []
    if question.nodes:
        return reader.only(reading, [*question.nodes, *question.edits.edited]), []
    if question.edits:
        reading = reader.with_nodes(reading, question.edits.edited)
    return (reading, []) if question.node_selector else _with_strays(reader, reading)


def _with_strays(reader: Reader, reading: Reading) -> tuple[Reading, list[str]]:
    """Pods and nodes are read one after the other: a node that came or went between the two."""
    known = {node_of.name(node) for node in reading.seen.nodes}
    strays: dict[str, str] = {}
    for pod in reader.own(reading):
        target = pod_of.target_node(pod)
        if target and target not in known:
            strays[target] = pod_of.name(pod)
    if not strays:
        return reading, []
    found = reader.read_nodes(list(strays)[:FEW])
    reading = replace(reading, seen=replace(reading.seen, nodes=[*reading.seen.nodes, *found]))
    here = {node_of.name(node) for node in found}
    return reading, [
        f"node {node} is gone: its pod {pod} goes with it"
        for node, pod in strays.items()
        if node not in here
    ]


def _what_if(
    reader: Reader, reading: Reading, question: Question, labels: Mapping[str, Mapping[str, str]]
) -> Answer:
    edits, daemonset = question.edits, reading.daemonset
    before = {n.node: n.verdict for n in place(daemonset, reading.seen).nodes}
    daemonset = as_admitted(reader.cluster, daemonset, reader.namespace, reader.note)
    nodes = edits.apply(list(reading.seen.nodes))
    limit = evicts_below(reader.cluster, daemonset)
    changed = replace(reading, seen=replace(reading.seen, nodes=nodes, evicts_below=limit))
    report = place(daemonset, changed.seen, running=False, template_changes=False)
    if changed.seen.pods is None:
        gaining = _gaining(report, labels)
        if gaining:
            seen = reader.with_neighbours(changed, gaining).seen
            report = place(daemonset, seen, running=False, template_changes=False)
    later = {node_of.name(node): node_of.labels(node) for node in nodes}
    return Answer(report, later, {name: before.get(name) for name in edits.nodes})


def _gaining(report: PlacementReport, real: Iterable[str]) -> list[str]:
    """Nodes that would get a pod and are there, so that pods can be on them."""
    known = set(real)
    return [n.node for n in report.nodes if n.change is Change.GAIN and n.node in known]
