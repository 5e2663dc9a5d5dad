"""Replace the pods of some nodes by deleting them, and see each node come back.

``rollout restart --node`` and its like, and ``rollout step``, choose the nodes; ``domain.turnover``
decides whose turn it is; this watches the pods, deletes, and says what happens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions.targets import Target, of_object
from dsctl.api.resources import NODES, PODS
from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain.selectors import from_label_selector
from dsctl.domain.turnover import Event, Turnover, Work
from dsctl.errors import (
    AnswerIsNo,
    ClusterError,
    Conflict,
    DeadlineExceeded,
    DsctlError,
    Forbidden,
    MaybeApplied,
    NotFound,
)

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: how often it is looked whether time alone made a pod available
_TICK = 1.0
#: changes that come within this time are looked at together
_SETTLE = 0.05
#: after so long without a change it is looked whether nodes or the DaemonSet went away
_LOOK_AROUND = 5.0


class ObjectDeleted(AnswerIsNo):
    """The DaemonSet is gone, or was replaced: there is nothing left to carry on with."""


class Repod:
    """Iterate: every event, until all nodes of ``work`` are done or need no pod any more.

    ``state`` says at any moment how far it is. ``timeout`` in seconds, None: for ever; ``stall``:
    the same, since anything last happened. ``now`` is the wall clock. Raises DeadlineExceeded,
    AnswerIsNo where nothing happens for ``stall`` seconds or the DaemonSet is deleted, and what
    the API door raises. Stop iterating to stop: nothing more is deleted then.
    """

    def __init__(
        self,
        cluster: Cluster,
        daemonset: Object,
        work: Work,
        now: Callable[[], datetime],
        *,
        nodes: Mapping[str, Object] | None = None,
        timeout: float | None = None,
        stall: float | None = 600.0,
        on_trouble: Callable[[ClusterError], None] | None = None,
    ) -> None:
        self.state = Turnover(daemonset, work, nodes)
        self._cluster = cluster
        self._target = of_object(dict(daemonset))
        self._now = now
        self._timeout = timeout
        self._stall = stall
        self._on_trouble = on_trouble
        self._moved = time.monotonic()
        self._looked = time.monotonic()

    def __iter__(self) -> Iterator[Event]:
        """The events, as they happen."""
        for by_node in self._watched():
            before = self.state.under_way()
            events = list(self.state.look(by_node, self._now()))
            yield from events
            for event in self._delete():
                events.append(event)
                yield event
            if self.state.finished:
                return
            if (waiting := self.state.waiting()) is not None:
                yield waiting
            self._refuse_stall(moved=bool(events) or self.state.under_way() != before)
        raise DeadlineExceeded("timed out: " + self._where_it_stands())

    def _watched(self) -> Iterator[dict[str, list[Object]]]:
        """The DaemonSet's own pods by node: as they are, after every change and every tick."""
        for batch in own_pods(
            self._cluster, self._target, timeout=self._timeout, on_trouble=self._on_trouble
        ):
            moment = time.monotonic()
            if batch.changed:
                self._looked = moment
            elif moment - self._looked > _LOOK_AROUND:
                self._looked = moment
                self._look_around()
            yield batch.by_node

    def _refuse_stall(self, *, moved: bool) -> None:
        moment = time.monotonic()
        if moved:
            self._moved = moment
        elif self._stall is not None and moment - self._moved > self._stall:
            stood = self._where_it_stands()
            raise AnswerIsNo(f"nothing happened for {self._stall:.0f} s: {stood}")

    def _delete(self) -> Iterator[Event]:
        for node, pod in self.state.next():
            try:
                gone = delete_pod(self._cluster, pod)
            except NotFound:
                gone = True
            if gone:
                yield self.state.deleted(node, pod)
            else:
                self.state.refused(node, pod)

    def _look_around(self) -> None:
        """What no pod tells: the DaemonSet is gone, a node is gone, not ready or excluded."""
        from dsctl.actions.modify import read

        try:
            live = read(self._cluster, self._target)
        except (NotFound, Conflict):
            name = self._target.name
            raise ObjectDeleted(f'object has been deleted: daemonsets.apps "{name}"') from None
        self.state.daemonset = live
        if self.state.all_nodes is not None:
            self.state.read_nodes(read_nodes(self._cluster))

    def _where_it_stands(self) -> str:
        state = self.state
        all_of_them = len(state.todo) + len(state.going) + len(state.done) + len(state.left)
        found = f"{len(state.done)} of {all_of_them} nodes are done"
        reasons = state.reasons(self._now())
        if not reasons:
            return found
        return f"{found}; {'; '.join(reasons[:3])}{self._why_no_pod()}"

    def _why_no_pod(self) -> str:
        from dsctl.actions.step_ready import why_no_pod

        if not self.state.unmade:
            return ""
        return why_no_pod(self._cluster, self.state.daemonset, self._now)


class OwnPods:
    """One look at a DaemonSet's pods. ``changed``: whether something is new since the last."""

    __slots__ = ("by_node", "changed")

    def __init__(self, by_node: dict[str, list[Object]], *, changed: bool) -> None:
        self.by_node = by_node
        self.changed = changed


def own_pods(
    cluster: Cluster,
    target: Target,
    *,
    timeout: float | None = None,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> Iterator[OwnPods]:
    """The pods of ``target`` (which has its ``obj``) by node, now and whenever they change.

    Looked at anew every second too, for what time alone brings. Pods are slim (``api.slim``).
    Ends after ``timeout`` seconds; there is at least one look.
    """
    obj = target.obj or {}
    following = cluster.follow(
        PODS,
        target.namespace,
        label_selector=from_label_selector(obj["spec"].get("selector")).query(),
        slim=True,
        tick=_TICK,
        settle=_SETTLE,
        timeout=timeout,
        on_trouble=on_trouble,
    )
    with following:
        for count, batch in enumerate(following):
            own = (p for p in following.objects.values() if pod_of.owner_uid(p) == target.uid)
            yield OwnPods(pod_of.by_node(own), changed=bool(batch) or not count)


def read_nodes(cluster: Cluster) -> dict[str, Object] | None:
    """Every node by name, slim; None where they may not be listed."""
    try:
        found = cluster.list(NODES, slim=True)["items"]
    except Forbidden:
        return None
    return {node_of.name(node): node for node in found}


def delete_pod(cluster: Cluster, pod: Object) -> bool:
    """Delete just this pod as it was seen; False where it is another, or changed meanwhile."""
    metadata = pod["metadata"]
    name, namespace = metadata["name"], metadata["namespace"]
    try:
        cluster.delete(
            PODS, name, namespace, uid=metadata["uid"], resource_version=metadata["resourceVersion"]
        )
    except Conflict:
        return False
    except MaybeApplied as lost:
        try:
            live = cluster.read(PODS, name, namespace)["metadata"]
        except NotFound:
            return True
        except DsctlError:
            raise lost from None
        return live["uid"] != metadata["uid"] or bool(live.get("deletionTimestamp"))
    return True
