import pytest

from dsctl.domain.placement import Placement
from dsctl.domain.priority import class_to_read, evicts_below
from tests.unit.domain.test_fit import Fit, daemonset, node, pod


def ranked(name, priority, cpu="2"):
    """A bound pod of this priority."""
    made = pod(name, cpu)
    made["spec"]["priority"] = priority
    return made


def notes(ds, bound, limit, where=None):
    """What is noted where the pod does not fit."""
    where = where or node()
    found = Fit(ds, evicts_below=limit).judge(where, Placement(ds).decide(where), bound)
    assert found.fits is False
    return found.notes


def test_pods_of_lower_priority_that_are_in_the_way_are_named():
    """It still does not fit; the note says what may become of whom."""
    assert notes(daemonset("3"), [ranked("b", -1), ranked("a", 5)], 10) == (
        "Preemption: it fits without pods of lower priority, which the scheduler may evict: "
        "apps/a, apps/b",
    )
    crowd = [ranked(f"p{i}", 0, "500m") for i in range(7)]
    assert notes(daemonset("3"), crowd, 1)[0].endswith("apps/p3, apps/p4 and 2 more")


@pytest.mark.parametrize(
    ("bound", "limit"),
    [
        ([ranked("a", 10)], 10),
        ([ranked("a", 9), ranked("b", 10)], 10),
        ([ranked("a", 0)], None),
        ([], 10),
    ],
)
def test_nothing_is_noted_where_evicting_would_not_help(bound, limit):
    """Pods of the same priority stay, and so do all where the DaemonSet's evict none."""
    assert notes(daemonset("3" if bound else "5"), bound, limit) == ()


def test_a_taint_is_not_overcome_by_evicting():
    """The scheduler evicts for room alone."""
    tainted = node(taints=[{"key": "x", "effect": "NoSchedule"}])
    assert notes(daemonset("3"), [ranked("a", 0)], 10, tainted) == ()


@pytest.mark.parametrize(
    ("spec", "read", "limit"),
    [
        ({}, None, 0),
        ({"priorityClassName": "system-node-critical"}, None, 2_000_001_000),
        ({"priorityClassName": "system-cluster-critical"}, None, 2_000_000_000),
        ({"priorityClassName": "mine"}, {"value": 7}, 7),
        ({"priorityClassName": "mine"}, {"value": 7, "preemptionPolicy": "Never"}, None),
        ({"priorityClassName": "mine", "preemptionPolicy": "Never"}, {"value": 7}, None),
        ({"priorityClassName": "mine"}, None, None),
    ],
)
def test_the_priority_is_that_of_the_class(spec, read, limit):
    """Two classes are known everywhere; of any other the object says it."""
    made = daemonset(**spec)
    assert evicts_below(made, read) == limit
    assert class_to_read(made) == ("mine" if spec.get("priorityClassName") == "mine" else None)
