"""Which nodes a staged rollout does next, and when a batch is done."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsctl.domain import pods as pod_of
from dsctl.domain import steps
from dsctl.domain.batches import Choice, parse_batches
from tests.unit.domain.fleet import NOW, ON_DELETE, ago, daemonset, node, pod

DS = daemonset(spec=ON_DELETE)
NODES = [f"n{i}" for i in range(6)]


def fleet(*pods, nodes=NODES, dark=(), soak=0, **more):
    """The Fleet of these pods; old ones have generation 1, new ones 2."""
    reader = steps.Reader(daemonset(spec={**ON_DELETE, **more}), None, timedelta(seconds=soak))
    reader.know({name: node(name, ready=name not in dark) for name in nodes})
    return reader.read(pod_of.by_node(pods), NOW)


def old(name, **more):
    return pod(f"old-{name}", node=name, generation="1", **more)


def new(name, **more):
    return pod(f"new-{name}", node=name, **more)


def going(name):
    return old(name, metadata={"deletionTimestamp": ago(seconds=3)})


def plan(found, batches="100%", most=1, batch=0, candidates=None):
    choice = Choice(parse_batches(batches) if batches else ())
    return steps.plan(choice, found, batch, candidates or list(found.all), most)


def chosen(look):
    return [name for name, _ in look.delete]


def all_old():
    return [old(name) for name in NODES]


def test_a_batch_takes_the_next_nodes_within_the_budget():
    """No more than the target, and no more than may be down together."""
    assert chosen(plan(fleet(*all_old()))) == ["n0"]
    assert chosen(plan(fleet(*all_old()), most=4)) == NODES[:4]
    assert chosen(plan(fleet(*all_old()), "2", most=4)) == NODES[:2]
    assert chosen(plan(fleet(*all_old()), "50%", most=9)) == NODES[:3]


def test_nodes_that_are_updated_or_under_way_count():
    """A target of three is one more where one is updated and one is on its way."""
    found = fleet(new("n1"), going("n2"), *(old(n) for n in ("n0", "n3", "n4", "n5")))
    assert (found.updated, found.moving) == ({"n1"}, {"n2"})
    assert chosen(plan(found, "3", most=4)) == ["n0"]
    assert chosen(plan(found, "3", most=1)) == []
    assert not plan(found, "2").complete


def test_a_node_that_is_down_costs_nothing():
    """It has its turn even where the budget is used up; a dark one has none."""
    failing = old("n3", ready=False)
    pods = [failing, *(old(n) for n in NODES if n != "n3")]
    assert chosen(plan(fleet(*pods), "1")) == ["n3"]
    assert chosen(plan(fleet(*pods), "100%", most=2)) == ["n0", "n3"]
    found = fleet(*pods, dark=["n3"])
    look = plan(found)
    assert (chosen(look), look.complete) == ([], False)
    assert "1 node may be without an available pod at a time, and 1 is: n3" in look.held
    assert "node not ready" in look.held


def test_dark_nodes_are_left_to_the_end_and_named():
    """Where nothing else is left it says so, and is not done."""
    found = fleet(*(new(n) for n in NODES[:5]), old("n5", ready=False), dark=["n5"])
    look = plan(found, most=3)
    assert (chosen(look), look.complete) == ([], False)
    assert look.held == "the nodes that are left are not ready: n5"


def test_a_batch_is_done_when_all_new_pods_are():
    """Its target reached, each new pod available, and ready for the soak time."""
    rest = [old(n) for n in NODES[2:]]
    assert plan(fleet(new("n0"), new("n1"), *rest), "2").complete
    assert not plan(fleet(new("n0"), new("n1", ready=False), *rest), "2").complete
    soaking = [new("n0", since=60), new("n1", since=10), *rest]
    assert plan(fleet(*soaking, soak=10), "2").complete
    found = fleet(*soaking, soak=30)
    assert not plan(found, "2").complete
    assert found.reasons["n1"] == "ready, soaks for another 20 s"
    assert not plan(fleet(*soaking, minReadySeconds=20), "2").complete


def test_a_batch_that_is_done_deletes_nothing_more():
    """More nodes than its target may be updated; the next batch goes on from there."""
    found = fleet(*(new(n) for n in NODES[:3]), *(old(n) for n in NODES[3:]))
    assert plan(found, "1,4").complete
    assert chosen(plan(found, "1,4", most=9, batch=1)) == ["n3"]
    # A later target that comes to less than an earlier one asks for nothing.
    assert plan(found, "3,1%", batch=1).target == 3


def test_chosen_nodes_alone_are_done_without_batches():
    """In their order; what is under way elsewhere keeps nobody waiting."""
    found = fleet(new("n0", ready=False), *(old(n) for n in NODES[1:]))
    assert chosen(plan(found, None, most=2, candidates=["n4", "n2"])) == ["n4"]
    found = fleet(new("n4"), new("n0", ready=False), *(old(n) for n in ("n1", "n2", "n3", "n5")))
    assert plan(found, None, candidates=["n4"]).complete
    assert not plan(found, None, candidates=["n4", "n0"]).complete


def test_only_sure_failures_of_new_pods_are_failures():
    """An old pod that crashes says nothing against the new version, nor does a dark node."""
    crash = {"ready": False, "waiting": "CrashLoopBackOff"}
    assert [b.node for b in fleet(new("n0", **crash), old("n1", **crash)).failing] == ["n0"]
    assert fleet(new("n0", **crash), dark=["n0"]).failing == []
    assert fleet(new("n0", ready=False)).failing == []


def test_nodes_can_be_ordered():
    """By name, by age with the oldest first, by a label with those that lack it last, as given."""
    nodes = {
        "a": {"metadata": {"labels": {"zone": "2"}, "creationTimestamp": ago(days=1)}},
        "b": {"metadata": {"labels": {"zone": "1"}, "creationTimestamp": ago(days=3)}},
        "c": {"metadata": {"labels": {}, "creationTimestamp": ago(days=2)}},
    }
    names = ["c", "a", "b"]
    assert steps.ordered(names, "name", nodes) == ["a", "b", "c"]
    assert steps.ordered(names, "age", nodes) == ["b", "c", "a"]
    assert steps.ordered(names, "zone", nodes) == ["b", "a", "c"]
    assert steps.ordered(names, "given", nodes) == names
    assert steps.ordered(names, "age", None) == ["a", "b", "c"]


def test_a_trial_names_the_nodes_of_each_batch():
    """As they would be if all went well."""
    found = fleet(new("n2"), *(old(n) for n in NODES if n != "n2"))
    choice = Choice(parse_batches("1,50%,100%"))
    assert list(steps.trial(choice, found, NODES)) == [
        (1, []),
        (3, ["n0", "n1"]),
        (6, ["n3", "n4", "n5"]),
    ]
    assert list(steps.trial(Choice(), found, ["n5", "n2"])) == [(2, ["n5"])]


def test_without_nodes_the_pods_alone_tell():
    """Nobody who may not read nodes is kept from stepping."""
    reader = steps.Reader(DS, None, timedelta(0))
    found = reader.read(pod_of.by_node([old("n1"), new("n0")]), NOW)
    assert (found.all, set(found.old), found.done) == (("n0", "n1"), {"n1"}, {"n0"})
    # One of the two has no pod for the moment: it counts as under way, so none is done instead.
    found = reader.read(pod_of.by_node([old("n1")]), NOW)
    assert (len(found.all), len(found.moving), len(found.down)) == (2, 1, 1)
    assert chosen(plan(found, "1", most=2)) == []


def test_an_old_pod_on_an_excluded_node_is_passed_over_and_named():
    """A node that is not ready is tainted, so the controller would not place a pod there now."""
    taint = {"taints": [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]}
    reader = steps.Reader(DS, None, timedelta(0))
    reader.know({"n0": node("n0"), "n1": node("n1", ready=False, spec=taint)})
    found = reader.read(pod_of.by_node([new("n0"), old("n1")]), NOW)
    assert found.all == ("n0",)
    assert found.passed["n1"].startswith("node not ready: NodeStatusUnknown")
    assert plan(found).complete
    assert reader.read(pod_of.by_node([new("n0"), new("n1")]), NOW).passed == {}


def test_pods_that_linger_on_a_node_that_is_gone_are_no_part_of_the_rollout():
    """One that is newer than the last reading of the nodes is; which it is, another reading tells.

    Batches are targets over the nodes that should run a pod, and the first must not be a node
    where nothing can come.
    """
    reader = steps.Reader(DS, None, timedelta(0))
    reader.know({name: node(name) for name in ("n1", "n2")})
    seen = pod_of.by_node([old("n0"), old("n1"), old("n2"), new("n9")])
    assert reader.strange(seen)
    reader.know({name: node(name) for name in ("n1", "n2", "n9")}, seen)
    assert not reader.strange(seen)
    found = reader.read(seen, NOW)
    assert (found.all, set(found.old), found.down) == (("n1", "n2", "n9"), {"n1", "n2"}, set())
    assert found.passed == {"n0": "the node is gone"}
    assert chosen(plan(found, "2")) == ["n1"]
    reader.know({name: node(name) for name in ("n0", "n1", "n2")})
    assert set(reader.read(seen, NOW).old) == {"n0", "n1", "n2"}, "a node of this name came back"


class World:
    """A controller and its nodes, as far as stepping sees them: what is deleted comes back new."""

    def __init__(self, seed, count):
        self.chance = Random(seed)
        self.names = [f"n{i:02}" for i in range(count)]
        self.pods = {name: old(name) for name in self.names}
        self.deleted = []

    def look(self):
        return fleet(*(p for p in self.pods.values() if p is not None), nodes=self.names)

    def delete(self, name, pods):
        assert [self.pods[name]] == list(pods), "deletes what is there"
        assert pod_of.template_generation(pods[0]) == "1", "never an updated pod"
        self.deleted.append(name)
        self.pods[name] = going(name)

    def pass_time(self):
        for name in self.names:
            state = self.pods[name]
            if state is None:
                self.pods[name] = new(name, ready=False)
            elif pod_of.deleting(state) and self.chance.random() < 0.5:
                self.pods[name] = None
            elif not pod_of.ready(state) and self.chance.random() < 0.5:
                self.pods[name] = new(name)
            elif self.chance.random() < 0.03 and state["metadata"]["name"][0] == "n":
                self.pods[name] = new(name, ready=False)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 12),
    st.integers(1, 5),
    st.sampled_from(["1,10%,50%,100%", "100%", "3,4,50%,100%", "2", "1,60%"]),
)
def test_however_it_goes_the_budget_holds_and_no_node_is_done_twice(seed, count, most, batches):
    """Killed at any look and begun again at the first batch, it ends with the same targets."""
    world = World(seed, count)
    choice = Choice(parse_batches(batches))
    batch, last = 0, choice.batches[-1].target(count)
    for _ in range(2000):
        found = world.look()
        look = steps.plan(choice, found, batch, world.names, most)
        if look.complete:
            assert len(found.done) >= choice.batches[batch].target(count)
            if batch + 1 == len(choice.batches):
                break
            batch += 1
            continue
        for name, pods in look.delete:
            world.delete(name, pods)
        after = world.look()
        assert len(after.down) <= max(most, len(found.down))
        assert len(after.started) <= max(look.target, len(found.started))
        world.pass_time()
        if world.chance.random() < 0.1:
            batch = 0
    else:
        raise AssertionError("it does not end")
    assert (
        len(world.deleted)
        == len(set(world.deleted))
        == max(b.target(count) for b in choice.batches)
    )
    assert last <= len(world.deleted)


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c", "d", "e"], list("abcdefg")])
def test_only_the_first_few_names_are_shown(names):
    """A fleet does not fit in a line."""
    assert steps.shown(names).endswith("…") == (len(names) > 5)
