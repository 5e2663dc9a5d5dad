"""Find the pods that no controller owns, delete them, and see them go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import PODS
from dsctl.domain import orphans as reduce
from dsctl.domain import pods as pod_of
from dsctl.domain.deletion import PodLeft
from dsctl.domain.orphans import Orphan
from dsctl.domain.pods import HASH_LABEL
from dsctl.errors import (
    ClusterError,
    Conflict,
    DeadlineExceeded,
    DsctlError,
    MaybeApplied,
    NotFound,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsctl.api.client import Cluster

#: how often a delete is sent again because the pod changed meanwhile
_ATTEMPTS = 8
#: how many pods are named at the end of a ``--timeout``
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Deleted:
    """The server took the delete of this pod."""

    orphan: Orphan


@dataclass(frozen=True, slots=True)
class Kept:
    """The pod was not deleted: ``why`` is set where it is no orphan any more, else ``error``."""

    orphan: Orphan
    why: str | None = None
    error: DsctlError | None = None


def find(
    cluster: Cluster,
    namespace: str,
    *,
    all_namespaces: bool = False,
    label_selector: str | None = None,
) -> list[Orphan]:
    """The pods without a controller that look like a DaemonSet's. Raises the API door's."""
    query = HASH_LABEL if not label_selector else f"{HASH_LABEL},{label_selector}"
    listed = cluster.list(
        PODS,
        None if all_namespaces else namespace,
        all_namespaces=all_namespaces,
        label_selector=query,
        slim=True,
    )
    return reduce.orphans(listed["items"])


def delete_each(
    cluster: Cluster,
    orphans: Iterable[Orphan],
    *,
    grace_period: int | None = None,
    dry_run: bool = False,
) -> Iterator[Deleted | Kept]:
    """Delete one after the other, each only as long as it is an orphan.

    A server that can't be reached ends it with its error.
    """
    for orphan in orphans:
        try:
            gone = _delete(cluster, orphan, grace_period, dry_run=dry_run)
        except Unreachable as error:
            yield Kept(orphan, error=error)
            return
        except DsctlError as error:
            yield Kept(orphan, error=error)
        else:
            yield gone


def _delete(
    cluster: Cluster, orphan: Orphan, grace_period: int | None, *, dry_run: bool
) -> Deleted | Kept:
    """Delete the pod as it was seen; where it changed since, only if it is an orphan still."""
    version = orphan.version
    for _ in range(_ATTEMPTS):
        try:
            cluster.delete(
                PODS,
                orphan.name,
                orphan.namespace,
                grace_period=grace_period,
                uid=orphan.uid,
                resource_version=version,
                dry_run=dry_run,
            )
            return Deleted(orphan)
        except NotFound:
            return Kept(orphan, "it is gone already")
        except (Conflict, MaybeApplied) as error:
            last = error
        try:
            live = cluster.read(PODS, orphan.name, orphan.namespace)
        except NotFound:
            return Kept(orphan, "it is gone already")
        if (why := _no_orphan(live, orphan)) is not None:
            return Kept(orphan, why)
        version = live["metadata"]["resourceVersion"]
    raise last


def _no_orphan(live: dict[str, Any], orphan: Orphan) -> str | None:
    """Why it must not be deleted any more."""
    if live["metadata"]["uid"] != orphan.uid:
        return "another pod has its name now"
    owner = pod_of.controller(live)
    return None if owner is None else f"{owner.get('kind')} {owner.get('name')} has adopted it"


def wait_gone(
    cluster: Cluster,
    orphans: Sequence[Orphan],
    timeout: float,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> Iterator[Orphan]:
    """Each of these pods when it is gone. Raises DeadlineExceeded, which names those left."""
    waiting = {orphan.uid: orphan for orphan in orphans}
    latest: dict[str, Any] = {}
    if not waiting:
        return
    spaces = {orphan.namespace for orphan in orphans}
    following = cluster.follow(
        PODS,
        next(iter(spaces)) if len(spaces) == 1 else None,
        all_namespaces=len(spaces) > 1,
        label_selector=HASH_LABEL,
        slim=True,
        settle=0.05,
        timeout=timeout,
        on_trouble=on_trouble,
    )
    with following:
        for _ in following:
            latest = {pod_of.uid(p): p for p in following.objects.values()}
            for uid in [uid for uid in waiting if uid not in latest]:
                yield waiting.pop(uid)
            if not waiting:
                return
    raise DeadlineExceeded(
        f"timed out waiting for {_count(len(waiting))}: {_left(latest, waiting)}",
        hint="a pod on a node that is gone or not ready stays until the node comes back",
    )


def _left(latest: dict[str, Any], waiting: dict[str, Orphan]) -> str:
    named = []
    for uid, orphan in list(waiting.items())[:_NAMED]:
        pod = latest.get(uid) or {}
        finalizers = tuple((pod.get("metadata") or {}).get("finalizers") or ())
        left = PodLeft(orphan.name, orphan.node, pod_of.deleting(pod), finalizers)
        named.append(left.describe())
    more = len(waiting) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _count(number: int) -> str:
    return "1 pod" if number == 1 else f"{number} pods"
