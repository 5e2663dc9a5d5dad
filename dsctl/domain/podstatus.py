"""What ``kubectl get pods`` says of a pod: its READY, STATUS and RESTARTS cells.

Ported from ``printPod`` (pkg/printers/internalversion/printers.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dsctl.domain import pods
from dsctl.domain.times import parse_time

Status = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PodStatus:
    """``reason`` is the STATUS cell; ``last_restart`` when a container ended last, if it did."""

    ready: int
    containers: int
    reason: str
    restarts: int
    last_restart: datetime | None


@dataclass(slots=True)
class _Tally:
    ready: int = 0
    restarts: int = 0
    last: datetime | None = None

    def add(self, status: Status) -> None:
        self.restarts += status.get("restartCount") or 0
        ended = ((status.get("lastState") or {}).get("terminated") or {}).get("finishedAt")
        moment = parse_time(ended)
        if moment is not None and (self.last is None or self.last < moment):
            self.last = moment


@dataclass(slots=True)
class _Init:
    """Restarts up to the init container at work, and why the pod is not initialized yet."""

    every: _Tally = field(default_factory=_Tally)
    sidecars: _Tally = field(default_factory=_Tally)
    ready: int = 0
    reason: str | None = None


def pod_status(pod: Mapping[str, Any]) -> PodStatus:
    """The cells of one Pod object."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    init = spec.get("initContainers") or ()
    sidecars = {c.get("name") for c in init if pods.restart_policy_always(c)}
    total = len(spec.get("containers") or ()) + len(sidecars)
    init_status = _init_status(status, sidecars, len(init))
    reason = init_status.reason or _pod_reason(status)
    tally, ready = init_status.every, init_status.ready
    if init_status.reason is None or _initialized(pod):
        tally = init_status.sidecars
        reason, running = _container_reason(pod, reason, tally)
        ready += running
    if pods.deleting(pod):
        if status.get("reason") == "NodeLost":
            reason = "Unknown"
        elif not pods.terminal(pod):
            reason = "Terminating"
    return PodStatus(ready, total, reason, tally.restarts, tally.last)


def pod_status_reason(pod: Mapping[str, Any]) -> str:
    """The STATUS cell alone, such as ``Running``, ``Init:0/1`` or ``CrashLoopBackOff``."""
    return pod_status(pod).reason


def _pod_reason(status: Status) -> str:
    for condition in status.get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("reason") == "SchedulingGated":
            return "SchedulingGated"
    return status.get("reason") or status.get("phase") or ""


def _initialized(pod: Mapping[str, Any]) -> bool:
    entry = pods.condition(pod, "Initialized")
    return entry is not None and entry.get("status") == "True"


def _init_status(status: Status, sidecars: set[Any], total: int) -> _Init:
    found = _Init()
    for index, container in enumerate(status.get("initContainerStatuses") or ()):
        sidecar = container.get("name") in sidecars
        found.every.add(container)
        if sidecar:
            found.sidecars.add(container)
        state = container.get("state") or {}
        ended, waiting = state.get("terminated"), (state.get("waiting") or {}).get("reason")
        if ended is not None and not ended.get("exitCode"):
            continue
        if sidecar and container.get("started"):
            found.ready += bool(container.get("ready"))
            continue
        if ended is not None:
            found.reason = "Init:" + _ended(ended)
        elif waiting and waiting != "PodInitializing":
            found.reason = "Init:" + waiting
        else:
            found.reason = f"Init:{index}/{total}"
        break
    return found


def _container_reason(pod: Mapping[str, Any], reason: str, tally: _Tally) -> tuple[str, int]:
    """The reason after the containers have spoken, the first one last, and how many are ready."""
    running, error = 0, ""
    for container in reversed((pod.get("status") or {}).get("containerStatuses") or ()):
        tally.add(container)
        state = container.get("state") or {}
        ended = state.get("terminated")
        waiting = (state.get("waiting") or {}).get("reason")
        if waiting:
            reason = waiting
        elif ended is not None:
            reason = _ended(ended)
            error = reason if ended.get("exitCode") else error
        elif container.get("ready") and state.get("running") is not None:
            running += 1
    if reason == "Completed":
        if running and pods.ready(pod):
            reason = "Running"
        elif error:
            reason = error
        elif running:
            reason = "NotReady"
    return reason, running


def _ended(state: Status) -> str:
    if state.get("reason"):
        return str(state["reason"])
    if state.get("signal"):
        return f"Signal:{state['signal']}"
    return f"ExitCode:{state.get('exitCode') or 0}"
