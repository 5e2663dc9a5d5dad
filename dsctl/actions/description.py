"""Read what ``describe`` tells of one DaemonSet: all of it in two streams of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from dsctl.actions import events as event_reader
from dsctl.actions import owned
from dsctl.actions.services import selecting
from dsctl.actions.together import together
from dsctl.api.resources import NODES, PODS
from dsctl.domain import pods as pod_of
from dsctl.domain.description import Description, describe, min_ready_counts
from dsctl.domain.events import pods_named
from dsctl.domain.health import observed
from dsctl.domain.podrows import ready_pods
from dsctl.domain.podsonly import without_nodes
from dsctl.domain.rollout import counts
from dsctl.errors import ClusterError, Forbidden

if TYPE_CHECKING:
    from dsctl.api.client import Cluster
    from dsctl.domain.placement_report import PlacementReport

Object = Mapping[str, Any]
T = TypeVar("T")

#: with more pods than this, only the warnings among their events are read, and none where all are
#: ready: the server looks through every event of the namespace for each such list
MANY = 100
#: from so many pods on, while all of them are ready, the nodes are counted and not looked at
FLEET = 500


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
    places, _ = together(lambda: _places(cluster, daemonset, now, note), reader.read)
    pods = places.pods
    if min_ready_counts(daemonset):
        pods = owned.whole_pods(cluster, daemonset)  # rows don't tell since when one is ready
    about_pods = None
    if not reader.warnings_only or not all(map(pod_of.ready, pods)):
        named = pods_named(reader.events or ())
        about_pods = reader.of_pods({pod_of.uid(pod) for pod in pods}, named)
    return describe(
        daemonset,
        report=places.report,
        complete=places.complete,
        total_nodes=places.total,
        nodes=places.nodes,
        pods=pods,
        revisions=reader.revisions,
        services=reader.services,
        events=reader.events,
        pod_events=about_pods,
        warnings_only=reader.warnings_only,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Pods and nodes. ``total``: how many nodes there are, where they were only counted."""

    report: PlacementReport
    pods: list[Object]
    nodes: Iterable[Object] | None = None
    complete: bool = False
    total: int | None = None


def _places(
    cluster: Cluster, daemonset: Object, now: datetime, note: Callable[[str], None]
) -> _Places:
    if _large_and_well(daemonset) and (found := _counted(cluster, daemonset)) is not None:
        return found
    # Imported here: a fleet that is well is told of without judging a node.
    from dsctl.actions.why import Question, answer

    told = answer(cluster, daemonset, Question(), now, note)
    if told.reading is None:
        return _Places(told.report, [])
    seen = told.reading.seen
    return _Places(told.report, list(seen.own or ()), seen.nodes, told.complete)


def _large_and_well(daemonset: Object) -> bool:
    found = counts(daemonset)
    well = found.updated == found.available == found.ready == found.desired
    return found.desired >= FLEET and well and not found.misscheduled and observed(daemonset)


def _counted(cluster: Cluster, daemonset: Object) -> _Places | None:
    """The pods by rows, and the nodes counted alone; None where a pod is not well after all."""
    metadata = daemonset["metadata"]
    query = owned.query(daemonset)
    table, total = together(
        lambda: cluster.table(PODS, metadata["namespace"], label_selector=query, slim=True),
        lambda: _count_nodes(cluster),
    )
    own, others = ready_pods(table, metadata["uid"], ())
    if total is None or others or len(own) != counts(daemonset).desired:
        return None
    return _Places(without_nodes(daemonset, own), list(own), total=total)


def _count_nodes(cluster: Cluster) -> int | None:
    try:
        return len(cluster.table(NODES, include_object="None").get("rows") or ())
    except Forbidden:
        return None


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
        self._pod_events: list[dict[str, Any]] | None = None

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
        if self.events is not None and not self.warnings_only:
            self._read_pod_events()

    def of_pods(self, uids: set[str], names: set[str]) -> list[dict[str, Any]] | None:
        """The events about these pods, newest last; None where events may not be read."""
        if self.events is None:
            return None
        if self._pod_events is None:
            self._read_pod_events()
        if self._pod_events is None:
            return None
        return event_reader.belonging(self._pod_events, uids, names)

    def _read_pod_events(self) -> None:
        self._pod_events = self._allowed(
            "events",
            lambda: event_reader.of_pods(
                self._cluster, self._daemonset, warnings_only=self.warnings_only
            ),
        )

    def _allowed(self, what: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Forbidden:
            self._note(f"may not list {what}: they are left out")
        except ClusterError as error:
            self._note(f"{what} are left out: {error.message}")
        return None
