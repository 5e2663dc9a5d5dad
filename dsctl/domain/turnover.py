"""Replacing pods node by node: whose turn it is, what the budget allows, and who is done.

Deleting a daemon pod makes its controller create another from the template of that moment. This
decides on what was seen of the pods; ``actions.repod`` sees and deletes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain.blockers import of_pod
from dsctl.domain.placement import Placement
from dsctl.domain.steps import NO_POD

Object = Mapping[str, Any]


class Step(Enum):
    """What happened: the first of a node is DELETED or SKIPPED, its last any but DELETED."""

    DELETED = "deleted"
    #: the pod that came after it is available
    AVAILABLE = "available"
    #: there is no such pod any more, and another one is available
    SKIPPED = "skipped"
    #: the node should not run a pod any more, or is no more
    GONE = "gone"
    #: the new pod shows that it will not become ready, or the old one can't end; not the last word
    FAILING = "failing"
    #: nothing can be deleted now: as many nodes are down as may be; ``node`` is None
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Event:
    """One step, the node and the pod that it is about, and a message for people."""

    step: Step
    node: str | None
    pod: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What to replace. ``nodes``: in this order.

    ``wanted`` says of a live pod whether it (still) is one to delete. ``budget``: how many nodes
    may be without an available pod, whatever the reason; a node that is down already may always
    have its turn. ``at_once``: how many nodes may be under way together.
    """

    nodes: tuple[str, ...]
    wanted: Callable[[Object], bool]
    budget: int = 1
    at_once: int = 1


