from datetime import timedelta

import pytest

from dsctl.domain.blockers import Cause
from dsctl.domain.health import Health
from dsctl.domain.rollout import RolloutPhase, rollout_status
from dsctl.domain.rollout_look import View, look_at
from tests.unit.domain.fleet import NOW, ON_DELETE, ago, daemonset, node, pod

GOING = {"deletionTimestamp": ago(minutes=1)}


def status(obj, pods, nodes=None, **options):
    """The state of a rollout with these pods and nodes."""
    return rollout_status(obj, NOW, View(pods=pods, nodes=nodes), **options)


def test_where_each_node_is():
    """Done, begun or old, by the node's own pods; one whose pod goes away is none of the three."""
    pods = [
        pod("a", node="n1"),
        pod("b", node="n2", ready=False),
        pod("c", node="n3", generation="1"),
        pod("d", node="n4", generation="1", metadata=GOING),
        pod("e", node="n5", generation="1"),
        pod("f", node="n5"),
    ]
    look = look_at(daemonset(desired=5), pods, View(nodes=[]), NOW)
    assert (look.done, look.fresh, look.old) == (2, 1, ("n3",))


def test_old_pods_that_go_await_no_deletion():
    """With OnDelete a pod on its way out is waited for; one that nobody deleted is not."""
    behind = daemonset(updated=1, available=1, spec=ON_DELETE)
    pods = [pod("a"), pod("b", node="n2", generation="1", metadata=GOING)]
    assert status(behind, pods).phase is RolloutPhase.PROGRESSING
    pods[1] = pod("b", node="n2", generation="1")
    assert status(behind, pods).phase is RolloutPhase.AWAITING_DELETION


@pytest.mark.parametrize(
    ("pods", "updated", "available", "phase", "ignored"),
    [
        # the new pod can't start on n2, which is not ready
        ([pod("b", node="n2", ready=False)], 2, 1, "Complete", ["n2"]),
        # the old one can't end there
        ([pod("b", node="n2", generation="1", metadata=GOING)], 1, 1, "Complete", ["n2"]),
        # nobody has replaced it yet
        ([pod("b", node="n2", generation="1", ready=False)], 1, 1, "Complete", ["n2"]),
        # there is none at all
        ([], 1, 1, "Complete", ["n2"]),
        # the pod is well, so there is nothing to ignore
        ([pod("b", node="n2")], 2, 2, "Complete", []),
    ],
)
def test_a_node_not_ready_may_be_ignored(pods, updated, available, phase, ignored):
    """By choice alone, and it is in the report."""
    obj = daemonset(updated=updated, available=available)
    pods = [pod("a"), *pods]
    nodes = [node("n1"), node("n2", ready=False)]
    found = status(obj, pods, nodes, ignore_not_ready=True)
    assert (found.phase.value, found.to_dict()["ignoredNodes"]) == (phase, ignored)
    plain = status(obj, pods, nodes)
    assert plain.ignored == ()
    assert (plain.phase is RolloutPhase.COMPLETE) == (not ignored)


def test_what_else_is_in_the_way_is_not_ignored():
    """A pod that is not ready on a node that is, and counters that lag, still hold it."""
    nodes = [node("n1"), node("n2", ready=False), node("n3")]
    pods = [pod("a"), pod("b", node="n2", ready=False), pod("c", node="n3", ready=False)]
    behind = daemonset(desired=3, updated=3, available=1)
    assert status(behind, pods, nodes, ignore_not_ready=True).phase is RolloutPhase.PROGRESSING
    pods[2] = pod("c", node="n3")
    assert status(behind, pods, nodes, ignore_not_ready=True).phase is RolloutPhase.PROGRESSING
    caught_up = daemonset(desired=3, updated=3, available=2)
    assert status(caught_up, pods, nodes, ignore_not_ready=True).phase is RolloutPhase.COMPLETE
    pods[2] = pod("c", node="n3", generation="1")
    assert status(caught_up, pods, nodes, ignore_not_ready=True).phase is RolloutPhase.PROGRESSING


def test_a_pod_that_can_not_be_made_is_told_where_no_node_lacks_one():
    """In a surge each node has its old pod: the refusal stands for the whole DaemonSet."""
    pods = [pod("a", generation="1"), pod("b", node="n2", generation="1")]
    obj = daemonset(updated=0)
    view = View(pods=pods, nodes=[node("n1"), node("n2")], creation_failure="exceeded quota: q")
    [blocker] = rollout_status(obj, NOW, view).blockers
    assert (blocker.node, blocker.cause) == (None, Cause.QUOTA_OR_ADMISSION)
    assert blocker.message == "exceeded quota: q"


def test_a_pod_that_can_not_be_deleted_is_told_while_old_ones_wait():
    """What the controller may not delete holds up the whole; with no old pod left it is over."""
    obj, nodes = daemonset(updated=1), [node("n1"), node("n2")]
    old = [pod("a"), pod("b", node="n2", generation="1")]
    [blocker] = rollout_status(obj, NOW, View(old, nodes, deletion_failure="denied")).blockers
    assert (blocker.node, blocker.cause) == (None, Cause.QUOTA_OR_ADMISSION)
    assert blocker.message == "denied"
    new = [pod("a"), pod("b", node="n2")]
    assert not rollout_status(obj, NOW, View(new, nodes, deletion_failure="denied")).blockers


def test_nodes_that_were_not_read_are_counted():
    """Without the nodes, how many have no pod; with them, which."""
    obj = daemonset(desired=3, updated=1, available=1)
    [blocker] = status(obj, [pod("a")]).blockers
    assert (blocker.node, blocker.message) == (None, "2 of 3 nodes have no pod yet")
    nodes = [node("n1"), node("n2"), node("n3")]
    assert [b.node for b in status(obj, [pod("a")], nodes).blockers] == ["n2", "n3"]


def test_a_look_is_combined_with_a_newer_object():
    """Phase and counts are the object's, blockers those of the look; health is both."""
    pods = [pod("a"), pod("b", node="n2", ready=False, waiting="CrashLoopBackOff")]
    look = look_at(daemonset(available=1), pods, View(nodes=[]), NOW)
    found = rollout_status(daemonset(available=1, updated=1), NOW, look=look)
    assert (found.counts.updated, found.health) == (1, Health.DEGRADED)
    assert [b.cause for b in found.blockers] == [Cause.CRASH_LOOP]
    found = rollout_status(daemonset(), NOW, look=look)
    assert (found.phase, found.health) == (RolloutPhase.COMPLETE, Health.HEALTHY)


def test_the_last_change_is_not_searched_where_it_is_known():
    """A watcher that saw something move lately makes a cheaper look, never Stalled."""
    pods = [pod("a", since=3000), pod("b", node="n2", ready=False, since=3000)]
    obj = daemonset(available=1)
    look = look_at(obj, pods, View(nodes=[]), NOW)
    assert (look.health, look.progress) == (Health.STALLED, NOW - timedelta(seconds=3000))
    look = look_at(obj, pods, View(nodes=[]), NOW, moving=True)
    assert (look.health, look.progress) == (Health.PROGRESSING, None)
