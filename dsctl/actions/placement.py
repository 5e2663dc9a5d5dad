"""Read what ``why`` needs of a cluster: as little as the question takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from dsctl.actions.together import together
from dsctl.api.resources import LIMIT_RANGES, NODES, PODS, PRIORITY_CLASSES
from dsctl.domain import limitranges, priority, selectors
from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain.podrows import ready_pods
from dsctl.domain.verdicts import Cluster as Seen
from dsctl.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: up to so many nodes or pods are asked for one by one, more of them as one list
FEW = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. ``seen.nodes`` is empty and ``nodes_read`` False where that is forbidden."""

    daemonset: Object
    seen: Seen
    nodes_read: bool = True


class Reader:
    """Reads nodes and pods for one DaemonSet. ``note`` is told of what may not be read."""

    def __init__(self, cluster: Cluster, daemonset: Object, note: Callable[[str], None]) -> None:
        self.cluster = cluster
        self.daemonset = daemonset
        self.note = note
        self.namespace: str = daemonset["metadata"]["namespace"]
        self._uid = daemonset["metadata"].get("uid")
        self._refusal: Forbidden | None = None
        self._selector = selectors.from_label_selector(daemonset["spec"].get("selector")).query()

    def whole(self, node_selector: str | None) -> Reading:
        """All nodes and all pods, for a report that says of every node whether a pod fits."""
        nodes, pods = together(
            lambda: self._nodes(node_selector), lambda: every_pod(self.cluster, self.note)
        )
        own = None if pods is not None else self._listed() if self._uid else []
        seen = Seen(nodes or (), pods, own)
        if nodes is None and pods is not None:
            seen = replace(seen, own=[p for p in pods if pod_of.owner_uid(p) == self._uid])
        return Reading(self.daemonset, seen, nodes is not None)

    def lean(self, node_selector: str | None) -> Reading:
        """All nodes, and of pods what it takes to say how each is doing: rows for most of them."""
        nodes, table = together(
            lambda: self._nodes(node_selector),
            lambda: self.cluster.table(
                PODS, self.namespace, label_selector=self._selector, slim=True
            ),
        )
        dark = {node_of.name(node) for node in nodes or () if not node_of.ready(node)}
        own, others = ready_pods(table, self._uid, dark)
        if others:
            own += self._some(others)
        return Reading(self.daemonset, Seen(nodes or (), None, own), nodes is not None)

    def with_neighbours(self, reading: Reading, nodes: Collection[str]) -> Reading:
        """The reading with all pods of these nodes: who holds what a pod of ours lacks there."""
        if not nodes:
            return reading
        if len(nodes) > FEW:
            pods = every_pod(self.cluster, self.note)
        else:
            pods = self._on(nodes)
        if pods is None:
            return reading
        return replace(reading, seen=replace(reading.seen, pods=pods, looked_at=frozenset(nodes)))

    def named(self, names: Collection[str], *, may_degrade: bool = True) -> Reading:
        """These nodes and the pods on them: two requests a node, one more for pods that wait.

        Raises NotFound, with near names, for a node that does not exist, and Forbidden where
        nothing can be told of the nodes (without ``may_degrade``: where they may not be read).
        """
        try:
            nodes = [self._node(name) for name in names]
        except Forbidden as error:
            if not may_degrade:
                raise
            return self._forbidden_named(names, error)
        pods = self._on(names)
        there = self._bound(names) if pods is None else pods
        own = [pod for pod in there if pod_of.owner_uid(pod) == self._uid]
        if {pod_of.target_node(pod) for pod in own} != set(names):
            own += [pod for pod in self._waiting() if pod_of.target_node(pod) in names]
        return Reading(self.daemonset, Seen(nodes, pods, own))

    def only(self, reading: Reading, names: Iterable[str]) -> Reading:
        """The reading cut down to these nodes. Raises NotFound as ``named`` does."""
        wanted = dict.fromkeys(names)
        found = {node_of.name(n): n for n in reading.seen.nodes if node_of.name(n) in wanted}
        nodes = [found.get(name) or self._node(name) for name in wanted]
        return replace(reading, seen=replace(reading.seen, nodes=nodes))

    def with_nodes(self, reading: Reading, names: Iterable[str]) -> Reading:
        """The reading with these nodes too. Raises NotFound as ``named`` does."""
        known = {node_of.name(node) for node in reading.seen.nodes}
        more = [self._node(name) for name in names if name not in known]
        return replace(reading, seen=replace(reading.seen, nodes=[*reading.seen.nodes, *more]))

    def read_nodes(self, names: Iterable[str]) -> list[Object]:
        """Those of these nodes that are there."""
        found: list[Object] = []
        for name in names:
            with suppress(NotFound):
                found.append(self.cluster.read(NODES, name))
        return found

    def own(self, reading: Reading) -> list[Object]:
        """The DaemonSet's pods of a reading."""
        seen = reading.seen
        if seen.own is not None:
            return list(seen.own)
        return [pod for pod in seen.pods or () if pod_of.owner_uid(pod) == self._uid]

    def refuse_without_nodes(self) -> NoReturn:
        """Raise the Forbidden that kept nodes from being listed: what is asked is about nodes."""
        assert self._refusal is not None
        raise self._refusal

    def _node(self, name: str) -> Object:
        try:
            return self.cluster.read(NODES, name)
        except NotFound as error:
            near = self._near(name)
            error.hint = f"did you mean {near}?" if near else "kubectl get nodes lists them"
            raise

    def _forbidden_named(self, names: Collection[str], error: Forbidden) -> Reading:
        self.note(f"may not read nodes ({error.message}): only their pods can be told of")
        own = [pod for pod in self._bound(names) if pod_of.owner_uid(pod) == self._uid]
        own += [pod for pod in self._waiting() if pod_of.target_node(pod) in names]
        if not own:
            error.hint = "without the node only its pod can be told of, and it has none"
            raise error
        return Reading(self.daemonset, Seen((), None, own), False)

    def _nodes(self, node_selector: str | None) -> list[dict[str, Any]] | None:
        try:
            found: list[dict[str, Any]] = self.cluster.list(
                NODES, label_selector=node_selector, slim=True
            )["items"]
        except Forbidden as error:
            self.note("may not list nodes: only pods that are there can be told of")
            self._refusal = error
            return None
        return found

    def _listed(self) -> list[dict[str, Any]]:
        return self._owned(label_selector=self._selector)

    def _waiting(self) -> list[dict[str, Any]]:
        return self._owned(label_selector=self._selector, field_selector="spec.nodeName=")

    def _bound(self, nodes: Iterable[str]) -> list[dict[str, Any]]:
        found = []
        for node in nodes:
            found += self._owned(
                label_selector=self._selector, field_selector=f"spec.nodeName={node}"
            )
        return found

    def _owned(self, **selection: str | None) -> list[dict[str, Any]]:
        pods = self.cluster.list(PODS, self.namespace, slim=True, **selection)["items"]  # type: ignore[arg-type]
        return [pod for pod in pods if pod_of.owner_uid(pod) == self._uid]

    def _some(self, names: list[str]) -> list[dict[str, Any]]:
        """These pods whole; one that is gone meanwhile is left out."""
        if len(names) > FEW:
            wanted = set(names)
            return [pod for pod in self._listed() if pod_of.name(pod) in wanted]
        found = []
        for name in names:
            try:
                found.append(self.cluster.read(PODS, name, self.namespace))
            except NotFound:
                continue
        return found

    def _on(self, nodes: Iterable[str]) -> list[dict[str, Any]] | None:
        """All pods on these nodes; None where that may not be listed."""
        found: list[dict[str, Any]] = []
        for node in nodes:
            try:
                found += self.cluster.list(
                    PODS, all_namespaces=True, field_selector=f"spec.nodeName={node}", slim=True
                )["items"]
            except Forbidden:
                self.note(_NO_PODS)
                return None
        return found

    def _near(self, name: str) -> str | None:
        try:
            rows = self.cluster.table(NODES, include_object="None").get("rows") or ()
        except Forbidden:
            return None
        return near(name, [str(row["cells"][0]) for row in rows])


