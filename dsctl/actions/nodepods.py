"""Read what one DaemonSet looks like node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.api.resources import CONTROLLER_REVISIONS, NODES, PODS
from dsctl.domain import nodetable, selectors
from dsctl.domain.pods import target_node
from dsctl.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dsctl.api.client import Cluster


def read(
    cluster: Cluster, daemonset: Mapping[str, Any], *, on_forbidden: Callable[[str], None]
) -> nodetable.NodeTable:
    """The NodeTable of a DaemonSet: its pods as rows, its nodes as counts.

    Where nodes or revisions may not be read, ``on_forbidden`` is told what is left out.
    """
    namespace = daemonset["metadata"]["namespace"]
    selector = selectors.from_label_selector(daemonset["spec"].get("selector")).query()
    pods = cluster.table(PODS, namespace, label_selector=selector, slim=True)
    targets: dict[str, str] = {}
    if nodetable.unscheduled(daemonset, pods):
        waiting = cluster.list(
            PODS,
            namespace,
            label_selector=selector,
            field_selector="spec.nodeName=",
            slim=True,
        )
        targets = {p["metadata"]["name"]: target_node(p) or "<none>" for p in waiting["items"]}
    return nodetable.node_table(
        daemonset,
        pods,
        targets=targets,
        revisions=_revisions(cluster, namespace, selector, on_forbidden),
        nodes=_nodes(cluster, on_forbidden),
    )


def _revisions(
    cluster: Cluster, namespace: str, selector: str | None, on_forbidden: Callable[[str], None]
) -> dict[str, str]:
    """Revision numbers by hash, from the ControllerRevisions that the selector matches."""
    try:
        table = cluster.table(CONTROLLER_REVISIONS, namespace, label_selector=selector)
    except Forbidden:
        on_forbidden("may not list controllerrevisions: revisions are shown as hashes")
        return {}
    names = [column["name"] for column in table.get("columnDefinitions") or ()]
    column = names.index("Revision")
    return {
        row["object"]["metadata"]["labels"].get(nodetable.HASH_LABEL, ""): str(row["cells"][column])
        for row in table.get("rows") or ()
        if row["object"]["metadata"].get("labels")
    }


def _nodes(cluster: Cluster, on_forbidden: Callable[[str], None]) -> list[dict[str, Any]] | None:
    try:
        nodes: list[dict[str, Any]] = cluster.list(NODES, slim=True)["items"]
    except Forbidden:
        on_forbidden("may not list nodes: nodes without a pod are not counted")
        return None
    return nodes
