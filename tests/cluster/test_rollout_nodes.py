"""``dsctl rollout status`` where nodes are the trouble: dead ones, new ones, ones that go away."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dsctl.sandbox import processes
from tests.cluster.conftest import VERSION, Dsctl, Kubectl, Sandbox, eventually, private_sandbox
from tests.cluster.daemonsets import daemonset
from tests.cluster.test_broken_plane import MANAGED, in_namespace
from tests.cluster.test_delete import hold, release
from tests.cluster.test_rollout_status import complete, watching

NODES = 3
WHY = "KubeletNotReady: container runtime is down"


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """A sandbox whose nodes may die."""
    with private_sandbox("nodes", nodes=NODES) as made:
        yield made


def everywhere(name: str, image: str = "registry.example/agent:1", most: int = 1) -> dict[str, Any]:
    """A DaemonSet that runs on nodes of any state, as network agents do."""
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": most}}
    obj = daemonset(name, image, updateStrategy=rolling)
    obj["spec"]["template"]["spec"]["tolerations"] = [{"operator": "Exists"}]
    return obj


def begun(own: Sandbox, namespace: str, most: int = 1) -> tuple[Kubectl, Dsctl]:
    """A namespace in which ``one`` is rolled out."""
    kubectl = in_namespace(own, namespace)
    kubectl.apply(everywhere("one", most=most))
    kubectl("rollout", "status", "ds/one", "--timeout=50s")
    return kubectl, Dsctl(own, namespace)


@contextmanager
def dead(kubectl: Kubectl, node: str) -> Iterator[None]:
    """While the block lasts, the node is not ready and nothing on it begins or ends."""
    stages = [
        _never(f"{node}-starts", node, {"key": ".status.phase", "operator": "In"} | _PENDING),
        _never(f"{node}-ends", node, {"key": ".metadata.deletionTimestamp", "operator": "Exists"}),
    ]
    kubectl.apply(*stages)
    kubectl("annotate", "node", node, f"{MANAGED}-")
    kubectl("patch", "node", node, "--subresource=status", "-p", DEAD)
    try:
        yield
    finally:
        kubectl("delete", "stage", *(stage["metadata"]["name"] for stage in stages))
        kubectl("annotate", "node", node, f"{MANAGED}=fake")
        kubectl("delete", "pods", "--field-selector", f"spec.nodeName={node}", "--force")


_PENDING = {"values": ["Pending"]}


def _never(name: str, node: str, when: dict[str, Any]) -> dict[str, Any]:
    """A stage that beats the usual one, and plays in an hour."""
    where = {"key": ".spec.nodeName", "operator": "In", "values": [node]}
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
            "selector": {"matchExpressions": [where, when]},
            "weight": 100,
            "delay": {"durationMilliseconds": 3_600_000},
            "next": {"statusTemplate": "phase: Running"},
        },
    }


ALIVE = json.dumps({"status": {"conditions": [{"type": "Ready", "status": "True"}]}})
DEAD = json.dumps(
    {
        "status": {
            "conditions": [
                {
                    "type": "Ready",
                    "status": "False",
                    "reason": WHY.partition(": ")[0],
                    "message": WHY.partition(": ")[2],
                }
            ]
        }
    }
)


@contextmanager
def restarting(own: Sandbox, namespace: str, node: str) -> Iterator[subprocess.Popen[str]]:
    """A restart of the pod of one node, under way."""
    command = [sys.executable, "-m", "dsctl", "-n", namespace, "rollout", "restart", "one"]
    with subprocess.Popen(
        [*command, f"--node={node}"], env=own.environ, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def on(kubectl: Kubectl, node: str) -> list[dict[str, Any]]:
    """The pods on a node."""
    found = kubectl.json("get", "pods", "--field-selector", f"spec.nodeName={node}")
    return list(found["items"])


def test_a_pod_that_can_not_end_on_a_dead_node(own: Sandbox) -> None:
    """It is named with its node's condition, and as what uses the budget; Stalled, exit 1."""
    kubectl, dsctl = begun(own, "ending")
    with dead(kubectl, "worker-0001"):
        kubectl.apply(everywhere("one", "registry.example/agent:2"))
        result = dsctl("rollout", "status", "one", "--stall-timeout=3s", "-o", "json")
        report = result.json()
        assert (result.code, report["phase"]) == (1, "Stalled")
        [pod] = on(kubectl, "worker-0001")
        assert pod["metadata"]["deletionTimestamp"]
        [ending] = [b for b in report["blockers"] if b["cause"] == "Terminating"]
        assert (ending["node"], ending["pod"]) == ("worker-0001", pod["metadata"]["name"])
        assert ending["message"] == f"being deleted, and its node is not ready: {WHY}"
        assert ending["since"] == pod["metadata"]["deletionTimestamp"]
        status = kubectl.json("get", "ds", "one")["status"]
        old = NODES - status.get("updatedNumberScheduled", 0) - 1
        budget = [b["message"] for b in report["blockers"] if b["cause"] == "Budget"]
        assert budget == [
            f"{'1 pod' if old == 1 else f'{old} pods'} of older revisions wait: maxUnavailable "
            "is 1, used by worker-0001"
        ] * bool(old)


