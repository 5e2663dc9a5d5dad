"""Whether a DaemonSet can be stepped: looked at first, and again before pods are deleted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.modify import read
from dsctl.actions.targets import Target, states
from dsctl.domain import revisions
from dsctl.domain.health import observed
from dsctl.domain.strategy import rolls, suspended
from dsctl.domain.templates import same_stored
from dsctl.errors import AnswerIsNo, ClusterError, Conflict, DeadlineExceeded, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: without a time of the user's, the controller has so many seconds to see a new generation
_SECONDS = 60.0


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
