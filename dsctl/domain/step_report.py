"""What ``rollout step -o json`` prints: how far a staged rollout is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsctl.domain.batches import Choice
from dsctl.domain.steps import Fleet

Object = Mapping[str, Any]


class Outcome(StrEnum):
    """How it ended. STARTED: without ``--wait``, the last batch is under way."""

    COMPLETE = "Complete"
    STARTED = "Started"
    STOPPED = "Stopped"
    UNDONE = "Undone"
    TIMED_OUT = "TimedOut"
    INTERRUPTED = "Interrupted"


@dataclass(frozen=True, slots=True)
class StepReport:
    """One staged rollout. ``batches_done``: how many of the batches of ``choice`` are done.

    ``deleted``: the nodes whose pods this call deleted. ``message``: why it did not end well.
    """

    daemonset: Object
    revision: tuple[int, str] | None
    choice: Choice
    fleet: Fleet
    max_unavailable: int
    batches_done: int
    deleted: tuple[str, ...]
    outcome: Outcome
    message: str | None

    def to_dict(self) -> dict[str, Any]:
        """The report as ``-o json`` prints it."""
        metadata, fleet = self.daemonset.get("metadata") or {}, self.fleet
        waiting = sorted(fleet.started - fleet.done)
        return {
            "apiVersion": "dsctl/v1",
            "kind": "StepReport",
            "daemonSet": {"namespace": metadata.get("namespace"), "name": metadata.get("name")},
            "revision": self.revision and {"number": self.revision[0], "hash": self.revision[1]},
            "outcome": self.outcome.value,
            "message": self.message,
            "maxUnavailable": self.max_unavailable,
            "soakSeconds": self.choice.soak.total_seconds(),
            "batches": [
                {
                    "batch": batch.text,
                    "target": batch.target(len(fleet.all)),
                    "done": index < self.batches_done,
                }
                for index, batch in enumerate(self.choice.batches)
            ],
            "counts": {
                "desired": len(fleet.all),
                "updated": len(fleet.updated),
                "done": len(fleet.done),
                "unavailable": len(fleet.down),
            },
            "waiting": [{"node": name, "message": fleet.reasons.get(name)} for name in waiting],
            "passed": [{"node": n, "message": m} for n, m in sorted(fleet.passed.items())],
            "deleted": sorted(self.deleted),
        }