def test_a_pod_that_can_not_end_on_a_node_that_was_taken_away(own: Sandbox) -> None:
    """The controller counts it until it is collected, so the status says that its node is gone."""
    kubectl, dsctl = begun(own, "taken")
    [pod] = on(kubectl, "worker-0001")
    name = pod["metadata"]["name"]
    hold(kubectl, "pod", name)
    try:
        kubectl("delete", "node", "worker-0001")
        kubectl("delete", "pod", name, "--wait=false")
        kubectl.apply(everywhere("one", "registry.example/agent:2"))
        result = dsctl("rollout", "status", "one", "--stall-timeout=3s", "-o", "json")
        report = result.json()
        assert (result.code, report["phase"]) == (1, "Stalled")
        [ending] = [b for b in report["blockers"] if b["cause"] == "Terminating"]
        assert (ending["node"], ending["pod"]) == ("worker-0001", name)
        assert ending["message"] == (
            "being deleted, and its node is gone, held by finalizer test/hold"
        )
    finally:
        release(kubectl, "pod", name)
        own.sandboxes.scale(own.name, NODES)


def test_nodes_not_ready_are_ignored_by_choice_alone(own: Sandbox) -> None:
    """A pod that can't begin on a dead node holds a rollout, unless told; and that is said."""
    kubectl, dsctl = begun(own, "starting", most=2)
    with dead(kubectl, "worker-0001"):
        kubectl.apply(everywhere("one", "registry.example/agent:2", most=2))
        eventually(lambda: "deletionTimestamp" in on(kubectl, "worker-0001")[0]["metadata"])
        kubectl("delete", "pods", "--field-selector", "spec.nodeName=worker-0001", "--force")
        result = dsctl("rollout", "status", "one", "--stall-timeout=3s")
        assert result.code == 1
        [row] = [line for line in result.err.splitlines() if line.startswith("worker-0001 ")]
        assert row.split()[2] == "NodeNotReady"
        assert row.endswith(f"node not ready: {WHY}")

        flag = "--ignore-nodes-not-ready"
        for watch in ("--watch", "--no-watch"):
            result = dsctl("rollout", "status", "one", flag, watch, "--timeout=20s")
            assert result.code == 0
            assert "warning: ignored 1 node that is not ready: worker-0001\n" in result.err
        report = dsctl("rollout", "status", "one", flag, "--no-watch", "-o", "json").json()
        assert (report["phase"], report["ignoredNodes"]) == ("Complete", ["worker-0001"])
        assert (report["counts"]["desired"], report["counts"]["available"]) == (NODES, NODES - 1)
        assert not complete(kubectl, "one")
    assert dsctl("rollout", "status", "one", "--timeout=50s").code == 0
    assert complete(kubectl, "one")


