from datetime import UTC, datetime, timedelta

import pytest

from dsctl.domain.podstatus import pod_status, pod_status_reason
from dsctl.domain.times import age

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


def ago(**delta):
    """The time that long before NOW, as the API writes it."""
    return (NOW - timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def container(state=None, restarts=0, ready=False, ended=None, name="", started=None):
    """A container status; ``state`` is ``running``, ``waiting:R`` or ``ended:CODE[:R]``."""
    status = {"restartCount": restarts, "ready": ready, "name": name, "state": {}}
    kind, _, rest = (state or "").partition(":")
    if kind == "running":
        status["state"] = {"running": {}}
    elif kind == "waiting":
        status["state"] = {"waiting": {"reason": rest} if rest else {}}
    elif kind == "ended":
        code, _, reason = rest.partition(":")
        status["state"] = {"terminated": {"exitCode": int(code), "reason": reason}}
    if ended:
        status["lastState"] = {"terminated": {"finishedAt": ended}}
    if started is not None:
        status["started"] = started
    return status


def pod(*containers, init=(), phase="Running", sidecars=(), conditions=(), **status):
    """A Pod with these container statuses; init containers named in ``sidecars`` restart."""
    return {
        "metadata": {"name": "p"},
        "spec": {
            "containers": [{}] * len(containers),
            "initContainers": [
                {"name": i["name"], "restartPolicy": "Always"}
                if i["name"] in sidecars
                else {"name": i["name"]}
                for i in init
            ],
        },
        "status": {
            "phase": phase,
            "containerStatuses": list(containers),
            "initContainerStatuses": list(init),
            "conditions": [{"type": t, "status": "True"} for t in conditions],
            **status,
        },
    }


RUNNING = container("running", ready=True)
DONE = container("ended:0:Completed")


@pytest.mark.parametrize(
    ("what", "cells"),
    [
        (pod(RUNNING), ("1/1", "Running", "0")),
        (pod(phase="Pending"), ("0/0", "Pending", "0")),
        (pod(RUNNING, container(restarts=3)), ("1/2", "Running", "3")),
        (pod(RUNNING, container("waiting:CrashLoopBackOff")), ("1/2", "CrashLoopBackOff", "0")),
        (pod(RUNNING, reason="Evicted"), ("1/1", "Evicted", "0")),
        (pod(container("waiting:ContainerCreating"), phase="Pending"),
         ("0/1", "ContainerCreating", "0")),
        # the first container has the last word
        (pod(container("waiting:A"), container("waiting:B")), ("0/2", "A", "0")),
        (pod(container("ended:1:Error"), container("waiting:B")), ("0/2", "Error", "0")),
        # ready alone is not running
        (pod(container("running", ready=True), container(ready=True)), ("1/2", "Running", "0")),
        # ended
        (pod(DONE, phase="Succeeded"), ("0/1", "Completed", "0")),
        (pod(container("ended:3"), phase="Failed"), ("0/1", "ExitCode:3", "0")),
        (pod(container("ended:1:OOMKilled")), ("0/1", "OOMKilled", "0")),
        (pod(DONE, RUNNING), ("1/2", "NotReady", "0")),
        (pod(DONE, RUNNING, conditions=["Ready"]), ("1/2", "Running", "0")),
        (pod(DONE, container("ended:2:Error")), ("0/2", "Error", "0")),
        # init containers
        (pod(container("waiting"), init=[container("running", restarts=3, ended=ago(seconds=10))],
             phase="Pending"), ("0/1", "Init:0/1", "3 (10s ago)")),
        (pod(container("waiting"), init=[container("ended:0"), container("running")]),
         ("0/1", "Init:1/2", "0")),
        (pod(container("waiting"), init=[container("ended:2")]), ("0/1", "Init:ExitCode:2", "0")),
        (pod(container("waiting"), init=[container("ended:2:Error")]), ("0/1", "Init:Error", "0")),
        (pod(container("waiting"), init=[container("waiting:ImagePullBackOff")]),
         ("0/1", "Init:ImagePullBackOff", "0")),
        (pod(container("waiting"), init=[container("waiting:PodInitializing")]),
         ("0/1", "Init:0/1", "0")),
        # once initialized, restarts of plain init containers no longer count
        (pod(container("running", restarts=4, ended=ago(seconds=20)),
             init=[container("ended:0", restarts=2, ended=ago(minutes=2))]),
         ("0/1", "Running", "4 (20s ago)")),
        (pod(RUNNING, init=[container("running")], conditions=["Initialized"]),
         ("1/1", "Init:0/1", "0")),
        # sidecars count as containers and keep their restarts
        (pod(RUNNING, init=[container("running", name="s", started=True, ready=True, restarts=2,
                                      ended=ago(hours=3))], sidecars=["s"]),
         ("2/2", "Running", "2 (3h ago)")),
        (pod(RUNNING, init=[container("running", name="s", started=True)], sidecars=["s"]),
         ("1/2", "Running", "0")),
        (pod(container("waiting"), init=[container("running", name="s", started=False)],
             sidecars=["s"]), ("0/2", "Init:0/1", "0")),
        (pod(container("running", restarts=1, ended=ago(days=5)),
             container("running", restarts=2, ended=ago(days=20))),
         ("0/2", "Running", "3 (5d ago)")),
    ],
)  # fmt: skip
def test_the_cells_are_those_of_kubectl_get_pods(what, cells):
    """READY, STATUS and RESTARTS follow printPod, init containers and sidecars included."""
    status = pod_status(what)
    ago = "" if status.last_restart is None else f" ({age(status.last_restart, NOW)} ago)"
    restarts = f"{status.restarts}{ago if status.restarts else ''}"
    assert (f"{status.ready}/{status.containers}", status.reason, restarts) == cells


def test_a_signal_stands_in_for_a_missing_reason():
    """Signal:9 where the container ended by a signal without a reason, with Init: before it."""
    killed = {"state": {"terminated": {"exitCode": 137, "signal": 9}}}
    assert pod_status_reason(pod(killed)) == "Signal:9"
    assert pod_status_reason(pod(container("waiting"), init=[{**killed, "name": ""}])) == (
        "Init:Signal:9"
    )


@pytest.mark.parametrize(
    ("phase", "reason", "expected"),
    [
        ("Running", "", "Terminating"),
        ("Running", "NodeLost", "Unknown"),
        ("Failed", "", "Failed"),
        ("Failed", "Evicted", "Evicted"),
    ],
)
def test_a_deleted_pod_is_terminating_unless_it_ended_or_its_node_is_lost(phase, reason, expected):
    """A deletionTimestamp overrides the reason, except for pods that are over."""
    deleted = pod(phase=phase, reason=reason)
    deleted["metadata"]["deletionTimestamp"] = ago(minutes=1)
    assert pod_status_reason(deleted) == expected


def test_a_gated_pod_says_so():
    """SchedulingGated comes from the PodScheduled condition's reason."""
    gated = pod(phase="Pending")
    gated["status"]["conditions"] = [
        {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
    ]
    assert pod_status_reason(gated) == "SchedulingGated"


def test_an_empty_object_has_cells_too():
    """Absent spec and status are read as empty."""
    status = pod_status({})
    assert (status.ready, status.containers, status.reason, status.restarts) == (0, 0, "", 0)
