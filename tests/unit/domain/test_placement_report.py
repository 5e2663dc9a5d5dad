import time

import pytest

from dsctl.domain.placement import CORDONED
from dsctl.domain.verdicts import Cluster, place, stale_counts
from tests.unit.domain.fleet import pod as fleet_pod

TAINT = {"key": "a", "effect": "NoSchedule"}
EVICT = {"key": "b", "effect": "NoExecute"}


def daemonset(cpu="1", uid="ds", **spec):
    """A DaemonSet that wants label run=yes and asks so much cpu."""
    containers = [{"name": "agent", "resources": {"requests": {"cpu": cpu}}}]
    template = {"nodeSelector": {"run": "yes"}, "containers": containers, **spec}
    metadata = {"namespace": "logs", "name": "agent", "uid": uid}
    return {"metadata": metadata, "spec": {"template": {"spec": template}}}


def node(name, run="yes", taints=(), cpu="4", **spec):
    """A node with or without the label that the DaemonSet wants."""
    return {
        "metadata": {"name": name, "labels": {"run": run} if run else {}},
        "spec": {"taints": list(taints), **spec},
        "status": {"allocatable": {"cpu": cpu, "pods": "10"}},
    }


def pod(name, where, owner="ds", **more):
    """A pod of the DaemonSet, or of another owner, on a node."""
    made = fleet_pod(name, where, **more)
    made["metadata"]["namespace"] = "logs"
    made["metadata"]["ownerReferences"] = [{"uid": owner, "controller": True}]
    return made


def verdicts(report):
    """Node to verdict."""
    return {each.node: each.verdict.value for each in report.nodes}


FLEET = [
    node("ready"),
    node("bad"),
    node("going"),
    node("waiting"),
    node("missing"),
    node("excluded", run=None),
    node("lingering", run=None),
    node("stays", taints=[TAINT]),
    node("goes", taints=[EVICT]),
]
PODS = [
    pod("p-ready", "ready"),
    pod("p-bad", "bad", ready=False, waiting="CrashLoopBackOff"),
    pod("p-going", "going", metadata={"deletionTimestamp": "2026-05-01T11:00:00Z"}),
    pod("p-waiting", "waiting", bound=False, phase="Pending"),
    pod("p-lingering", "lingering", bound=False, phase="Pending"),
    pod("p-stays", "stays"),
    pod("p-goes", "goes"),
    pod("p-other", "missing", owner="someone-else"),
]


def test_every_node_gets_the_first_verdict_that_holds():
    """Unscheduled pods count as not there, and other owners' pods are not looked at."""
    report = place(daemonset(), Cluster(FLEET, PODS))
    assert verdicts(report) == {
        "bad": "NotReady",
        "excluded": "Excluded",
        "goes": "Misscheduled",
        "going": "NotReady",
        "lingering": "Excluded",
        "missing": "Missing",
        "ready": "Ready",
        "stays": "Misscheduled",
        "waiting": "Unscheduled",
    }
    assert [each.node for each in report.nodes] == sorted(verdicts(report))
    assert report.well is False


def test_a_summary_counts_nodes_by_verdict_and_reason():
    """Zeros are there too, so that scripts need no default."""
    report = place(daemonset(), Cluster(FLEET, PODS)).to_dict()
    assert report["summary"] == {
        "nodes": 9,
        "eligible": 5,
        "excluded": 4,
        "byVerdict": {
            "Misscheduled": 2,
            "Excluded": 2,
            "Missing": 1,
            "Unscheduled": 1,
            "NotReady": 2,
            "Ready": 1,
        },
        "byReason": {
            "NodeName": 0,
            "NodeSelector": 2,
            "NodeAffinity": 0,
            "Taint": 2,
            "Resources": 0,
            "HostPort": 0,
            "PodSlots": 0,
        },
    }


def test_pods_that_should_not_be_there_stay_or_go():
    """A note says which, and what becomes of a pending pod of an excluded node."""
    notes = {e.node: e.notes for e in place(daemonset(), Cluster(FLEET, PODS)).nodes}
    assert notes["stays"] == ("the pod stays: only new pods are kept off",)
    assert notes["goes"] == ("the controller removes the pod",)
    assert "stays pending" in notes["lingering"][0]
    assert notes["ready"] == notes["excluded"] == ()


