"""What comes after a suspension is set or released: pods go, and its revisions are forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned, repod
from dsctl.actions.modify import read
from dsctl.actions.targets import Target, of_object, states
from dsctl.api.resources import CONTROLLER_REVISIONS, PODS
from dsctl.domain import pods as pod_of
from dsctl.domain import revisions
from dsctl.domain.blockers import of_pod
from dsctl.domain.conditions import describe, parse
from dsctl.domain.health import observed
from dsctl.domain.selectors import from_label_selector
from dsctl.domain.strategy import suspended
from dsctl.errors import AnswerIsNo, ClusterError, Conflict, DeadlineExceeded, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Revisions, by number, that held a suspension: those deleted, and those that had to stay.

    ``why``: why the first of them stayed.
    """

    deleted: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    why: str = ""


def forget(
    cluster: Cluster,
    daemonset: dict[str, Any],
    seconds: float,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> Forgotten:
    """Delete the ControllerRevisions of a suspension that was released.

    Else the next ``kubectl rollout undo`` would go back to them, and empty the fleet. Waits up to
    ``seconds`` for the controller to see the release: before, it would make the revision again.
    One that a pod still carries stays. Raises what the API door raises.
    """
    live = _observed(cluster, of_object(daemonset), time.monotonic() + seconds, on_trouble)
    if live is None or suspended(live):
        return Forgotten()
    holding = [one for one in owned.revisions(cluster, live) if revisions.is_suspended(one)]
    if not holding:
        return Forgotten()
    if not observed(live):
        numbers = tuple(revisions.number(one) for one in holding)
        return Forgotten((), numbers, "the controller has not seen the release yet")
    carried = _carried(cluster, live)
    deleted, left, why = [], [], ""
    for one in holding:
        count = carried.get(revisions.revision_hash(one), 0)
        number = revisions.number(one)
        if count or not _delete(cluster, one):
            left.append(number)
            what = "1 pod carries it" if count == 1 else f"{count} pods carry it"
            why = why or (what if count else "someone else changes it")
        else:
            deleted.append(number)
    return Forgotten(tuple(deleted), tuple(left), why)


def _observed(
    cluster: Cluster,
    target: Target,
    end: float,
    on_trouble: Callable[[ClusterError], None] | None,
) -> dict[str, Any] | None:
    """The object as soon as its generation is observed, or as it then is; None if it is gone."""
    live = None
    for live in states(cluster, target, end, on_trouble=on_trouble):
        if live is None or live["metadata"]["uid"] != target.uid:
            return None
        if observed(live):
            break
    return live


def _carried(cluster: Cluster, daemonset: Object) -> dict[str, int]:
    """How many pods of the DaemonSet carry each hash."""
    metadata = daemonset["metadata"]
    query = from_label_selector(daemonset["spec"].get("selector")).query()
    table = cluster.table(PODS, metadata["namespace"], label_selector=query)
    found: dict[str, int] = {}
    for row in table.get("rows") or ():
        own = pod_of.revision_hash(row["object"])
        if own and pod_of.owner_uid(row["object"]) == metadata["uid"]:
            found[own] = found.get(own, 0) + 1
    return found


def _delete(cluster: Cluster, revision: Object) -> bool:
    metadata = revision["metadata"]
    try:
        cluster.delete(
            CONTROLLER_REVISIONS,
            metadata["name"],
            metadata["namespace"],
            uid=metadata["uid"],
            resource_version=metadata["resourceVersion"],
        )
    except NotFound:
        return True
    except Conflict:
        return False
    return True


def wait_until_gone(
    cluster: Cluster,
    daemonset: dict[str, Any],
    seconds: float | None,
    now: Callable[[], datetime],
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> None:
    """Wait until no pod of a suspended DaemonSet is left; ``seconds`` None: for ever.

    Raises DeadlineExceeded, which says what is left and why.
    """
    target = of_object(daemonset)
    by_node: dict[str, list[Object]] = {}
    for look in repod.own_pods(cluster, target, timeout=seconds, on_trouble=on_trouble):
        by_node = look.by_node
        # The controller removes the pods only after it has seen the suspension.
        if not by_node and observed(read(cluster, target)):
            return
    nodes = repod.read_nodes(cluster) or {}
    reasons = [
        f"{node} ({blocker.message if blocker else 'running'})"
        for node, group in sorted(by_node.items())
        for blocker in (
            of_pod(group[0], nodes.get(node), updated=True, min_ready_seconds=0, now=now()),
        )
    ]
    shown = ", ".join(reasons[:3]) + (", …" if len(reasons) > 3 else "")
    count = "a pod is left" if len(reasons) == 1 else f"{len(reasons)} pods are left"
    what = f"{count}: {shown}" if reasons else "the controller has not seen the suspension yet"
    raise DeadlineExceeded(f"timed out waiting for the pods of {target.name!r} to be gone: {what}")


def wait_until_back(
    cluster: Cluster,
    daemonset: dict[str, Any],
    seconds: float,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> None:
    """Wait until every node that should run it has an available pod of the newest template.

    Raises DeadlineExceeded, which says how far it is, and AnswerIsNo where it is deleted meanwhile.
    """
    target, back = of_object(daemonset), parse("rolled-out")
    live = None
    for live in states(cluster, target, time.monotonic() + seconds, on_trouble=on_trouble):
        if live is None or live["metadata"]["uid"] != target.uid:
            raise AnswerIsNo(f'object has been deleted: daemonsets.apps "{target.name}"')
        if back.met(live):
            return
    raise DeadlineExceeded(
        f"timed out waiting for the pods of {target.name!r} to be back: {describe(back, live)}"
    )
