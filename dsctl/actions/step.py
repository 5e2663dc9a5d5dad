"""Carry out a staged rollout: look at the pods, delete those whose turn it is, wait, go on.

Nothing is remembered but what the cluster shows: ended at any point and begun again, it carries
on with what is left. ``domain.steps`` decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from dsctl.actions import repod, step_ready
from dsctl.actions.targets import Target, of_object
from dsctl.domain import pods as pod_of
from dsctl.domain import steps
from dsctl.domain.batches import Choice, budget
from dsctl.domain.steps import NO_POD
from dsctl.errors import (
    AnswerIsNo,
    ClusterError,
    DeadlineExceeded,
    NotFound,
    Unreachable,
)

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: after so long without a change it is looked whether nodes or the DaemonSet are others now
_LOOK_AROUND = 5.0


class Kind(Enum):
    """What an event is about."""

    BEGUN = "begun"
    DELETED = "deleted"
    AVAILABLE = "available"
    HELD = "held"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened. ``batch`` and ``target`` are those under way.

    ``node`` and ``pod`` are there for DELETED and AVAILABLE, ``message`` for HELD.
    """

    kind: Kind
    batch: int
    target: int
    node: str | None = None
    pod: str | None = None
    message: str = ""


class StepFailed(AnswerIsNo):
    """The new version fails, or nothing happens any more: nothing further is deleted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop. Seconds; None: never. ``wait``: for the last batch to be done, too."""

    timeout: float | None = None
    stall: float | None = 600.0
    wait: bool = True


