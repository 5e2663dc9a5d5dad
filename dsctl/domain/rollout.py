"""Where a rollout stands: phase, counts, budget and what blocks it, from objects and a clock.

The sentences are kubectl's (polymorphichelpers/rollout_status.go); which nodes use the budget is
counted as ``rollingUpdate`` does (pkg/controller/daemon/update.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dsctl.domain import health as health_of
from dsctl.domain.blockers import Blocker, Cause, Reader, in_order
from dsctl.domain.health import Health, last_progress, observed
from dsctl.domain.strategy import Limits, limits, paused, rolls, strategy

Object = Mapping[str, Any]


class RolloutPhase(StrEnum):
    """The phases; which one holds is decided in the order of ``_phase``."""

    PROGRESSING = "Progressing"
    EMPTY = "Empty"
    COMPLETE = "Complete"
    FAILED = "Failed"
    PAUSED = "Paused"
    AWAITING_DELETION = "AwaitingDeletion"
    STALLED = "Stalled"

    @property
    def ended(self) -> bool:
        """True when watching longer tells nothing new."""
        return self is not RolloutPhase.PROGRESSING

    @property
    def good(self) -> bool:
        """True when it ended well: exit code 0."""
        return self in (RolloutPhase.COMPLETE, RolloutPhase.EMPTY)


@dataclass(frozen=True, slots=True)
class Counts:
    """The counters of ``.status``."""

    desired: int
    updated: int
    ready: int
    available: int
    unavailable: int
    misscheduled: int

    def to_dict(self) -> dict[str, int]:
        """As ``RolloutStatus`` has them."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Budget:
    """How many nodes may be without an available pod, or have two, and how many are."""

    max_unavailable: int
    max_surge: int
    used: int

    @property
    def exhausted(self) -> bool:
        """True when the controller starts no further node."""
        return self.used >= (self.max_surge or self.max_unavailable)

    def to_dict(self) -> dict[str, int]:
        """As ``RolloutStatus`` has it."""
        return {
            "maxUnavailable": self.max_unavailable,
            "maxSurge": self.max_surge,
            "used": self.used,
        }


