"""Set labels of many pods, several at a time, each only if it still is the pod that was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import PODS
from dsctl.domain import pods as pod_of
from dsctl.errors import Conflict, MaybeApplied, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]
Labels = Mapping[str, str | None]

#: requests at a time: an API server serves so many easily
_AT_ONCE = 8
#: how often a patch whose answer was lost is sent: it comes to the same
_ATTEMPTS = 3


def relabel(
    cluster: Cluster, pods: Iterable[Object], wanted: Callable[[Object], Labels], manager: str
) -> int:
    """Give each pod the labels that ``wanted`` says (None takes one away); how many were changed.

    Pods that are gone meanwhile are passed over. Raises what the API door raises.
    """
    todo = [pod for pod in pods if wanted(pod)]
    if not todo:
        return 0

    def patch(pod: Object) -> bool:
        return _patch(cluster, pod, wanted(pod), manager)

    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        return sum(pool.map(patch, todo))
    finally:
        pool.shutdown(cancel_futures=True)


def _patch(cluster: Cluster, pod: Object, labels: Labels, manager: str) -> bool:
    metadata = pod["metadata"]
    body = {"metadata": {"uid": metadata["uid"], "labels": dict(labels)}}
    for attempt in range(_ATTEMPTS):
        try:
            cluster.patch(
                PODS, pod_of.name(pod), body, metadata["namespace"], field_manager=manager
            )
        except NotFound:
            return False
        except (Conflict, MaybeApplied):
            if attempt == _ATTEMPTS - 1:
                raise
            if _is_another(cluster, metadata):
                return False
        else:
            return True
    return False


def _is_another(cluster: Cluster, metadata: Mapping[str, Any]) -> bool:
    try:
        live = cluster.read(PODS, metadata["name"], metadata["namespace"])
    except NotFound:
        return True
    return bool(live["metadata"]["uid"] != metadata["uid"])
