"""What keeps a rollout from ending: nodes and pods, each with a cause.

The cause is read from pod and node state alone. A pod counts as updated by ``is_pod_updated``,
and as available by ``pods.available``, both as the controller counts.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dsctl.domain import nodes, pods
from dsctl.domain.placement import Placement
from dsctl.domain.podstatus import pod_status
from dsctl.domain.revisions import is_pod_updated, template_generation

Object = Mapping[str, Any]


class Cause(StrEnum):
    """Why a node or a pod, or the controller, is not done."""

    IMAGE_PULL = "ImagePull"
    CRASH_LOOP = "CrashLoop"
    CONTAINER_CONFIG = "ContainerConfig"
    NOT_READY = "NotReady"
    NODE_NOT_READY = "NodeNotReady"
    UNSCHEDULABLE = "Unschedulable"
    TERMINATING = "Terminating"
    QUOTA_OR_ADMISSION = "QuotaOrAdmission"
    NO_POD = "NoPod"
    BUDGET = "Budget"
    MIN_READY_SECONDS = "MinReadySeconds"
    NOT_OBSERVED = "NotObserved"
    AWAITING_DELETION = "AwaitingDeletion"
    CONTROLLER_IDLE = "ControllerIdle"


#: what a waiting container's reason tells of the new version itself
_WAITING = {
    "ErrImagePull": Cause.IMAGE_PULL,
    "ImagePullBackOff": Cause.IMAGE_PULL,
    "InvalidImageName": Cause.IMAGE_PULL,
    "ImageInspectError": Cause.IMAGE_PULL,
    "ErrImageNeverPull": Cause.IMAGE_PULL,
    "RegistryUnavailable": Cause.IMAGE_PULL,
    "SignatureValidationFailed": Cause.IMAGE_PULL,
    "CrashLoopBackOff": Cause.CRASH_LOOP,
    "RunContainerError": Cause.CRASH_LOOP,
    "PostStartHookError": Cause.CRASH_LOOP,
    "CreateContainerConfigError": Cause.CONTAINER_CONFIG,
    "CreateContainerError": Cause.CONTAINER_CONFIG,
}
#: seen once they may pass by themselves, so they don't prove that a version is bad
_PASSING = frozenset({"ErrImagePull", "ImageInspectError", "RegistryUnavailable"})


@dataclass(frozen=True, slots=True)
class Blocker:
    """``node`` and ``pod`` are None where the whole DaemonSet waits. ``since`` is RFC 3339.

    ``sure``: it shows that the new revision itself fails, and will not pass by waiting.
    ``details`` are more sentences about it and ``log`` the last lines of the container's log;
    None where they were not read.
    """

    node: str | None
    pod: str | None
    cause: Cause
    message: str
    since: str | None = None
    sure: bool = False
    details: tuple[str, ...] | None = None
    log: tuple[str, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The blocker as ``RolloutStatus`` has it."""
        return {
            "node": self.node,
            "pod": self.pod,
            "cause": self.cause.value,
            "message": self.message,
            "since": self.since,
            "details": None if self.details is None else list(self.details),
            "log": None if self.log is None else list(self.log),
        }


def in_order(blockers: Iterable[Blocker]) -> tuple[Blocker, ...]:
    """Blockers as a report lists them: by node, cause and pod, those without a node first."""
    return tuple(sorted(blockers, key=lambda b: (b.node or "", b.cause.value, b.pod or "")))


class Reader:
    """One pass over the nodes of a DaemonSet: what blocks, who uses the budget, who is how far.

    Without ``nodes`` only nodes that have a pod are seen; ``gone``: nodes of pods that are known to
    be no more. Ported from ``rollingUpdate``.
    ``done``: nodes whose new pod is available; ``fresh``: those whose new pod is not yet; ``old``:
    the names of those that have an old pod which nobody has deleted; ``dark``: the names of the
    nodes that are known not to be ready; ``manned``: of those that have a pod of any kind.
    """

    def __init__(
        self,
        daemonset: Object,
        daemon_pods: Iterable[Object],
        node_list: Iterable[Object],
        now: datetime,
        *,
        newest_hash: str | None,
        gone: Container[str] = (),
    ) -> None:
        self.blockers: list[Blocker] = []
        self.using: list[str] = []
        self.done = 0
        self.fresh = 0
        self.old: list[str] = []
        self._now = now
        self._seconds = (daemonset.get("spec") or {}).get("minReadySeconds") or 0
        self._generation = template_generation(daemonset)
        self._hash = newest_hash
        self._gone = gone
        self._groups = pods.by_node(daemon_pods)
        self._nodes = {nodes.name(node): node for node in node_list}
        self.manned = frozenset(self._groups)
        self.dark = frozenset(name for name, node in self._nodes.items() if not nodes.ready(node))
        rule = Placement(daemonset)
        self._eligible = {n for n, node in self._nodes.items() if rule.decide(node).should_run}

    def read(self, *, surge: bool, failure: str | None) -> None:
        """Fill the lists. ``failure``: why pods could not be made, where that is known."""
        for name in sorted(self._groups.keys() | self._eligible):
            group = self._groups.get(name, [])
            if not group:
                self.blockers.append(_no_pod(name, failure))
            new, old = self._judge(group, self._nodes.get(name))
            if new:
                self.done += new[0]
                self.fresh += not new[0]
            elif old:
                self.old.append(name)
            if _uses_budget(new, old, surge=surge):
                self.using.append(name)

    def _judge(self, group: list[Object], node: Object | None) -> tuple[list[bool], list[bool]]:
        """For the updated and the old pods that are not going away: is each available."""
        new: list[bool] = []
        old: list[bool] = []
        for pod in group:
            updated = is_pod_updated(pod, self._hash, self._generation)
            blocker = of_pod(
                pod,
                node,
                updated=updated,
                min_ready_seconds=self._seconds,
                now=self._now,
                gone=pods.target_node(pod) in self._gone,
            )
            if blocker is not None:
                self.blockers.append(blocker)
            if not pods.deleting(pod):
                (new if updated else old).append(blocker is None)
        return new, old


