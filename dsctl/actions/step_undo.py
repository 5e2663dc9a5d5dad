"""``rollout step --on-failure undo``: the template back, and the nodes that were touched again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.modify import modify
from dsctl.actions.undo import MANAGER
from dsctl.actions.writes import WriteOptions
from dsctl.domain import pods as pod_of
from dsctl.domain import revisions
from dsctl.domain.batches import Choice
from dsctl.domain.steps import Fleet
from dsctl.domain.templates import same_stored
from dsctl.errors import AnswerIsNo, Conflict

if TYPE_CHECKING:
    from dsctl.actions.step import Stepping
    from dsctl.actions.targets import Target
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


def put_back(cluster: Cluster, target: Target, failed: Stepping) -> tuple[dict[str, Any], int]:
    """Put the template back that the old pods run; the object, and the number of that revision.

    Raises AnswerIsNo where there is no earlier revision, Conflict where someone else changed the
    template meanwhile, and what the API door raises.
    """
    earlier = previous(owned.revisions(cluster, failed.daemonset), failed.fleet)
    if earlier is None:
        raise AnswerIsNo(f"daemonset {target.name!r} has no earlier revision to go back to")

    def change(live: dict[str, Any]) -> dict[str, Any]:
        if not same_stored(live, failed.daemonset) and not revisions.matches(live, earlier):
            raise Conflict(f"the template of daemonset {target.name!r} was changed meanwhile")
        return revisions.apply(live, earlier)

    options = WriteOptions(MANAGER, cause=revisions.change_cause(earlier))
    done = modify(cluster, replace(target, obj=None), change, options, operation="undone")
    return done.obj, revisions.number(earlier)


def previous(found: Sequence[Object], fleet: Fleet) -> Object | None:
    """The revision to go back to; None where there is none.

    The newest one that an old pod runs well; else that of most old pods, else the last but one.
    One that holds a suspension is never taken.
    """
    newest = revisions.newest(found)
    known = [r for r in found if not revisions.is_suspended(r) and r is not newest]

    def of(nodes: Iterable[str]) -> Counter[str | None]:
        pods = (pod for name in nodes for pod in fleet.old[name])
        return Counter(pod_of.revision_hash(pod) for pod in pods)

    well = of(fleet.old.keys() - fleet.down)
    proven = revisions.newest(r for r in known if revisions.revision_hash(r) in well)
    if proven is not None:
        return proven
    for own_hash, _ in of(fleet.old).most_common():
        for revision in known:
            if revisions.revision_hash(revision) == own_hash:
                return revision
    return revisions.newest(known)


def choice_to_return(choice: Choice, fleet: Fleet) -> tuple[Choice, tuple[str, ...]]:
    """What to step after the template is back: the nodes that were touched.

    Also the nodes among them that are not ready, which can't be: their pods would only hang.
    """
    dark = tuple(sorted(fleet.started & fleet.dark))
    nodes = tuple(name for name in sorted(fleet.started) if name not in fleet.dark)
    return Choice(nodes=nodes, order="given", max_unavailable=choice.max_unavailable), dark