@dataclass(slots=True)
class Turnover:
    """How far it is. ``todo``, ``going`` (with the uid deleted), ``done`` and ``left`` are nodes.

    ``left``: those that need no pod any more, or had none to delete. ``all_nodes``: every node
    object, or None where nodes may not be read; without them a node counts as down only if it
    has a pod.
    """

    daemonset: Object
    work: Work
    all_nodes: Mapping[str, Object] | None = None
    todo: list[str] = field(default_factory=list)
    going: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    _pods: Mapping[str, list[Object]] = field(default_factory=dict)
    _down: set[str] = field(default_factory=set)
    _eligible: set[str] = field(default_factory=set)
    _refused: dict[str, str] = field(default_factory=dict)
    _told: set[tuple[str, str]] = field(default_factory=set)
    _waiting: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Everything is still to do."""
        self.todo = list(dict.fromkeys(self.work.nodes))
        self.read_nodes(self.all_nodes)

    @property
    def finished(self) -> bool:
        """Whether no node is left to do or to wait for."""
        return not self.todo and not self.going

    def read_nodes(self, found: Mapping[str, Object] | None) -> None:
        """Take in the nodes as they are now."""
        self.all_nodes = found
        rule = Placement(self.daemonset)
        self._eligible = {n for n, node in (found or {}).items() if rule.decide(node).should_run}

    def look(self, by_node: Mapping[str, list[Object]], now: datetime) -> Iterator[Event]:
        """Take in the pods as they are now (``pods.by_node``, its own); what that means."""
        self._pods = by_node
        self._down = {
            node
            for node in {*self._eligible, *by_node, *self.going, *self.todo}
            if not any(
                self._up(pod, now) and pod_of.uid(pod) != self.going.get(node)
                for pod in by_node.get(node, ())
            )
        }
        for node in list(self.going):
            yield from self._look_at(node, now)
        for node in list(self.todo):
            yield from self._still_to_do(node)

    def next(self) -> list[tuple[str, Object]]:
        """The nodes, and their pods, that may be deleted now."""
        chosen: list[tuple[str, Object]] = []
        down = set(self._down)
        for node in self.todo:
            if len(self.going) + len(chosen) >= self.work.at_once:
                break
            pod = self._to_delete(node)
            if pod is None or self._refused.get(node) == pod["metadata"]["resourceVersion"]:
                continue
            if node in down or len(down) < self.work.budget:
                down.add(node)
                chosen.append((node, pod))
        return chosen

    def deleted(self, node: str, pod: Object) -> Event:
        """The server took the delete of this pod."""
        self.todo.remove(node)
        self.going[node] = pod_of.uid(pod)
        self._waiting = frozenset()
        return Event(Step.DELETED, node, pod_of.name(pod))

    def refused(self, node: str, pod: Object) -> None:
        """The pod is another than was seen: wait until that shows."""
        self._refused[node] = pod["metadata"]["resourceVersion"]

    def waiting(self) -> Event | None:
        """Who uses the budget, if that is why nothing happens and it was not said yet."""
        if self.going or not self.todo or self._down == self._waiting:
            return None
        if len(self._down) < self.work.budget:
            return None
        self._waiting = frozenset(self._down)
        shown = sorted(self._down)
        names = ", ".join(shown[:3]) + (", …" if len(shown) > 3 else "")
        count = "1 node may" if self.work.budget == 1 else f"{self.work.budget} nodes may"
        message = f"{count} be without an available pod at a time, and {len(shown)} are: {names}"
        return Event(Step.WAITING, None, None, message.replace("and 1 are", "and 1 is"))

    def under_way(self) -> frozenset[tuple[str, str]]:
        """What shows whether anything happens: the pods of the nodes under way, by version."""
        found = (pod["metadata"] for node in self.going for pod in self._pods.get(node, ()))
        return frozenset((m["uid"], m["resourceVersion"]) for m in found)

    @property
    def unmade(self) -> bool:
        """Whether a node under way has no pod: the controller has not made one, or may not."""
        return any(not self._pods.get(node) for node in self.going)

    def reasons(self, now: datetime) -> list[str]:
        """Why each node under way is not done yet, as ``node: message``."""
        return [f"{node}: {self._reason(node, now)}" for node in self.going]

    def _reason(self, node: str, now: datetime) -> str:
        pods = self._pods.get(node, [])
        if not pods:
            return NO_POD
        blocker = self._blocker(pods[-1], node, now)
        return blocker.message if blocker is not None else "available"

    def _up(self, pod: Object, now: datetime) -> bool:
        return not pod_of.deleting(pod) and pod_of.available(pod, self._min_ready, now)

    @property
    def _min_ready(self) -> int:
        return int((self.daemonset.get("spec") or {}).get("minReadySeconds") or 0)

    def _look_at(self, node: str, now: datetime) -> Iterator[Event]:
        """A node under way: its new pod may be available, or fail."""
        before = self.going[node]
        pods = self._pods.get(node, [])
        for pod in pods:
            if pod_of.uid(pod) != before and self._up(pod, now):
                del self.going[node]
                self.done.append(node)
                yield Event(Step.AVAILABLE, node, pod_of.name(pod))
                return
        if (gone := self._gone(node)) is not None:
            del self.going[node]
            self.left.append(node)
            yield gone
            return
        for pod in pods:
            yield from self._failing(node, pod, now)

    def _failing(self, node: str, pod: Object, now: datetime) -> Iterator[Event]:
        blocker = self._blocker(pod, node, now)
        if blocker is None:
            return
        known = (self.all_nodes or {}).get(node)
        dark = known is not None and not node_of.ready(known)
        key = (pod_of.uid(pod), blocker.cause.value)
        if (blocker.sure or dark) and key not in self._told:
            self._told.add(key)
            yield Event(Step.FAILING, node, pod_of.name(pod), blocker.message)

    def _blocker(self, pod: Object, node: str, now: datetime) -> Any:
        known = (self.all_nodes or {}).get(node)
        return of_pod(pod, known, updated=True, min_ready_seconds=self._min_ready, now=now)

    def _still_to_do(self, node: str) -> Iterator[Event]:
        """A node whose turn has not come: others may have done it, or be doing it."""
        if (gone := self._gone(node)) is not None:
            self.todo.remove(node)
            self.left.append(node)
            yield gone
            return
        if self._to_delete(node) is not None:
            return
        pods = self._pods.get(node, [])
        leaving = next((p for p in pods if pod_of.deleting(p) and self.work.wanted(p)), None)
        if leaving is not None:
            self.todo.remove(node)
            self.going[node] = pod_of.uid(leaving)
        elif node not in self._down:
            self.todo.remove(node)
            self.left.append(node)
            yield Event(Step.SKIPPED, node, None, "its pod was replaced or is well meanwhile")

    def _gone(self, node: str) -> Event | None:
        """That it needs no pod any more. The pods of a node that is no more linger for a minute."""
        if self.all_nodes is None or node in self._eligible:
            return None
        if node not in self.all_nodes:
            return Event(Step.GONE, node, None, "the node is gone")
        if self._pods.get(node):
            return None
        return Event(Step.GONE, node, None, "it should not run a pod any more")

    def _to_delete(self, node: str) -> Object | None:
        for pod in self._pods.get(node, ()):
            if not pod_of.deleting(pod) and self.work.wanted(pod):
                return pod
        return None
