"""Which pods a restart deletes: those of some nodes, the unhealthy ones, those of old revisions.

Only pods that will be followed by another one are deleted: their node is ready, and should run one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain import revisions
from dsctl.domain.placement import Placement
from dsctl.domain.strategy import paused, rolls
from dsctl.domain.turnover import Work
from dsctl.domain.versions import numbered
from dsctl.errors import UsageError

Object = Mapping[str, Any]
Nodes = Mapping[str, Object] | None

#: what kubectl writes into the template to restart all pods
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which pods: of ``nodes``, or the ``unhealthy`` ones, or of a revision ``older_than`` this."""

    nodes: tuple[str, ...] = ()
    unhealthy: bool = False
    older_than: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The ``work``, and why pods that were meant are left out, by node. ``old``: how many of the
    pods are not of the newest revision, so that others come in their place.
    """

    work: Work
    left_out: Mapping[str, str]
    old: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """What was read: the DaemonSet, its revisions and pods, and all nodes (None: forbidden)."""

    daemonset: Object
    known: Sequence[Object]
    pods: Mapping[str, list[Object]]
    nodes: Nodes


def restarted(daemonset: Object, stamp: str) -> dict[str, Any]:
    """The DaemonSet with the annotation that makes its controller replace every pod."""
    spec = dict(daemonset.get("spec") or {})
    template = dict(spec.get("template") or {})
    metadata = dict(template.get("metadata") or {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), RESTARTED_AT: stamp}
    return {**daemonset, "spec": {**spec, "template": {**template, "metadata": metadata}}}


def restarted_at(daemonset: Object) -> str | None:
    """When it was restarted last."""
    template = (daemonset.get("spec") or {}).get("template") or {}
    found: str | None = ((template.get("metadata") or {}).get("annotations") or {}).get(
        RESTARTED_AT
    )
    return found


def awaited(daemonset: Object) -> tuple[str, ...]:
    """What is said where no controller replaces the pods by itself: they wait for someone."""
    name = daemonset["metadata"]["name"]
    if paused(daemonset):
        return (
            f"daemonset {name!r} is paused: its pods are restarted when they are deleted, or "
            f"after: dsctl rollout resume {name}",
        )
    if rolls(daemonset):
        return ()
    return (
        f"daemonset {name!r} updates on deletion (OnDelete): its pods wait for it; "
        f"dsctl rollout step {name} deletes them in batches",
    )


def choose(fleet: Fleet, asked: Asked, *, budget: int, at_once: int = 1) -> Choice:
    """The pods that ``asked`` means, node by node.

    Raises UsageError for a node that has no pod of it, or whose pod would not come back, and
    NotFound for a revision that does not exist.
    """
    if asked.nodes:
        chosen = {node: fleet.pods.get(node, []) for node in asked.nodes}
        _check_nodes(fleet, asked.nodes)
        left_out: dict[str, str] = {}
    else:
        meant = _meant(fleet, asked)
        chosen = {node: [p for p in group if meant(p)] for node, group in fleet.pods.items()}
        chosen = {node: group for node, group in sorted(chosen.items()) if group}
        left_out = {n: why for n in chosen if (why := _never_back(fleet, n)) is not None}
    still = None if asked.nodes else _meant(fleet, asked)
    uids = {pod_of.uid(p) for node, group in chosen.items() if node not in left_out for p in group}

    def wanted(pod: Object) -> bool:
        return pod_of.uid(pod) in uids and (still is None or still(pod))

    nodes = tuple(node for node in chosen if node not in left_out)
    newest = revisions.newest(fleet.known)
    newest_hash = None if newest is None else revisions.revision_hash(newest)
    generation = revisions.template_generation(fleet.daemonset)
    pods = [pod for node in nodes for pod in chosen[node]]
    old = sum(not revisions.is_pod_updated(pod, newest_hash, generation) for pod in pods)
    return Choice(Work(nodes, wanted, budget, at_once), left_out, old)


def _meant(fleet: Fleet, asked: Asked) -> Callable[[Object], bool]:
    if asked.unhealthy:
        return _is_unhealthy
    number = asked.older_than or 0
    newest = revisions.newest(fleet.known)
    if newest is None or number > revisions.number(newest):
        numbered(fleet.daemonset, fleet.known, number)
    newer = {revisions.revision_hash(r) for r in fleet.known if revisions.number(r) >= number}
    return lambda pod: not pod_of.deleting(pod) and pod_of.revision_hash(pod) not in newer


def _is_unhealthy(pod: Object) -> bool:
    return not pod_of.deleting(pod) and not pod_of.ready(pod)


def _never_back(fleet: Fleet, node: str) -> str | None:
    """Why no pod would follow one that is deleted there; None where one will, or nobody can say."""
    if not any(pod_of.scheduled(pod) for pod in fleet.pods.get(node, ())):
        return "its pod is not scheduled"
    if fleet.nodes is None:
        return None
    found = fleet.nodes.get(node)
    if found is None:
        return "the node is gone"
    if not Placement(fleet.daemonset).decide(found).should_run:
        return "it should not run there any more"
    reason = node_of.not_ready_reason(found)
    return None if reason is None else f"the node is not ready: {reason}"


def _check_nodes(fleet: Fleet, names: Iterable[str]) -> None:
    name = fleet.daemonset["metadata"]["name"]
    for node in names:
        if fleet.pods.get(node):
            why = _never_back(fleet, node)
            if why is not None:
                raise UsageError(
                    f"the pod of daemonset {name!r} on node {node!r} can't be restarted: {why}",
                    hint=f"see: dsctl why {name} --node {node}",
                )
            continue
        message = f"daemonset {name!r} has no pod on node {node!r}"
        if fleet.nodes is not None and node in fleet.nodes:
            raise UsageError(message, hint=f"see: dsctl why {name} --node {node}")
        if fleet.nodes is not None:
            message = f"there is no node {node!r}"
        near = get_close_matches(node, list(fleet.pods), 3)
        hint = f"dsctl get {name} --pods shows where it runs"
        raise UsageError(message, hint=f"did you mean {' or '.join(near)}?" if near else hint)
