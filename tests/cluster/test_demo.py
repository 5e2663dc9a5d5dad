"""Every step of the demo, judged by the state in the API server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.cluster.conftest import Sandbox, eventually
from tests.demo.steps import NAMESPACE, Step, steps

Pods = dict[str, dict[str, Any]]


class Stage:
    """The demo on a sandbox, and what can be asked of the API server about it."""

    def __init__(self, sandbox: Sandbox, node: str) -> None:
        self.sandbox = sandbox
        self.node = node
        self.steps = {step.name: step for step in steps(node)}
        self.seen: dict[str, Any] = {}

    def play(self, step: Step) -> str:
        """Run one step as the demo runs it; it must succeed."""
        if step.tool == "kubectl":
            return self.sandbox.kubectl(*step.args)
        ran = self.sandbox.dsctl(*step.args, timeout=120)
        assert ran.code == 0, f"{step.name}: {ran.out}{ran.err}"
        return ran.out

    def daemonset(self, name: str) -> dict[str, Any] | None:
        """The object in the API server, None where there is none."""
        text = self.sandbox.kubectl(
            "get", "ds", name, "-o", "json", "--ignore-not-found", namespace=NAMESPACE
        )
        return json.loads(text) if text else None

    def pods(self, label: str) -> Pods:
        """The pods with this label, by the node they run on."""
        text = self.sandbox.kubectl("get", "pods", "-l", label, "-o", "json", namespace=NAMESPACE)
        return {pod["spec"]["nodeName"]: pod for pod in json.loads(text)["items"]}

    def fluentd(self) -> Pods:
        return self.pods("app.kubernetes.io/name=fluentd")

    def nodes(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = json.loads(
            self.sandbox.kubectl("get", "nodes", "-o", "json")
        )["items"]
        return items


def test_every_step_of_the_demo_does_what_it_says(sandbox: Sandbox) -> None:
    """The whole story in order, each step followed by a look at the API server."""
    workers = sandbox.kubectl("get", "nodes", "-o", "name").split()
    node = next(w for w in workers if "worker" in w).removeprefix("node/")
    stage = Stage(sandbox, node)
    sandbox.kubectl("create", "namespace", NAMESPACE)
    try:
        for name, step in stage.steps.items():
            stage.play(step)
            if name in CHECKS:
                CHECKS[name](stage)
    finally:
        sandbox.kubectl("label", "node", node, "probe-")
        sandbox.kubectl("delete", "namespace", NAMESPACE, "--wait=true")


def landed(stage: Stage) -> None:
    """A ready pod on every node without a gpu taint: control plane and cordoned node too."""
    tainted = {
        node["metadata"]["name"]
        for node in stage.nodes()
        if any(
            taint["effect"] == "NoSchedule" and "gpu" in taint["key"]
            for taint in node["spec"].get("taints", [])
        )
    }
    expected = {node["metadata"]["name"] for node in stage.nodes()} - tainted
    pods = stage.fluentd()
    assert set(pods) == expected
    assert all(pod["status"]["phase"] == "Running" for pod in pods.values())
    assert any("control-plane" in name for name in pods)


def rolled(stage: Stage) -> None:
    """Every pod runs the new image."""
    images = {p["spec"]["containers"][0]["image"] for p in stage.fluentd().values()}
    assert images == {"registry.example/fluentd:v1.19.0"}


def empty(stage: Stage) -> None:
    assert stage.pods("app=disk-probe") == {}


def gained(stage: Stage) -> None:
    """The labelled node, and no other, runs the probe."""
    assert set(stage.pods("app=disk-probe")) == {stage.node}


def lost(stage: Stage) -> None:
    eventually(lambda: stage.pods("app=disk-probe") == {})


def orphaned(stage: Stage) -> None:
    """The DaemonSet is gone; its pods are not, and have no owner."""
    assert stage.daemonset("fluentd") is None
    pods = stage.fluentd()
    assert pods
    assert not any(pod["metadata"].get("ownerReferences") for pod in pods.values())
    stage.seen["uids"] = {pod["metadata"]["uid"] for pod in pods.values()}


def adopted(stage: Stage) -> None:
    """The same pods, by uid, now owned by the new DaemonSet."""
    owner = stage.daemonset("fluentd")
    assert owner is not None
    pods = stage.fluentd()
    assert {pod["metadata"]["uid"] for pod in pods.values()} == stage.seen["uids"]
    owners = {pod["metadata"]["ownerReferences"][0]["uid"] for pod in pods.values()}
    assert owners == {owner["metadata"]["uid"]}


def gone(stage: Stage) -> None:
    """Nothing is left, pods included."""
    assert stage.daemonset("fluentd") is None
    assert stage.daemonset("disk-probe") is None
    eventually(lambda: not stage.fluentd() and not stage.pods("app=disk-probe"))


CHECKS: dict[str, Callable[[Stage], None]] = {
    "land": landed,
    "rollout": rolled,
    "empty": empty,
    "gained": gained,
    "lose": lost,
    "orphan": orphaned,
    "adopted": adopted,
    "delete": gone,
}
