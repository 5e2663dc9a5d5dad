"""PlacementReport: each node with its verdict, why, and the pod that is there.

The counts are of nodes. A pod that is not scheduled counts as not being on its node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsctl.domain.fit import FitReason
from dsctl.domain.pace import Pace
from dsctl.domain.reasons import ExclusionReason, ReasonType


class Verdict(StrEnum):
    """What is to be said of one node; the first that holds, of those of its kind of report."""

    MISSCHEDULED = "Misscheduled"
    EXCLUDED = "Excluded"
    MISSING = "Missing"
    UNSCHEDULED = "Unscheduled"
    NOT_READY = "NotReady"
    READY = "Ready"
    WOULD_NOT_FIT = "WouldNotFit"
    WOULD_RUN = "WouldRun"


RUNNING_VERDICTS = (
    Verdict.MISSCHEDULED,
    Verdict.EXCLUDED,
    Verdict.MISSING,
    Verdict.UNSCHEDULED,
    Verdict.NOT_READY,
    Verdict.READY,
)
PLANNED_VERDICTS = (Verdict.EXCLUDED, Verdict.WOULD_NOT_FIT, Verdict.WOULD_RUN)


class Change(StrEnum):
    """What a plan does to a node."""

    GAIN = "Gain"
    LOSE = "Lose"
    REPLACE = "Replace"
    KEEP = "Keep"


@dataclass(frozen=True, slots=True)
class PodBrief:
    """The DaemonSet's pod of a node. ``reason`` is kubectl's STATUS."""

    name: str
    uid: str
    phase: str
    ready: bool
    hash: str | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The pod as a node of ``PlacementReport`` has it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class NodePlacement:
    """One node. ``fits`` is None where it can't be told; ``notes`` say why.

    ``should_run`` and ``should_continue_running`` are None where the node could not be read.
    """

    node: str
    should_run: bool | None
    should_continue_running: bool | None
    fits: bool | None
    verdict: Verdict
    reasons: tuple[ExclusionReason | FitReason, ...]
    notes: tuple[str, ...]
    pod: PodBrief | None
    change: Change | None = None

    def to_dict(self) -> dict[str, Any]:
        """The node as ``PlacementReport`` has it."""
        return {
            "node": self.node,
            "shouldRun": self.should_run,
            "shouldContinueRunning": self.should_continue_running,
            "fits": self.fits,
            "verdict": self.verdict.value,
            "reasons": [reason.to_dict() for reason in self.reasons],
            "notes": list(self.notes),
            "pod": None if self.pod is None else self.pod.to_dict(),
            "change": None if self.change is None else self.change.value,
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of nodes; every verdict of the report's kind and every reason is there, 0 too.

    ``eligible`` and ``excluded`` are None where nodes could not be read.
    """

    nodes: int
    eligible: int | None
    excluded: int | None
    by_verdict: Mapping[Verdict, int]
    by_reason: Mapping[ReasonType, int]

    def to_dict(self) -> dict[str, Any]:
        """As ``PlacementReport`` has it."""
        return {
            "nodes": self.nodes,
            "eligible": self.eligible,
            "excluded": self.excluded,
            "byVerdict": {verdict.value: n for verdict, n in self.by_verdict.items()},
            "byReason": {reason.value: n for reason, n in self.by_reason.items()},
        }


@dataclass(frozen=True, slots=True)
class PlacementReport:
    """All nodes, by name. ``source``: ``cluster`` or ``file``; ``running``: it may have pods.

    ``notes`` are about the whole; ``update``, in a plan, says in what order pods are replaced.
    """

    namespace: str
    name: str
    source: str
    running: bool
    nodes: tuple[NodePlacement, ...]
    notes: tuple[str, ...] = ()
    update: Pace | None = None

    @property
    def well(self) -> bool:
        """True when every eligible node is Ready and no pod is misscheduled."""
        return all(node.verdict in (Verdict.READY, Verdict.EXCLUDED) for node in self.nodes)

    def summary(self) -> Summary:
        """The counts, of the nodes that the report has."""
        verdicts = dict.fromkeys(RUNNING_VERDICTS if self.running else PLANNED_VERDICTS, 0)
        reasons = dict.fromkeys(ReasonType, 0)
        eligible: int | None = 0
        for node in self.nodes:
            verdicts[node.verdict] += 1
            known = eligible is not None and node.should_run is not None
            eligible = (eligible or 0) + bool(node.should_run) if known else None
            for kind in {reason.type for reason in node.reasons}:
                reasons[kind] += 1
        count = len(self.nodes)
        excluded = None if eligible is None else count - eligible
        return Summary(count, eligible, excluded, verdicts, reasons)

    def to_dict(self) -> dict[str, Any]:
        """The report as ``-o json`` prints it."""
        return {
            "apiVersion": "dsctl/v1",
            "kind": "PlacementReport",
            "daemonSet": {
                "namespace": self.namespace,
                "name": self.name,
                "source": self.source,
            },
            "summary": self.summary().to_dict(),
            "nodes": [node.to_dict() for node in self.nodes],
            "notes": list(self.notes),
            "update": None if self.update is None else self.update.to_dict(),
        }
