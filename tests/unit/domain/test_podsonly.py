from dsctl.domain.podsonly import without_nodes
from tests.unit.domain.fleet import daemonset, pod


def placements(*pods):
    """Node to its placement, out of the pods alone."""
    return {node.node: node for node in without_nodes(daemonset(), pods).nodes}


def test_only_nodes_with_a_pod_are_told_of_and_whether_they_should_is_not():
    """Sorted by name; should_run, fits and the reasons take a node to know."""
    report = without_nodes(daemonset(), [pod("p2", "n2"), pod("p1", "n1")])
    assert [node.node for node in report.nodes] == ["n1", "n2"]
    for node in report.nodes:
        assert (node.should_run, node.should_continue_running, node.fits) == (None, None, None)
        assert (node.reasons, node.verdict.value) == ((), "Ready")
    summary = report.to_dict()["summary"]
    assert (summary["nodes"], summary["eligible"], summary["excluded"]) == (2, None, None)
    assert (report.namespace, report.name, report.source, report.running) == (
        "logs", "agent", "cluster", True,
    )  # fmt: skip


def test_each_pod_says_how_it_is():
    """Containers have their say, a pending pod the scheduler's message."""
    unfit = {"type": "PodScheduled", "status": "False", "message": "1 Insufficient cpu."}
    found = placements(
        pod("good", "n1"),
        pod("bad", "n2", ready=False, waiting="CrashLoopBackOff"),
        pod("waits", "n3", bound=False, ready=False, phase="Pending", conditions=[unfit]),
        pod("going", "n4", metadata={"deletionTimestamp": "2026-05-01T11:00:00Z"}),
    )
    assert {name: node.verdict.value for name, node in found.items()} == {
        "n1": "Ready",
        "n2": "NotReady",
        "n3": "Unscheduled",
        "n4": "NotReady",
    }
    assert found["n1"].notes == ()
    assert found["n2"].notes == ("container agent: CrashLoopBackOff",)
    assert found["n3"].notes == ("1 Insufficient cpu.",)
    assert len(found["n4"].notes) == 1
    assert found["n2"].pod.name == "bad"


def test_the_pod_that_stays_speaks_for_its_node():
    """One that is going away says nothing beside another."""
    going = pod("old", "n1", age=900, metadata={"deletionTimestamp": "2026-05-01T11:00:00Z"})
    assert placements(going, pod("new", "n1", age=60))["n1"].pod.name == "new"


def test_what_the_status_says_is_passed_on_as_such():
    """Its counts are all that is known of the other nodes, and the note says so."""
    live = daemonset(desired=5)
    live["status"]["numberMisscheduled"] = 2
    (note,) = without_nodes(live, [pod("a", "n1")]).notes
    assert note == (
        "NotRead: the nodes. By .status, 5 should run it and 2 run it that should not; "
        "1 have or await a pod; why others have none can't be told"
    )


def test_without_a_status_and_pods_there_is_an_empty_report():
    """A DaemonSet that the controller has not seen yet."""
    report = without_nodes({"metadata": {"name": "agent", "namespace": "logs"}}, [])
    assert report.nodes == ()
    assert "0 should run it" in report.notes[0]
