"""Random placement scenarios from a seed: nodes, pods that fill them, DaemonSets, node changes.

Everything is valid for a real API server. What a scenario holds depends on its seed alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from dsctl.sandbox.nodes import SIMULATED

ZONES = ("a", "b", "c")
EFFECTS = ("NoSchedule", "NoExecute", "PreferNoSchedule")
TAINT_KEYS = ("dedicated", "team", "example.com/maintenance")
#: label key to the values that nodes may have; the numeric ones are for Gt and Lt
LABELS = {
    "zone": ZONES,
    "disk": ("ssd", "hdd"),
    "cores": ("2", "8", "16", "0064", "many"),
    "generation": ("0", "1", "2", "3"),
    "gpu": ("", "true"),
}
WIDGET = "example.com/widget"
EVERY_TAINT = [{"operator": "Exists"}]

Object = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """What is put into the cluster, and what is changed on its nodes afterwards."""

    nodes: list[Object]
    fillers: list[Object]
    daemonsets: list[Object]
    changes: list[tuple[str, Object]]


def scenario(seed: int) -> Scenario:
    """The scenario of this seed: 8 to 30 nodes, 6 or 7 DaemonSets, 3 changes."""
    roll = random.Random(seed)
    count = roll.choice((8, 9, 10, 10, 12, 14, 16, 30))
    nodes = [_node(roll, f"s{seed}-n{i:02}") for i in range(count)]
    names = [node["metadata"]["name"] for node in nodes]
    fillers = [_filler(roll, i, name) for i, name in enumerate(names) if roll.random() < 0.5]
    daemonsets = [_daemonset(roll, f"s{seed}-d{i}", names) for i in range(roll.choice((6, 6, 7)))]
    chosen = roll.sample(range(count), 3)
    return Scenario(nodes, fillers, daemonsets, [_change(roll, nodes[i]) for i in chosen])


def _node(roll: random.Random, name: str) -> Object:
    labels = {k: roll.choice(values) for k, values in LABELS.items() if roll.random() < 0.6}
    spec: Object = {"taints": [_taint(roll, k) for k in TAINT_KEYS if roll.random() < 0.2]}
    if roll.random() < 0.15:
        spec["unschedulable"] = True
    offered = {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "20Gi", "pods": "110"}
    size = roll.random()
    if size < 0.2:
        offered |= {"cpu": "500m", "memory": "256Mi"}
    elif size < 0.3:
        offered |= {"pods": roll.choice(("1", "2", "3"))}
    elif size < 0.5:
        offered |= {WIDGET: "2", "hugepages-2Mi": "8Mi"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, **labels},
            "annotations": dict(SIMULATED),
        },
        "spec": spec,
        "status": {
            "allocatable": offered,
            "capacity": offered,
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
        },
    }


def _taint(roll: random.Random, key: str) -> Object:
    taint = {"key": key, "effect": roll.choice(EFFECTS)}
    return {**taint, "value": roll.choice(("gpu", "db"))} if roll.random() < 0.7 else taint


def _filler(roll: random.Random, number: int, node: str) -> Object:
    requests = {"cpu": roll.choice(("100m", "300m", "3700m")), "memory": "64Mi"}
    container: Object = {"name": "fill", "image": "registry.example/fill:1"}
    container["resources"] = {"requests": requests}
    if roll.random() < 0.4:
        container["ports"] = [_port(roll)]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"filler-{number}", "labels": {"filler": "yes"}},
        "spec": {"nodeName": node, "tolerations": EVERY_TAINT, "containers": [container]},
    }


def _port(roll: random.Random) -> Object:
    port: Object = {"containerPort": 80, "hostPort": roll.choice((9100, 9200))}
    if roll.random() < 0.4:
        port["protocol"] = "UDP"
    if roll.random() < 0.4:
        port["hostIP"] = roll.choice(("10.1.1.1", "10.1.1.2"))
    return port


def _daemonset(roll: random.Random, name: str, nodes: list[str]) -> Object:
    spec: Object = {"containers": [_container(roll, "agent")]}
    if roll.random() < 0.3:
        spec["containers"].append(_container(roll, "helper"))
    if roll.random() < 0.3:
        spec["initContainers"] = [_init_container(roll, i) for i in range(roll.choice((1, 2)))]
    elif roll.random() < 0.25:
        spec["resources"] = {roll.choice(("requests", "limits")): {"cpu": "2", "memory": "1Gi"}}
    if roll.random() < 0.2:
        spec["hostNetwork"] = True
        for container in spec["containers"]:
            for port in container.get("ports", ()):
                port["containerPort"] = port["hostPort"]
    if roll.random() < 0.2:
        key = roll.choice(list(LABELS))
        spec["nodeSelector"] = {key: roll.choice(LABELS[key])}
    if roll.random() < 0.5:
        terms = [_term(roll, nodes) for _ in range(roll.choice((1, 1, 2, 3)))]
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
        spec["affinity"] = {"nodeAffinity": required}
    if roll.random() < 0.7:
        spec["tolerations"] = [_toleration(roll) for _ in range(roll.choice((1, 2, 3)))]
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def _container(roll: random.Random, name: str) -> Object:
    asked = {
        "cpu": roll.choice(("50m", "200m", "400m", "1")),
        "memory": roll.choice(("16Mi", "128Mi", "200M")),
        WIDGET: "1",
        "ephemeral-storage": "1Gi",
    }
    chance = {"cpu": 0.8, "memory": 0.6, WIDGET: 0.08, "ephemeral-storage": 0.2}
    picked = {k: v for k, v in asked.items() if roll.random() < chance[k]}
    resources: Object = {"requests": picked}
    if WIDGET in picked:
        resources["limits"] = {WIDGET: picked[WIDGET]}
    elif roll.random() < 0.2:
        resources = {"limits": picked}
    made: Object = {"name": name, "image": "registry.example/agent:1", "resources": resources}
    if roll.random() < 0.25:
        made["ports"] = [_port(roll)]
    return made


def _init_container(roll: random.Random, number: int) -> Object:
    requests = {"cpu": roll.choice(("100m", "600m", "2"))}
    made: Object = {"name": f"init-{number}", "image": "registry.example/init:1"}
    made["resources"] = {"requests": requests}
    return {**made, "restartPolicy": "Always"} if roll.random() < 0.4 else made


def _term(roll: random.Random, nodes: list[str]) -> Object:
    if roll.random() < 0.05:
        return {}
    term: Object = {"matchExpressions": [_expression(roll) for _ in range(roll.choice((1, 1, 2)))]}
    if roll.random() < 0.2:
        operator = roll.choice(("In", "NotIn", "NotIn"))
        field = {"key": "metadata.name", "operator": operator, "values": [roll.choice(nodes)]}
        term["matchFields"] = [field]
    return term


def _expression(roll: random.Random) -> Object:
    operator = roll.choice(("In", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"))
    if operator in ("Gt", "Lt"):
        key = roll.choice(("cores", "generation", "disk"))
        # The server accepts text here; the controller then lets the term match nothing.
        value = roll.choice(("0", "1", "2", "8", "64", "x"))
        return {"key": key, "operator": operator, "values": [value]}
    key = roll.choice(list(LABELS))
    if operator in ("Exists", "DoesNotExist"):
        return {"key": key, "operator": operator}
    values = roll.sample(LABELS[key], roll.randint(1, len(LABELS[key])))
    return {"key": key, "operator": operator, "values": values}


def _toleration(roll: random.Random) -> Object:
    form = roll.random()
    if form < 0.15:
        return dict(EVERY_TAINT[0])
    if form < 0.25:
        return {"operator": "Exists", "effect": roll.choice(EFFECTS)}
    made: Object = {"key": roll.choice(TAINT_KEYS)}
    if roll.random() < 0.6:
        made["effect"] = roll.choice(EFFECTS)
    if roll.random() < 0.5:
        return {**made, "operator": "Exists"}
    equal = {} if roll.random() < 0.3 else {"operator": "Equal"}
    return {**made, **equal, "value": roll.choice(("gpu", "db", ""))}


def _change(roll: random.Random, node: Object) -> tuple[str, Object]:
    """A merge patch for one of the nodes: labels, taints or the cordon."""
    kind = roll.choice(("label", "label", "unlabel", "taint", "untaint", "cordon"))
    spec = node["spec"]
    if kind == "label":
        key = roll.choice(list(LABELS))
        patch: Object = {"metadata": {"labels": {key: roll.choice(LABELS[key])}}}
    elif kind == "unlabel":
        patch = {"metadata": {"labels": dict.fromkeys(("zone", "disk"), None)}}
    elif kind == "taint":
        taken = [*spec["taints"], {"key": "fresh", "effect": roll.choice(EFFECTS[:2])}]
        patch = {"spec": {"taints": taken}}
    elif kind == "untaint":
        patch = {"spec": {"taints": None}}
    else:
        patch = {"spec": {"unschedulable": not spec.get("unschedulable", False)}}
    return node["metadata"]["name"], patch