class Stepping:
    """Iterate: every event, until the last batch is done. ``daemonset`` is the live object.

    Raises AnswerIsNo where it can't be stepped, StepFailed, DeadlineExceeded, UsageError for nodes
    that are not the DaemonSet's, and what the API door raises. Stop iterating to stop. ``fleet``,
    ``batch``, ``wanted`` (how many nodes it wants), ``most`` (the budget) and ``revision`` (number
    and hash) say at any moment where it stands; ``deleted`` which nodes' pods were deleted here.
    """

    def __init__(
        self,
        cluster: Cluster,
        daemonset: dict[str, Any],
        choice: Choice,
        limits: Limits,
        now: Callable[[], datetime],
        *,
        on_trouble: Callable[[ClusterError], None] | None = None,
    ) -> None:
        self.daemonset = daemonset
        self.choice = choice
        self.fleet = steps.Fleet()
        self.batch = 0
        self.wanted = 0
        self.most = 1
        self.revision: tuple[int, str] | None = None
        self.deleted: list[str] = []
        self._cluster = cluster
        self.target: Target = of_object(daemonset)
        self._limits = limits
        self._now = now
        self._on_trouble = on_trouble
        self._reader = steps.Reader(daemonset, None, choice.soak)
        self._gone: set[str] = set()
        self._up: set[str] | None = None
        self._held = ""
        self._begun = -1
        self._ended = False
        self._moved = self._looked = time.monotonic()
        self._marker: object = None

    def __iter__(self) -> Iterator[Event]:
        """The events, as they happen."""
        end = None if self._limits.timeout is None else time.monotonic() + self._limits.timeout
        self._prepare(end)
        left = None if end is None else max(end - time.monotonic(), 0.001)
        for look in repod.own_pods(
            self._cluster, self.target, timeout=left, on_trouble=self._on_trouble
        ):
            try:
                yield from self._turn(look)
            except Unreachable as error:  # the next look works all of it out anew
                if self._on_trouble is not None:
                    self._on_trouble(error)
            if self._ended:
                return
        raise DeadlineExceeded(f"timed out: {self.where_it_stands()}{self._why_no_pod()}")

    def _turn(self, look: repod.OwnPods) -> Iterator[Event]:
        """What one look at the pods means, and what is done about it."""
        self._look_around(changed=look.changed)
        self._see(look.by_node)
        if self._up is None:
            step_ready.check_nodes(self.choice, self.fleet, self.target.name)
        yield from self._news()
        self._refuse_failure()
        plan = self._plan()
        while plan.complete:
            yield self._event(Kind.DONE)
            if self.batch + 1 >= len(self.choice.batches):
                self._ended = True
                return
            self.batch += 1
            plan = self._plan()
        if self._begun != self.batch:
            self._begun = self.batch
            yield self._event(Kind.BEGUN)
        yield from self._delete(plan)
        self._ended = self._may_leave(plan)
        if not self._ended:
            yield from self._say_held(plan)
            self._refuse_stall()

    def preview(self) -> list[tuple[int, list[str]]]:
        """What each batch would do, without doing it: its target, and its nodes."""
        self._prepare(None)
        look = next(iter(repod.own_pods(self._cluster, self.target)))
        self._see(look.by_node)
        step_ready.check_nodes(self.choice, self.fleet, self.target.name)
        return list(steps.trial(self.choice, self.fleet, self._candidates()))

    def where_it_stands(self) -> str:
        """How far it is, and what it waits for, in one line."""
        fleet = self.fleet
        found = f"{len(fleet.updated)} of {len(fleet.all)} nodes are updated"
        waiting = sorted(fleet.started - fleet.done)
        reasons = [f"{name}: {fleet.reasons[name]}" for name in waiting if name in fleet.reasons]
        held = [self._held] if self._held else []
        return "; ".join([found, *held, *reasons[:3]])

    def _prepare(self, end: float | None) -> None:
        """Refuse what can't be stepped; then wait for the controller to know the template."""
        step_ready.refuse(self.daemonset)
        self.daemonset, self.revision = step_ready.observed_one(
            self._cluster, self.target, end, on_trouble=self._on_trouble
        )
        own_hash = None if self.revision is None else self.revision[1]
        self._reader = steps.Reader(self.daemonset, own_hash, self.choice.soak)
        nodes = repod.read_nodes(self._cluster)
        if nodes is None:
            step_ready.check_order(self.choice)
        self._reader.know(nodes)

    def _look_around(self, *, changed: bool) -> None:
        """What no pod tells: the DaemonSet is another, a node came, went or is not ready."""
        moment = time.monotonic()
        if moment - self._looked < _LOOK_AROUND:
            return
        self._looked = moment
        if not changed:
            self._still_ours()
        self._reader.know(repod.read_nodes(self._cluster))

    def _still_ours(self) -> None:
        live = step_ready.still_ours(self._cluster, self.target, self.daemonset)
        self.daemonset = self._reader.daemonset = live

    def _see(self, by_node: Mapping[str, list[Object]]) -> None:
        """Take in the pods; what was deleted here counts as going before the watch says so."""
        seen = {
            name: [self._going(pod) if pod_of.uid(pod) in self._gone else pod for pod in group]
            for name, group in by_node.items()
        }
        if self._reader.strange(seen):
            self._reader.know(repod.read_nodes(self._cluster), seen)
        self.fleet = self._reader.read(seen, self._now())
        self.most = budget(self.daemonset, self.choice.max_unavailable, len(self.fleet.all))

    def _going(self, pod: Object) -> Object:
        if pod_of.deleting(pod):
            return pod
        stamp = {"deletionTimestamp": self._now().strftime("%Y-%m-%dT%H:%M:%SZ")}
        return {**pod, "metadata": {**pod["metadata"], **stamp}}

    def _candidates(self) -> list[str]:
        names = self.fleet.all if self.choice.nodes is None else self.choice.nodes
        return steps.ordered(names, self.choice.order, self._reader.nodes)

    def _plan(self) -> steps.Look:
        found = steps.plan(self.choice, self.fleet, self.batch, self._candidates(), self.most)
        self.wanted = found.target
        return found

    def _news(self) -> Iterator[Event]:
        """The nodes whose new pod became available since the last look."""
        up = self.fleet.updated - self.fleet.down
        for node in sorted(up - (self._up if self._up is not None else up)):
            yield self._event(Kind.AVAILABLE, node)
        self._up = up

    def _refuse_failure(self) -> None:
        if not self.fleet.failing:
            return
        first, *others = self.fleet.failing
        more = f" (and on {len(others)} more)" if others else ""
        raise StepFailed(f"the new version fails on {first.node}{more}: {first.message}")

    def _delete(self, plan: steps.Look) -> Iterator[Event]:
        if not plan.delete:
            return
        self._still_ours()
        for node, pods in plan.delete:
            for pod in pods:
                try:
                    gone = repod.delete_pod(self._cluster, pod)
                except NotFound:
                    gone = True
                if gone:  # else it changed meanwhile: the watch will show how
                    self._gone.add(pod_of.uid(pod))
                    if node not in self.deleted:
                        self.deleted.append(node)
                    yield self._event(Kind.DELETED, node, pod_of.name(pod))

    def _may_leave(self, plan: steps.Look) -> bool:
        """Without ``wait`` the last batch need not be seen to its end."""
        last = self.batch + 1 >= len(self.choice.batches)
        if self._limits.wait or not last or plan.held:
            return False
        gone = {node for node, pods in plan.delete if {pod_of.uid(p) for p in pods} <= self._gone}
        left = [n for n in self._candidates() if n in self.fleet.old and n not in gone]
        if not self.choice.batches:
            return not left
        return not left or len(self.fleet.started | gone) >= self.wanted

    def _say_held(self, plan: steps.Look) -> Iterator[Event]:
        held = plan.held or ""
        if held and held != self._held:
            yield Event(Kind.HELD, self.batch, self.wanted, None, None, held)
        self._held = held

    def _refuse_stall(self) -> None:
        fleet, moment = self.fleet, time.monotonic()
        soaking = fleet.updated - fleet.down - fleet.done
        marker = (len(fleet.updated), len(fleet.done), tuple(sorted(fleet.reasons.items())))
        if soaking or marker != self._marker:
            self._moved, self._marker = moment, marker
        elif self._limits.stall is not None and moment - self._moved > self._limits.stall:
            stood = self.where_it_stands() + self._why_no_pod()
            raise StepFailed(f"nothing happened for {self._limits.stall:.0f} s: {stood}")

    def _why_no_pod(self) -> str:
        if NO_POD not in self.fleet.reasons.values():
            return ""
        return step_ready.why_no_pod(self._cluster, self.daemonset, self._now)

    def _event(self, kind: Kind, node: str | None = None, pod: str | None = None) -> Event:
        return Event(kind, self.batch, self.wanted, node, pod)