@dataclass(frozen=True, slots=True)
class RolloutStatus:
    """One state of a rollout. ``revision``: number and hash of the newest ControllerRevision."""

    namespace: str
    name: str
    strategy: str
    phase: RolloutPhase
    health: Health
    paused: bool
    generation: int
    observed_generation: int
    revision: tuple[int, str] | None
    budget: Budget | None
    counts: Counts
    blockers: tuple[Blocker, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as ``-o json`` prints it."""
        revision = self.revision
        return {
            "apiVersion": "dsctl/v1",
            "kind": "RolloutStatus",
            "daemonSet": {"namespace": self.namespace, "name": self.name},
            "strategy": self.strategy,
            "phase": self.phase.value,
            "health": self.health.value,
            "paused": self.paused,
            "generation": self.generation,
            "observedGeneration": self.observed_generation,
            "updatedRevision": revision and {"number": revision[0], "hash": revision[1]},
            "budget": self.budget and self.budget.to_dict(),
            "counts": self.counts.to_dict(),
            "blockers": [blocker.to_dict() for blocker in self.blockers],
        }


@dataclass(frozen=True, slots=True)
class View:
    """What was read beside the DaemonSet. None: not read, which is not the same as empty.

    ``pods`` are the DaemonSet's own; ``revision`` the number and hash of its newest
    ControllerRevision; ``creation_failure`` the newest event about a pod that could not be made.
    """

    pods: Iterable[Object] | None = None
    nodes: Iterable[Object] | None = None
    revision: tuple[int, str] | None = None
    creation_failure: str | None = None


def kubectl_line(daemonset: Object) -> tuple[str, bool]:
    """The line that ``kubectl rollout status`` prints, and whether it stops there."""
    found = counts(daemonset)
    name = (daemonset.get("metadata") or {}).get("name", "")
    if not observed(daemonset):
        return "Waiting for daemon set spec update to be observed...", False
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    if found.updated < found.desired:
        return (
            f"{waiting}{found.updated} out of {found.desired} new pods have been updated...",
            False,
        )
    if found.available < found.desired:
        return f"{waiting}{found.available} of {found.desired} updated pods are available...", False
    return f'daemon set "{name}" successfully rolled out', True


def counts(daemonset: Object) -> Counts:
    """The counters of ``.status``; absent ones are 0."""
    status = daemonset.get("status") or {}
    return Counts(
        desired=status.get("desiredNumberScheduled") or 0,
        updated=status.get("updatedNumberScheduled") or 0,
        ready=status.get("numberReady") or 0,
        available=status.get("numberAvailable") or 0,
        unavailable=status.get("numberUnavailable") or 0,
        misscheduled=status.get("numberMisscheduled") or 0,
    )


def rollout_status(
    daemonset: Object,
    now: datetime,
    view: View = View(),
    *,
    fail_fast: bool = False,
    stall_after: timedelta = health_of.STALL_AFTER,
    progress: datetime | None = None,
) -> RolloutStatus:
    """The state of the rollout at ``now``.

    ``progress``: when a watcher last saw a change; without it, it is read from the objects where
    pods were read. Blockers and the use of the budget need ``view.pods``; without them the
    budget's use is ``.status.numberUnavailable``.
    """
    metadata, status = daemonset.get("metadata") or {}, daemonset.get("status") or {}
    found = counts(daemonset)
    if view.pods is not None:
        view = replace(view, pods=list(view.pods))
    budget, blockers = _blockers(daemonset, found, view, now)
    if progress is None and view.pods is not None:
        progress = last_progress(daemonset, view.pods)
    stalled = progress is not None and now - progress > stall_after
    failed = fail_fast and any(blocker.sure for blocker in blockers)
    return RolloutStatus(
        namespace=metadata.get("namespace", ""),
        name=metadata.get("name", ""),
        strategy=strategy(daemonset),
        phase=_phase(daemonset, found, failed=failed, stalled=stalled),
        health=health_of.health(daemonset, view.pods, now, newest_hash=_hash(view)),
        paused=paused(daemonset),
        generation=metadata.get("generation") or 0,
        observed_generation=status.get("observedGeneration") or 0,
        revision=view.revision,
        budget=budget,
        counts=found,
        blockers=blockers,
    )


def _phase(daemonset: Object, found: Counts, *, failed: bool, stalled: bool) -> RolloutPhase:
    if not observed(daemonset):
        return RolloutPhase.PROGRESSING
    if not found.desired:
        return RolloutPhase.EMPTY
    if found.updated == found.available == found.desired:
        return RolloutPhase.COMPLETE
    if failed:
        return RolloutPhase.FAILED
    if paused(daemonset):
        return RolloutPhase.PAUSED
    # A node that has no pod yet gets the new one unasked: only old pods wait for their deletion.
    current = (daemonset.get("status") or {}).get("currentNumberScheduled") or 0
    if not rolls(daemonset) and found.updated < current:
        return RolloutPhase.AWAITING_DELETION
    return RolloutPhase.STALLED if stalled else RolloutPhase.PROGRESSING


def _blockers(
    daemonset: Object, found: Counts, view: View, now: datetime
) -> tuple[Budget | None, tuple[Blocker, ...]]:
    try:
        allowed = limits(daemonset, found.desired)
    except ValueError:
        allowed = None
    whole: list[Blocker] = []
    if not observed(daemonset):
        message = "the controller has not seen the newest generation yet"
        whole.append(Blocker(None, None, Cause.NOT_OBSERVED, message))
    if view.pods is None:
        return _budget(allowed, found.unavailable), in_order(whole)
    reader = Reader(daemonset, view.pods, view.nodes or (), now, newest_hash=_hash(view))
    reader.read(surge=bool(allowed and allowed.max_surge), failure=view.creation_failure)
    budget = _budget(allowed, len(reader.using))
    if reader.old and budget is None:
        message = f"{_pods(reader.old)} of older revisions: OnDelete waits for them to be deleted"
        whole.append(Blocker(None, None, Cause.AWAITING_DELETION, message))
    elif reader.old and budget is not None and budget.exhausted:
        whole.append(Blocker(None, None, Cause.BUDGET, _budget_message(budget, reader)))
    return budget, in_order([*whole, *reader.blockers])


def _budget(allowed: Limits | None, used: int) -> Budget | None:
    return None if allowed is None else Budget(allowed.max_unavailable, allowed.max_surge, used)


def _hash(view: View) -> str | None:
    return None if view.revision is None else view.revision[1]


def _budget_message(budget: Budget, reader: Reader) -> str:
    what = "maxSurge" if budget.max_surge else "maxUnavailable"
    shown = ", ".join(reader.using[:3]) + (", …" if len(reader.using) > 3 else "")
    return (
        f"{_pods(reader.old)} of older revisions wait: {what} is "
        f"{budget.max_surge or budget.max_unavailable}, used by {shown}"
    )


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
