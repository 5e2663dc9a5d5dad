"""The DaemonSets that a command acts on, one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from dsctl.api.resources import DAEMONSETS
from dsctl.errors import AnswerIsNo, ClusterError, Forbidden, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

_Batch = TypeVar("_Batch")
#: whoever waits for something of a DaemonSet looks so often whether that is there, in seconds
LOOK_AROUND = 3.0


@dataclass(frozen=True, slots=True)
class Target:
    """One DaemonSet. ``uid`` and ``obj`` are there where the server has shown it.

    ``source``: the file that named it.
    """

    namespace: str
    name: str
    uid: str | None = None
    source: str = ""
    obj: dict[str, Any] | None = field(default=None, compare=False, repr=False)


def of_object(obj: dict[str, Any], source: str = "") -> Target:
    """The target that this object is."""
    metadata = obj["metadata"]
    return Target(metadata["namespace"], metadata["name"], metadata["uid"], source, obj)


def listed(
    cluster: Cluster,
    namespace: str,
    *,
    all_namespaces: bool = False,
    label_selector: str | None = None,
    field_selector: str | None = None,
) -> list[Target]:
    """The DaemonSets that match, in the server's order, each with its apiVersion and kind."""
    found = cluster.list(
        DAEMONSETS,
        None if all_namespaces else namespace,
        all_namespaces=all_namespaces,
        label_selector=label_selector,
        field_selector=field_selector,
    )
    identity = {"apiVersion": DAEMONSETS.api_version, "kind": DAEMONSETS.kind}
    return [of_object({**identity, **item}) for item in found["items"]]


def states(
    cluster: Cluster,
    target: Target,
    end: float,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> Iterator[dict[str, Any] | None]:
    """The object as it is, then after every change, until ``end`` (``time.monotonic``).

    None while there is none. There is at least one state, however late it is. Raises what the
    API door raises.
    """
    seconds = end - time.monotonic()
    if seconds > 0:
        following = cluster.follow(
            DAEMONSETS, target.namespace, name=target.name, timeout=seconds, on_trouble=on_trouble
        )
        with following:
            count = -1
            for count, batch in enumerate(following):
                if not batch and count == 0:
                    yield None
                for change in batch:
                    yield None if change.type == "DELETED" else change.object
            if count >= 0:
                return
    yield read_or_none(cluster, target)


def read_or_none(cluster: Cluster, target: Target) -> dict[str, Any] | None:
    """The object, or None where there is none."""
    try:
        return cluster.read(DAEMONSETS, target.name, target.namespace)
    except NotFound:
        return None


def while_there(
    cluster: Cluster, target: Target, batches: Iterable[_Batch], gone: str
) -> Iterator[_Batch]:
    """``batches``, which must tick, as long as the DaemonSet of ``target.uid`` is there to act.

    Raises AnswerIsNo, which says ``gone``, once it is not: what is waited for never comes.
    """
    looked = time.monotonic()
    for batch in batches:
        yield batch
        if time.monotonic() - looked >= LOOK_AROUND:
            looked = time.monotonic()
            if _left(cluster, target):
                raise AnswerIsNo(gone)


def _left(cluster: Cluster, target: Target) -> bool:
    try:
        live = read_or_none(cluster, target)
    except Forbidden:  # who may not look
        return False
    metadata = {} if live is None else live["metadata"]
    return metadata.get("uid") != target.uid or bool(metadata.get("deletionTimestamp"))
