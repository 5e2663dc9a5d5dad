"""DaemonSets for a few nodes of the shared sandbox, for tests of where pods run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.conftest import Dsctl, Kubectl, Ran
from tests.cluster.daemonsets import daemonset

HERE = {"why": "here"}
#: workers of the shared sandbox, in two zones
ONE, TWO, THREE = "worker-0001", "worker-0007", "worker-0010"


def on(name: str, nodes: dict[str, str] | None = None, **pod_spec: Any) -> dict[str, Any]:
    """A DaemonSet for nodes with these labels; ``pod_spec`` adds to its pods."""
    made = daemonset(name)
    made["spec"]["template"]["spec"] |= {"nodeSelector": nodes or HERE, **pod_spec}
    return made


def asking(requests: dict[str, str], **container: Any) -> list[dict[str, Any]]:
    """A container that asks for so much."""
    resources = {"requests": requests, "limits": requests}
    return [{"name": "agent", "image": "agent:1", "resources": resources, **container}]


@contextmanager
def labelled(kubectl: Kubectl, *nodes: str, label: str = "why=here") -> Iterator[None]:
    """The nodes have the label for a while."""
    key = label.partition("=")[0]
    kubectl("label", "node", *nodes, label)
    try:
        yield
    finally:
        kubectl("label", "node", *nodes, f"{key}-")


def rolled_out(dsctl: Dsctl, name: str) -> None:
    """Wait until its pods are there."""
    ran = dsctl("rollout", "status", name, "--timeout=60s")
    assert ran.code == 0, ran.err


def row(ran: Ran, node: str) -> str:
    """The line of one node."""
    return next(line for line in ran.out.splitlines() if line.startswith(node))


def hosts(kubectl: Kubectl) -> set[str]:
    """The nodes that have a pod which is not going away."""
    pods = kubectl.json("get", "pods")["items"]
    return {
        pod["spec"].get("nodeName", "")
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp")
    }
