"""Where a rollout stands: phase, counts, budget and what blocks it, from objects and a clock.

The sentences are kubectl's (polymorphichelpers/rollout_status.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dsctl.domain import health as health_of
from dsctl.domain.blockers import Blocker, Cause, in_order
from dsctl.domain.health import Health, observed
from dsctl.domain.rollout_look import NOTHING, Budget, Look, View, look_at, spent
from dsctl.domain.strategy import limits, paused, rolls, strategy

Object = Mapping[str, Any]

#: the verdicts that only pods can tell
_FROM_PODS = frozenset((Health.DEGRADED, Health.STALLED))


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
class RolloutStatus:
    """One state of a rollout. ``revision``: number and hash of the newest ControllerRevision.

    ``ignored``: the nodes that are not ready and, as the user chose, hold nothing up.
    """

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
    ignored: tuple[str, ...] = ()

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
            "ignoredNodes": list(self.ignored),
        }


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
    view: View = NOTHING,
    *,
    fail_fast: bool = False,
    ignore_not_ready: bool = False,
    stall_after: timedelta = health_of.STALL_AFTER,
    progress: datetime | None = None,
    look: Look | None = None,
) -> RolloutStatus:
    """The state of the rollout at ``now``.

    Blockers and the use of the budget need ``view.pods``, or a ``look`` that was taken before;
    without them the budget's use is ``.status.numberUnavailable``. ``progress``: when a watcher
    last saw a change; without it, it is read from the objects where pods were read.
    ``ignore_not_ready``: nodes known not to be ready don't keep it from being complete.
    """
    metadata, status = daemonset.get("metadata") or {}, daemonset.get("status") or {}
    found = counts(daemonset)
    if look is None and view.pods is not None:
        look = look_at(daemonset, view.pods, view, now, moving=progress is not None)
    if progress is None and look is not None:
        progress = look.progress
    ignored = look.ignorable if look is not None and ignore_not_ready else ()
    phase = _phase(
        daemonset,
        found,
        look,
        ignored,
        fail_fast=fail_fast,
        stalled=progress is not None and now - progress > stall_after,
    )
    return RolloutStatus(
        namespace=metadata.get("namespace", ""),
        name=metadata.get("name", ""),
        strategy=strategy(daemonset),
        phase=phase,
        health=_health(daemonset, look),
        paused=paused(daemonset),
        generation=metadata.get("generation") or 0,
        observed_generation=status.get("observedGeneration") or 0,
        revision=view.revision,
        budget=_budget(daemonset, found, look),
        counts=found,
        blockers=_blockers(daemonset, look),
        ignored=ignored,
    )


def _phase(
    daemonset: Object,
    found: Counts,
    look: Look | None,
    ignored: tuple[str, ...],
    *,
    fail_fast: bool,
    stalled: bool,
) -> RolloutPhase:
    if not observed(daemonset):
        return RolloutPhase.PROGRESSING
    if not found.desired:
        return RolloutPhase.EMPTY
    if found.updated == found.available == found.desired:
        return RolloutPhase.COMPLETE
    if look is not None and ignored and _rest_complete(found, look, len(ignored)):
        return RolloutPhase.COMPLETE
    if fail_fast and look is not None and any(blocker.sure for blocker in look.blockers):
        return RolloutPhase.FAILED
    if paused(daemonset):
        return RolloutPhase.PAUSED
    if not rolls(daemonset) and _some_wait(daemonset, found, look, ignored):
        return RolloutPhase.AWAITING_DELETION
    return RolloutPhase.STALLED if stalled else RolloutPhase.PROGRESSING


def _rest_complete(found: Counts, look: Look, ignored: int) -> bool:
    """True when all but the ignored nodes are done, by the counters and by the pods."""
    least = found.desired - ignored
    done = found.updated >= least and found.available >= least
    return done and not look.held_up and set(look.old) <= look.dark


def _some_wait(
    daemonset: Object, found: Counts, look: Look | None, ignored: tuple[str, ...]
) -> bool:
    """Whether old pods wait for someone to delete them.

    A node that has no pod yet gets the new one unasked, and an old pod may be on its way out.
    """
    if look is not None:
        return bool(set(look.old) - set(ignored))
    current = (daemonset.get("status") or {}).get("currentNumberScheduled") or 0
    return bool(found.updated < current)


def _health(daemonset: Object, look: Look | None) -> Health:
    """The newest object tells most of it; the pods, what it can't."""
    plain = health_of.health(daemonset)
    if plain is Health.PROGRESSING and look is not None and look.health in _FROM_PODS:
        return look.health
    return plain


def _budget(daemonset: Object, found: Counts, look: Look | None) -> Budget | None:
    if look is not None:
        return look.budget
    try:
        return spent(limits(daemonset, found.desired), found.unavailable)
    except ValueError:
        return None


def _blockers(daemonset: Object, look: Look | None) -> tuple[Blocker, ...]:
    found = () if look is None else look.blockers
    if observed(daemonset):
        return found
    message = "the controller has not seen the newest generation yet"
    return in_order([Blocker(None, None, Cause.NOT_OBSERVED, message), *found])
