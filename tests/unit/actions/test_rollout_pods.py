import copy

from dsctl.actions.rollout_pods import Trimmer
from dsctl.domain.podtrouble import container_lines
from dsctl.domain.rollout_look import View, look_at
from tests.unit.domain.fleet import NOW, ago, daemonset, node, pod

UNFIT = {"type": "PodScheduled", "status": "False", "message": "0/3 nodes: Insufficient cpu."}
CRASHED = {"restartCount": 4, "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}}
GOING = {"deletionTimestamp": ago(minutes=1), "finalizers": ["test/hold"]}


def fleet():
    """Pods in all the states that matter, some with fields that don't."""
    pods = [
        pod("a"),
        pod("b", node="n2", ready=False, waiting="CrashLoopBackOff", container=CRASHED),
        pod("c", node="n3", bound=False, conditions=[UNFIT], phase="Pending"),
        pod("d", node="n4", generation="1"),
        pod("e", node="n5", ready=False, generation="1"),
        pod("f", node="n6", since=5),
        pod("g", node="n7"),
    ]
    pods[-1]["metadata"] |= GOING
    for one in pods:
        one["metadata"]["ownerReferences"] = [{"uid": "d", "controller": True}]
        one["spec"]["tolerations"] = [{"operator": "Exists"}]
        one["spec"]["containers"][0]["readinessProbe"] = {"httpGet": {"port": 1}}
        one["status"]["podIPs"] = [{"ip": "10.0.0.1"}]
    return pods


def test_a_look_at_trimmed_pods_is_the_same():
    """Blockers, budget, counts and health don't change with what is taken away."""
    whole = fleet()
    trimmer = Trimmer()
    trimmed = [trimmer.trim(copy.deepcopy(one)) for one in whole]
    assert "tolerations" not in trimmed[0]["spec"]
    obj = daemonset(desired=8, updated=5, spec={"minReadySeconds": 30})
    view = View(nodes=[node(f"n{i}") for i in range(1, 9)], revision=(2, "hash-2"))
    assert look_at(obj, trimmed, view, NOW) == look_at(obj, whole, view, NOW)
    assert [*map(container_lines, trimmed)] == [*map(container_lines, whole)]


def test_what_is_the_same_in_all_pods_is_held_once():
    """Owners and containers of one template are one object each."""
    trimmer = Trimmer()
    first, second, *_ = [trimmer.trim(one) for one in fleet()]
    assert first["spec"]["containers"] is second["spec"]["containers"]
    assert first["metadata"]["ownerReferences"] is second["metadata"]["ownerReferences"]
