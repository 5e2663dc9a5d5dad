"""Thin readings of a Pod object: where it is meant to be, and how it is doing.

Ported from pkg/api/v1/pod/util.go (ready, available) and pkg/controller/daemon/util
(``GetTargetNodeName``). Every function takes the object as the server sent it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from dsctl.domain.times import parse_time

HASH_LABEL = "controller-revision-hash"
GENERATION_LABEL = "pod-template-generation"

Pod = Mapping[str, Any]


def name(pod: Pod) -> str:
    """``metadata.name``."""
    return str((pod.get("metadata") or {}).get("name", ""))


def uid(pod: Pod) -> str:
    """``metadata.uid``."""
    return str((pod.get("metadata") or {}).get("uid", ""))


def labels(pod: Pod) -> Mapping[str, str]:
    """``metadata.labels``, never None."""
    return (pod.get("metadata") or {}).get("labels") or {}


def revision_hash(pod: Pod) -> str | None:
    """The ``controller-revision-hash`` label."""
    return labels(pod).get(HASH_LABEL)


def template_generation(pod: Pod) -> str | None:
    """The ``pod-template-generation`` label, as text: it is compared as text."""
    return labels(pod).get(GENERATION_LABEL)


def controller(pod: Pod) -> Mapping[str, Any] | None:
    """The owner reference of the controller that owns it; None for an orphan."""
    for owner in (pod.get("metadata") or {}).get("ownerReferences") or ():
        if owner.get("controller"):
            found: Mapping[str, Any] = owner
            return found
    return None


def owner_uid(pod: Pod) -> str | None:
    """The uid of the controller that owns it (``controllerRef``); None for an orphan."""
    owner = controller(pod)
    return None if owner is None else str(owner.get("uid", ""))


def created(pod: Pod) -> datetime | None:
    """When it was created."""
    return parse_time((pod.get("metadata") or {}).get("creationTimestamp"))


def deleting(pod: Pod) -> bool:
    """True when it has a deletionTimestamp."""
    return bool((pod.get("metadata") or {}).get("deletionTimestamp"))


def phase(pod: Pod) -> str:
    """``status.phase``; empty when unset."""
    return (pod.get("status") or {}).get("phase") or ""


def terminal(pod: Pod) -> bool:
    """True when every container has ended for good: phase Failed or Succeeded."""
    return phase(pod) in ("Failed", "Succeeded")


def scheduled(pod: Pod) -> bool:
    """True when it is bound to a node."""
    return bool((pod.get("spec") or {}).get("nodeName"))


def target_node(pod: Pod) -> str | None:
    """The node it runs on, or that its daemon controller made it for; None where it names none."""
    spec = pod.get("spec") or {}
    if spec.get("nodeName"):
        return str(spec["nodeName"])
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if field.get("key") == "metadata.name" and field.get("operator") == "In":
                values = list(field.get("values") or ())
                return str(values[0]) if len(values) == 1 else None
    return None


def condition(pod: Pod, kind: str) -> Mapping[str, Any] | None:
    """The condition of this type, or None."""
    for entry in (pod.get("status") or {}).get("conditions") or ():
        if entry.get("type") == kind:
            found: Mapping[str, Any] = entry
            return found
    return None


def ready(pod: Pod) -> bool:
    """True when its Ready condition is."""
    entry = condition(pod, "Ready")
    return entry is not None and entry.get("status") == "True"


def ready_since(pod: Pod) -> datetime | None:
    """Since when its Ready condition has the status that it has."""
    entry = condition(pod, "Ready")
    return None if entry is None else parse_time(entry.get("lastTransitionTime"))


def owned_by(uid: str | None, pods: Iterable[Pod]) -> list[Pod]:
    """Those of the pods that the controller with this uid owns; none without one."""
    return [pod for pod in pods if uid and owner_uid(pod) == uid]


def available(pod: Pod, min_ready_seconds: int, now: datetime) -> bool:
    """True when it has been ready for at least ``min_ready_seconds``."""
    if not ready(pod):
        return False
    if not min_ready_seconds:
        return True
    since = ready_since(pod)
    return since is not None and since + timedelta(seconds=min_ready_seconds) <= now


def container_statuses(pod: Pod) -> Iterator[Mapping[str, Any]]:
    """The statuses of init containers and containers, in this order."""
    status = pod.get("status") or {}
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def restart_policy_always(container: Mapping[str, Any]) -> bool:
    """True for a sidecar: an init container that runs on beside the others."""
    return container.get("restartPolicy") == "Always"


def oldest_first(pods: Iterable[Pod]) -> list[Pod]:
    """Pods of one node in the controller's order: scheduled before not, then by age, then name.

    The first is the one that the controller's status counts (``podByCreationTimestampAndPhase``).
    """

    def order(pod: Pod) -> tuple[bool, str, str]:
        made = (pod.get("metadata") or {}).get("creationTimestamp") or ""
        return not scheduled(pod), made, name(pod)

    return sorted(pods, key=order)


def by_node(pods: Iterable[Pod]) -> dict[str, list[Pod]]:
    """Pods grouped by target node, each group as ``oldest_first``.

    As the controller does, pods that ended and are being deleted, and pods without a target
    node, are left out (``getNodesToDaemonPods``).
    """
    found: dict[str, list[Pod]] = {}
    for pod in pods:
        node = None if terminal(pod) and deleting(pod) else target_node(pod)
        if node is not None:
            found.setdefault(node, []).append(pod)
    return {node: oldest_first(group) if len(group) > 1 else group for node, group in found.items()}
