"""Waiting while the API server restarts or a node is dead: on a control plane of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from dsctl.sandbox import processes
from tests.cluster.conftest import (
    VERSION,
    Dsctl,
    Kubectl,
    Sandbox,
    eventually,
    private_sandbox,
    started,
)
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.test_delete import hold, release
from tests.cluster.test_wait import status, stuck

#: What makes KWOK play the kubelet of a node.
MANAGED = "kwok.x-k8s.io/node"
HELD = {"name": "two", "finalizers": ["test/hold"]}


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """A sandbox that may be broken."""
    with private_sandbox("broken", nodes=3) as made:
        yield made


def in_namespace(own: Sandbox, name: str) -> Kubectl:
    """kubectl in a new namespace."""
    own.kubectl("create", "namespace", name)
    kubectl = Kubectl(own, name)
    eventually(lambda: kubectl("get", "serviceaccount", "default", "--ignore-not-found"))
    return kubectl


def test_a_foreground_delete_names_the_dead_node(own: Sandbox) -> None:
    """A pod that can't end is named with its node, and a dead node is said to be one."""
    kubectl = in_namespace(own, "dead")
    kubectl.apply(daemonset("one"))
    kubectl("rollout", "status", "ds/one", "--timeout=50s")
    pod = kubectl.json("get", "pods")["items"][0]
    node = pod["spec"]["nodeName"]
    kubectl("annotate", "node", node, f"{MANAGED}-")
    hold(kubectl, "pod", pod["metadata"]["name"])
    try:
        down = json.dumps({"status": {"conditions": [{"type": "Ready", "status": "False"}]}})
        kubectl("patch", "node", node, "--subresource=status", "-p", down)
        result = Dsctl(own, "dead")("delete", "one", "--cascade=foreground", "--timeout=5s")
        assert result.code == 124
        left = f"1 pod left: {pod['metadata']['name']} on {node} (Terminating, node NotReady"
        assert result.err.endswith(
            f"waits for its pods (foreground deletion); {left}, finalizer test/hold)\n"
        )
        assert [p["metadata"]["uid"] for p in kubectl.json("get", "pods")["items"]] == [
            pod["metadata"]["uid"]
        ]
    finally:
        release(kubectl, "pod", pod["metadata"]["name"])
        kubectl("annotate", "node", node, f"{MANAGED}=fake")
    eventually(lambda: not kubectl.json("get", "ds,pods")["items"])


def test_a_foreground_delete_tells_of_a_node_that_was_taken_away(own: Sandbox) -> None:
    """Its pod can't end there: it stays until it is collected, a minute or so."""
    kubectl = in_namespace(own, "gone")
    kubectl.apply(daemonset("one"))
    kubectl("rollout", "status", "ds/one", "--timeout=50s")
    pod = kubectl.json("get", "pods")["items"][0]
    name, node = pod["metadata"]["name"], pod["spec"]["nodeName"]
    before = kubectl.json("get", "node", node)
    hold(kubectl, "pod", name)
    try:
        kubectl("delete", "node", node)
        result = Dsctl(own, "gone")("delete", "one", "--cascade=foreground", "--timeout=5s")
        assert result.code == 124
        left = f"1 pod left: {name} on {node} (Terminating, the node is gone, finalizer test/hold)"
        assert f"waits for its pods (foreground deletion); {left}" in result.err
    finally:
        release(kubectl, "pod", name)
        known = {key: before["metadata"][key] for key in ("name", "labels", "annotations")}
        kubectl("create", "-f", "-", input=json.dumps({**before, "metadata": known}))
    eventually(lambda: not kubectl.json("get", "ds,pods")["items"])


def test_a_dead_node_holds_an_update_up_as_planned(own: Sandbox) -> None:
    """Its pod is deleted and never gone, which counts: with maxUnavailable 1 no other follows."""
    kubectl = in_namespace(own, "held")
    manifest = daemonset("one")
    manifest["spec"]["template"]["spec"]["tolerations"] = [{"operator": "Exists"}]
    kubectl.apply(manifest)
    kubectl("rollout", "status", "ds/one", "--timeout=50s")
    first, *others = kubectl.json("get", "pods")["items"]
    assert len(others) == 2
    name, node = first["metadata"]["name"], first["spec"]["nodeName"]
    down = json.dumps({"status": {"conditions": [{"type": "Ready", "status": "False"}]}})
    kubectl("annotate", "node", node, f"{MANAGED}-")
    hold(kubectl, "pod", name)
    try:
        for what in (f"node/{node}", f"pod/{name}"):
            kubectl("patch", what, "--subresource=status", "-p", down)
        manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        ran = Dsctl(own, "held")("plan", "-f", "-", input=text(manifest))
        assert f"then 2 pods are not replaced until {node} is ready again or deleted" in ran.out
        kubectl.apply(manifest)
        eventually(lambda: "deletionTimestamp" in kubectl.json("get", "pod", name)["metadata"])
        kubectl("annotate", "ds", "one", "looked=again")
        left = {pod["metadata"]["uid"] for pod in kubectl.json("get", "pods")["items"]}
        assert left == {pod["metadata"]["uid"] for pod in (first, *others)}
    finally:
        release(kubectl, "pod", name)
        kubectl("annotate", "node", node, f"{MANAGED}=fake")
    eventually(lambda: status(kubectl, "one").get("updatedNumberScheduled") == 3)
    kubectl("delete", "ds", "one")


def test_waits_survive_a_restart_of_the_server(own: Sandbox) -> None:
    """wait, rollout status and delete go on when the API server comes back, and end rightly."""
    kubectl = in_namespace(own, "w")
    kubectl.apply(stuck("one"), daemonset("two") | {"metadata": HELD})
    commands = {
        "wait": ("wait", "one", "--for=create", "--for=rolled-out"),
        "rollout": ("rollout", "status", "one"),
        "delete": ("delete", "two"),
    }
    with ExitStack() as stack:
        waits = {
            name: stack.enter_context(started(own, "w", *command, "--timeout=90s"))
            for name, command in commands.items()
        }
        for process in waits.values():  # each says something before it waits
            assert process.stdout is not None
            assert process.stdout.readline()
        processes.end_component(own.paths, "kube-apiserver")
        own.sandboxes.up(own.name, None, VERSION)
        eventually(lambda: own.kubectl("get", "--raw", "/readyz"))
        for name, process in waits.items():
            assert process.poll() is None, f"{name} ended over the restart"
        kubectl.apply(daemonset("one"))
        kubectl("patch", "ds", "two", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
        ended = {name: process.communicate(timeout=90) for name, process in waits.items()}
        codes = {name: process.returncode for name, process in waits.items()}
    assert codes == dict.fromkeys(commands, 0), ended
    # The outage is said, and not at every try. (A watch that was just being opened is opened
    # again without a word: that may befall one of them, not all.)
    said = [[s for s in err.splitlines() if s.startswith("warning: ")] for _, err in ended.values()]
    assert any(said)
    assert all(len(lines) <= 3 for lines in said)
    assert all(line.endswith("; trying again") for lines in said for line in lines)
    assert ended["wait"][0] == "daemonset.apps/one condition met\n"
    assert ended["rollout"][0].endswith('daemon set "one" successfully rolled out\n')
    found = status(kubectl, "one")
    assert found["numberAvailable"] == found["desiredNumberScheduled"] > 0
    assert [ds["metadata"]["name"] for ds in kubectl.json("get", "ds")["items"]] == ["one"]
