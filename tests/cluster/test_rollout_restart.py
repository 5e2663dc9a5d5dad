"""``dsctl rollout restart``: all pods by a rollout, or some of them node by node."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.fates import fate, fated
from tests.cluster.holds import live, pods, settled

STAMP = "kubectl.kubernetes.io/restartedAt"
ON_DELETE = {"type": "OnDelete"}
AT_ONCE = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%", "maxSurge": 0}}


def begin(kubectl: Kubectl, strategy: dict[str, Any] | None = None, **spec: Any) -> dict[str, str]:
    """A DaemonSet ``a`` whose pods are all available; the uid of the pod on each node."""
    kubectl.apply(daemonset("a", **({"updateStrategy": strategy} if strategy else {}), **spec))
    if strategy == ON_DELETE:  # which kubectl does not watch
        settled(kubectl)
    else:
        kubectl("rollout", "status", "ds/a", "--timeout=50s")
    return uids(kubectl)


def uids(kubectl: Kubectl) -> dict[str, str]:
    return {node: pod["metadata"]["uid"] for node, pod in pods(kubectl).items()}


def replaced(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The nodes that have another pod."""
    assert before.keys() == after.keys()
    return {node for node in before if before[node] != after[node]}


def make_unready(kubectl: Kubectl, node: str) -> str:
    """What its readiness probe would do; the pod's name."""
    name: str = pods(kubectl)[node]["metadata"]["name"]
    condition = {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}
    patch = json.dumps({"status": {"conditions": [condition]}})
    kubectl("patch", "pod", name, "--subresource=status", "-p", patch)
    return name


