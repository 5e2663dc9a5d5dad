"""One DaemonSet node by node: its pods as rows, and what has no row as counts.

Made from the server's own Table of pods, whose cells are what ``kubectl get pods`` prints: rows
cost a fraction of objects at fleet size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.placement import Placement

HASH_LABEL = "controller-revision-hash"
#: What the table shows of a pod, as the server's Table of pods names it.
_CELLS = ("Name", "Ready", "Status", "Restarts", "Age", "IP", "Node")


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One pod on its node. ``node`` is the node it waits for while it is unscheduled.

    ``ready``, ``status``, ``restarts`` and ``age`` are worded as kubectl words them; ``revision``
    is the number of its ControllerRevision, or the hash where the number can't be read.
    """

    node: str
    pod: str
    ready: str
    status: str
    restarts: str
    revision: str
    age: str
    ip: str
    scheduled: bool

    @property
    def is_ready(self) -> bool:
        """Whether all its containers are ready and it is not going away."""
        ready, _, wanted = self.ready.partition("/")
        return ready == wanted and self.status == "Running"


@dataclass(frozen=True, slots=True)
class NodeTable:
    """Rows sorted by node. ``unplaced``: eligible nodes without a pod; None: nodes not read."""

    rows: tuple[NodeRow, ...]
    unplaced: tuple[str, ...] | None
    excluded: int | None

    def summary(self) -> str:
        """The line below the table: how many are ready, unscheduled, unplaced, excluded."""
        ready = sum(row.is_ready for row in self.rows)
        pods = "1 pod" if len(self.rows) == 1 else f"{len(self.rows)} pods"
        parts = [f"{pods}, {ready} ready"]
        unscheduled = sum(not row.scheduled for row in self.rows)
        if unscheduled:
            parts.append(f"{unscheduled} unscheduled")
        if self.unplaced is not None:
            parts.append(_unplaced(self.unplaced))
        if self.excluded is not None:
            parts.append(f"{self.excluded} {_nodes(self.excluded)} excluded")
        return "; ".join(parts)


def node_table(
    daemonset: Mapping[str, Any],
    pods: Mapping[str, Any],
    *,
    targets: Mapping[str, str],
    revisions: Mapping[str, str],
    nodes: Iterable[Mapping[str, Any]] | None,
) -> NodeTable:
    """Reduce what was read to a NodeTable.

    ``pods`` is the Table of the pods that the selector matches, with their metadata: those of
    other controllers are left out. ``targets``: pod name to node for unscheduled pods;
    ``revisions``: hash to revision number; ``nodes``: Node objects, None where they can't be read.
    """
    uid = daemonset["metadata"].get("uid")
    columns = _columns(pods)
    rows = [
        _row(row, columns, targets, revisions)
        for row in pods.get("rows") or ()
        if _controller(row) == uid
    ]
    rows.sort(key=lambda row: (row.node, row.pod))
    unplaced, excluded = _without_pod(daemonset, {row.node for row in rows}, nodes)
    return NodeTable(tuple(rows), unplaced, excluded)


def unscheduled(daemonset: Mapping[str, Any], pods: Mapping[str, Any]) -> bool:
    """Whether a pod of the DaemonSet has no node yet, so that its target must be looked up."""
    uid = daemonset["metadata"].get("uid")
    node = _columns(pods)["Node"]
    return any(
        row["cells"][node] == "<none>" and _controller(row) == uid for row in pods.get("rows") or ()
    )


def _columns(table: Mapping[str, Any]) -> dict[str, int]:
    names = [column["name"] for column in table.get("columnDefinitions") or ()]
    return {name: names.index(name) for name in _CELLS if name in names}


def _controller(row: Mapping[str, Any]) -> str | None:
    metadata = (row.get("object") or {}).get("metadata") or {}
    for owner in metadata.get("ownerReferences") or ():
        if owner.get("controller"):
            return str(owner.get("uid"))
    return None


def _row(
    row: Mapping[str, Any],
    columns: Mapping[str, int],
    targets: Mapping[str, str],
    revisions: Mapping[str, str],
) -> NodeRow:
    name, ready, status, restarts, age, ip, node = (
        str(row["cells"][columns[cell]]) for cell in _CELLS
    )
    labels = (row["object"]["metadata"].get("labels")) or {}
    own_hash = labels.get(HASH_LABEL, "")
    scheduled = node != "<none>"
    return NodeRow(
        node=node if scheduled else targets.get(name, "<none>"),
        pod=name,
        ready=ready,
        status=status,
        restarts=restarts,
        revision=revisions.get(own_hash, own_hash or "<none>"),
        age=age,
        ip=ip,
        scheduled=scheduled,
    )


def _without_pod(
    daemonset: Mapping[str, Any], occupied: set[str], nodes: Iterable[Mapping[str, Any]] | None
) -> tuple[tuple[str, ...] | None, int | None]:
    if nodes is None:
        return None, None
    placement = Placement(daemonset)
    unplaced = []
    excluded = 0
    for node in nodes:
        name = node["metadata"]["name"]
        if not placement.decide(node).should_run:
            excluded += 1
        elif name not in occupied:
            unplaced.append(name)
    return tuple(sorted(unplaced)), excluded


def _unplaced(names: tuple[str, ...]) -> str:
    if not names:
        return "no eligible node without a pod"
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    return f"{len(names)} eligible {_nodes(len(names))} without a pod ({shown})"


def _nodes(count: int) -> str:
    return "node" if count == 1 else "nodes"
