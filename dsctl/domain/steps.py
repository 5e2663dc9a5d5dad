"""A staged rollout by deleting pods: what is done, which nodes are next, and what it waits for.

Everything is worked out from the objects as they are: nothing has to be remembered between two
looks, or two calls. ``actions.step`` looks and deletes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain.batches import Choice
from dsctl.domain.blockers import Blocker, of_pod
from dsctl.domain.placement import Placement
from dsctl.domain.revisions import is_pod_updated, template_generation

Object = Mapping[str, Any]

#: the reason of a node whose old pod is gone
NO_POD = "the controller has not made a new pod"


@dataclass(slots=True)
class Fleet:
    """The nodes of a DaemonSet at one moment, told apart by their pods.

    ``all``: those that should run it; ``old``: with a pod to delete; ``updated``: with a new one;
    ``done``: updated, available and soaked; ``moving``: with neither (a pod is going, or to come);
    ``down``: without an available pod; ``dark``: known not to be ready. ``failing``: the new pods
    that surely fail; ``reasons``: why nodes are not done yet. ``passed``: nodes that should not run
    it now, but have an old pod that stays, and why (most often they are not ready).
    """

    all: tuple[str, ...] = ()
    old: dict[str, list[Object]] = field(default_factory=dict)
    updated: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    moving: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    dark: set[str] = field(default_factory=set)
    failing: list[Blocker] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    passed: dict[str, str] = field(default_factory=dict)

    @property
    def started(self) -> set[str]:
        """The nodes that have, or will get, a new pod without anyone doing more."""
        return self.updated | self.moving


class Reader:
    """Reads Fleets for one DaemonSet. ``nodes`` None: they may not be read, pods alone tell.

    Then ``.status`` says how many nodes there are: those that have no pod count, without a name.
    """

    def __init__(self, daemonset: Object, newest_hash: str | None, soak: timedelta) -> None:
        self.daemonset = daemonset
        self.nodes: Mapping[str, Object] | None = None
        self._hash = newest_hash
        self._generation = template_generation(daemonset)
        self._seconds = int((daemonset.get("spec") or {}).get("minReadySeconds") or 0)
        self._soak = soak
        self._eligible: set[str] = set()
        self._lost: set[str] = set()

    def strange(self, by_node: Mapping[str, list[Object]]) -> bool:
        """Whether pods are on nodes that it knows nothing of: they came, or are gone, since."""
        return self.nodes is not None and bool(by_node.keys() - self.nodes.keys() - self._lost)

    def know(
        self, nodes: Mapping[str, Object] | None, seen: Mapping[str, list[Object]] | None = None
    ) -> None:
        """Take in the nodes as they are now, after the pods ``seen``.

        A node that has pods by then, and is not there, is gone: its pods linger for a minute.
        """
        self.nodes = nodes
        self._lost = (self._lost | set(seen or ())) - set(nodes or ())
        rule = Placement(self.daemonset)
        self._eligible = {n for n, node in (nodes or {}).items() if rule.decide(node).should_run}

    def read(self, by_node: Mapping[str, list[Object]], now: datetime) -> Fleet:
        """The Fleet that these pods (``pods.by_node``, its own) make."""
        strangers = by_node.keys() - (self.nodes or {}).keys() - self._lost
        fleet = Fleet(tuple(sorted(self._eligible | strangers | self._nameless(by_node))))
        for name in by_node.keys() - set(fleet.all):
            self._pass_over(name, by_node[name], fleet)
        for name in fleet.all:
            node = (self.nodes or {}).get(name)
            if node is not None and not node_of.ready(node):
                fleet.dark.add(name)
            self._sort(name, by_node.get(name, []), node, now, fleet)
        return fleet

    def _nameless(self, by_node: Mapping[str, list[Object]]) -> set[str]:
        if self.nodes is not None:
            return set()
        desired = (self.daemonset.get("status") or {}).get("desiredNumberScheduled") or 0
        return {f"(a node without a pod, {i + 1})" for i in range(desired - len(by_node))}

    def _pass_over(self, name: str, pods: Sequence[Object], fleet: Fleet) -> None:
        if not any(not pod_of.deleting(pod) and not self._updated(pod) for pod in pods):
            return
        if name in self._lost:
            fleet.passed[name] = "the node is gone"
        else:
            trouble = node_of.not_ready_reason((self.nodes or {}).get(name, {}))
            fleet.passed[name] = f"node not ready: {trouble}" if trouble else "it is excluded"

    def _sort(
        self, name: str, pods: Sequence[Object], node: Object | None, now: datetime, fleet: Fleet
    ) -> None:
        alive = [pod for pod in pods if not pod_of.deleting(pod)]
        old = [pod for pod in alive if not self._updated(pod)]
        if not any(pod_of.available(pod, self._seconds, now) for pod in alive):
            fleet.down.add(name)
        if old:
            fleet.old[name] = old
            if name in fleet.down:
                fleet.reasons[name] = self._why(old[0], node, now, updated=False).message
        elif not alive:
            fleet.moving.add(name)
            fleet.reasons[name] = (
                self._why(pods[0], node, now, updated=False).message if pods else NO_POD
            )
        else:
            fleet.updated.add(name)
            self._judge(name, alive[0], node, now, fleet)

    def _judge(
        self, name: str, pod: Object, node: Object | None, now: datetime, fleet: Fleet
    ) -> None:
        if name in fleet.down:
            blocker = self._why(pod, node, now, updated=True)
            fleet.reasons[name] = blocker.message
            if blocker.sure:
                fleet.failing.append(blocker)
            return
        since = pod_of.ready_since(pod)
        if self._soak and (since is None or now - since < self._soak):
            left = self._soak if since is None else self._soak - (now - since)
            fleet.reasons[name] = (
                f"ready, soaks for another {max(1, round(left.total_seconds()))} s"
            )
        else:
            fleet.done.add(name)

    def _updated(self, pod: Object) -> bool:
        return is_pod_updated(pod, self._hash, self._generation)

    def _why(self, pod: Object, node: Object | None, now: datetime, *, updated: bool) -> Blocker:
        found = of_pod(pod, node, updated=updated, min_ready_seconds=self._seconds, now=now)
        assert found is not None, "asked only of pods that are not available"
        return found


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be said of one moment, and done.

    ``batch``: the index of the one under way, as long as there are batches; ``target`` how many
    nodes it wants. ``delete``: nodes, with the pods to delete now. ``held``: why none can be, where
    some should.
    """

    batch: int
    target: int
    complete: bool
    delete: tuple[tuple[str, tuple[Object, ...]], ...] = ()
    held: str | None = None


