"""Going back to an earlier revision: which one, what the object then is, and for how many nodes.

As ``DaemonSetRollbacker`` of kubectl's polymorphichelpers, but a revision that was recorded while
the DaemonSet was suspended is never gone back to unasked, and a suspended one stays suspended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsctl.domain import hold, revisions
from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain.managedfields import LAST_APPLIED
from dsctl.domain.placement import Placement
from dsctl.domain.strategy import paused, rolls, suspended
from dsctl.domain.templates import same_stored
from dsctl.domain.versions import numbered
from dsctl.errors import AnswerIsNo

Object = Mapping[str, Any]


def choose(daemonset: Object, known: Sequence[Object], number: int, *, yes: bool) -> Object:
    """The revision to go back to: the one of this number, for 0 the newest with another template.

    One that is suspended is only gone to by its number, and with ``yes``. Raises NotFound, and
    AnswerIsNo where there is none to go back to.
    """
    name = daemonset["metadata"]["name"]
    if number:
        found = numbered(daemonset, known, number)
        if _is_suspended(daemonset, found) and not yes:
            raise AnswerIsNo(
                f"revision {number} is suspended: with it daemonset {name!r} would run on no node",
                hint="--yes goes back to it all the same",
            )
        return found
    held = [r for r in known if _is_suspended(daemonset, r)]
    others = [r for r in known if not _same_released(daemonset, revisions.apply(daemonset, r))]
    free = [r for r in others if r not in held]
    if free:
        return max(free, key=revisions.number)
    held = [r for r in held if not revisions.matches(daemonset, r)]
    if held:
        number = revisions.number(held[-1])
        raise AnswerIsNo(
            f"no last revision to roll back to: revision {number} is suspended",
            hint=f"--to-revision={number} --yes goes back to it all the same",
        )
    raise AnswerIsNo("no last revision to roll back to", hint=_why_none(name, known))


def undone(daemonset: Object, revision: Object) -> dict[str, Any]:
    """The DaemonSet with the revision's template; suspended if it is, or the revision was."""
    return hold.keep(daemonset, revisions.apply(daemonset, revision)).manifest


@dataclass(frozen=True, slots=True)
class Consequence:
    """How many nodes get another pod, get one, or lose theirs. None where nodes were not read."""

    replaced: int
    gained: int | None
    lost: int | None


def moves(live: Object, wanted: Object) -> bool:
    """Whether the templates may differ in where they run: only then nodes have to be read."""
    return _where(live) != _where(wanted)


def consequence(
    live: Object,
    wanted: Object,
    revision_hash: str | None,
    own_pods: Iterable[Object],
    nodes: Iterable[Object] | None,
) -> Consequence:
    """What the change does to nodes; ``nodes`` None: eligibility stays, or can't be told.

    ``revision_hash``: pods that have it stay as they are.
    """
    held = {
        node
        for pod in own_pods
        if (node := pod_of.target_node(pod))
        and pod_of.revision_hash(pod) != revision_hash
        and not pod_of.deleting(pod)
    }
    if nodes is None:
        return Consequence(len(held), None, None)
    before, after = Placement(live), Placement(wanted)
    runs = {node_of.name(n) for n in nodes if before.decide(n).should_run}
    shall = {node_of.name(n) for n in nodes if after.decide(n).should_run}
    return Consequence(len(held & shall), len(shall - runs), len(runs - shall))


def sentences(
    live: Object, wanted: Object, number: int, found: Consequence | None
) -> tuple[str, ...]:
    """What is said before it is done: how many nodes, when, and what it does not do."""
    name = live["metadata"]["name"]
    lines = [f"daemonset {name!r} goes back to revision {number}{_extent(found)}"]
    if suspended(live):
        lines.append(
            f"daemonset {name!r} is suspended and stays so: dsctl unsuspend {name} releases it"
        )
    elif paused(live):
        lines.append(
            f"daemonset {name!r} is paused: pods get it when they are deleted, or after: "
            f"dsctl rollout resume {name}"
        )
    elif not rolls(live):
        lines.append(f"daemonset {name!r} updates on deletion (OnDelete): pods wait for it")
    if suspended(wanted) and not suspended(live):
        lines.append(f"revision {number} is suspended: all pods are removed")
    annotations = live["metadata"].get("annotations") or {}
    if LAST_APPLIED in annotations:
        lines.append(
            f"warning: daemonset {name!r} is managed by kubectl apply: the next one brings back "
            "what its manifest says"
        )
    return tuple(lines)


def _where(daemonset: Object) -> tuple[Any, ...]:
    spec = ((daemonset.get("spec") or {}).get("template") or {}).get("spec") or {}
    keys = ("nodeName", "nodeSelector", "affinity", "tolerations", "hostNetwork")
    return tuple(spec.get(key) for key in keys)


def _is_suspended(daemonset: Object, revision: Object) -> bool:
    return suspended(revisions.apply(daemonset, revision))


def _same_released(one: Object, other: Object) -> bool:
    """Whether the templates are the same but for a suspension."""
    return same_stored(hold.unsuspend(one), hold.unsuspend(other))


def _why_none(name: str, known: Sequence[Object]) -> str:
    if not known:
        return f"daemonset {name!r} has no rollout history yet"
    return f"daemonset {name!r} has only had one template: revision {revisions.number(known[-1])}"


def _extent(found: Consequence | None) -> str:
    if found is None:
        return ""
    parts = [f"{_nodes(found.replaced)} {_verb(found.replaced, 'get')} another pod"]
    if found.gained:
        parts.append(f"{_nodes(found.gained)} {_verb(found.gained, 'get')} one")
    if found.lost:
        parts.append(f"{_nodes(found.lost)} {_verb(found.lost, 'lose')} theirs")
    return ": " + ", ".join(parts)


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count or 'no'} nodes"


def _verb(count: int, word: str) -> str:
    return f"{word}s" if count == 1 else word