def test_all_pods_as_kubectl_does_it(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """kubectl's annotation and words; the wait ends with the rollout; an old cause goes."""
    before = begin(kubectl, AT_ONCE)
    kubectl("annotate", "ds", "a", "kubernetes.io/change-cause=old")
    ran = dsctl("rollout", "restart", "ds/a", "--wait", "--timeout=60s")
    lines = ran.out.splitlines()
    assert ran.code == 0, ran.err
    assert (lines[0], lines[-1]) == (
        "daemonset.apps/a restarted",
        'daemon set "a" successfully rolled out',
    )
    assert replaced(before, uids(kubectl)) == set(before)
    found = live(kubectl)
    stamp = found["spec"]["template"]["metadata"]["annotations"][STAMP]
    assert datetime.fromisoformat(stamp).tzinfo is not None
    assert "kubernetes.io/change-cause" not in found["metadata"].get("annotations", {})
    owner = [e for e in found["metadata"]["managedFields"] if STAMP in json.dumps(e["fieldsV1"])]
    assert [e["manager"] for e in owner] == ["dsctl-rollout"]
    dsctl("apply", "-f", "-", input=text(daemonset("a", updateStrategy=AT_ONCE)))
    assert live(kubectl)["spec"]["template"]["metadata"]["annotations"][STAMP] == stamp
    # A second restart within the same second is refused, as kubectl does.
    eventually(lambda: datetime.now(UTC) >= datetime.fromisoformat(stamp) + timedelta(seconds=1))
    ran = dsctl("rollout", "restart", "a", "--change-cause=new certificates", "-o", "name")
    assert (ran.code, ran.out) == (0, "daemonset.apps/a\n")
    annotations = live(kubectl)["metadata"]["annotations"]
    assert annotations["kubernetes.io/change-cause"] == "new certificates"


def test_who_replaces_the_pods_where_the_controller_does_not(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """kubectl says nothing of it: OnDelete and a pause keep every pod."""
    before = begin(kubectl, ON_DELETE)
    ran = dsctl("rollout", "restart", "a")
    assert (ran.code, ran.out) == (0, "daemonset.apps/a restarted\n")
    assert "daemonset 'a' updates on deletion (OnDelete): its pods wait for it" in ran.err
    kubectl.apply(daemonset("a", updateStrategy=AT_ONCE))
    assert dsctl("rollout", "pause", "a").code == 0
    settled(kubectl)
    before = uids(kubectl)
    eventually(lambda: dsctl("rollout", "restart", "a").code == 0)
    told = "daemonset 'a' is paused: its pods are restarted when they are deleted"
    # Within a second of the one before it is refused, as in kubectl.
    eventually(lambda: told in dsctl("rollout", "restart", "a", "--wait", "--dry-run=server").err)
    assert uids(kubectl) == before


def test_a_suspended_daemonset_has_no_pods_to_restart(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Refused, all or some, with the way out; nothing is written."""
    begin(kubectl)
    assert dsctl("suspend", "a").code == 0
    generation = live(kubectl)["metadata"]["generation"]
    for args in ((), ("--unhealthy",), ("--node=worker-0001",), ("--dry-run=client",)):
        ran = dsctl("rollout", "restart", "a", *args)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == (
            "error: daemonset 'a' is suspended: it has no pods to restart\n"
            f"hint: dsctl -n {kubectl.namespace} unsuspend a releases it\n"
        )
    assert live(kubectl)["metadata"]["generation"] == generation


def test_two_nodes_one_after_the_other(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The next pod goes once the last node's new pod is available; no template changes."""
    before = begin(kubectl, minReadySeconds=1)
    generation = live(kubectl)["metadata"]["generation"]
    first, second, *_ = before
    ran = dsctl("rollout", "restart", "a", f"--node={second}", "--node", first, "--timeout=50s")
    assert (ran.code, ran.out.splitlines()) == (
        0,
        [f"daemonset.apps/a restarted on {second}", f"daemonset.apps/a restarted on {first}"],
    )
    assert ran.err.splitlines()[-1] == "daemonset 'a': restarted on 2 of 2 nodes"
    assert replaced(before, uids(kubectl)) == {first, second}
    assert live(kubectl)["metadata"]["generation"] == generation
    ready, made = pods(kubectl)[second], pods(kubectl)[first]["metadata"]["creationTimestamp"]
    [since] = [
        c["lastTransitionTime"] for c in ready["status"]["conditions"] if c["type"] == "Ready"
    ]
    waited = datetime.fromisoformat(made) - datetime.fromisoformat(since)
    assert waited.total_seconds() >= 1


def test_unhealthy_pods_only(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """What is ready is left alone; where all are, that is said."""
    before = begin(kubectl)
    sick = sorted(before)[1]
    make_unready(kubectl, sick)
    ran = dsctl("rollout", "restart", "a", "--unhealthy", "--timeout=50s")
    assert (ran.code, ran.out) == (0, f"daemonset.apps/a restarted on {sick}\n")
    assert replaced(before, uids(kubectl)) == {sick}
    ran = dsctl("rollout", "restart", "a", "--unhealthy")
    assert (ran.code, ran.out, ran.err) == (
        0,
        "",
        "daemonset 'a': no pod to restart: all are ready\n",
    )


def test_old_revisions_only(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """OnDelete: those of older revisions get the newest; a second time there is nothing to do."""
    before = begin(kubectl, ON_DELETE)
    kubectl("set", "image", "ds/a", "agent=registry.example/agent:2")
    eventually(lambda: len(kubectl.json("get", "controllerrevisions")["items"]) == 2)
    done = sorted(before)[0]
    assert dsctl("rollout", "restart", "a", f"--node={done}").code == 0
    between = uids(kubectl)
    args = ("rollout", "restart", "a", "--revision-older-than=2", "--max-unavailable=50%")
    dry = dsctl(*args, "--dry-run=client")
    assert (dry.code, len(dry.out.splitlines()), uids(kubectl)) == (0, len(before) - 1, between)
    ran = dsctl(*args, "--timeout=50s")
    assert ran.code == 0
    assert f"in place of {len(before) - 1} pods others of the newest revision come" in ran.err
    assert replaced(between, uids(kubectl)) == set(before) - {done}
    ran = dsctl(*args)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "daemonset 'a': no pod to restart: none is of a revision before 2\n"
    settled(kubectl)
    report = json.loads(dsctl("rollout", "history", "a", "-o", "json").out)
    assert [r["pods"] for r in report["revisions"]] == [0, len(before)]


def test_what_is_down_already_uses_the_budget(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """maxUnavailable 1, and one pod is not ready: no healthy one is deleted, and it says why."""
    before = begin(kubectl)
    sick, well, *_ = sorted(before)
    make_unready(kubectl, sick)
    ran = dsctl("rollout", "restart", "a", f"--node={well}", "--timeout=2s")
    assert (ran.code, ran.out) == (124, "")
    said = f"waiting: 1 node may be without an available pod at a time, and 1 is: {sick}"
    assert said in ran.err
    assert (
        f"hint: to carry on: dsctl -n {kubectl.namespace} rollout restart a --node={well}"
        in ran.err
    )
    assert uids(kubectl) == before
    ran = dsctl("rollout", "restart", "a", f"--node={well}", "--max-unavailable=2", "--timeout=50s")
    assert ran.code == 0
    assert replaced(before, uids(kubectl)) == {well}


def test_a_new_pod_that_fails_ends_it(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The first failure ends it: exit 1, the pod's message, and what was not touched."""
    manifest = daemonset("a", updateStrategy=ON_DELETE)
    kubectl.apply(manifest)
    settled(kubectl)
    before = uids(kubectl)
    first, second, *_ = sorted(before)
    with fate(kubectl, "crash-loop") as name:
        kubectl.apply(fated(manifest, name))
        eventually(lambda: len(kubectl.json("get", "controllerrevisions")["items"]) == 2)
        ran = dsctl("rollout", "restart", "a", f"--node={first},{second}", "--timeout=50s")
        assert (ran.code, ran.out) == (1, "")
        assert f"under way: {first}; not touched: {second}" in ran.err
        assert "container agent: CrashLoopBackOff, exit code 3, 4 restarts" in ran.err
        assert ran.err.endswith(
            f"hint: to carry on: dsctl -n {kubectl.namespace} rollout restart a --node={second}\n"
        )
        assert replaced(before, uids(kubectl)) == {first}


def test_a_pod_is_deleted_only_as_it_was_seen(
    kubectl: Kubectl, sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    """One that changed since is left alone, and one of the same name that is another."""
    from dsctl.actions.repod import delete_pod
    from dsctl.api.client import Cluster
    from dsctl.api.kubeconfig import ConnectionOptions, load

    begin(kubectl)
    cluster = Cluster(load(ConnectionOptions(), sandbox.environ), on_warning=print)
    request.addfinalizer(cluster.close)
    seen = next(iter(pods(kubectl).values()))
    name = seen["metadata"]["name"]
    kubectl("annotate", "pod", name, "it=changed")
    assert not delete_pod(cluster, seen)
    now = kubectl.json("get", "pod", name)
    assert "deletionTimestamp" not in now["metadata"]
    other = {**now, "metadata": {**now["metadata"], "uid": "another"}}
    assert not delete_pod(cluster, other)
    assert delete_pod(cluster, now)


@contextmanager
def restless(kubectl: Kubectl, node: str) -> Iterator[None]:
    """Someone writes to the pods of the node all the time."""
    stop = threading.Event()

    def write() -> None:
        count = 0
        where = ("--field-selector", f"spec.nodeName={node}")
        while not stop.is_set():
            count += 1
            try:
                kubectl("annotate", "pods", *where, f"count={count}", "--overwrite")
            except AssertionError as error:  # the pod went between kubectl's list and its patch
                if "(NotFound)" not in str(error):
                    raise

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_pod_that_changes_all_the_time(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """It is deleted only as it was seen, and in the end it is."""
    before = begin(kubectl)
    node = sorted(before)[0]
    with restless(kubectl, node):
        ran = dsctl("rollout", "restart", "a", f"--node={node}", "--timeout=50s")
    assert ran.code == 0, ran.err
    assert replaced(before, uids(kubectl)) == {node}


def test_interrupted_it_says_what_was_done(
    dsctl: Dsctl, kubectl: Kubectl, sandbox: Sandbox, namespace: str
) -> None:
    """130; what is under way comes back by itself, and the rest is named."""
    before = begin(kubectl)
    kubectl("patch", "ds", "a", "-p", '{"spec":{"minReadySeconds":600}}')
    first, second, *_ = sorted(before)
    command = [sys.executable, "-m", "dsctl", "-n", namespace, "rollout", "restart", "a"]
    with subprocess.Popen(
        [*command, f"--node={first},{second}", "--max-unavailable=1"],
        env=sandbox.environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline()]
        process.send_signal(signal.SIGINT)
        lines += process.stderr.readlines()
        process.wait(timeout=20)
    assert process.returncode == 130
    assert lines[0].startswith(f"node {first}: pod a-")
    assert lines[1] == (
        f"interrupted: daemonset 'a': restarted on 0 of 2 nodes; under way: {first}; "
        f"not touched: {second}\n"
    )
    assert (
        lines[2]
        == f"hint: to carry on: dsctl -n {kubectl.namespace} rollout restart a --node={second}\n"
    )


def test_deleted_meanwhile(
    dsctl: Dsctl, kubectl: Kubectl, sandbox: Sandbox, namespace: str
) -> None:
    """No new pod comes: exit 1 says that the DaemonSet is gone."""
    before = begin(kubectl)
    kubectl("patch", "ds", "a", "-p", '{"spec":{"minReadySeconds":600}}')
    command = [sys.executable, "-m", "dsctl", "-n", namespace, "rollout", "restart", "a"]
    with subprocess.Popen(
        [*command, f"--node={sorted(before)[0]}"],
        env=sandbox.environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()
        kubectl("delete", "ds", "a")
        _, err = process.communicate(timeout=40)
    assert process.returncode == 1
    assert err.endswith('error: object has been deleted: daemonsets.apps "a"\n')


def test_a_pod_that_may_not_be_made_says_why(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A quota that is used up by then: the controller's event is told when the time is up."""
    node = sorted(begin(kubectl))[0]
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}}
    kubectl.apply({**quota, "spec": {"hard": {"pods": "1"}}})
    eventually(lambda: kubectl.json("get", "resourcequota", "none").get("status", {}).get("used"))
    ran = dsctl("rollout", "restart", "a", f"--node={node}", "--timeout=3s")
    assert ran.code == 124
    assert f"{node}: the controller has not made a new pod: " in ran.err
    assert "exceeded quota: none" in ran.err


def test_names_that_are_no_nodes_of_it(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Nothing is deleted, whatever else is right; near names are offered."""
    before = begin(kubectl)
    for wrong, error in (
        ("worker-001", "there is no node 'worker-001'"),
        ("control-plane-0002", "daemonset 'a' has no pod on node 'control-plane-0002'"),
    ):
        ran = dsctl("rollout", "restart", "a", f"--node=worker-0001,{wrong}")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.splitlines()[0] == f"error: {error}"
    assert (
        "hint: did you mean worker-00" in dsctl("rollout", "restart", "a", "--node=worker-001").err
    )
    for args in ((), ("--unhealthy",)):
        ran = dsctl("rollout", "restart", "gone", *args)
        assert (ran.code, ran.err) == (3, 'error: daemonsets.apps "gone" not found\n')
    ran = dsctl("rollout", "restart", "a", "--revision-older-than=9")
    assert ran.code == 3
    assert "hint: daemonset 'a' has revision 1 only" in ran.err
    assert uids(kubectl) == before
