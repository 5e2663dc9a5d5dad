"""Replacing pods node by node: order, budget, and when a node is done."""

from dsctl.domain.pods import by_node
from dsctl.domain.turnover import Event, Step, Turnover, Work
from tests.unit.domain import fleet
from tests.unit.domain.fleet import NOW

DELETING = {"deletionTimestamp": fleet.ago(seconds=1)}


def pod(name, node, **more):
    """A pod with a resourceVersion, which a delete needs."""
    made = fleet.pod(name, node, **more)
    made["metadata"].setdefault("resourceVersion", "1")
    return made


def turnover(*nodes, names=("a", "b", "c"), budget=1, at_once=1, all_nodes=None):
    """One that replaces the pods ``names`` on ``nodes``."""
    work = Work(nodes, lambda p: p["metadata"]["name"] in names, budget, at_once)
    return Turnover(fleet.daemonset(), work, all_nodes)


def look(state, *pods):
    """What is said of these pods, and which nodes have their turn then: those are deleted."""
    events = list(state.look(by_node(pods), NOW))
    for node, found in state.next():
        events.append(state.deleted(node, found))
    return [(event.step, event.node) for event in events]


def test_one_node_after_the_other_each_waited_for():
    """The next pod is deleted when the pod that came after the last one is available."""
    state = turnover("n1", "n2")
    first = [pod("a", "n1"), pod("b", "n2")]
    assert look(state, *first) == [(Step.DELETED, "n1")]
    assert look(state, *first) == []
    going = [pod("a", "n1", metadata={"uid": "uid-a", "name": "a", "resourceVersion": "2",
                                      **DELETING}), pod("b", "n2")]  # fmt: skip
    assert look(state, *going) == []
    assert look(state, pod("b", "n2")) == []
    assert look(state, pod("x", "n1", ready=False), pod("b", "n2")) == []
    assert look(state, pod("x", "n1"), pod("b", "n2")) == [
        (Step.AVAILABLE, "n1"),
        (Step.DELETED, "n2"),
    ]
    assert look(state, pod("x", "n1"), pod("y", "n2")) == [(Step.AVAILABLE, "n2")]
    assert state.finished
    assert state.done == ["n1", "n2"]


def test_a_pod_is_available_only_after_min_ready_seconds():
    """As the controller counts."""
    state = turnover("n1")
    state.daemonset["spec"]["minReadySeconds"] = 30
    look(state, pod("a", "n1"))
    assert look(state, pod("x", "n1", since=29)) == []
    assert look(state, pod("x", "n1", since=30)) == [(Step.AVAILABLE, "n1")]


def test_nodes_that_are_down_use_the_budget_and_have_their_turn_all_the_same():
    """A healthy pod waits for the budget; one that is not available costs nothing to delete."""
    state = turnover("n1", "n2")
    assert look(state, pod("a", "n1"), pod("b", "n2"), pod("other", "n3", ready=False)) == []
    assert state.waiting() == Event(
        Step.WAITING,
        None,
        None,
        "1 node may be without an available pod at a time, and 1 is: n3",
    )
    assert state.waiting() is None, "said once"
    pods = [pod("a", "n1"), pod("b", "n2", ready=False), pod("other", "n3", ready=False)]
    assert look(state, *pods) == [(Step.DELETED, "n2")]


def test_so_many_at_once_as_asked_for():
    """Within the budget, which nodes under way use too."""
    pods = [pod("a", "n1"), pod("b", "n2"), pod("c", "n3")]
    assert look(turnover("n1", "n2", "n3", budget=3, at_once=2), *pods) == [
        (Step.DELETED, "n1"),
        (Step.DELETED, "n2"),
    ]
    assert look(turnover("n1", "n2", "n3", budget=1, at_once=2), *pods) == [(Step.DELETED, "n1")]


def test_a_node_without_any_pod_counts_as_down():
    """If it should run one: that takes the nodes to know."""
    nodes = {name: fleet.node(name) for name in ("n1", "n9")}
    assert look(turnover("n1", all_nodes=nodes), pod("a", "n1")) == []
    assert look(turnover("n1"), pod("a", "n1")) == [(Step.DELETED, "n1")]


def test_what_others_did_meanwhile_is_not_done_again():
    """A replaced pod is left alone; one that someone else deletes is waited for."""
    state = turnover("n1", "n2")
    leaving = pod("b", "n2", metadata={"uid": "uid-b", "name": "b", **DELETING})
    assert look(state, pod("new", "n1"), leaving) == [(Step.SKIPPED, "n1")]
    assert state.left == ["n1"]
    assert look(state, pod("new", "n1"), pod("newer", "n2")) == [(Step.AVAILABLE, "n2")]


def test_a_pod_that_changed_is_deleted_only_as_it_was_seen():
    """After a refused delete nothing is sent until another version of the pod was seen."""
    state = turnover("n1")
    assert list(state.look(by_node([pod("a", "n1")]), NOW)) == []
    state.refused("n1", pod("a", "n1"))
    assert state.next() == []
    assert look(state, pod("a", "n1")) == []
    newer = pod("a", "n1", metadata={"name": "a", "uid": "uid-a", "resourceVersion": "2"})
    assert look(state, newer) == [(Step.DELETED, "n1")]


def test_a_new_pod_that_fails_for_sure_is_told_once():
    """The node stays under way: whether to go on is not decided here."""
    state = turnover("n1")
    look(state, pod("a", "n1"))
    failing = pod("x", "n1", ready=False, waiting="ImagePullBackOff")
    assert look(state, failing) == [(Step.FAILING, "n1")]
    assert look(state, failing) == []
    assert list(state.going) == ["n1"]
    assert "ImagePullBackOff" in state.reasons(NOW)[0]


def test_a_node_that_went_away_needs_no_pod():
    """Neither one under way nor one whose turn has not come is waited for."""
    state = turnover("n1", "n2", all_nodes={n: fleet.node(n) for n in ("n1", "n2")})
    look(state, pod("a", "n1"), pod("b", "n2"))
    state.read_nodes({})
    assert look(state) == [(Step.GONE, "n1"), (Step.GONE, "n2")]
    assert state.finished


def test_a_pod_that_cannot_end_on_a_dead_node_is_told():
    """Its kubelet would have to confirm the deletion."""
    state = turnover("n1", all_nodes={"n1": fleet.node("n1", ready=False)})
    look(state, pod("a", "n1"))
    leaving = pod("a", "n1", metadata={"name": "a", "uid": "uid-a", "resourceVersion": "2",
                                       **DELETING})  # fmt: skip
    assert look(state, leaving) == [(Step.FAILING, "n1")]
