"""Find one pod of a DaemonSet: that of a node, or the one that kubectl would take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.api.resources import PODS
from dsctl.domain.onepod import best
from dsctl.domain.podrows import ready_pods
from dsctl.domain.pods import owner_uid
from dsctl.errors import NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster
    from dsctl.domain.placement_report import NodePlacement

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The pod whole, and how many there are to choose from."""

    pod: dict[str, Any]
    among: int

    @property
    def node(self) -> str:
        """Where it is; "" where it waits for a node."""
        return str((self.pod.get("spec") or {}).get("nodeName") or "")


def of_node(cluster: Cluster, daemonset: Object, node: str) -> Found | None:
    """The pod on this node; None where there is none. Whether the node exists is not asked."""
    pods = cluster.list(
        PODS,
        daemonset["metadata"]["namespace"],
        label_selector=owned.query(daemonset),
        field_selector=f"spec.nodeName={node}",
    )["items"]
    pod = best(pod for pod in pods if owner_uid(pod) == daemonset["metadata"]["uid"])
    return None if pod is None else Found(dict(pod), 1)


def any_one(cluster: Cluster, daemonset: Object) -> Found | None:
    """A pod that runs and is ready, else the best there is; None where there is none."""
    metadata = daemonset["metadata"]
    table = cluster.table(
        PODS, metadata["namespace"], label_selector=owned.query(daemonset), slim=True
    )
    well, others = ready_pods(table, metadata["uid"], ())
    several = len(well) + len(others)
    chosen = best(well)
    names = [chosen["metadata"]["name"]] if chosen is not None else others
    found = []
    for name in names[:_FEW]:
        try:
            found.append(cluster.read(PODS, name, metadata["namespace"]))
        except NotFound:
            continue
    pod = best(found)
    return None if pod is None else Found(dict(pod), several)


#: among so many pods that are not well the best is looked for
_FEW = 10


def why_none(
    cluster: Cluster,
    daemonset: Object,
    node: str,
    now: datetime,
    note: Callable[[str], None],
) -> NodePlacement:
    """What is to be said of a node that has no pod. Raises NotFound where there is no node."""
    from dsctl.actions.why import Question, answer

    return answer(cluster, daemonset, Question((node,)), now, note).report.nodes[0]
