"""One DaemonSet node by node, from the server's rows."""

from __future__ import annotations

from typing import Any

from dsctl.domain import nodetable

COLUMNS = ["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node"]
DAEMONSET: dict[str, Any] = {
    "metadata": {"name": "a", "uid": "u"},
    "spec": {"template": {"spec": {"nodeSelector": {"disk": "ssd"}}}},
}


def row(
    name: str, node: str, *, owner: str = "u", ready: str = "1/1", status: str = "Running"
) -> dict[str, Any]:
    return {
        "cells": [name, ready, status, 0, "5s", "10.0.0.1", node, "<none>"],
        "object": {
            "metadata": {
                "name": name,
                "labels": {"controller-revision-hash": "abc"},
                "ownerReferences": [{"controller": True, "uid": owner}],
            }
        },
    }


def table(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"columnDefinitions": [{"name": name} for name in COLUMNS], "rows": list(rows)}


def node(name: str, disk: str = "ssd") -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {"disk": disk}}, "spec": {}}


def reduce(
    pods: dict[str, Any],
    *,
    targets: dict[str, str] | None = None,
    nodes: list[dict[str, Any]] | None = None,
) -> nodetable.NodeTable:
    return nodetable.node_table(
        DAEMONSET, pods, targets=targets or {}, revisions={"abc": "3"}, nodes=nodes
    )


def test_rows_are_the_daemonsets_own_sorted_by_node() -> None:
    """A pod of another controller is left out, whatever its labels."""
    found = reduce(table(row("p2", "n2"), row("p1", "n1"), row("x", "n3", owner="other")))
    assert [(r.node, r.pod, r.revision) for r in found.rows] == [
        ("n1", "p1", "3"),
        ("n2", "p2", "3"),
    ]


def test_nodes_without_a_pod_are_counted() -> None:
    """Eligible ones by name, excluded ones by number."""
    nodes = [node("n1"), node("n2"), node("n3", disk="hdd"), node("n4", disk="hdd")]
    found = reduce(table(row("p1", "n1")), nodes=nodes)
    assert (found.unplaced, found.excluded) == (("n2",), 2)
    assert found.summary() == (
        "1 pod, 1 ready; 1 eligible node without a pod (n2); 2 nodes excluded"
    )


def test_an_unscheduled_pod_stands_on_the_node_it_waits_for() -> None:
    """The node then is not one without a pod."""
    pods = table(row("p1", "<none>", ready="0/1", status="Pending"))
    assert nodetable.unscheduled(DAEMONSET, pods)
    found = reduce(pods, targets={"p1": "n1"}, nodes=[node("n1")])
    assert [(r.node, r.scheduled) for r in found.rows] == [("n1", False)]
    assert found.summary() == (
        "1 pod, 0 ready; 1 unscheduled; no eligible node without a pod; 0 nodes excluded"
    )


def test_a_pod_that_goes_away_is_not_ready() -> None:
    """All its containers may still be ready."""
    found = reduce(table(row("p1", "n1", status="Terminating"), row("p2", "n2", ready="0/1")))
    assert [r.is_ready for r in found.rows] == [False, False]


def test_without_nodes_the_counts_are_left_out() -> None:
    """What was not read is not told."""
    assert reduce(table(row("p1", "n1"))).summary() == "1 pod, 1 ready"


def test_an_unknown_revision_is_its_hash() -> None:
    """Where revisions may not be read."""
    found = nodetable.node_table(
        DAEMONSET, table(row("p1", "n1")), targets={}, revisions={}, nodes=None
    )
    assert found.rows[0].revision == "abc"
