"""The simulated fleet: which nodes there are, and what each of them is.

A node's role, zone and architecture follow from its number alone, so scaling adds or removes the
highest numbers and never changes a node that stays. The number is part of the name, padded to
four digits, so that names of one pool sort by number.

======  ==============================  ==================================================
number  name                            what it is
======  ==============================  ==================================================
2       control-plane-0002              label node-role.kubernetes.io/control-plane and its
                                        NoSchedule taint
3, 8    gpu-0003, gpu-0008              label nvidia.com/gpu.present=true, taint
                                        nvidia.com/gpu=present:NoSchedule, one nvidia.com/gpu
5       small-0005                      500m CPU, 384Mi and 32 pods allocatable
6       worker-0006                     cordoned
others  worker-0001, worker-0004, …     plain; amd64 and arm64
======  ==============================  ==================================================

After the twelfth, one in twenty is a gpu node (23, 43, …), one in a hundred small (105, 205, …)
and one in a hundred cordoned (106, 206, …). Odd numbers are in zone a, even ones in zone b.
arm64 are the workers whose number leaves 0 or 3 when divided by 4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MOST = 9999
REGION = "eu-central-1"

#: Only nodes with this annotation are simulated: take it away, and the node's kubelet is dead.
SIMULATED = {"kwok.x-k8s.io/node": "fake"}

CONTROL_PLANE_TAINT = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
GPU_TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}

_NAME = re.compile(r"(?:worker|control-plane|gpu|small)-\d{4}")

# pool, architecture -> instance type, (cpu, memory, pods) in all, (cpu, memory) for pods
_MACHINES = {
    ("worker", "amd64"): ("m7i.2xlarge", ("8", "32Gi", "110"), ("7900m", "31Gi")),
    ("worker", "arm64"): ("m7g.2xlarge", ("8", "32Gi", "110"), ("7900m", "31Gi")),
    ("control-plane", "amd64"): ("m7i.xlarge", ("4", "16Gi", "110"), ("3900m", "15Gi")),
    ("gpu", "amd64"): ("g6.4xlarge", ("16", "64Gi", "110"), ("15900m", "62Gi")),
    ("small", "amd64"): ("t3.nano", ("1", "512Mi", "32"), ("500m", "384Mi")),
}

# type -> status, reason, message, as a kubelet words them
_CONDITIONS = {
    "MemoryPressure": (
        "False",
        "KubeletHasSufficientMemory",
        "kubelet has sufficient memory available",
    ),
    "DiskPressure": ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    "PIDPressure": ("False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    "Ready": ("True", "KubeletReady", "kubelet is posting ready status"),
}


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One node of the fleet. ``pool``: worker, control-plane, gpu or small."""

    number: int
    pool: str
    zone: str
    arch: str
    cordoned: bool

    @property
    def name(self) -> str:
        """The node's name: its pool and its number."""
        return f"{self.pool}-{self.number:04d}"


def layout(count: int) -> list[NodePlan]:
    """The fleet of ``count`` nodes (0 to MOST), by number."""
    return [plan(number) for number in range(1, count + 1)]


def plan(number: int) -> NodePlan:
    """What the node with this number (from 1) is."""
    pool = _pool(number)
    arm = pool == "worker" and number % 4 in (0, 3)
    return NodePlan(
        number=number,
        pool=pool,
        zone=REGION + ("a" if number % 2 else "b"),
        arch="arm64" if arm else "amd64",
        cordoned=number == 6 or (number > 12 and number % 100 == 6),
    )


def is_ours(name: str) -> bool:
    """Whether a node of this name belongs to the fleet, and not to someone who made it by hand."""
    return bool(_NAME.fullmatch(name))


def manifest(node: NodePlan, kubelet_version: str, kubelet_port: int) -> dict[str, Any]:
    """The Node object as its kubelet would register it, Ready from the start.

    The API server reaches the simulated kubelet by the InternalDNS address (localhost), so that
    InternalIP can be the node's own, as in a real fleet.
    """
    instance, capacity, allocatable = _MACHINES[node.pool, node.arch]
    total = dict(zip(("cpu", "memory", "pods"), capacity, strict=True))
    free = {**total, "cpu": allocatable[0], "memory": allocatable[1]}
    if node.pool == "gpu":
        total["nvidia.com/gpu"] = free["nvidia.com/gpu"] = "1"
    high, low = divmod(node.number, 256)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    cidr = f"10.{128 + high}.{low}.0/24"
    spec: dict[str, Any] = {"podCIDR": cidr, "podCIDRs": [cidr], "taints": _taints(node)}
    if node.cordoned:
        spec["unschedulable"] = True
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": _labels(node, instance),
            "annotations": dict(SIMULATED),
        },
        "spec": spec,
        "status": {
            "phase": "Running",
            "addresses": [
                {"type": "InternalIP", "address": f"10.0.{high}.{low}"},
                {"type": "Hostname", "address": node.name},
                {"type": "InternalDNS", "address": "localhost"},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet_port}},
            "capacity": total,
            "allocatable": free,
            "conditions": [
                {
                    "type": kind,
                    "status": status,
                    "reason": reason,
                    "message": message,
                    "lastHeartbeatTime": now,
                    "lastTransitionTime": now,
                }
                for kind, (status, reason, message) in _CONDITIONS.items()
            ],
            "nodeInfo": {
                "architecture": node.arch,
                "operatingSystem": "linux",
                "kubeletVersion": kubelet_version,
                "osImage": "simulated by KWOK",
                "containerRuntimeVersion": "kwok://0.8.0",
                "kernelVersion": "6.12.0",
                "kubeProxyVersion": "",
                "machineID": "",
                "systemUUID": "",
                "bootID": "",
            },
        },
    }


def _pool(number: int) -> str:
    if number == 2:
        return "control-plane"
    if number in (3, 8) or (number > 12 and number % 20 == 3):
        return "gpu"
    if number == 5 or (number > 12 and number % 100 == 5):
        return "small"
    return "worker"


def _labels(node: NodePlan, instance: str) -> dict[str, str]:
    labels = {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/arch": node.arch,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": instance,
        "topology.kubernetes.io/region": REGION,
        "topology.kubernetes.io/zone": node.zone,
    }
    if node.pool == "control-plane":
        labels["node-role.kubernetes.io/control-plane"] = ""
    if node.pool == "gpu":
        labels["nvidia.com/gpu.present"] = "true"
    return labels


def _taints(node: NodePlan) -> list[dict[str, str]]:
    return {
        "control-plane": [dict(CONTROL_PLANE_TAINT)],
        "gpu": [dict(GPU_TAINT)],
    }.get(node.pool, [])
