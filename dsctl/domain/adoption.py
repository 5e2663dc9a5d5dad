"""What becomes of the pods that a new DaemonSet's selector matches: kept, replaced, or left alone.

Ported from the controller: ``ClaimObject`` (who is adopted), ``IsPodUpdated`` (what is kept),
``podsShouldBeOnNode`` (what goes at once) and ``dedupCurHistories``. The hash of a template can't
be computed outside Go, so the template is compared with what ownerless ControllerRevisions record:
the controller adopts those that the selector matches, and takes an equal one for the current.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain import revisions as revision_of
from dsctl.domain.labels import parse_int64
from dsctl.domain.orphans import Orphan, looks_daemon, orphan
from dsctl.domain.placement import Placement
from dsctl.domain.revisions import TEMPLATE_GENERATION
from dsctl.domain.selectors import from_label_selector
from dsctl.domain.strategy import allows_surge, rolls

Object = Mapping[str, Any]
Same = Callable[[Object, Object], bool]

#: beyond this no generation is ever counted up to
_LAST_GENERATION = 2**62


class Action(StrEnum):
    """What becomes of a pod."""

    ADOPT = "Adopt"
    ADOPT_AND_REPLACE = "AdoptAndReplace"
    LEAVE = "Leave"


@dataclass(frozen=True, slots=True)
class PodPlan:
    """One pod: what becomes of it, and why in words."""

    orphan: Orphan
    action: Action
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The entry of an ``AdoptionPlan``."""
        return {
            "namespace": self.orphan.namespace,
            "pod": self.orphan.name,
            "uid": self.orphan.uid,
            "node": self.orphan.node,
            "hash": self.orphan.hash,
            "action": self.action.value,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class AdoptionPlan:
    """Every pod that matters. ``generation``: the template generation to create with.

    ``hashes``: the revision hashes that stand for the new template. ``notes``: for people.
    """

    namespace: str
    name: str
    pods: tuple[PodPlan, ...]
    generation: int
    hashes: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def of(self, action: Action) -> list[PodPlan]:
        """The pods that this becomes of."""
        return [pod for pod in self.pods if pod.action is action]

    @property
    def adopted(self) -> list[PodPlan]:
        """The pods that get the new DaemonSet as their controller."""
        return [pod for pod in self.pods if pod.action is not Action.LEAVE]

    def same_as(self, other: AdoptionPlan) -> bool:
        """Whether both say the same of the same pods."""

        def actions(plan: AdoptionPlan) -> dict[str, Action]:
            return {pod.orphan.uid: pod.action for pod in plan.pods}

        return actions(self) == actions(other)

    def to_dict(self) -> dict[str, Any]:
        """The report as ``-o json`` prints it."""
        return {
            "apiVersion": "dsctl/v1",
            "kind": "AdoptionPlan",
            "daemonSet": {"namespace": self.namespace, "name": self.name},
            "templateGeneration": self.generation,
            "pods": [pod.to_dict() for pod in self.pods],
        }


@dataclass(frozen=True, slots=True)
class Around:
    """What is in the namespace: its pods, ControllerRevisions, and the cluster's nodes.

    ``nodes`` is None where they may not be listed.
    """

    pods: Sequence[Object]
    revisions: Sequence[Object]
    nodes: Sequence[Object] | None


def plan(wanted: Object, around: Around, same: Same = revision_of.records) -> AdoptionPlan:
    """The plan for ``wanted``, a DaemonSet as the server would store it.

    ``same``: whether a ControllerRevision records the template of a DaemonSet. Of the pods that
    the selector does not match, only orphans that look like a DaemonSet's are in the plan, as left
    alone.
    """
    metadata = wanted["metadata"]
    selector = from_label_selector(wanted["spec"].get("selector"))
    matched = [pod for pod in around.pods if selector.matches(pod_of.labels(pod))]
    rest = (pod for pod in around.pods if not selector.matches(pod_of.labels(pod)))
    hashes, notes = _hashes(wanted, around.revisions, same)
    judge = _Judge(wanted, hashes, around.nodes, matched)
    judged = [(pod, judge.plan(pod)) for pod in matched]
    strange = sum(one.action is not Action.LEAVE and not looks_daemon(pod) for pod, one in judged)
    if strange:
        notes += (f"{_pods(strange)} of these were not made by a DaemonSet",)
    found = [one for _, one in judged]
    found += [
        PodPlan(orphan(pod), Action.LEAVE, "the selector does not match its labels")
        for pod in rest
        if pod_of.owner_uid(pod) is None and looks_daemon(pod)
    ]
    found.sort(key=lambda one: (one.orphan.node or "", one.orphan.name))
    return AdoptionPlan(
        metadata.get("namespace", ""),
        metadata.get("name", ""),
        tuple(found),
        next_generation(wanted, matched),
        hashes,
        notes,
    )


def next_generation(wanted: Object, pods: Iterable[Object]) -> int:
    """A template generation above that of every orphan, so that their hash alone decides.

    What the manifest itself says is kept where it is above them too.
    """
    own = revision_of.template_generation(wanted) or 1
    found = (
        parse_int64(pod_of.template_generation(pod) or "")
        for pod in pods
        if pod_of.owner_uid(pod) is None
    )
    highest = max((n for n in found if n is not None and n < _LAST_GENERATION), default=0)
    return max(own, highest + 1)


def with_generation(manifest: Object, generation: int) -> dict[str, Any]:
    """A copy of the manifest that is created at this template generation."""
    metadata = manifest["metadata"]
    own = metadata.get("annotations")
    annotations = {
        **(own if isinstance(own, dict) else {}),
        TEMPLATE_GENERATION: str(generation),
    }
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def _hashes(
    wanted: Object, revisions: Iterable[Object], same: Same
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The hashes whose pods count as updated, and a note where that is more than one."""
    selector = from_label_selector(wanted["spec"].get("selector"))
    equal = [
        revision
        for revision in revisions
        if pod_of.owner_uid(revision) is None
        and not pod_of.deleting(revision)
        and selector.matches(pod_of.labels(revision))
        and same(wanted, revision)
    ]
    found = frozenset(map(revision_of.revision_hash, equal))
    if len(found) > 1:
        # dedupCurHistories keeps one and gives its hash to every pod, old or not.
        note = (
            f"{len(found)} ControllerRevisions record this template: the controller will take "
            "every adopted pod for an updated one"
        )
        return found, (note,)
    return found, ()


class _Judge:
    """What the controller would make of one pod."""

    def __init__(
        self,
        wanted: Object,
        hashes: frozenset[str],
        nodes: Sequence[Object] | None,
        pods: Iterable[Object],
    ) -> None:
        self._hashes = hashes
        self._rolls = rolls(wanted)
        self._placement = Placement(wanted)
        self._nodes = None if nodes is None else {node_of.name(node): node for node in nodes}
        alive = [pod for pod in pods if pod_of.owner_uid(pod) is None and not pod_of.deleting(pod)]
        by_node = pod_of.by_node(p for p in alive if not pod_of.terminal(p))
        self._first = {
            node: pod_of.uid(self._kept(group, surge=allows_surge(wanted)))
            for node, group in by_node.items()
        }

    def plan(self, pod: Object) -> PodPlan:
        """The pod's entry in the plan."""
        action, reason = self._judge(pod)
        return PodPlan(orphan(pod), action, reason)

    def _judge(self, pod: Object) -> tuple[Action, str]:
        owner = pod_of.controller(pod)
        if owner is not None:
            return Action.LEAVE, f"{owner.get('kind')} {owner.get('name')} controls it"
        if pod_of.deleting(pod):
            return Action.LEAVE, "it is being deleted"
        if pod_of.target_node(pod) is None:
            return Action.ADOPT, "it is meant for no node, so the controller never touches it"
        if leaves := self._goes_at_once(pod):
            return Action.ADOPT_AND_REPLACE, leaves
        if len(self._hashes) > 1 or pod_of.revision_hash(pod) in self._hashes:
            return Action.ADOPT, "its template is the same"
        why = "its template is another"
        if not self._hashes:
            why = "no ControllerRevision without an owner records the new template"
        if not self._rolls:
            return Action.ADOPT, f"{why}; OnDelete keeps it until it is deleted"
        return Action.ADOPT_AND_REPLACE, why

    def _kept(self, group: Sequence[Object], *, surge: bool) -> Object:
        """Of several pods of one node, oldest first, the one that stays."""
        if surge:
            for pod in group:
                if pod_of.revision_hash(pod) in self._hashes:
                    return pod
        return group[0]

    def _goes_at_once(self, pod: Object) -> str | None:
        if pod_of.terminal(pod):
            return "it has ended"
        node = pod_of.target_node(pod) or ""
        if self._nodes is not None:
            if node not in self._nodes:
                return f"removed: there is no node {node}"
            decision = self._placement.decide(self._nodes[node])
            if not decision.should_continue_running:
                why = "; ".join(reason.message for reason in decision.reasons)
                return f"removed: the node is excluded: {why}"
        if self._first.get(node) != pod_of.uid(pod):
            return "removed: an older pod runs on the node"
        return None


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
