"""Which pod of many speaks for a DaemonSet, and which of its containers.

Ported from kubectl's ``util/podutils`` (``ByLogging``, ``ActivePods``) and ``cmd/util/podcmd``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsctl.domain import pods as pod_of
from dsctl.errors import UsageError

Pod = Mapping[str, Any]

_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
_PHASES = {"Running": 0, "Unknown": 1}


def best(pods: Iterable[Pod]) -> Pod | None:
    """The pod that kubectl would take: one that is placed, runs, is ready; the oldest of these."""

    def order(pod: Pod) -> tuple[bool, bool, int, bool, str, str]:
        return (
            not pod_of.scheduled(pod),
            pod_of.deleting(pod),
            _PHASES.get(pod_of.phase(pod), 2),
            not pod_of.ready(pod),
            str((pod.get("metadata") or {}).get("creationTimestamp") or ""),
            pod_of.name(pod),
        )

    return min(pods, key=order, default=None)


def container(pod: Pod, asked: str | None) -> tuple[str, str | None]:
    """The container's name, and what is to be said where it was chosen among several.

    Raises UsageError, in kubectl's words, for one that the pod does not have.
    """
    metadata, spec = pod.get("metadata") or {}, pod.get("spec") or {}
    plain = [str(found.get("name")) for found in spec.get("containers") or ()]
    everyone = [
        *plain,
        *(f"{found.get('name')} (ephem)" for found in spec.get("ephemeralContainers") or ()),
        *(f"{found.get('name')} (init)" for found in spec.get("initContainers") or ()),
    ]
    wanted = asked or (metadata.get("annotations") or {}).get(_DEFAULT_CONTAINER)
    known = ", ".join(everyone)
    if wanted:
        if wanted not in [name.partition(" ")[0] for name in everyone]:
            raise UsageError(
                f"container {wanted} is not valid for pod {metadata.get('name')} out of: {known}"
            )
        return str(wanted), None
    if len(everyone) > 1:
        return plain[0], f'Defaulted container "{plain[0]}" out of: {known}'
    return plain[0], None
