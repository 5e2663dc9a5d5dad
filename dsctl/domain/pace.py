"""In what order an update replaces pods, and how many at a time.

Ported from ``manage`` and ``rollingUpdate`` (pkg/controller/daemon): pods come and go with the
nodes at once; old pods that are not available are replaced at once; the others a few at a time,
in no order that could be known beforehand. A new pod that never becomes available keeps its share
of the limits for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.strategy import Strategy, limits, paused, strategy

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """How an update goes on. Node names are sorted.

    ``at_once``: nodes whose old pod is replaced whatever the limits; ``in_turn``: the other nodes
    whose pod is replaced; ``at_a_time``: how many of these at once, None where the controller
    waits for someone to delete them, or the limits are not valid, and 0 where pods that do not fit
    use the limit up; ``rounds``: how often it has to wait, at least. ``stuck``: the nodes whose
    new pod does not fit and takes from the limit: from the start, or (those ``in_turn``) once it
    is their turn. ``down``: the nodes that take from it since they are not ready: no pod there
    goes, or becomes available. ``unwell``: those whose pod stays and is not available.
    """

    strategy: str
    max_unavailable: int | None
    max_surge: int | None
    paused: bool
    at_once: tuple[str, ...]
    in_turn: tuple[str, ...]
    at_a_time: int | None
    rounds: int | None
    stuck: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    unwell: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As ``PlacementReport`` has it."""
        return {
            "strategy": self.strategy,
            "maxUnavailable": self.max_unavailable,
            "maxSurge": self.max_surge,
            "paused": self.paused,
            "atOnce": list(self.at_once),
            "inTurn": list(self.in_turn),
            "atATime": self.at_a_time,
            "rounds": self.rounds,
            "stuck": list(self.stuck),
            "down": list(self.down),
            "unwell": list(self.unwell),
        }

    def sentences(self) -> list[str]:
        """What happens to old pods, in order; empty where none is replaced."""
        if not self.at_once and not self.in_turn:
            return []
        if self.at_a_time is None:
            return [self._without_pace()]
        found = []
        if self.at_once:
            found.append(
                f"replaced at once, since the old pod is not available: {_names(self.at_once)}"
            )
        if self.in_turn:
            found.append(self._in_turn() if self.at_a_time else self._used_up())
            if self.at_a_time and len({*self.stuck, *self.down}) >= self._limit[1]:
                found.append(self._endless())
        return found

    @property
    def _limit(self) -> tuple[str, int]:
        if self.max_surge:
            return "maxSurge", self.max_surge
        return "maxUnavailable", self.max_unavailable or 0

    def _used_up(self) -> str:
        name, limit = self._limit
        count = len(self.in_turn)
        first = "then " if self.at_once else ""
        until = [f"the new pod fits on {_names(self.stuck)}"] if self.stuck else []
        if self.down:
            until.append(f"{_names(self.down)} {_are(len(self.down))} ready again or deleted")
        if self.unwell:
            until.append(f"the pod that stays on {_names(self.unwell)} is available")
        return (
            f"{first}{_pods(count)} {_are(count)} not replaced until {' or '.join(until)}: "
            f"pods that are not available use up {name} {limit}"
        )

    def _endless(self) -> str:
        name, limit = self._limit
        unfit = f"the new pod does not fit on {_names(self.stuck)}"
        if not self.down:
            return f"it can't end: {unfit}, and uses up {name} {limit} there"
        down = f"{_names(self.down)} {_are(len(self.down))} not ready"
        why = f"{unfit}, and {down}" if self.stuck else down
        return f"it can't end: {why}, which uses up {name} {limit}"

    def _without_pace(self) -> str:
        count = len(self.at_once) + len(self.in_turn)
        if self.strategy == Strategy.ROLLING_UPDATE:
            return (
                f"{_pods(count)} {_are(count)} replaced; how many at a time can't be told: "
                "the limits of the rolling update are not valid"
            )
        stays = "stays as it is" if count == 1 else "stay as they are"
        why = "the rollout is paused" if self.paused else "the strategy is OnDelete"
        return f"{_pods(count)} {stays} until someone deletes: {why}"

    def _in_turn(self) -> str:
        count, step = len(self.in_turn), self.at_a_time
        rounds = "1 round" if self.rounds == 1 else f"at least {self.rounds} rounds"
        how = f"maxUnavailable {self.max_unavailable}: the old pod goes, then the new one comes"
        if self.max_surge:
            how = f"maxSurge {self.max_surge}: the old pod goes once the new one is available"
        first = "then " if self.at_once else ""
        taken = tuple(node for node in self.stuck if node not in self.in_turn)
        if taken:
            how += f"; {len(taken)} taken by {_names(taken)}, where the new pod does not fit"
        if self.down:
            are = _are(len(self.down))
            how += f"; {len(self.down)} taken by {_names(self.down)}, which {are} not ready"
        if self.unwell:
            how += (
                f"; {len(self.unwell)} taken by {_names(self.unwell)}, where the pod that stays is "
                "not available"
            )
        return (
            f"{first}{_pods(count)} {_are(count)} replaced, {step} at a time in no fixed order, "
            f"{rounds} ({how})"
        )


def pace(
    daemonset: Object,
    replaced: Iterable[str],
    unavailable: Iterable[str],
    desired: int,
    unfit: Iterable[str] = (),
    down: Iterable[str] = (),
    unwell: Iterable[str] = (),
) -> Pace:
    """The pace for the nodes whose pod is ``replaced``.

    ``unavailable``: the nodes whose pod is not available now; ``desired``: eligible nodes;
    ``unfit``: those of them that get a new pod which does not fit; ``down``: the nodes that have
    a pod, or are to get one, and are not ready; ``unwell``: those whose pod is kept and is not
    available.
    """
    nodes = set(replaced)
    not_well = nodes & set(unavailable)
    try:
        allowed = limits(daemonset, desired)
    except ValueError:  # a manifest that the server would refuse
        allowed = None
    at_a_time, stuck, dead, weak = None, set[str](), set[str](), set[str]()
    in_turn = nodes - not_well
    if allowed is not None and min(allowed.max_surge, allowed.max_unavailable) >= 0:
        # A surge counts the nodes that have an old pod beside the new one, and only those. Without
        # one, what is not available counts wherever it is, also what never goes from a dead node.
        stuck = set(unfit) & in_turn if allowed.max_surge else set(unfit)
        dead = set() if allowed.max_surge else set(down)
        weak = set() if allowed.max_surge else set(unwell) - stuck - dead
        limit = allowed.max_surge or allowed.max_unavailable
        at_a_time = max(0, limit - len((stuck - in_turn) | dead | weak))
    valid = at_a_time is not None
    return Pace(
        strategy=strategy(daemonset),
        max_unavailable=None if allowed is None else allowed.max_unavailable,
        max_surge=None if allowed is None else allowed.max_surge,
        paused=paused(daemonset),
        at_once=tuple(sorted(not_well)) if valid else (),
        in_turn=tuple(sorted(in_turn if valid else nodes)),
        at_a_time=at_a_time,
        rounds=-(-len(in_turn) // at_a_time) if at_a_time else None,
        stuck=tuple(sorted(stuck - dead)),
        down=tuple(sorted(dead)),
        unwell=tuple(sorted(weak)),
    )


def _names(nodes: tuple[str, ...]) -> str:
    shown = ", ".join(nodes[:3])
    return shown if len(nodes) <= 3 else f"{shown} and {len(nodes) - 3} more"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
