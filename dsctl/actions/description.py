"""Read what ``describe`` tells of one DaemonSet: all of it in two streams of requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from dsctl.actions import events as event_reader
from dsctl.actions import owned
from dsctl.actions.services import selecting
from dsctl.actions.together import together
from dsctl.actions.why import Answer, Question, answer
from dsctl.domain import pods as pod_of
from dsctl.domain.description import Description, describe
from dsctl.domain.events import pods_named
from dsctl.errors import ClusterError, Forbidden

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]
T = TypeVar("T")

#: with more pods than this, only the warnings among their events are read
MANY = 100


def read(
    cluster: Cluster,
    daemonset: Object,
    *,
    with_events: bool,
    now: datetime,
    note: Callable[[str], None],
) -> Description:
    """The Description. What may not be read is left out, and ``note`` is told.

    Raises what listing the pods raises, as kubectl does.
    """
    reader = _Reader(cluster, daemonset, with_events, note)
    found, _ = together(lambda: answer(cluster, daemonset, Question(), now, note), reader.read)
    pods = _pods(found)
    about_pods = None
    if reader.pod_events is not None:
        named = pods_named(reader.events or ())
        uids = {pod_of.uid(pod) for pod in pods}
        about_pods = event_reader.belonging(reader.pod_events, uids, named)
    return describe(
        daemonset,
        report=found.report,
        complete=found.complete,
        nodes=None if found.reading is None else found.reading.seen.nodes,
        pods=pods,
        revisions=reader.revisions,
        services=reader.services,
        events=reader.events,
        pod_events=about_pods,
        warnings_only=reader.warnings_only,
        now=now,
    )


def _pods(found: Answer) -> list[Object]:
    return [] if found.reading is None else list(found.reading.seen.own or ())


class _Reader:
    """What is read beside nodes and pods. None: it may not be read, or was not asked for."""

    def __init__(
        self,
        cluster: Cluster,
        daemonset: Object,
        with_events: bool,
        note: Callable[[str], None],
    ) -> None:
        self._cluster = cluster
        self._daemonset = daemonset
        self._with_events = with_events
        self._note = note
        desired = (daemonset.get("status") or {}).get("desiredNumberScheduled") or 0
        self.warnings_only = desired > MANY
        self.revisions: list[Object] | None = None
        self.services: list[Object] | None = None
        self.events: list[dict[str, Any]] | None = None
        self.pod_events: list[dict[str, Any]] | None = None

    def read(self) -> None:
        cluster, daemonset = self._cluster, self._daemonset
        self.revisions = self._allowed(
            "controllerrevisions", lambda: owned.revisions(cluster, daemonset)
        )
        self.services = self._allowed("services", lambda: selecting(cluster, daemonset))
        if not self._with_events:
            return
        # kubectl leaves events out, whatever keeps them from being read.
        self.events = self._allowed("events", lambda: event_reader.of_daemonset(cluster, daemonset))
        if self.events is not None:
            self.pod_events = self._allowed(
                "events",
                lambda: event_reader.of_pods(cluster, daemonset, warnings_only=self.warnings_only),
            )

    def _allowed(self, what: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Forbidden:
            self._note(f"may not list {what}: they are left out")
        except ClusterError as error:
            self._note(f"{what} are left out: {error.message}")
        return None
