"""Which pods a restart of some deletes, and which it leaves out."""

import pytest

from dsctl.domain.batches import budget
from dsctl.domain.pods import by_node
from dsctl.domain.restart import Asked, Fleet, awaited, choose, restarted, restarted_at
from dsctl.errors import NotFound, UsageError
from tests.unit.domain import fleet

PAUSE = {"dsctl/paused-strategy": '{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":3}}'}


def revision(number):
    """A ControllerRevision whose pods have the hash ``hash-NUMBER``."""
    labels = {"controller-revision-hash": f"hash-{number}"}
    return {"metadata": {"name": f"agent-{number}", "labels": labels}, "revision": number}


def fleet_of(*pods, nodes=("n1", "n2", "n3"), dead=(), known=(1, 2)):
    """What was read. Pods of generation 2 are of the newest revision."""
    all_nodes = {name: fleet.node(name, ready=name not in dead) for name in nodes}
    return Fleet(fleet.daemonset(), [revision(n) for n in known], by_node(pods), all_nodes)


def test_all_pods_by_an_annotation():
    """Other annotations stay, and the object that was given too."""
    before = fleet.daemonset()
    before["spec"]["template"]["metadata"] = {"annotations": {"x": "y"}}
    after = restarted(before, "2026-01-01T00:00:00Z")
    assert restarted_at(after) == "2026-01-01T00:00:00Z"
    assert after["spec"]["template"]["metadata"]["annotations"]["x"] == "y"
    assert restarted_at(before) is None


def test_named_nodes_in_their_order():
    """Each pod as it was when it was chosen: the next one there is not wanted."""
    first, second = fleet.pod("a", "n1"), fleet.pod("b", "n2")
    found = choose(fleet_of(first, second), Asked(nodes=("n2", "n1")), budget=1)
    assert (found.work.nodes, found.left_out, found.old) == (("n2", "n1"), {}, 0)
    assert found.work.wanted(first)
    assert not found.work.wanted(fleet.pod("c", "n1"))


def test_unhealthy_ones_while_they_are():
    """Not those that have become ready; none on a node that can't end or start a pod."""
    sick = fleet.pod("b", "n2", ready=False)
    pods = [fleet.pod("a", "n1"), sick, fleet.pod("c", "n3", ready=False)]
    found = choose(fleet_of(*pods, dead=("n3",)), Asked(unhealthy=True), budget=1)
    assert found.work.nodes == ("n2",)
    assert found.left_out["n3"].startswith("the node is not ready: NodeStatusUnknown")
    assert found.work.wanted(sick)
    assert not found.work.wanted(fleet.pod("b", "n2"))
    waiting = fleet.pod("d", "n1", ready=False, bound=False)
    found = choose(fleet_of(waiting), Asked(unhealthy=True), budget=1)
    assert found.left_out == {"n1": "its pod is not scheduled"}


def test_those_of_older_revisions():
    """By revision number; a hash that no revision has is older than all."""
    pods = [fleet.pod("a", "n1", generation="1"), fleet.pod("b", "n2", generation="2"),
            fleet.pod("c", "n3", generation="0", hash="gone")]  # fmt: skip
    found = choose(fleet_of(*pods), Asked(older_than=2), budget=1)
    assert (found.work.nodes, found.old) == (("n1", "n3"), 2)
    assert choose(fleet_of(*pods, known=(1, 5)), Asked(older_than=3), budget=1).work.nodes
    with pytest.raises(NotFound, match="unable to find specified revision 3"):
        choose(fleet_of(*pods), Asked(older_than=3), budget=1)


@pytest.mark.parametrize(
    ("node", "dead", "error", "hint"),
    [
        ("worker-1", (), "there is no node 'worker-1'", "did you mean worker-11?"),
        # it is a node, so nothing was mistyped: why it has no pod is the question
        ("n2", (), "daemonset 'agent' has no pod on node 'n2'", "see: dsctl why agent --node n2"),
        ("n22", (), "there is no node 'n22'", "dsctl get agent --pods"),
        ("worker-11", ("worker-11",), "can't be restarted: the node is not ready", "dsctl why"),
    ],
)
def test_nodes_whose_pod_can_not_be_restarted(node, dead, error, hint):
    """All are looked at before any is touched."""
    nodes = ("n1", "n2", "worker-11")
    seen = fleet_of(fleet.pod("a", "n1"), fleet.pod("b", "worker-11"), nodes=nodes, dead=dead)
    with pytest.raises(UsageError, match=error) as caught:
        choose(seen, Asked(nodes=("n1", node)), budget=1)
    assert hint in (caught.value.hint or "")


def test_the_budget():
    """What was asked for; else the DaemonSet's own, that of a pause, and 1 with OnDelete."""
    rolling = {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "25%"}}}
    surging = {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 2}}}
    assert budget(fleet.daemonset(spec=rolling), None, 10) == 3
    assert budget(fleet.daemonset(spec=rolling), 5, 10) == 5
    assert budget(fleet.daemonset(spec=rolling), "1%", 10) == 1
    assert budget(fleet.daemonset(spec=surging), None, 10) == 1
    assert budget(fleet.daemonset(spec=fleet.ON_DELETE), None, 10) == 1
    assert budget(fleet.daemonset(spec=fleet.ON_DELETE, annotations=PAUSE), None, 10) == 3


def test_who_deletes_the_pods():
    """Nothing is said where the controller does."""
    assert awaited(fleet.daemonset()) == ()
    assert "(OnDelete)" in awaited(fleet.daemonset(spec=fleet.ON_DELETE))[0]
    paused = fleet.daemonset(spec=fleet.ON_DELETE, annotations=PAUSE)
    assert "rollout resume agent" in awaited(paused)[0]