def test_a_pod_that_is_not_well_has_its_say():
    """The scheduler's message, the container's reason, or the event of a pod never made."""
    unfit = {"type": "PodScheduled", "status": "False", "message": "1 Insufficient cpu."}
    pods = [
        pod("waits", "n1", bound=False, ready=False, conditions=[unfit]),
        pod("crashes", "n2", ready=False, waiting="CrashLoopBackOff"),
        pod("dark", "n3", ready=False),
    ]
    dark = node("n3")
    dark["status"]["conditions"] = [{"type": "Ready", "status": "False", "reason": "KubeletDead"}]
    ready = [{"type": "Ready", "status": "True"}]
    nodes = [node(n) for n in ("n1", "n2", "n4")]
    for each in nodes:
        each["status"]["conditions"] = ready
    seen = Cluster([*nodes, dark], pods, creation_failure="exceeded quota: pods=3")
    assert {e.node: e.notes for e in place(daemonset(), seen).nodes} == {
        "n1": ("1 Insufficient cpu.",),
        "n2": ("container agent: CrashLoopBackOff",),
        "n3": ("node not ready: KubeletDead",),
        "n4": ("exceeded quota: pods=3",),
    }


def test_a_status_that_the_controller_has_not_renewed_is_called_old():
    """Counts that differ from the truth are named; pending pods on excluded nodes count there."""
    report = place(daemonset(), Cluster(FLEET, PODS))
    fresh = {**daemonset(), "status": {"desiredNumberScheduled": 5, "numberMisscheduled": 3}}
    assert stale_counts(fresh, report) == ()
    assert stale_counts(daemonset(), report) == (
        "desiredNumberScheduled still says 0: it is 5 now, and the status is old",
        "numberMisscheduled still says 0: it is 3 now, and the status is old",
    )


def test_the_report_has_the_public_fields():
    """PlacementReport as -o json prints it; its field names are a contract."""
    cordoned = node("n1", unschedulable=True)
    report = place(daemonset(), Cluster([cordoned], [pod("a", "n1")])).to_dict()
    assert {**report, "summary": None} == {
        "apiVersion": "dsctl/v1",
        "kind": "PlacementReport",
        "daemonSet": {"namespace": "logs", "name": "agent", "source": "cluster"},
        "summary": None,
        "nodes": [
            {
                "node": "n1",
                "shouldRun": True,
                "shouldContinueRunning": True,
                "fits": True,
                "verdict": "Ready",
                "reasons": [],
                "notes": [CORDONED],
                "pod": {
                    "name": "a",
                    "uid": "uid-a",
                    "phase": "Running",
                    "ready": True,
                    "hash": "hash-2",
                    "reason": "Running",
                },
                "change": None,
            }
        ],
        "notes": [],
        "update": None,
    }


def test_its_own_pod_does_not_stand_in_its_way():
    """Fit is judged without this DaemonSet's pod, and with everyone else's."""
    own, foreign = pod("a", "n1"), pod("b", "n1", owner="other")
    for each in (own, foreign):
        each["spec"]["containers"] = [{"resources": {"requests": {"cpu": "2"}}}]

    def fits(*there):
        return place(daemonset("3"), Cluster([node("n1")], there)).nodes[0].fits

    assert (fits(own), fits(foreign), fits(own, foreign)) == (True, False, False)
    listed = place(daemonset("3"), Cluster([node("n1")], [own], own=[own]))
    assert (listed.nodes[0].fits, listed.nodes[0].verdict.value) == (True, "Ready")


def test_a_manifest_that_is_not_running_has_verdicts_of_its_own():
    """Excluded, WouldNotFit or WouldRun; pods not read make fits unknown, not the verdict."""
    nodes = [node("fits"), node("small", cpu="500m"), node("out", run=None, cpu="0")]
    planned = place(daemonset(uid=None), Cluster(nodes, []), source="file", running=False)
    assert verdicts(planned) == {"fits": "WouldRun", "small": "WouldNotFit", "out": "Excluded"}
    assert planned.to_dict()["summary"]["byVerdict"] == {
        "Excluded": 1,
        "WouldNotFit": 1,
        "WouldRun": 1,
    }
    assert planned.to_dict()["summary"]["byReason"]["Resources"] == 2
    unread = place(daemonset(uid=None), Cluster(nodes), source="file", running=False)
    assert verdicts(unread) == verdicts(planned)
    assert [n.fits for n in unread.nodes] == [None, False, False]


