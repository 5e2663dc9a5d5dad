"""Whether a DaemonSet can be stepped: looked at first, and again before pods are deleted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.modify import read
from dsctl.actions.targets import Target, states
from dsctl.domain import revisions
from dsctl.domain.batches import Choice
from dsctl.domain.health import observed
from dsctl.domain.steps import Fleet, shown
from dsctl.domain.strategy import rolls, suspended
from dsctl.domain.templates import same_stored
from dsctl.errors import (
    AnswerIsNo,
    ClusterError,
    Conflict,
    DeadlineExceeded,
    Forbidden,
    NotFound,
    UsageError,
)

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: without a time of the user's, the controller has so many seconds to see a new generation
_SECONDS = 60.0
#: an event that is older tells of something else
_RECENT = timedelta(minutes=15)


def refuse(daemonset: Object) -> None:
    """Raise AnswerIsNo where a DaemonSet can't be stepped, with the way to go on."""
    name = daemonset["metadata"]["name"]
    if suspended(daemonset):
        raise AnswerIsNo(
            f"daemonset {name!r} is suspended: it has no pods to step",
            hint=f"dsctl unsuspend {name} puts it back",
        )
    if rolls(daemonset):
        raise AnswerIsNo(
            f"daemonset {name!r} rolls by itself (RollingUpdate): step is for one that is paused, "
            "or OnDelete",
            hint=f"dsctl rollout pause {name} holds it, then step it",
        )


def observed_one(
    cluster: Cluster,
    target: Target,
    end: float | None,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> tuple[dict[str, Any], tuple[int, str] | None]:
    """The object once its generation is observed, and its newest revision: number and hash.

    ``end`` (``time.monotonic``) None: a minute. Raises DeadlineExceeded, AnswerIsNo where it is
    deleted or can't be stepped, and what the API door raises.
    """
    until = time.monotonic() + _SECONDS if end is None else end
    for state in states(cluster, target, until, on_trouble=on_trouble):
        live = _same(state, target)
        if observed(live):
            refuse(live)
            return live, newest(cluster, live)
    raise DeadlineExceeded(
        f"the controller has not seen the newest generation of daemonset {target.name!r}"
    )


def newest(cluster: Cluster, daemonset: Object) -> tuple[int, str] | None:
    """Number and hash of its newest ControllerRevision."""
    found = revisions.newest(owned.revisions(cluster, daemonset))
    return None if found is None else (revisions.number(found), revisions.revision_hash(found))


def still_ours(cluster: Cluster, target: Target, daemonset: Object) -> dict[str, Any]:
    """The object as it is now.

    Raises AnswerIsNo where it is gone, rolls by itself now, or has another template.
    """
    try:
        live = read(cluster, target)
    except (NotFound, Conflict):
        live = None
    live = _same(live, target)
    refuse(live)
    if not same_stored(daemonset, live):
        raise AnswerIsNo(
            f"daemonset {target.name!r}: its template was changed meanwhile, nothing more is done",
            hint="run it again for the new template",
        )
    return live


def _same(live: dict[str, Any] | None, target: Target) -> dict[str, Any]:
    if live is None or live["metadata"]["uid"] != target.uid:
        raise AnswerIsNo(f'object has been deleted: daemonsets.apps "{target.name}"')
    return live


def check_nodes(choice: Choice, fleet: Fleet, name: str) -> None:
    """Raise UsageError for a node that was named and is none of the DaemonSet's.

    Raises AnswerIsNo where a selector matches none of them.
    """
    wanted = choice.nodes or ()
    strange = [node for node in wanted if node not in fleet.all]
    if strange and choice.strict:
        verb = "is no node" if len(strange) == 1 else "are no nodes"
        raise UsageError(
            f"{shown(strange)} {verb} of daemonset {name!r}",
            hint=f"dsctl why {name} says of each node whether it runs there",
        )
    if strange and len(strange) == len(wanted):
        raise AnswerIsNo(f"none of the {len(wanted)} nodes is one of daemonset {name!r}")


def check_order(choice: Choice) -> None:
    """Raise Forbidden for an order that only the nodes tell, where they may not be read."""
    if choice.order not in ("given", "name"):
        raise Forbidden(
            f"--order-by {choice.order} needs to list nodes, which is forbidden here",
            hint="leave it out for the order of names, or give the order: --nodes a,b",
        )


def why_no_pod(cluster: Cluster, daemonset: Object, now: Callable[[], datetime]) -> str:
    """What the controller says of a pod that it could not make: quota, a webhook, …; or ""."""
    from dsctl.actions.rollout_evidence import Witness

    since = (now() - _RECENT).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = daemonset["metadata"]
    witness = Witness(cluster, metadata["namespace"], now)
    found, _ = witness.failures(metadata["uid"], since)
    return f": {found}" if found else ""
