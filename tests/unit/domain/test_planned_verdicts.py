import pytest

from dsctl.domain.placement import CORDONED
from dsctl.domain.placement_report import Verdict
from dsctl.domain.verdicts import Cluster, place
from tests.unit.domain.fleet import node as bare_node
from tests.unit.domain.fleet import pod as fleet_pod

SURGE = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
ON_DELETE = {"type": "OnDelete"}
TAINT = {"key": "a", "effect": "NoSchedule"}
EVICT = {"key": "b", "effect": "NoExecute"}


def container(cpu, port=None):
    """A container that asks so much cpu, and a host port."""
    made = {"name": "agent", "resources": {"requests": {"cpu": cpu}}}
    return made | ({"ports": [{"containerPort": port, "hostPort": port}]} if port else {})


def daemonset(cpu="1", port=None, strategy=None):
    """What the DaemonSet shall be."""
    spec = {"nodeSelector": {"run": "yes"}, "containers": [container(cpu, port)]}
    return {
        "metadata": {"namespace": "logs", "name": "agent", "uid": "ds"},
        "spec": {"template": {"spec": spec}, "updateStrategy": strategy or {}},
    }


def node(name="n1", run="yes", taints=(), cpu="4", pods="10", **spec):
    """A node with or without the label that the DaemonSet wants."""
    made = bare_node(name, labels={"run": run} if run else {}, spec={"taints": taints, **spec})
    made["status"]["allocatable"] = {"cpu": cpu, "pods": pods}
    return made


def pod(name="old", where="n1", cpu="1", port=None, owner="ds", **more):
    """A pod of the DaemonSet, or of another owner."""
    made = fleet_pod(name, where, **more)
    made["spec"]["containers"] = [container(cpu, port)]
    made["metadata"] |= {"namespace": "logs"}
    made["metadata"]["ownerReferences"] = [{"uid": owner, "controller": True}]
    return made


def planned(wanted, pods, where=None, *, changed=True, **read):
    """The only node of a plan over live pods."""
    seen = Cluster([where or node()], pods, **read)
    (found,) = place(wanted, seen, running=False, template_changes=changed).nodes
    return found


def outcome(found):
    """What a plan says of a node."""
    change = None if found.change is None else found.change.value
    return found.verdict.value, change, found.fits, [r.type.value for r in found.reasons]


def test_under_surge_the_new_pod_must_fit_beside_the_old():
    """Without surge the old one goes first, and its room is free."""
    old = [pod(cpu="2")]
    fits = outcome(planned(daemonset("3"), old))
    assert fits == ("WouldRun", "Replace", True, [])
    beside = planned(daemonset("3", strategy=SURGE), old)
    assert outcome(beside) == ("WouldNotFit", "Replace", False, ["Resources"])
    (short,) = beside.reasons
    assert (short.free, [holder.pod for holder in short.holders]) == ("2", ["old"])
    assert outcome(planned(daemonset("2", strategy=SURGE), old))[2] is True


def test_under_surge_a_host_port_is_taken_by_its_own_old_pod():
    """The server accepts it, and it can never roll: the plan says so."""
    old = [pod(port=9100)]
    stuck = planned(daemonset(port=9100, strategy=SURGE), old)
    assert outcome(stuck) == ("WouldNotFit", "Replace", False, ["HostPort"])
    assert "9100/TCP is taken by logs/old" in stuck.reasons[0].message
    assert outcome(planned(daemonset(port=9101, strategy=SURGE), old))[2] is True
    assert outcome(planned(daemonset(port=9100), old)) == ("WouldRun", "Replace", True, [])
    assert outcome(planned(daemonset(port=9100, strategy=ON_DELETE), old))[2] is True


def test_under_surge_the_old_pod_takes_a_slot():
    """A node with one slot left for daemon pods has none for two."""
    found = planned(daemonset(strategy=SURGE), [pod()], node(pods="1"))
    assert outcome(found) == ("WouldNotFit", "Replace", False, ["PodSlots"])


def test_surge_matters_only_where_the_template_changes():
    """A pod that is kept needs no second one beside it."""
    old = [pod(port=9100, cpu="4")]
    found = planned(daemonset("4", 9100, SURGE), old, changed=False)
    assert outcome(found) == ("WouldRun", "Keep", True, [])


def test_a_pod_that_is_of_the_planned_template_already_is_kept():
    """Whatever the live template is: what counts is each pod's own revision."""
    pods = [pod("old", "n1"), pod("new", "n2")]
    seen = Cluster([node("n1"), node("n2")], pods)
    for changed in (False, True):
        report = place(
            daemonset(port=9100, strategy=SURGE),
            seen,
            running=False,
            template_changes=changed,
            updated=lambda pod: pod["metadata"]["name"] == "new",
        )
        assert [node.change.value for node in report.nodes] == ["Replace", "Keep"]