@pytest.mark.parametrize(
    ("where", "has_pod", "template_changes", "expected"),
    [
        (node("n"), False, False, "Gain"),
        (node("n"), True, False, "Keep"),
        (node("n"), True, True, "Replace"),
        (node("n", run=None), False, True, None),
        (node("n", run=None), True, False, "Lose"),
        (node("n", taints=[TAINT]), True, False, "Keep"),
        (node("n", taints=[TAINT]), True, True, "Lose"),
        (node("n", taints=[EVICT]), True, False, "Lose"),
    ],
)
def test_a_plan_says_what_becomes_of_each_node(where, has_pod, template_changes, expected):
    """A pod that may stay is lost once the template changes: nothing would replace it."""
    pods = [pod("a", "n")] if has_pod else []
    report = place(daemonset(), Cluster([where], pods), template_changes=template_changes)
    assert report.nodes[0].to_dict()["change"] == expected


def test_a_pod_that_waits_is_judged_by_what_it_asks_itself():
    """Admission may have added to the template, or the pod is of an older one."""
    waits = pod("p", "n", bound=False, phase="Pending")
    resources = {"requests": {"cpu": "3"}}
    waits["spec"]["containers"] = [{"name": "agent", "resources": resources}, {"name": "added"}]
    waits["spec"]["overhead"] = {"cpu": "2"}
    for changed in (None, False):
        report = place(daemonset(cpu="1"), Cluster([node("n")], [waits]), template_changes=changed)
        assert (report.nodes[0].fits, report.nodes[0].reasons[0].asked) == (False, "5")
    report = place(daemonset(cpu="1"), Cluster([node("n")], [waits]), template_changes=True)
    assert report.nodes[0].fits is True


def test_a_node_that_is_kept_free_since_it_is_not_ready_says_what_is_wrong_with_it():
    """Its taint is the controller's word for that; one that has passed by is no trouble."""
    taint = {"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}
    down = node("n", taints=[taint])
    condition = {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}
    down["status"]["conditions"] = [{**condition, "message": "Kubelet stopped posting."}]
    (found,) = place(daemonset(), Cluster([down], [pod("p", "n")])).nodes
    assert (found.verdict.value, found.notes) == (
        "Misscheduled",
        (
            "node not ready: NodeStatusUnknown: Kubelet stopped posting.",
            "the pod stays: only new pods are kept off",
        ),
    )
    down["status"]["conditions"] = [{"type": "Ready", "status": "True"}]
    (found,) = place(daemonset(), Cluster([down], [])).nodes
    assert found.notes == ()


def test_the_pod_that_stays_speaks_for_its_node():
    """Beside a pod that is going away the other one is shown; of two, the older."""
    going = pod("old", "n1", age=900)
    going["metadata"]["deletionTimestamp"] = "2026-05-01T11:00:00Z"
    report = place(daemonset(), Cluster([node("n1")], [going, pod("new", "n1", age=60)]))
    assert (report.nodes[0].pod.name, verdicts(report)) == ("new", {"n1": "Ready"})
    surged = [pod("new", "n1", age=60, ready=False), pod("old", "n1", age=900)]
    report = place(daemonset(), Cluster([node("n1")], surged))
    assert (report.nodes[0].pod.name, report.well) == ("old", True)


def test_5000_nodes_are_judged_in_well_under_two_seconds():
    """Placement, fit and verdict of every node, with a pod on each; a loose bound."""
    nodes = [node(f"n{i:04}", run="yes" if i % 3 else None) for i in range(5000)]
    pods = [pod(f"p{i}", f"n{i:04}", owner="ds" if i % 2 else "other") for i in range(5000)]
    start = time.perf_counter()
    report = place(daemonset(), Cluster(nodes, pods))
    assert (len(report.to_dict()["nodes"]), time.perf_counter() - start < 2) == (5000, True)
