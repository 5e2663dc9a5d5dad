"""In what order an update replaces pods, and how many at a time.

Ported from ``manage`` and ``rollingUpdate`` (pkg/controller/daemon): pods come and go with the
nodes at once; old pods that are not available are replaced at once; the others a few at a time,
in no order that could be known beforehand.
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
    waits for someone to delete them, or the limits are not valid; ``rounds``: how often it has to
    wait, at least.
    """

    strategy: str
    max_unavailable: int | None
    max_surge: int | None
    paused: bool
    at_once: tuple[str, ...]
    in_turn: tuple[str, ...]
    at_a_time: int | None
    rounds: int | None

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
            found.append(self._in_turn())
        return found

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
        return (
            f"{first}{_pods(count)} {_are(count)} replaced, {step} at a time in no fixed order, "
            f"{rounds} ({how})"
        )


def pace(
    daemonset: Object, replaced: Iterable[str], unavailable: Iterable[str], desired: int
) -> Pace:
    """The pace for the nodes whose pod is ``replaced``.

    ``unavailable``: the nodes whose pod is not available now; ``desired``: eligible nodes.
    """
    nodes = set(replaced)
    not_well = nodes & set(unavailable)
    try:
        allowed = limits(daemonset, desired)
    except ValueError:  # a manifest that the server would refuse
        allowed = None
    held = paused(daemonset)
    at_a_time = None
    if allowed is not None and min(allowed.max_surge, allowed.max_unavailable) >= 0:
        at_a_time = allowed.max_surge or allowed.max_unavailable
    in_turn = nodes - not_well
    return Pace(
        strategy=strategy(daemonset),
        max_unavailable=None if allowed is None else allowed.max_unavailable,
        max_surge=None if allowed is None else allowed.max_surge,
        paused=held,
        at_once=tuple(sorted(not_well)) if at_a_time else (),
        in_turn=tuple(sorted(in_turn if at_a_time else nodes)),
        at_a_time=at_a_time,
        rounds=-(-len(in_turn) // at_a_time) if at_a_time else None,
    )


def _names(nodes: tuple[str, ...]) -> str:
    shown = ", ".join(nodes[:3])
    return shown if len(nodes) <= 3 else f"{shown} and {len(nodes) - 3} more"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