_NO_PODS = "may not list pods of all namespaces: whether a pod fits can't be told"


def every_pod(cluster: Cluster, note: Callable[[str], None]) -> list[dict[str, Any]] | None:
    """All pods of all namespaces, cut down; None where they may not be listed."""
    try:
        found: list[dict[str, Any]] = cluster.list(PODS, all_namespaces=True, slim=True)["items"]
    except Forbidden:
        note(_NO_PODS)
        return None
    return found


def evicts_below(cluster: Cluster, daemonset: Object) -> int | None:
    """``priority.evicts_below``, with the PriorityClass read where that is needed and allowed."""
    name = priority.class_to_read(daemonset)
    found: Object | None = None
    if name is not None:
        with suppress(Forbidden, NotFound):
            found = cluster.read(PRIORITY_CLASSES, name)
    return priority.evicts_below(daemonset, found)


def as_admitted(
    cluster: Cluster, daemonset: Object, namespace: str, note: Callable[[str], None]
) -> Object:
    """The DaemonSet with the requests that LimitRanges of the namespace add to those of its pods.

    ``note`` is told where these may not be listed.
    """
    try:
        found = cluster.list(LIMIT_RANGES, namespace)["items"]
    except Forbidden:
        note("may not list limitranges: requests that they set by default are not counted")
        return daemonset
    return limitranges.with_defaults(daemonset, found)


def near(name: str, known: Iterable[str]) -> str | None:
    """Up to three names that resemble ``name``, in words; None where none does."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(known), 3)
    return " or ".join(found) or None
