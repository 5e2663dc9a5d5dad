import pytest

from dsctl.domain.fit import Fit
from dsctl.domain.placement import Placement


def daemonset(cpu=None, **spec):
    """A DaemonSet whose only container asks so much cpu."""
    container = {"name": "agent", "resources": {"requests": {"cpu": cpu} if cpu else {}}}
    container |= spec.pop("container", {})
    return {"spec": {"template": {"spec": {"containers": [container], **spec}}}}


def node(name="n1", cpu="4", pods="110", taints=(), **more):
    """A node with this much allocatable."""
    allocatable = {"cpu": cpu, "memory": "8Gi", "pods": pods, **more}
    return {
        "metadata": {"name": name, "labels": {}},
        "spec": {"taints": list(taints)},
        "status": {"allocatable": allocatable},
    }


def pod(name, cpu="1", phase="Running", namespace="apps", **container):
    """A pod that is bound to the node."""
    made = {"name": "c", "resources": {"requests": {"cpu": cpu}}, **container}
    return {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"nodeName": "n1", "containers": [made]},
        "status": {"phase": phase},
    }


def judge(ds, where, bound):
    """The verdict on one node."""
    return Fit(ds).judge(where, Placement(ds).decide(where), bound)


@pytest.mark.parametrize(
    ("asked", "bound", "expected"),
    [
        (None, [pod("a", "4")], True),
        ("4", [], True),
        ("4001m", [], False),
        ("3", [pod("a")], True),
        ("3001m", [pod("a")], False),
        ("4", [pod("a", phase="Succeeded"), pod("b", phase="Failed")], True),
    ],
)
def test_requests_must_fit_into_what_is_free(asked, bound, expected):
    """Exactly full fits; pods that ended hold nothing; asking nothing always fits."""
    assert judge(daemonset(asked), node(), bound).fits is expected


def test_a_shortage_names_what_is_asked_free_and_who_holds_it():
    """The five largest holders are named, the largest first."""
    bound = [pod(f"p{i}", f"{i}00m") for i in range(1, 8)]
    [reason] = judge(daemonset("2"), node(), bound).reasons
    assert reason.to_dict() == {
        "type": "Resources",
        "message": "cpu: asks 2, 1200m of 4 is free; held by apps/p7 (700m), apps/p6 (600m), "
        "apps/p5 (500m), apps/p4 (400m), apps/p3 (300m)",
        "resource": "cpu",
        "asked": "2",
        "free": "1200m",
        "allocatable": "4",
        "holders": [
            {"namespace": "apps", "pod": f"p{i}", "amount": f"{i}00m"} for i in range(7, 2, -1)
        ],
    }


def test_every_short_resource_is_named():
    """Extended resources that a node doesn't have at all are 0 there."""
    asks = {"resources": {"requests": {"nvidia.com/gpu": "1", "memory": "16Gi", "cpu": "1"}}}
    reasons = judge(daemonset(container=asks), node(), []).reasons
    assert [(r.resource, r.asked, r.free, r.allocatable) for r in reasons] == [
        ("memory", "16Gi", "8Gi", "8Gi"),
        ("nvidia.com/gpu", "1", "0", "0"),
    ]


def test_a_taken_host_port_names_the_pod():
    """Each of the template's ports that another pod holds is a reason."""
    wants = {"ports": [{"hostPort": 9100}, {"hostPort": 53, "protocol": "UDP"}]}
    holds = {"ports": [{"hostPort": 9100, "hostIP": "10.0.0.1"}, {"hostPort": 53}]}
    result = judge(daemonset(container=wants), node(), [pod("exporter", **holds), pod("other")])
    assert result.fits is False
    assert [r.to_dict() for r in result.reasons] == [
        {
            "type": "HostPort",
            "message": "host port 9100/TCP is taken by apps/exporter",
            "port": 9100,
            "protocol": "TCP",
            "hostIP": "0.0.0.0",
            "namespace": "apps",
            "pod": "exporter",
        }
    ]


@pytest.mark.parametrize(("slots", "expected"), [("3", True), ("2", False), ("0", False)])
def test_a_node_has_so_many_pod_slots(slots, expected):
    """The pod needs a slot of its own even if it asks for nothing."""
    result = judge(daemonset(), node(pods=slots), [pod("a"), pod("b")])
    assert result.fits is expected
    if not expected:
        [reason] = result.reasons
        assert (reason.type, reason.slots, reason.used) == ("PodSlots", int(slots), 2)


def test_taints_and_selectors_keep_the_scheduler_away_and_affinity_does_not():
    """The controller pins the pod to its node in place of the template's affinity terms."""
    tainted = node(taints=[{"key": "a", "effect": "NoSchedule"}])
    assert judge(daemonset(), tainted, []).fits is False
    assert judge(daemonset(nodeSelector={"a": "b"}), node(), []).fits is False
    terms = [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    elsewhere = judge(daemonset(affinity={"nodeAffinity": required}), node(), [])
    assert (elsewhere.fits, elsewhere.reasons) == (True, ())


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        ({"volumes": [{"name": "data", "persistentVolumeClaim": {}}]},
         "volume data (persistentVolumeClaim)"),
        ({"affinity": {"podAntiAffinity":
          {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}}}, "pod anti-affinity"),
        ({"topologySpreadConstraints": [{"topologyKey": "zone"}]}, "topology spread over zone"),
        ({"resourceClaims": [{"name": "gpu"}]}, "resource claims"),
        ({"schedulingGates": [{"name": "x"}]}, "scheduling gates"),
        ({"schedulerName": "mine"}, "scheduler mine"),
        ({"runtimeClassName": "kata"},
         "runtime class kata (its overhead, nodes and tolerations)"),
    ],
)  # fmt: skip
def test_what_is_not_modelled_makes_the_answer_unknown_unless_it_is_no(spec, note):
    """A note names the thing; a filter that says no wins."""
    unknown = judge(daemonset("1", **spec), node(), [])
    assert (unknown.fits, unknown.notes) == (None, (f"NotModelled: {note}",))
    assert judge(daemonset("5", **spec), node(), []).fits is False


@pytest.mark.parametrize(
    ("container", "note"),
    [
        ({"restartPolicyRules": [{"action": "RestartAllContainers"}]},
         "restart of all containers (needs a feature of the node)"),
        ({"resources": {"limits": {"deviceclass.resource.kubernetes.io/gpu": "1"}}},
         "device class gpu"),
    ],
)  # fmt: skip
def test_what_a_container_needs_that_no_node_counts_is_not_modelled(container, note):
    """A device class is claimed, not counted, so that nothing of it is short."""
    result = judge(daemonset(container=container), node(), [])
    assert (result.fits, result.reasons, result.notes) == (None, (), (f"NotModelled: {note}",))
    plain = {"restartPolicyRules": [{"action": "Restart"}]}
    assert judge(daemonset(container=plain), node(), []).fits is True


def test_preferences_are_no_obstacle():
    """What only ranks nodes leaves the answer known."""
    spec = {
        "affinity": {"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{}]}},
        "topologySpreadConstraints": [{"topologyKey": "z", "whenUnsatisfiable": "ScheduleAnyway"}],
        "volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}],
        "schedulerName": "default-scheduler",
    }
    assert judge(daemonset("1", **spec), node(), []).fits is True


def test_without_pods_only_what_holds_for_an_empty_node_is_said():
    """Too much for the empty node is no; else it is unknown, with a note."""
    assert judge(daemonset("5"), node(), None).fits is False
    result = judge(daemonset("1"), node(), None)
    assert (result.fits, result.notes) == (None, ("NotRead: the pods on the node",))
