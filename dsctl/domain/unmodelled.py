"""What a pod template asks of the scheduler that dsctl does not model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

DEFAULT_SCHEDULER = "default-scheduler"
#: a resource of this prefix is a claim to a device, which no node counts
DEVICE_CLASS = "deviceclass.resource.kubernetes.io/"
_ATTACHED = (
    "persistentVolumeClaim",
    "ephemeral",
    "csi",
    "awsElasticBlockStore",
    "azureDisk",
    "cinder",
    "gcePersistentDisk",
    "iscsi",
    "rbd",
)


def unmodelled(template: Mapping[str, Any]) -> tuple[str, ...]:
    """A note ``NotModelled: …`` for each such thing in a template spec; empty when all is modelled.

    Preferences, which only rank nodes, don't count.
    """
    return tuple(f"NotModelled: {thing}" for thing in _things(template))


def _things(template: Mapping[str, Any]) -> Iterator[str]:
    if template.get("nodeName"):
        yield "nodeName (the pod passes the scheduler by; the kubelet judges it)"
    scheduler = template.get("schedulerName") or DEFAULT_SCHEDULER
    if scheduler != DEFAULT_SCHEDULER:
        yield f"scheduler {scheduler}"
    if template.get("schedulingGates"):
        yield "scheduling gates"
    if template.get("resourceClaims"):
        yield "resource claims"
    if template.get("runtimeClassName"):
        yield f"runtime class {template['runtimeClassName']} (its overhead, nodes and tolerations)"
    if template.get("hostUsers") is False and template.get("hostNetwork"):
        yield "user namespaces with hostNetwork (needs a feature of the node)"
    yield from _of_containers(template)
    yield from _relations(template)
    for volume in template.get("volumes") or ():
        for kind in _ATTACHED:
            if volume.get(kind) is not None:
                yield f"volume {volume.get('name')} ({kind})"


def _of_containers(template: Mapping[str, Any]) -> Iterator[str]:
    """What only some nodes can do, or have no count of, each once."""
    found: dict[str, None] = {}
    for kind in ("initContainers", "containers"):
        for container in template.get(kind) or ():
            rules = container.get("restartPolicyRules") or ()
            if any(rule.get("action") == "RestartAllContainers" for rule in rules):
                found["restart of all containers (needs a feature of the node)"] = None
            resources = container.get("resources") or {}
            for name in {**(resources.get("limits") or {}), **(resources.get("requests") or {})}:
                if name.startswith(DEVICE_CLASS):
                    found[f"device class {name.removeprefix(DEVICE_CLASS)}"] = None
    yield from found


def _relations(template: Mapping[str, Any]) -> Iterator[str]:
    """What depends on where other pods are."""
    affinity = template.get("affinity") or {}
    for kind, words in (("podAffinity", "pod affinity"), ("podAntiAffinity", "pod anti-affinity")):
        if (affinity.get(kind) or {}).get("requiredDuringSchedulingIgnoredDuringExecution"):
            yield words
    for constraint in template.get("topologySpreadConstraints") or ():
        if constraint.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule":
            yield f"topology spread over {constraint.get('topologyKey')}"
