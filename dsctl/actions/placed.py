"""What becomes of each node and pod where a DaemonSet is changed: pure but for its revisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain import priority, revisions
from dsctl.domain.pace import pace
from dsctl.domain.placement_report import Change, NodePlacement, PlacementReport, Verdict
from dsctl.domain.templates import same_stored, same_written
from dsctl.domain.verdicts import NO_CLOCK, place, shown
from dsctl.domain.verdicts import Cluster as Seen
from dsctl.domain.whatif import Edits
from dsctl.errors import Forbidden

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]
Labels = Mapping[str, Mapping[str, str]]

#: the most seconds that the API takes: a manifest may say more
_LONGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Placed:
    """The report, and the labels of its nodes."""

    report: PlacementReport
    labels: Labels


def placed(
    live: Object | None,
    wanted: Object,
    seen: Seen,
    edits: Edits,
    notes: tuple[str, ...],
    *,
    changed: bool,
    updated: Callable[[Object], bool] | None = None,
    now: datetime = NO_CLOCK,
) -> Placed:
    """The report on what was read. ``changed``: the pod template is another than the live one's.

    ``updated``: of ``who_stays``. ``now`` tells for how long pods have been ready.
    """
    uid = None if live is None else live["metadata"].get("uid")
    if live is not None and live["metadata"].get("deletionTimestamp"):
        notes += ("the live DaemonSet is being deleted: no pod is made for it any more",)
    wanted = {**wanted, "metadata": {**wanted["metadata"], "uid": uid}}
    pods = None if seen.pods is None else list(seen.pods)
    nodes = edits.apply(list(seen.nodes))
    report = place(
        wanted,
        replace(seen, nodes=nodes, pods=pods),
        source="file",
        running=False,
        template_changes=changed,
        updated=updated,
    )
    own = seen.own if seen.own is not None else pod_of.owned_by(uid, pods or ())
    unavailable = set(_unavailable(wanted, own, now))
    update = pace(
        wanted,
        (node.node for node in report.nodes if node.change is Change.REPLACE),
        unavailable,
        sum(bool(node.should_run) for node in report.nodes),
        (node.node for node in report.nodes if _stays_out(node)),
        _down(nodes, report),
        (
            node.node
            for node in report.nodes
            if node.change is Change.KEEP and node.node in unavailable
        ),
    )
    report = replace(report, notes=notes, update=update)
    labels = {node_of.name(node): node_of.labels(node) for node in nodes}
    return Placed(report, labels)


def who_stays(
    cluster: Cluster, live: Object, wanted: Object, *, stored: bool = True
) -> Callable[[Object], bool] | None:
    """Tells of a pod whether it is of the wanted template already, and so is not replaced.

    The controller takes an old revision up again when its template comes back. ``stored``:
    ``wanted`` is as the server would store it. None where the revisions may not be read.
    """
    try:
        known = owned.revisions(cluster, live)
    except Forbidden:
        return None
    records: Callable[[Object, Object], bool] = _would_record
    if stored:
        records = revisions.matches if same_stored(live, wanted) else revisions.records
    found = revisions.newest(revision for revision in known if records(wanted, revision))
    newest_hash = None if found is None else revisions.revision_hash(found)
    generation = revisions.template_generation(wanted)
    return lambda pod: revisions.is_pod_updated(pod, newest_hash, generation)


def _would_record(manifest: Object, revision: Object) -> bool:
    return same_written(revisions.apply(manifest, revision), manifest)


def _unavailable(wanted: Object, own: Iterable[Object], now: datetime) -> Iterator[str]:
    """The nodes whose pod is not available: it may be ready, but not for long enough.

    Beside one that runs, what a stuck surge left waiting is only made anew.
    """
    seconds = min((wanted.get("spec") or {}).get("minReadySeconds") or 0, _LONGEST)
    for node, group in pod_of.by_node(own).items():
        pod = shown(group)
        if pod and (pod_of.deleting(pod) or not pod_of.available(pod, seconds, now)):
            yield node


def _down(nodes: Iterable[Object], report: PlacementReport) -> Iterator[str]:
    """The nodes that are not ready and have a pod, or get one."""
    counted = {node.node for node in report.nodes if node.should_run or node.pod is not None}
    for node in nodes:
        ready = node_of.condition(node, "Ready")  # a node on paper has none
        if ready is not None and ready.get("status") != "True" and node_of.name(node) in counted:
            yield node_of.name(node)


def _stays_out(node: NodePlacement) -> bool:
    """Whether the node's new pod does not fit, and none is evicted for it."""
    evicts = any(note.startswith(priority.PREEMPTION) for note in node.notes)
    return node.verdict is Verdict.WOULD_NOT_FIT and not evicts
