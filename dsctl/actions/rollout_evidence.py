"""What a cluster says of pods that fail, beside their state: events, and the last lines of logs.

Read in a thread, for a few pods: a kubelet that doesn't answer must not keep anyone waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.api.http1 import Broken
from dsctl.api.resources import EVENTS, PODS
from dsctl.domain import pods as pod_of
from dsctl.domain.blockers import Blocker, Cause
from dsctl.domain.podtrouble import (
    FAILED_CREATE,
    FAILED_DELETE,
    container_lines,
    event_line,
    newest_event,
)
from dsctl.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsctl.api.client import Cluster

Object = Mapping[str, Any]
Evidence = tuple[tuple[str, ...], tuple[str, ...] | None]

#: so many pods are looked into, so many lines of each are read
MOST_PODS = 3
LINES = 5
_BYTES = 8192
_SECONDS = 3.0
_TOLD = (Cause.CRASH_LOOP, Cause.CONTAINER_CONFIG, Cause.IMAGE_PULL, Cause.NOT_READY)
_RAN = (Cause.CRASH_LOOP, Cause.NOT_READY)


class Witness:
    """Collects evidence on blockers. Failure to get it is no error: then there is less of it."""

    def __init__(self, cluster: Cluster, namespace: str, now: Callable[[], datetime]) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._now = now
        self._found: dict[tuple[str, str], Evidence] = {}
        self._thread: threading.Thread | None = None

    def look_into(self, blockers: Iterable[Blocker], pods: Sequence[Object]) -> None:
        """Begin to collect evidence on the first few of these that it can be had of."""
        if self._thread is not None and self._thread.is_alive():
            return
        by_name = {pod_of.name(pod): pod for pod in pods} if blockers else {}
        work = []
        for blocker in chosen(blockers):
            pod = by_name.get(blocker.pod or "")
            if pod is not None and _key(blocker) not in self._found:
                work.append((blocker, pod))
        if work:
            self._thread = threading.Thread(target=self._collect, args=(work,), daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> None:
        """Give what was begun some time to end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def dress(self, blockers: Sequence[Blocker]) -> tuple[Blocker, ...]:
        """The blockers with what was found of them."""
        if not self._found:
            return tuple(blockers)
        return tuple(self._with(blocker) for blocker in blockers)

    def failures(self, uid: str, since: str) -> tuple[str | None, str | None]:
        """The newest events about a pod that could not be made, and one that could not be deleted.

        None that is older than ``since``.
        """
        try:
            found = self._events(f"involvedObject.uid={uid},type=Warning")
        except ClusterError:
            return None, None
        return _newest(found, FAILED_CREATE, since), _newest(found, FAILED_DELETE, since)

    def _with(self, blocker: Blocker) -> Blocker:
        found = self._found.get(_key(blocker))
        return blocker if found is None else replace(blocker, details=found[0], log=found[1])

    def _collect(self, work: list[tuple[Blocker, Object]]) -> None:
        for blocker, pod in work:
            details = list(container_lines(pod))
            try:
                events = self._events(f"involvedObject.uid={pod_of.uid(pod)},type=Warning")
                newest = newest_event(events)
                details += [event_line(newest, self._now())] if newest else []
            except (ClusterError, OSError, Broken):
                pass
            log = self._log(blocker, pod) if blocker.cause in _RAN else None
            self._found[_key(blocker)] = tuple(details), log

    def _events(self, selector: str) -> list[Object]:
        found: list[Object] = self._cluster.list(
            EVENTS, self._namespace, field_selector=selector, timeout=_SECONDS
        )["items"]
        return found

    def _log(self, blocker: Blocker, pod: Object) -> tuple[str, ...] | None:
        container = _container(pod)
        if container is None:
            return None
        for previous in (True, False) if blocker.cause is Cause.CRASH_LOOP else (False,):
            try:
                return self._tail(pod_of.name(pod), container, previous=previous)
            except (ClusterError, OSError, Broken):
                continue
        return None

    def _tail(self, pod: str, container: str, *, previous: bool) -> tuple[str, ...]:
        query = {"container": container, "tailLines": str(LINES), "limitBytes": str(_BYTES)}
        if previous:
            query["previous"] = "true"
        stream = self._cluster.stream(
            PODS.path(self._namespace, pod, "log"), query=query, headers=(), timeout=_SECONDS
        )
        text = b""
        try:
            while len(text) < _BYTES and (data := stream.read_some(_SECONDS)):
                text += data
        finally:
            stream.close()
        return tuple(text.decode("utf-8", "replace").splitlines()[-LINES:])


def _newest(events: Iterable[Object], reason: str, since: str) -> str | None:
    newest = newest_event(events, reason=reason)
    if newest is None or str(newest.get("lastTimestamp") or newest.get("eventTime")) < since:
        return None
    return " ".join(str(newest.get("message") or "").split())


def chosen(blockers: Iterable[Blocker]) -> list[Blocker]:
    """The few that are looked into: sure failures first, each cause once before any twice."""
    seen: dict[Cause, int] = {}
    ranked: list[tuple[bool, int, int, Blocker]] = []
    for blocker in blockers:
        if blocker.cause in _TOLD and blocker.pod:
            seen[blocker.cause] = seen.get(blocker.cause, 0) + 1
            ranked.append((not blocker.sure, seen[blocker.cause], len(ranked), blocker))
    return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:3])[:MOST_PODS]]


def _key(blocker: Blocker) -> tuple[str, str]:
    return blocker.pod or "", blocker.message


def _container(pod: Object) -> str | None:
    """The first container that is not ready and has not ended well."""
    for status in pod_of.container_statuses(pod):
        ended = (status.get("state") or {}).get("terminated") or {}
        if not status.get("ready") and ended.get("exitCode") != 0:
            return str(status.get("name"))
    return None
