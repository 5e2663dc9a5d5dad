"""See the pods of deleted DaemonSets go, node by node."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsctl.actions import owned
from dsctl.actions.owned import PodRow
from dsctl.actions.targets import Target
from dsctl.api.resources import DAEMONSETS, NODES, PODS
from dsctl.domain.deletion import PodLeft
from dsctl.errors import ClusterError, Forbidden, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

#: without a change for so long it is said what is still waited for, in seconds
QUIET = 3.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What is about to go: a DaemonSet and its pods, None where they can't be listed."""

    target: Target
    pods: tuple[PodRow, ...] | None


@dataclass(frozen=True, slots=True)
class Going:
    """The pods of one DaemonSet at one moment.

    ``gone``: since the state before; ``total``: all that were seen; ``quiet``: nothing has changed
    for a while.
    """

    name: str
    gone: tuple[PodRow, ...]
    left: tuple[PodRow, ...]
    total: int
    quiet: bool = False


def scene(cluster: Cluster, target: Target) -> Scene | None:
    """The DaemonSet as it is, with its pods; None where there is none.

    Raises what the API door raises for reading the DaemonSet; pods that can't be listed are None.
    """
    try:
        obj = target.obj or cluster.read(DAEMONSETS, target.name, target.namespace)
    except NotFound:
        return None
    metadata = obj["metadata"]
    found = Target(target.namespace, target.name, metadata["uid"], target.source, obj)
    try:
        return Scene(found, tuple(owned.pods(cluster, obj)))
    except Forbidden:
        return Scene(found, None)


def watch(
    cluster: Cluster,
    seen: Scene,
    end: float,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> Iterator[Going]:
    """Every state of the pods until none is left, or until ``end`` (``time.monotonic``).

    Pods are told apart by uid: whoever matches the selector and is not the DaemonSet's is not
    looked at, and pods that came since are. Raises what the API door raises.
    """
    obj = seen.target.obj
    query = None if obj is None else owned.query(obj)
    if obj is None or not query or end <= time.monotonic():
        return
    uid = obj["metadata"]["uid"]
    known: dict[str, PodRow] = {pod.uid: pod for pod in seen.pods or ()}
    total = len(known)
    following = cluster.follow(
        PODS,
        seen.target.namespace,
        label_selector=query,
        table="Metadata",
        tick=QUIET,
        settle=0.2,
        timeout=end - time.monotonic(),
        on_trouble=on_trouble,
    )
    with following:
        for batch in following:
            table = {
                "columnDefinitions": following.columns,
                "rows": list(following.objects.values()),
            }
            now = {pod.uid: pod for pod in owned.rows(table) if pod.owner == uid}
            gone = tuple(pod for key, pod in known.items() if key not in now)
            total += len(now.keys() - known.keys())
            known = now
            quiet = not (batch or gone)
            yield Going(seen.target.name, gone, tuple(now.values()), total, quiet=quiet)
            if not now:
                return


def explained(cluster: Cluster, pods: tuple[PodRow, ...]) -> list[PodLeft]:
    """The pods with the state of their nodes, those of nodes that are dead or gone first."""
    ready = ready_nodes(cluster) if pods else None
    found = [
        PodLeft(
            pod.name,
            pod.node,
            pod.terminating,
            pod.finalizers,
            None if ready is None or pod.node is None else ready.get(pod.node, False),
            node_gone=ready is not None and pod.node is not None and pod.node not in ready,
        )
        for pod in pods
    ]
    return sorted(found, key=lambda pod: (pod.node_ready is not False, pod.name))


def ready_nodes(cluster: Cluster) -> dict[str, bool] | None:
    """Of each node whether it is ready; None where they can't be listed."""
    try:
        table = cluster.table(NODES, include_object="None")
    except ClusterError:
        return None
    cells = [row["cells"] for row in table.get("rows") or ()]
    return {str(name): "NotReady" not in str(status) for name, status, *_ in cells}
