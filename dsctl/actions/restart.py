"""Restart pods: all by a change of the template, or some by deleting them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions import history, owned, repod
from dsctl.actions.modify import modify, read
from dsctl.actions.targets import of_object
from dsctl.domain import pods as pod_of
from dsctl.domain.batches import budget
from dsctl.domain.restart import Asked, Choice, Fleet, choose, restarted, restarted_at
from dsctl.domain.rollout import counts
from dsctl.domain.strategy import suspended
from dsctl.errors import AnswerIsNo

if TYPE_CHECKING:
    from dsctl.actions.repod import Repod
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import Done, WriteOptions
    from dsctl.api.client import Cluster
    from dsctl.errors import ClusterError

Object = Mapping[str, Any]


def restart(cluster: Cluster, target: Target, options: WriteOptions, now: datetime) -> Done:
    """Have every pod replaced, as ``kubectl rollout restart``.

    Raises AnswerIsNo for a suspended DaemonSet, and for one restarted within this second.
    """
    live = checked(cluster, target)
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = live["metadata"]["name"]
    if restarted_at(live) == stamp:
        raise AnswerIsNo(
            f"daemonset {name!r} was restarted within this second already",
            hint="wait a second to restart it once more",
        )

    def change(live: dict[str, Any]) -> dict[str, Any]:
        _refuse_suspended(live)
        return restarted(live, stamp)

    return modify(cluster, of_object(live), change, options, operation="restarted")


def checked(cluster: Cluster, target: Target) -> dict[str, Any]:
    """The live object. Raises AnswerIsNo where it is suspended."""
    live = target.obj or read(cluster, target)
    _refuse_suspended(live)
    return live


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restart of some pods would delete; ``fleet`` is what was seen."""

    fleet: Fleet
    choice: Choice


def plan(cluster: Cluster, target: Target, asked: Asked, at_once: int | str | None) -> Plan:
    """Find the pods; nothing is deleted.

    ``at_once``: how many nodes may be down (a number or a percentage), and so under way at a time;
    None: the DaemonSet's own budget, one at a time. Raises AnswerIsNo for a suspended DaemonSet,
    and what ``domain.restart.choose`` raises.
    """
    past = history.read(cluster, target)
    live = past.daemonset
    _refuse_suspended(live)
    own = owned.whole_pods(cluster, live)
    fleet = Fleet(live, past.revisions, pod_of.by_node(own), repod.read_nodes(cluster))
    most = budget(live, at_once, counts(live).desired)
    choice = choose(fleet, asked, budget=most, at_once=1 if at_once is None else most)
    return Plan(fleet, choice)


def run(
    cluster: Cluster,
    plan: Plan,
    now: Callable[[], datetime],
    *,
    timeout: float | None,
    on_trouble: Callable[[ClusterError], None],
) -> Repod:
    """The restart of what was planned: iterate to have it done."""
    return repod.Repod(
        cluster,
        plan.fleet.daemonset,
        plan.choice.work,
        now,
        nodes=plan.fleet.nodes,
        timeout=timeout,
        on_trouble=on_trouble,
    )


def _refuse_suspended(live: Object) -> None:
    if suspended(live):
        name = live["metadata"]["name"]
        raise AnswerIsNo(
            f"daemonset {name!r} is suspended: it has no pods to restart",
            hint=f"dsctl unsuspend {name} releases it",
        )