def _uses_budget(new: list[bool], old: list[bool], *, surge: bool) -> bool:
    if len(new) > 1 or len(old) > 1:
        return True
    if surge:
        return bool(new and old and not new[0])
    if bool(new) == bool(old):
        return True
    return not (new or old)[0]


def _no_pod(node: str, failure: str | None) -> Blocker:
    if failure:
        return Blocker(node, None, Cause.QUOTA_OR_ADMISSION, failure)
    return Blocker(node, None, Cause.NO_POD, "the node should run a pod and has none")


def of_pod(
    pod: Object,
    node: Object | None,
    *,
    updated: bool,
    min_ready_seconds: int,
    now: datetime,
    gone: bool = False,
) -> Blocker | None:
    """Why this pod is not available; None when it is.

    ``node``: None where it wasn't read, or is ``gone``.
    """
    where, name = pods.target_node(pod), pods.name(pod)
    if pods.deleting(pod):
        return _terminating(pod, node, where, gone=gone)
    if pods.available(pod, min_ready_seconds, now):
        return None
    if pods.ready(pod):
        condition = pods.condition(pod, "Ready") or {}
        message = f"ready, but not yet for {min_ready_seconds} s (minReadySeconds)"
        since = condition.get("lastTransitionTime")
        return Blocker(where, name, Cause.MIN_READY_SECONDS, message, since)
    if not pods.scheduled(pod):
        return _unscheduled(pod, where, name)
    # What a node last reported before it went silent proves nothing about the new version.
    trouble = None if node is None else nodes.not_ready_reason(node)
    if node is not None and trouble is not None:
        since = (nodes.condition(node, "Ready") or {}).get("lastTransitionTime")
        return Blocker(where, name, Cause.NODE_NOT_READY, f"node not ready: {trouble}", since)
    waiting = _failing_container(pod)
    if waiting is not None:
        cause, reason, message = waiting
        sure = updated and reason not in _PASSING
        return Blocker(where, name, cause, message, _unready_since(pod), sure)
    condition = pods.condition(pod, "Ready") or {}
    message = f"{pod_status(pod).reason or 'Pending'}, not ready"
    if condition.get("message"):
        message += f": {condition['message']}"
    return Blocker(where, name, Cause.NOT_READY, message, _unready_since(pod))


def _unscheduled(pod: Object, where: str | None, name: str) -> Blocker:
    scheduled = pods.condition(pod, "PodScheduled") or {}
    message = scheduled.get("message") or "the scheduler has not looked at it yet"
    since = scheduled.get("lastTransitionTime") or _created(pod)
    return Blocker(where, name, Cause.UNSCHEDULABLE, message, since)


def _terminating(pod: Object, node: Object | None, where: str | None, *, gone: bool) -> Blocker:
    since = pod["metadata"]["deletionTimestamp"]
    message = "being deleted"
    if gone:
        message += ", and its node is gone"
    finalizers = pod["metadata"].get("finalizers")
    if node is not None and not nodes.ready(node):
        message += f", and its node is not ready: {nodes.not_ready_reason(node)}"
    elif finalizers:
        message += f", held by finalizer {', '.join(finalizers)}"
    return Blocker(where, pods.name(pod), Cause.TERMINATING, message, since)


def _failing_container(pod: Object) -> tuple[Cause, str, str] | None:
    """The first container that shows why, in the order in which containers start."""
    for status in pods.container_statuses(pod):
        state = status.get("state") or {}
        waiting = state.get("waiting") or {}
        cause = _WAITING.get(waiting.get("reason") or "")
        if cause is None:
            continue
        parts = [f"container {status.get('name')}: {waiting['reason']}"]
        ended = (status.get("lastState") or {}).get("terminated")
        if ended is not None:
            parts.append(f"exit code {ended.get('exitCode') or 0}")
        if status.get("restartCount"):
            parts.append(f"{status['restartCount']} restarts")
        message = ", ".join(parts)
        if waiting.get("message"):
            message += f": {waiting['message']}"
        return cause, waiting["reason"], message
    return None


def _unready_since(pod: Object) -> str | None:
    since = (pods.condition(pod, "Ready") or {}).get("lastTransitionTime")
    return since or _created(pod)


def _created(pod: Object) -> str | None:
    created: str | None = (pod.get("metadata") or {}).get("creationTimestamp")
    return created
