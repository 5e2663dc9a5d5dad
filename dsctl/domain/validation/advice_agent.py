"""Advice on pods that serve their node: limits, priority, tolerations, images, host paths."""

from __future__ import annotations

from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.validation.advice import POD, Advice, Places, pod_of
from dsctl.domain.validation.field import containers_of, each
from dsctl.domain.validation.images import tag_of

_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_MASTER = "node-role.kubernetes.io/master"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def memory_limit_missing(obj: dict[str, Any]) -> Places:
    """A leak in an agent takes the whole node down, on every node."""
    pod = pod_of(obj)
    if "memory" in pod.get("resources", {}).get("limits", {}):
        return
    for container, path in containers_of(pod, POD):
        runs = "initContainers" not in path or container.get("restartPolicy") == "Always"
        if runs and "memory" not in container.get("resources", {}).get("limits", {}):
            name = container.get("name", "")
            yield f"{path}.resources.limits", f"container {name} has no memory limit"


def priority_class_missing(obj: dict[str, Any]) -> Places:
    """Without a priority, an agent is evicted or left unscheduled before workloads are."""
    pod = pod_of(obj)
    if pod and not pod.get("priorityClassName"):
        yield f"{POD}.priorityClassName", "no priorityClassName: on a full node it may not start"


def control_plane_not_tolerated(obj: dict[str, Any]) -> Places:
    """An agent of the node is usually wanted on control-plane nodes too."""
    pod = pod_of(obj)
    if not any("hostPath" in volume for _, volume in each(pod, "volumes")):
        return
    if _CONTROL_PLANE in _node_keys(pod) or _MASTER in _node_keys(pod):
        return
    if not any(_tolerates(item) for _, item in each(pod, "tolerations")):
        message = "it uses host paths, but runs on no control-plane node"
        yield f"{POD}.tolerations", message


def _tolerates(toleration: dict[str, Any]) -> bool:
    effect, key = toleration.get("effect", ""), toleration.get("key", "")
    everything = not key and toleration.get("operator") == "Exists"
    return effect in ("", "NoSchedule") and (everything or key == _CONTROL_PLANE)


def _node_keys(pod: dict[str, Any]) -> set[str]:
    """Node labels that the pod asks for or excludes."""
    keys = set(pod.get("nodeSelector", ()))
    required = pod.get("affinity", {}).get("nodeAffinity", {}).get(_REQUIRED, {})
    for _, term in each(required, "nodeSelectorTerms"):
        keys |= {item.get("key", "") for _, item in each(term, "matchExpressions")}
    return keys


def host_path_writable(obj: dict[str, Any]) -> Places:
    """What an agent only reads, it should not be able to change."""
    pod = pod_of(obj)
    volumes = {v.get("name", ""): v["hostPath"] for _, v in each(pod, "volumes") if "hostPath" in v}
    for container, path in containers_of(pod, POD):
        for index, mount in each(container, "volumeMounts"):
            volume = volumes.get(mount.get("name", ""))
            if volume is not None and not mount.get("readOnly"):
                host = volume.get("path", "")
                yield f"{path}.volumeMounts[{index}]", f"{host} of the host is mounted writable"


def image_latest(obj: dict[str, Any]) -> Places:
    """Nodes would run whatever the tag meant when each pulled it."""
    for container, path in containers_of(pod_of(obj), POD):
        image = container.get("image", "")
        if tag_of(image) == "latest":
            named = image.endswith(":latest") or ":latest@" in image
            what = "is tagged latest" if named else "has no tag"
            if "@" not in image:
                yield f"{path}.image", f"image {image} {what}: nodes may run different versions"


def node_label_removed(obj: dict[str, Any]) -> Places:
    """A node selector on a label that nodes no longer have matches no node."""
    pod = pod_of(obj)
    message = f"nodes have not had the label {_MASTER} since 1.24: no node matches"
    if _MASTER in pod.get("nodeSelector", ()):
        yield f"{POD}.nodeSelector[{_MASTER}]", message
    required = pod.get("affinity", {}).get("nodeAffinity", {}).get(_REQUIRED, {})
    where = f"{POD}.affinity.nodeAffinity.{_REQUIRED}.nodeSelectorTerms"
    for position, term in each(required, "nodeSelectorTerms"):
        for index, item in each(term, "matchExpressions"):
            if item.get("key") == _MASTER and item.get("operator") in ("In", "Exists"):
                yield f"{where}[{position}].matchExpressions[{index}].key", message


def taint_removed(obj: dict[str, Any]) -> Places:
    """Control-plane nodes have the taint of the new name only."""
    pod = pod_of(obj)
    if any(_tolerates(item) for _, item in each(pod, "tolerations")):
        return
    for index, item in each(pod, "tolerations"):
        if item.get("key") == _MASTER:
            message = f"control-plane nodes have not had the taint {_MASTER} since 1.25"
            yield f"{POD}.tolerations[{index}].key", message


def dns_on_host_network(obj: dict[str, Any]) -> Places:
    """ClusterFirst turns into Default on the host's network."""
    pod = pod_of(obj)
    if pod.get("hostNetwork") and pod.get("dnsPolicy", "ClusterFirst") == "ClusterFirst":
        yield f"{POD}.dnsPolicy", "on the host's network, names of Services do not resolve"


def node_name_set(obj: dict[str, Any]) -> Places:
    """nodeName in a template confines the DaemonSet to that node."""
    name = pod_of(obj).get("nodeName")
    if name:
        yield f"{POD}.nodeName", f"nodeName confines the DaemonSet to the node {name}"


RULES = (
    Advice(
        "memory-limit-missing",
        Severity.WARNING,
        "An agent that leaks memory takes its node down, and it runs on all of them.",
        "Set resources.limits.memory.",
        memory_limit_missing,
    ),
    Advice(
        "priority-class-missing",
        Severity.INFO,
        "Without a priority an agent waits when its node is full, and is evicted early.",
        "Set priorityClassName, for instance system-node-critical for what a node needs.",
        priority_class_missing,
    ),
    Advice(
        "control-plane-not-tolerated",
        Severity.INFO,
        "Host paths suggest an agent of the node; control-plane nodes have nodes' needs too.",
        f"Tolerate {_CONTROL_PLANE}:NoSchedule if it should run there.",
        control_plane_not_tolerated,
    ),
    Advice(
        "host-path-writable",
        Severity.INFO,
        "A writable host path lets a container change its node.",
        "Set readOnly: true on the mount if it only reads.",
        host_path_writable,
    ),
    Advice(
        "image-tag-latest",
        Severity.WARNING,
        "A tag that moves gives different nodes different versions, and no way back.",
        "Name a version or a digest.",
        image_latest,
    ),
    Advice(
        "node-label-removed",
        Severity.WARNING,
        "Node labels that Kubernetes no longer sets match no node.",
        f"Use {_CONTROL_PLANE}.",
        node_label_removed,
    ),
    Advice(
        "taint-removed",
        Severity.WARNING,
        "A toleration of a taint that Kubernetes no longer sets does nothing.",
        f"Tolerate {_CONTROL_PLANE}.",
        taint_removed,
    ),
    Advice(
        "dns-on-host-network",
        Severity.INFO,
        "With hostNetwork, dnsPolicy ClusterFirst means the DNS of the node.",
        "Set dnsPolicy: ClusterFirstWithHostNet, or Default if that is meant.",
        dns_on_host_network,
    ),
    Advice(
        "node-name-set",
        Severity.WARNING,
        "nodeName in a template lets the DaemonSet run on that one node.",
        "Remove nodeName; choose nodes by nodeSelector or affinity.",
        node_name_set,
    ),
)
