"""Why a pod that has its node is not ready: what its containers and its events say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dsctl.domain import pods as pod_of
from dsctl.domain.times import age

Object = Mapping[str, Any]

#: what the controller calls the event of a pod that it could not make
FAILED_CREATE = "FailedCreate"
#: and of one that it may not delete
FAILED_DELETE = "FailedDelete"


def container_lines(pod: Object) -> tuple[str, ...]:
    """A line for each container that is not ready: its state, probe, last exit and restarts."""
    spec = pod.get("spec") or {}
    asked = {
        container.get("name"): container
        for kind in ("initContainers", "containers")
        for container in spec.get(kind) or ()
    }
    found = []
    for status in pod_of.container_statuses(pod):
        ended = ((status.get("state") or {}).get("terminated") or {}).get("exitCode")
        if not status.get("ready") and ended != 0:
            found.append(_line(status, asked.get(status.get("name")) or {}))
    return tuple(found)


def newest_event(events: Iterable[Object], *, reason: str | None = None) -> Object | None:
    """The event that was seen last; with this ``reason``, where one is given."""
    matching = [event for event in events if reason in (None, event.get("reason"))]
    return max(matching, key=_seen, default=None)


def event_line(event: Object, now: datetime) -> str:
    """``Unhealthy 12s ago: Readiness probe failed: …``, with how often if more than once."""
    count = (event.get("series") or {}).get("count") or event.get("count") or 1
    often = f" ({count} times)" if count > 1 else ""
    message = " ".join(str(event.get("message") or "").split())
    return f"{event.get('reason')} {age(_seen(event), now)} ago{often}: {message}"


def _line(status: Object, container: Object) -> str:
    state = status.get("state") or {}
    waiting, ended = state.get("waiting"), state.get("terminated")
    message = ""
    if waiting is not None:
        what, message = waiting.get("reason") or "waiting", waiting.get("message") or ""
    elif ended is not None:
        what = f"ended with exit code {ended.get('exitCode')}"
        what += f" ({ended['reason']})" if ended.get("reason") else ""
    elif state.get("running") is not None:
        what = f"running, {_probe(status, container)}"
    else:  # the API: no state is to be read as waiting
        what = "waiting"
    parts = [f"container {status.get('name')}: {what}"]
    last = (status.get("lastState") or {}).get("terminated")
    if last is not None:
        reason = f" ({last['reason']})" if last.get("reason") else ""
        parts.append(f"last exit code {last.get('exitCode')}{reason}")
    if status.get("restartCount"):
        count = status["restartCount"]
        parts.append("1 restart" if count == 1 else f"{count} restarts")
    line = ", ".join(parts)
    return f"{line}: {message}" if message else line


def _probe(status: Object, container: Object) -> str:
    if container.get("startupProbe") and not status.get("started"):
        return "its startup probe has not passed"
    if container.get("readinessProbe"):
        return "its readiness probe fails"
    return "not ready"


def _seen(event: Object) -> str:
    series = event.get("series") or {}
    times = (
        series.get("lastObservedTime"),
        event.get("lastTimestamp"),
        event.get("eventTime"),
        (event.get("metadata") or {}).get("creationTimestamp"),
    )
    return str(next((time for time in times if time), ""))
