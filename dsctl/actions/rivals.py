"""Controllers that would take the pods of a DaemonSet as soon as these have no owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import DAEMONSETS, REPLICA_SETS
from dsctl.domain.selectors import Selector, SelectorError, from_label_selector
from dsctl.errors import ClusterError, Forbidden

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rival:
    """One of them, and what it selects."""

    kind: str
    name: str
    selector: Selector


def among(
    cluster: Cluster, namespace: str, name: str, labels: Iterable[Mapping[str, str]]
) -> Iterator[Rival]:
    """The DaemonSets but that of ``name``, and ReplicaSets, that select one of these ``labels``.

    What may not be listed is left out. Raises what else the API door raises.
    """
    wanted = list(labels)
    for resource in (DAEMONSETS, REPLICA_SETS):
        try:
            others = cluster.list(resource, namespace)["items"]
        except Forbidden:
            continue
        for other in others:
            own = other["metadata"]["name"]
            if resource is DAEMONSETS and own == name:
                continue
            try:
                selector = from_label_selector(other["spec"].get("selector"))
            except SelectorError:
                continue
            if any(selector.matches(each) for each in wanted):
                yield Rival(resource.kind, own, selector)


def of(cluster: Cluster, daemonset: Object) -> list[Rival]:
    """Those of a DaemonSet's pods, as its template labels them; none where that can't be told."""
    metadata = daemonset["metadata"]
    labels = (daemonset["spec"]["template"].get("metadata") or {}).get("labels") or {}
    try:
        return list(among(cluster, metadata["namespace"], metadata["name"], [labels]))
    except ClusterError:
        return []