def test_an_old_pod_that_waits_holds_nothing():
    """Under surge too: only bound pods take room."""
    old = [pod(port=9100, bound=False, phase="Pending")]
    found = planned(daemonset(port=9100, strategy=SURGE), old)
    assert outcome(found) == ("WouldRun", "Replace", True, [])


def test_a_pod_that_is_kept_runs_even_where_a_new_one_would_not_fit():
    """Its place was taken since, for a new one: but it is there, and stays."""
    crowd = [pod(cpu="1"), pod("other", cpu="3", owner="x"), pod("more", cpu="1", owner="x")]
    kept = planned(daemonset("1"), crowd, changed=False)
    assert outcome(kept) == ("WouldRun", "Keep", False, ["Resources"])
    assert planned(daemonset("1"), crowd, changed=True).verdict is Verdict.WOULD_NOT_FIT
    waits = [pod(bound=False, phase="Pending"), *crowd[1:]]
    pending = planned(daemonset("1"), waits, changed=False)
    assert outcome(pending) == ("WouldNotFit", "Keep", False, ["Resources"])


@pytest.mark.parametrize(
    ("where", "changed", "change", "note"),
    [
        (node(run=None), False, "Lose", "the controller removes the pod"),
        (node(run=None), True, "Lose", "the controller removes the pod"),
        (node(taints=[EVICT]), False, "Lose", "the controller removes the pod"),
        (node(taints=[TAINT]), False, "Keep", "the pod stays: only new pods are kept off"),
        (node(taints=[TAINT]), True, "Lose", "the pod goes with the update, and none comes"),
    ],
)
def test_an_excluded_node_says_why_its_pod_stays_or_goes(where, changed, change, note):
    """A pod that may stay goes once its template changes, since the update removes it."""
    found = planned(daemonset(), [pod()], where, changed=changed)
    assert (found.verdict.value, found.change.value) == ("Excluded", change)
    assert found.notes == (note,)
    assert found.pod.name == "old"


def test_under_on_delete_a_pod_that_may_stay_is_kept():
    """No update takes it away; one that must go goes all the same."""
    stays = planned(daemonset(strategy=ON_DELETE), [pod()], node(taints=[TAINT]))
    assert (stays.change.value, stays.notes) == (
        "Keep",
        ("the pod stays: only new pods are kept off",),
    )
    goes = planned(daemonset(strategy=ON_DELETE), [pod()], node(taints=[EVICT]))
    assert goes.change.value == "Lose"


def test_a_pod_that_waits_for_an_excluded_node_is_told_of():
    """Nothing removes it: the controller does not look at the node again."""
    waits = [pod(bound=False, phase="Pending")]
    found = planned(daemonset(), waits, node(taints=[TAINT]), changed=False)
    assert "stays pending" in found.notes[0]


def test_a_node_that_gains_a_pod_has_none_in_the_report():
    """And an excluded one without a pod has no change; a cordon is a note on both."""
    gains = planned(daemonset(), [], node(unschedulable=True))
    assert (*outcome(gains), gains.pod, gains.notes) == (
        "WouldRun", "Gain", True, [], None, (CORDONED,),
    )  # fmt: skip
    out = planned(daemonset(), [], node(run=None))
    assert (*outcome(out), out.pod) == ("Excluded", None, False, ["NodeSelector"], None)


def test_neighbours_count_only_on_nodes_that_were_looked_at():
    """Elsewhere whether a pod fits is unknown, but what an empty node lacks is known."""
    crowd = [pod("other", cpu="4", owner="x")]
    seen = {"own": [], "looked_at": frozenset({"n1"})}
    assert outcome(planned(daemonset(), crowd, **seen)) == (
        "WouldNotFit", "Gain", False, ["Resources"],
    )  # fmt: skip
    elsewhere = planned(daemonset(), crowd, node("n2"), **seen)
    assert outcome(elsewhere) == ("WouldRun", "Gain", None, [])
    assert elsewhere.notes == ("NotRead: the pods on the node",)
    small = planned(daemonset(), crowd, node("n2", cpu="500m"), **seen)
    assert outcome(small) == ("WouldNotFit", "Gain", False, ["Resources"])


@pytest.mark.parametrize("unavailable", ["many", "10", "1.5%"])
def test_limits_that_the_server_would_refuse_are_no_surge(unavailable):
    """A plan of such a manifest is still made; the offline rules tell of it."""
    strategy = {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": unavailable}}
    assert outcome(planned(daemonset(port=1, strategy=strategy), [pod(port=1)]))[2] is True