def test_the_choice_passes_over_no_other_node(own: Sandbox) -> None:
    """With --ignore-nodes-not-ready a pod that fits nowhere still keeps a rollout from its end."""
    kubectl, dsctl = begun(own, "other", most=1)
    obj = everywhere("one")
    container = obj["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "9000"}}
    kubectl.apply(obj)
    args = ("--ignore-nodes-not-ready", "--stall-timeout=3s", "-o", "json")
    result = dsctl("rollout", "status", "one", *args)
    report = result.json()
    assert (result.code, report["phase"], report["ignoredNodes"]) == (1, "Stalled", [])


def test_a_dead_nodes_pod_is_not_restarted(own: Sandbox) -> None:
    """Left out of --unhealthy, with the reason and exit 1; named with --node it is refused."""
    kubectl, dsctl = begun(own, "again")
    names = {pod["metadata"]["name"] for pod in kubectl.json("get", "pods")["items"]}
    with dead(kubectl, "worker-0001"):
        [pod] = on(kubectl, "worker-0001")
        unready = {"conditions": [{"type": "Ready", "status": "False"}]}
        patch = json.dumps({"status": unready})
        kubectl("patch", "pod", pod["metadata"]["name"], "--subresource=status", "-p", patch)
        result = dsctl("rollout", "restart", "one", "--unhealthy")
        assert (result.code, result.out) == (1, "")
        assert result.err.splitlines()[0] == (
            f"node worker-0001: left out: the node is not ready: {WHY}"
        )
        result = dsctl("rollout", "restart", "one", "--node=worker-0001")
        assert (result.code, result.out) == (2, "")
        assert f"can't be restarted: the node is not ready: {WHY}" in result.err
        assert {pod["metadata"]["name"] for pod in kubectl.json("get", "pods")["items"]} == names


def test_a_node_that_dies_or_goes_while_it_is_restarted(own: Sandbox) -> None:
    """Its pod can't end: told, exit 1. A node that is no more needs no pod: it is done without."""
    kubectl, _ = begun(own, "dying")
    with dead(kubectl, "worker-0001"):
        # The restart is asked for in the moment before the node is known to be dead.
        kubectl("patch", "node", "worker-0001", "--subresource=status", "-p", ALIVE)
        with restarting(own, "dying", "worker-0001") as process:
            assert process.stderr is not None
            assert process.stderr.readline().startswith("node worker-0001: pod one-")
            kubectl("patch", "node", "worker-0001", "--subresource=status", "-p", DEAD)
            _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert f"being deleted, and its node is not ready: {WHY}" in err
    own.sandboxes.scale(own.name, NODES + 1)
    last = f"worker-{NODES + 1:04}"
    eventually(lambda: on(kubectl, last)[0]["status"]["phase"] == "Running")
    kubectl("patch", "ds", "one", "-p", '{"spec":{"minReadySeconds":600}}')
    with restarting(own, "dying", last) as process:
        assert process.stderr is not None
        process.stderr.readline()
        own.sandboxes.scale(own.name, NODES)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert f"node {last}: the node is gone" in err


def test_nodes_come_and_go_while_it_is_watched(own: Sandbox) -> None:
    """A node that comes is waited for, one that goes no longer; then it is Complete."""
    kubectl, _ = begun(own, "fleet")
    obj = everywhere("one", "registry.example/agent:2")
    obj["spec"]["minReadySeconds"] = 2
    kubectl.apply(obj)
    with watching(own, "fleet", "one", "-o", "jsonl") as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert first["counts"]["desired"] == NODES
        own.sandboxes.scale(own.name, NODES + 1)
        eventually(
            lambda: kubectl.json("get", "ds", "one")["status"]["desiredNumberScheduled"] > NODES
        )
        own.sandboxes.scale(own.name, NODES)
        out, err = process.communicate(timeout=60)
    reports = [json.loads(line) for line in out.splitlines()]
    assert process.returncode == 0, err
    assert max(report["counts"]["desired"] for report in reports) == NODES + 1
    assert [r["phase"] == "Complete" for r in reports] == [False] * (len(reports) - 1) + [True]
    assert complete(kubectl, "one")


def test_a_restart_of_the_server_hides_nothing(own: Sandbox) -> None:
    """The rollout that goes on while the server is away and after it is seen to its end."""
    kubectl, _ = begun(own, "restart")
    obj = everywhere("one", "registry.example/agent:2")
    obj["spec"]["minReadySeconds"] = 4
    kubectl.apply(obj)
    with watching(own, "restart", "one", "-o", "jsonl") as watch:
        assert watch.stdout is not None
        assert json.loads(watch.stdout.readline())["phase"] == "Progressing"
        processes.end_component(own.paths, "kube-apiserver")
        assert watch.poll() is None
        own.sandboxes.up(own.name, None, VERSION)
        # Whether the outage is spoken of depends on what it met: a watch that was just being
        # opened is opened again without a word.
        out, err = watch.communicate(timeout=90)
    last = json.loads(out.splitlines()[-1])
    assert (watch.returncode, last["phase"]) == (0, "Complete"), err
    assert complete(kubectl, "one")
