from datetime import timedelta

import pytest

from dsctl.domain.blockers import Cause
from dsctl.domain.health import Health
from dsctl.domain.rollout import RolloutPhase, kubectl_line, rollout_status
from dsctl.domain.rollout_look import Budget, View
from tests.unit.domain.fleet import NOW, ON_DELETE, ago, daemonset, node, pod

PAUSE = {"dsctl/paused-strategy": '{"type":"RollingUpdate"}'}
PAUSED = {"annotations": PAUSE, "spec": ON_DELETE}
SURGE = {
    "updateStrategy": {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
    }
}


@pytest.mark.parametrize(
    ("what", "line", "done"),
    [
        (daemonset(observed=1), "Waiting for daemon set spec update to be observed...", False),
        (
            daemonset(desired=3, updated=1, available=3),
            'Waiting for daemon set "agent" rollout to finish: 1 out of 3 new pods have been '
            "updated...",
            False,
        ),
        (
            daemonset(desired=3, updated=3, available=2),
            'Waiting for daemon set "agent" rollout to finish: 2 of 3 updated pods are '
            "available...",
            False,
        ),
        (daemonset(), 'daemon set "agent" successfully rolled out', True),
        (daemonset(desired=0, updated=0, available=0),
         'daemon set "agent" successfully rolled out', True),
        (daemonset(generation=2, observed=3), 'daemon set "agent" successfully rolled out', True),
    ],
)  # fmt: skip
def test_the_line_is_kubectls(what, line, done):
    """Word for word what kubectl rollout status prints, and whether it ends there."""
    assert kubectl_line(what) == (line, done)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (daemonset(observed=1), RolloutPhase.PROGRESSING),
        (daemonset(desired=0, updated=0, available=0), RolloutPhase.EMPTY),
        (daemonset(desired=0, updated=0, available=0, **PAUSED), RolloutPhase.EMPTY),
        (daemonset(), RolloutPhase.COMPLETE),
        (daemonset(**PAUSED), RolloutPhase.COMPLETE),
        (daemonset(spec=ON_DELETE), RolloutPhase.COMPLETE),
        (daemonset(updated=1, **PAUSED), RolloutPhase.PAUSED),
        (daemonset(updated=1, spec=ON_DELETE), RolloutPhase.AWAITING_DELETION),
        (daemonset(available=1, spec=ON_DELETE), RolloutPhase.PROGRESSING),
        (daemonset(updated=1), RolloutPhase.PROGRESSING),
        (daemonset(updated=3, desired=2), RolloutPhase.PROGRESSING),
    ],
)
def test_the_phase_is_the_first_that_holds(what, expected):
    """From .status alone: never Complete before the generation is observed."""
    assert rollout_status(what, NOW).phase is expected


def test_a_new_ondelete_daemonset_waits_for_nobody():
    """Nodes without a pod get the new one unasked: only old pods await their deletion."""
    new = daemonset(updated=1, available=1, desired=3, spec=ON_DELETE)
    new["status"]["currentNumberScheduled"] = 1
    assert rollout_status(new, NOW).phase is RolloutPhase.PROGRESSING
    new["status"]["currentNumberScheduled"] = 2
    assert rollout_status(new, NOW).phase is RolloutPhase.AWAITING_DELETION


def test_a_rollout_stalls_after_the_time_given_without_progress():
    """A watcher's own last change counts; else the objects' newest time."""
    behind = daemonset(updated=1)
    pods = View(pods=[pod("a", since=120)])

    def phase(**options):
        return rollout_status(behind, NOW, pods, **options).phase

    assert phase() is RolloutPhase.PROGRESSING
    assert phase(stall_after=timedelta(seconds=119)) is RolloutPhase.STALLED
    assert phase(progress=NOW - timedelta(minutes=11)) is RolloutPhase.STALLED
    assert rollout_status(behind, NOW).phase is RolloutPhase.PROGRESSING


@pytest.mark.parametrize(
    ("waiting", "generation", "expected"),
    [
        ("ImagePullBackOff", "2", RolloutPhase.FAILED),
        ("CrashLoopBackOff", "2", RolloutPhase.FAILED),
        ("ErrImagePull", "2", RolloutPhase.PROGRESSING),
        ("ContainerCreating", "2", RolloutPhase.PROGRESSING),
        ("CrashLoopBackOff", "1", RolloutPhase.PROGRESSING),
    ],
)
def test_fail_fast_ends_on_a_sure_failure_of_the_new_revision(waiting, generation, expected):
    """Old pods and what may pass by itself don't fail a rollout; without the flag nothing does."""
    view = View(pods=[pod("a", ready=False, waiting=waiting, generation=generation)])
    behind = daemonset(updated=1, available=1)
    assert rollout_status(behind, NOW, view, fail_fast=True).phase is expected
    assert rollout_status(behind, NOW, view).phase is RolloutPhase.PROGRESSING


