"""What keeps a deleted DaemonSet in the cluster, said in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: How many pods are named before the rest is only counted.
NAMED_PODS = 3
_MEANING = {
    "foregroundDeletion": "waits for its pods (foreground deletion)",
    "orphan": "waits for the garbage collector to release its pods (orphan)",
}


@dataclass(frozen=True, slots=True)
class PodLeft:
    """A pod that is still there. ``node_ready`` is None where it was not asked or not known.

    A node that is gone is not ready either: its pods stay until they are collected.
    """

    name: str
    node: str | None
    terminating: bool
    finalizers: tuple[str, ...] = ()
    node_ready: bool | None = None
    node_gone: bool = False

    def describe(self) -> str:
        """``agent-x on node-7 (Terminating, node NotReady)``."""
        notes = ["Terminating" if self.terminating else "not yet deleted"]
        if self.node_gone:
            notes.append("the node is gone")
        elif self.node_ready is False:
            notes.append("node NotReady")
        if self.finalizers:
            notes.append(f"finalizer {', '.join(self.finalizers)}")
        place = f" on {self.node}" if self.node else ""
        return f"{self.name}{place} ({', '.join(notes)})"


@dataclass(frozen=True, slots=True)
class Left:
    """A DaemonSet that is still there: its finalizers and its pods, those of dead nodes first."""

    terminating: bool
    finalizers: tuple[str, ...] = ()
    pods: tuple[PodLeft, ...] = ()

    def describe(self) -> str:
        """The causes in one line; empty where nothing explains it."""
        if not self.terminating:
            return "it is not being deleted"
        parts = [_MEANING.get(f, f"finalizer {f}") for f in self.finalizers]
        if self.pods:
            named = [pod.describe() for pod in self.pods[:NAMED_PODS]]
            more = len(self.pods) - len(named)
            pods = ", ".join(named) + (f" and {more} more" if more else "")
            parts.append(f"{_count(len(self.pods))} left: {pods}")
        return "; ".join(parts)


def left(obj: Mapping[str, Any], pods: tuple[PodLeft, ...] = ()) -> Left:
    """What ``obj``, as last seen, and the pods that it owns say."""
    metadata = obj.get("metadata") or {}
    worst_first = sorted(pods, key=lambda p: (p.node_ready is not False, p.name))
    return Left(
        terminating=bool(metadata.get("deletionTimestamp")),
        finalizers=tuple(metadata.get("finalizers") or ()),
        pods=tuple(worst_first),
    )


def _count(pods: int) -> str:
    return "1 pod" if pods == 1 else f"{pods} pods"
