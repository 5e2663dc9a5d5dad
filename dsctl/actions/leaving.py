"""Wait for deleted DaemonSets to be gone, and say what keeps those that stay."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.delete import Deleted
from dsctl.actions.leaving_pods import explained
from dsctl.actions.targets import states
from dsctl.domain.deletion import Left, left
from dsctl.errors import ClusterError, DeadlineExceeded

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Going:
    """A deleted DaemonSet at one moment. ``obj`` is None when it is gone."""

    deleted: Deleted
    obj: Object | None


def watch(
    cluster: Cluster,
    deleted: Iterable[Deleted],
    timeout: float,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> Iterator[Going]:
    """Every state of each DaemonSet until it is gone, one after the other.

    ``timeout`` seconds are for all of them. Raises DeadlineExceeded, which names those that are
    left and why, and Forbidden where they may not be watched.
    """
    end = time.monotonic() + timeout
    remaining: list[Going] = []
    for one in deleted:
        latest = Going(one, None)
        for latest in _watch_one(cluster, one, end, on_trouble):
            yield latest
        if latest.obj is not None:
            remaining.append(latest)
    if remaining:
        raise DeadlineExceeded(
            "timed out waiting for the condition on "
            + ", ".join(_explain(cluster, going) for going in remaining)
        )


def _watch_one(
    cluster: Cluster,
    one: Deleted,
    end: float,
    on_trouble: Callable[[ClusterError], None] | None,
) -> Iterator[Going]:
    for obj in states(cluster, one.target, end, on_trouble=on_trouble):
        going = Going(one, _same(obj, one))
        yield going
        if going.obj is None:
            return


def _same(obj: Object | None, one: Deleted) -> Object | None:
    """The object, unless another one has taken its name."""
    if obj is not None and one.uid is not None and obj["metadata"]["uid"] != one.uid:
        return None
    return obj


def _explain(cluster: Cluster, going: Going) -> str:
    why = reasons(cluster, going.obj or {}).describe()
    name = f"daemonsets/{going.deleted.target.name}"
    return f"{name}: {why}" if why else name


def reasons(cluster: Cluster, obj: Object) -> Left:
    """What keeps ``obj``: its finalizers, and for a foreground deletion its pods."""
    found = left(obj)
    if "foregroundDeletion" not in found.finalizers:
        return found
    try:
        pods = explained(cluster, tuple(owned.pods(cluster, obj)))
    except ClusterError:
        return found
    return replace(found, pods=left(obj, tuple(pods)).pods)


def orphans_left(cluster: Cluster, deleted: Deleted) -> int | None:
    """How many of the pods that lost their owner have none now; None where nobody may say."""
    obj = deleted.target.obj
    if deleted.orphans is None or obj is None:
        return None
    uids = {pod.uid for pod in deleted.orphans}
    found = owned.matching(cluster, obj)
    return sum(pod.uid in uids and pod.owner in (None, deleted.uid) for pod in found)