def plan(choice: Choice, fleet: Fleet, batch: int, candidates: Sequence[str], most: int) -> Look:
    """What the batch of this index (0 without batches) needs now.

    ``candidates``: the nodes that may be chosen, in their order; ``most``: the budget. A batch is
    complete when its target is reached, or no candidate is left, and all new pods of the fleet
    (without batches: those of the candidates) are done.
    """
    waiting = [name for name in candidates if name in fleet.old]
    if choice.batches:
        target = max(each.target(len(fleet.all)) for each in choice.batches[: batch + 1])
        need = max(0, target - len(fleet.started))
        unfinished = fleet.started - fleet.done
    else:
        target = len([name for name in candidates if name in fleet.all])
        need = len(waiting)
        unfinished = (fleet.started - fleet.done) & set(candidates)
    need = min(need, len(waiting))
    if not need:
        return Look(batch, target, complete=not unfinished)
    chosen = _choose(waiting, need, fleet, most)
    held = None if chosen or unfinished else _held(waiting, fleet, most)
    return Look(
        batch,
        target,
        complete=False,
        delete=tuple((name, tuple(fleet.old[name])) for name in chosen),
        held=held,
    )


def _choose(waiting: Iterable[str], need: int, fleet: Fleet, most: int) -> list[str]:
    """The next nodes: in order, as long as the budget lasts; one that is down costs nothing.

    A node that is not ready has no turn: its pod would only hang there.
    """
    free = most - len(fleet.down)
    chosen: list[str] = []
    for name in waiting:
        if len(chosen) == need:
            break
        if name in fleet.dark:
            continue
        if name in fleet.down:
            chosen.append(name)
        elif free > 0:
            chosen.append(name)
            free -= 1
    return chosen


def _held(waiting: Sequence[str], fleet: Fleet, most: int) -> str:
    if all(name in fleet.dark for name in waiting):
        return f"the nodes that are left are not ready: {shown(waiting)}"
    count = "1 node may" if most == 1 else f"{most} nodes may"
    down = sorted(fleet.down)
    verb = "is" if len(down) == 1 else "are"
    return (
        f"{count} be without an available pod at a time, and {len(down)} {verb}: {shown(down)}"
        + (f" ({fleet.reasons[down[0]]})" if down and down[0] in fleet.reasons else "")
    )


def shown(names: Sequence[str]) -> str:
    """The first few names, and an ellipsis for the others."""
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def ordered(names: Iterable[str], order: str, nodes: Mapping[str, Object] | None) -> list[str]:
    """The names by ``order``: ``given``; ``name``; ``age``, oldest node first; or a label's value.

    Nodes without the label come last. Equal ones are ordered by name.
    """
    if order in ("given", "name"):
        return sorted(names) if order == "name" else list(names)
    known = nodes or {}

    def key(name: str) -> tuple[bool, str, str]:
        node = known.get(name, {})
        if order == "age":
            made = (node.get("metadata") or {}).get("creationTimestamp")
        else:
            made = node_of.labels(node).get(order)
        return made is None, made or "", name

    return sorted(names, key=key)


def trial(
    choice: Choice, fleet: Fleet, candidates: Sequence[str]
) -> Iterator[tuple[int, list[str]]]:
    """What each batch would do if nothing else happened: its target, and the nodes it would do."""
    started = len(fleet.started)
    waiting = [name for name in candidates if name in fleet.old]
    for index in range(max(1, len(choice.batches))):
        look = plan(choice, fleet, index, candidates, len(fleet.all))
        count = len(waiting) if not choice.batches else max(0, look.target - started)
        nodes, waiting = waiting[:count], waiting[count:]
        started += len(nodes)
        yield look.target, nodes
