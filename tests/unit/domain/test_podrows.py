import pytest

from dsctl.domain import pods as pod_of
from dsctl.domain.podrows import ready_pods

COLUMNS = ("Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Readiness Gates")


def row(name, ready="1/1", status="Running", node="n1", gates="<none>", owner="ds", **metadata):
    """A row of the server's pod table."""
    owners = [{"uid": owner, "controller": True}]
    labels = {"controller-revision-hash": "h1"}
    made = {"name": name, "uid": f"uid-{name}", "labels": labels, "ownerReferences": owners}
    cells = [name, ready, status, "0", "1d", "10.0.0.1", node, gates]
    return {"cells": cells, "object": {"metadata": {**made, **metadata}}}


def table(*rows, columns=COLUMNS):
    """The server's answer."""
    return {"columnDefinitions": [{"name": name} for name in columns], "rows": list(rows)}


def test_a_pod_that_runs_and_is_ready_is_an_object_out_of_its_row():
    """What the rules read of a pod that is well is in it: node, phase, readiness, hash, owner."""
    well, others = ready_pods(table(row("a", "2/2", managedFields=[{"manager": "x"}])), "ds", ())
    assert others == []
    (pod,) = well
    assert (pod_of.name(pod), pod_of.uid(pod), pod_of.owner_uid(pod)) == ("a", "uid-a", "ds")
    assert (pod_of.target_node(pod), pod_of.phase(pod)) == ("n1", "Running")
    assert (pod_of.ready(pod), pod_of.scheduled(pod)) == (True, True)
    assert pod_of.revision_hash(pod) == "h1"
    assert "managedFields" not in pod["metadata"]


@pytest.mark.parametrize(
    "unwell",
    [
        row("a", ready="0/1"),
        row("a", ready="1/2"),
        row("a", status="CrashLoopBackOff"),
        row("a", status="Pending", ready="0/1", node="<none>"),
        row("a", status="Terminating"),
        row("a", status="Completed", ready="0/1"),
        row("a", gates="1/1"),
        row("a", gates="0/1"),
        row("a", node="dark"),
        row("a", deletionTimestamp="2026-05-01T11:00:00Z"),
    ],
)
def test_a_pod_that_may_not_be_well_is_named_to_be_looked_at(unwell):
    """Not all containers ready, another status, gates, on its way out, or on a dark node."""
    assert ready_pods(table(unwell, row("b")), "ds", {"dark"})[1] == ["a"]


def test_pods_of_other_owners_are_passed_over():
    """The selector may match pods that the DaemonSet does not own."""
    rows = [
        row("a", owner="someone"),
        row("b"),
        row("c", ownerReferences=[]),
        row("d", "0/1", owner="x"),
    ]
    well, others = ready_pods(table(*rows), "ds", ())
    assert ([pod_of.name(pod) for pod in well], others) == (["b"], [])


def test_cells_are_found_by_the_name_of_their_column():
    """Another server may have other columns, or in another order; without gates there are none."""
    shuffled = ("Node", "Status", "Name", "Ready")
    entry = row("a")
    entry["cells"] = ["n7", "Running", "a", "1/1"]
    well, others = ready_pods(table(entry, columns=shuffled), "ds", ())
    assert ([pod_of.target_node(pod) for pod in well], others) == (["n7"], [])


@pytest.mark.parametrize("empty", [{}, {"rows": None, "columnDefinitions": None}, table()])
def test_no_rows_are_no_pods(empty):
    """An empty table has null for its rows."""
    assert ready_pods(empty, "ds", ()) == ([], [])