CRASHED = {"restartCount": 4, "lastState": {"terminated": {"exitCode": 3}}}
UNFIT = {
    "type": "PodScheduled",
    "status": "False",
    "message": "0/3 nodes are available: 1 Insufficient cpu.",
    "lastTransitionTime": ago(minutes=2),
}


@pytest.mark.parametrize(
    ("pods", "nodes", "expected"),
    [
        ([pod("a")], [node("n1")], []),
        (
            [pod("a", ready=False, waiting="CrashLoopBackOff", container=CRASHED)],
            [node("n1")],
            [("n1", "a", "CrashLoop",
              "container agent: CrashLoopBackOff, exit code 3, 4 restarts", ago(seconds=60))],
        ),
        (
            [pod("a", ready=False, waiting="InvalidImageName")],
            [],
            [("n1", "a", "ImagePull", "container agent: InvalidImageName", ago(seconds=60))],
        ),
        (
            [pod("a", ready=False, waiting="CreateContainerConfigError")],
            [node("n1")],
            [("n1", "a", "ContainerConfig", "container agent: CreateContainerConfigError",
              ago(seconds=60))],
        ),
        # a silent node's last word about a container proves nothing
        (
            [pod("a", ready=False, waiting="CrashLoopBackOff")],
            [node("n1", ready=False)],
            [("n1", "a", "NodeNotReady",
              "node not ready: NodeStatusUnknown: Kubelet stopped posting node status.",
              ago(minutes=7))],
        ),
        (
            [pod("a", bound=False, ready=False, conditions=[UNFIT], phase="Pending")],
            [node("n1")],
            [("n1", "a", "Unschedulable", "0/3 nodes are available: 1 Insufficient cpu.",
              ago(minutes=2))],
        ),
        (
            [pod("a", bound=False, ready=False, age=5, phase="Pending")],
            [node("n1")],
            [("n1", "a", "Unschedulable", "the scheduler has not looked at it yet",
              ago(seconds=5))],
        ),
        (
            [pod("a", metadata={"deletionTimestamp": ago(minutes=9)})],
            [node("n1", ready=False)],
            [("n1", "a", "Terminating", "being deleted, and its node is not ready: "
              "NodeStatusUnknown: Kubelet stopped posting node status.", ago(minutes=9))],
        ),
        (
            [pod("a", metadata={"deletionTimestamp": ago(minutes=9), "finalizers": ["x/y"]})],
            [node("n1")],
            [("n1", "a", "Terminating", "being deleted, held by finalizer x/y", ago(minutes=9))],
        ),
        (
            [pod("a", ready=False)],
            [node("n1")],
            [("n1", "a", "NotReady", "Running, not ready", ago(seconds=60))],
        ),
        (
            [],
            [node("n1"), node("n2", spec={"taints": [{"key": "a", "effect": "NoSchedule"}]})],
            [("n1", None, "NoPod", "the node should run a pod and has none", None)],
        ),
    ],
)  # fmt: skip
def test_each_blocker_has_a_cause_a_message_and_a_time(pods, nodes, expected):
    """The cause is told apart by pod and node state; excluded nodes never block."""
    status = rollout_status(daemonset(available=1), NOW, View(pods=pods, nodes=nodes))
    found = [(b.node, b.pod, b.cause.value, b.message, b.since) for b in status.blockers]
    assert found == expected


def test_a_quota_explains_missing_pods():
    """The newest event about a pod that could not be made takes the place of NoPod."""
    view = View(pods=[], nodes=[node("n1")], creation_failure="exceeded quota: pods=0")
    [blocker] = rollout_status(daemonset(available=1), NOW, view).blockers
    assert (blocker.cause, blocker.message) == (
        Cause.QUOTA_OR_ADMISSION,
        "exceeded quota: pods=0",
    )


def test_min_ready_seconds_hold_a_ready_pod_back():
    """A pod is not available before minReadySeconds are over, and blocks until then."""
    waits = daemonset(desired=1, available=0, spec={"minReadySeconds": 90})
    [blocker] = rollout_status(waits, NOW, View(pods=[pod("a", since=60)])).blockers
    assert blocker.cause is Cause.MIN_READY_SECONDS
    assert rollout_status(waits, NOW, View(pods=[pod("a", since=90)])).blockers == ()


def test_the_budget_is_used_by_every_node_without_one_available_pod():
    """Unavailable new and old pods, missing and deleted ones, and doubles count; old ones wait."""
    pods = [
        pod("new", "n1"),
        pod("new-bad", "n2", ready=False),
        pod("old", "n3", generation="1"),
        pod("old-bad", "n4", generation="1", ready=False),
        pod("gone", "n5", metadata={"deletionTimestamp": ago(seconds=3)}),
        pod("twin-1", "n6"),
        pod("twin-2", "n6"),
        pod("both-1", "n7"),
        pod("both-2", "n7", generation="1"),
    ]
    nodes = [node(f"n{i}") for i in range(1, 9)]
    status = rollout_status(daemonset(desired=8, updated=4), NOW, View(pods=pods, nodes=nodes))
    assert status.budget == Budget(1, 0, 6)  # n2 n4 n5 n6 n7 n8
    first = status.blockers[0]
    assert (first.node, first.cause) == (None, Cause.BUDGET)
    assert first.message == (
        "2 pods of older revisions wait: maxUnavailable is 1, used by n2, n4, n5, …"
    )


def test_a_surge_is_used_by_nodes_that_wait_for_their_second_pod():
    """With maxSurge only a new pod beside an old one counts, until it is available."""
    pods = [
        pod("old-1", "n1", generation="1"),
        pod("new-1", "n1", ready=False),
        pod("old-2", "n2", generation="1"),
        pod("old-3", "n3", generation="1", ready=False),
    ]
    view = View(pods=pods, nodes=[node(f"n{i}") for i in range(1, 5)])
    status = rollout_status(daemonset(desired=4, updated=0, spec=SURGE), NOW, view)
    assert status.budget == Budget(0, 1, 1)
    assert "maxSurge is 1, used by n1" in status.blockers[0].message


def test_with_on_delete_old_pods_await_deletion_and_there_is_no_budget():
    """One line for all of them."""
    pods = [pod("a", "n1", generation="1"), pod("b", "n2", generation="1"), pod("c", "n3")]
    status = rollout_status(daemonset(updated=1, spec=ON_DELETE), NOW, View(pods=pods))
    assert status.budget is None
    [blocker] = status.blockers
    assert blocker.cause is Cause.AWAITING_DELETION
    assert blocker.message.startswith("2 pods of older revisions")


def test_without_pods_the_budget_is_read_from_the_status():
    """numberUnavailable is all that is known then, and blockers are few."""
    status = rollout_status(daemonset(observed=1, available=1), NOW)
    assert status.budget == Budget(1, 0, 1)
    assert [b.cause for b in status.blockers] == [Cause.NOT_OBSERVED]
    broken = daemonset(spec={"updateStrategy": {"rollingUpdate": {"maxUnavailable": "x"}}})
    assert rollout_status(broken, NOW).budget is None


def test_the_report_has_the_public_fields():
    """RolloutStatus as -o json prints it; its field names are a contract."""
    view = View(pods=[pod("a", ready=False)], nodes=[], revision=(7, "hash-2"))
    report = rollout_status(daemonset(available=1), NOW, view).to_dict()
    assert report == {
        "apiVersion": "dsctl/v1",
        "kind": "RolloutStatus",
        "daemonSet": {"namespace": "logs", "name": "agent"},
        "strategy": "RollingUpdate",
        "phase": "Progressing",
        "health": "Progressing",
        "paused": False,
        "generation": 2,
        "observedGeneration": 2,
        "updatedRevision": {"number": 7, "hash": "hash-2"},
        "budget": {"maxUnavailable": 1, "maxSurge": 0, "used": 1},
        "counts": {
            "desired": 2,
            "updated": 2,
            "ready": 1,
            "available": 1,
            "unavailable": 1,
            "misscheduled": 0,
        },
        "blockers": [
            {
                "node": "n1",
                "pod": "a",
                "cause": "NotReady",
                "message": "Running, not ready",
                "since": ago(seconds=60),
                "details": None,
                "log": None,
            }
        ],
        "ignoredNodes": [],
    }
    on_delete = rollout_status(daemonset(spec=ON_DELETE), NOW).to_dict()
    assert (on_delete["budget"], on_delete["updatedRevision"]) == (None, None)


def test_the_phase_says_whether_to_go_on_watching_and_the_exit():
    """Only Progressing goes on; only Complete and Empty are good."""
    assert [p for p in RolloutPhase if not p.ended] == [RolloutPhase.PROGRESSING]
    assert {p.value for p in RolloutPhase if p.good} == {"Complete", "Empty"}
    assert rollout_status(daemonset(), NOW).health is Health.HEALTHY
