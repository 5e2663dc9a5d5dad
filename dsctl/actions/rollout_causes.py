"""The looks at a rollout's pods, and the reading of whatever explains what blocks them.

A blocker is looked into once it has stood for a moment: in a rollout that goes well nothing is
read but the pods.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.rollout_evidence import Witness
from dsctl.actions.rollout_nodes import NodeBook
from dsctl.actions.rollout_pods import PodFeed
from dsctl.domain import pods as pod_of
from dsctl.domain.blockers import Blocker, Cause
from dsctl.domain.rollout_look import Look, View, look_at, with_more
from dsctl.errors import ClusterError

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: seconds that a blocker stands before it is looked into, and before its logs are read
PATIENCE = 2.0
_LOG_PATIENCE = 5.0
#: seconds between two looks at the events of pods that could not be made
_EVENTS_EVERY = 5.0
#: seconds after which a controller that does nothing is suspicious
_IDLE = 10.0
#: seconds that the first list of pods, and the last logs, are waited for
_FIRST_LIST = 30.0
_LAST_LOGS = 4.0
#: what may be a node's fault
_OF_NODES = frozenset(Cause) - {
    Cause.NO_POD,
    Cause.QUOTA_OR_ADMISSION,
    Cause.MIN_READY_SECONDS,
    Cause.BUDGET,
    Cause.NOT_OBSERVED,
    Cause.AWAITING_DELETION,
}


class Causes:
    """Takes looks for one rollout. ``note`` is told, once each, of what may not be read."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        now: Callable[[], datetime],
        note: Callable[[str], None],
    ) -> None:
        self._cluster = cluster
        self._now = now
        self._note = note
        self._feed: PodFeed | None = None
        self._blind = False
        self._book = NodeBook(cluster, note)
        self._witness = Witness(cluster, namespace, now)
        self._since: dict[tuple[str | None, str | None], float] = {}
        self._failures: tuple[str | None, str | None] = (None, None)
        self._next_events = 0.0

    def follow(self, daemonset: Object) -> None:
        """Begin to follow the pods, if that has not begun."""
        if self._feed is None:
            self._feed = PodFeed(self._cluster, daemonset)

    @property
    def ready(self) -> bool:
        """Whether a look can be taken without waiting, or need not be hoped for."""
        return self._feed is not None and self._feed.ready

    @property
    def news(self) -> bool:
        """Whether pods changed since the last look."""
        return self._feed is not None and self._feed.news

    def close(self) -> None:
        """Stop following."""
        if self._feed is not None:
            self._feed.close()

    def look(
        self,
        daemonset: Object,
        view: View,
        quiet: float,
        *,
        moving: bool,
        final: bool,
        logs: bool,
    ) -> Look | None:
        """A look at the pods as they are now; None where they can't be read.

        ``quiet``: seconds since a watcher saw it move; ``moving`` is that of ``look_at``.
        ``final``: read what explains it at once; ``logs``: wait for the logs as well.
        """
        pods = self._pods(daemonset)
        if pods is None:
            return None
        found = self._look(daemonset, pods, view, moving=moving)
        stood = self._stood(found, final)
        if self._read(daemonset, pods, found, stood, quiet, final=final):
            found = self._look(daemonset, pods, view, moving=moving)
        failing = [b for b in found.blockers if logs or b.sure or self._age(b) > _LOG_PATIENCE]
        self._witness.look_into(failing, pods)
        if logs:
            self._witness.wait(_LAST_LOGS)
        idle = self._idle(found, quiet if moving else self._unchanged(found))
        return with_more(found, [*idle, *self._witness.dress(found.blockers)])

    def _pods(self, daemonset: Object) -> Sequence[Object] | None:
        if self._blind:
            return None
        try:
            if self._feed is None:
                return owned.whole_pods(self._cluster, daemonset)
            if not self._feed.wait(_FIRST_LIST):
                return None
            if self._feed.failure is not None:
                raise self._feed.failure
        except ClusterError as error:
            self._go_blind(error)
            return None
        return self._feed.take()

    def _go_blind(self, error: ClusterError) -> None:
        self._blind = True
        self._note(f"what blocks a rollout can't be told: {error.message}")

    def _look(self, daemonset: Object, pods: Sequence[Object], view: View, *, moving: bool) -> Look:
        whole = replace(
            view,
            nodes=self._book.nodes,
            whole=self._book.whole,
            gone=self._book.gone,
            creation_failure=self._failures[0],
            deletion_failure=self._failures[1],
        )
        return look_at(daemonset, pods, whole, self._now(), moving=moving)

    def _unchanged(self, found: Look) -> float:
        """Seconds since anything changed, as the objects tell."""
        since = found.progress
        return 0.0 if since is None else (self._now() - since).total_seconds()

    def _idle(self, found: Look, quiet: float) -> list[Blocker]:
        """Where nothing is in the way of the old pods' replacement, and yet it does not go on."""
        waits = found.old and found.budget is not None and not found.blockers
        if not waits or quiet < _IDLE:
            return []
        message = "nothing is in the way, but the controller does nothing: does it run?"
        return [Blocker(None, None, Cause.CONTROLLER_IDLE, message)]

    def _stood(self, found: Look, final: bool) -> list[Blocker]:
        """The blockers that have stood long enough, or prove a failure."""
        now = time.monotonic()
        keys = {(b.node, b.pod) for b in found.blockers}
        self._since = {key: self._since.get(key, now) for key in keys}
        return [b for b in found.blockers if final or b.sure or self._age(b) >= PATIENCE]

    def _age(self, blocker: Blocker) -> float:
        since = self._since.get((blocker.node, blocker.pod))
        return 0.0 if since is None else time.monotonic() - since

    def _read(
        self,
        daemonset: Object,
        pods: Sequence[Object],
        found: Look,
        stood: list[Blocker],
        quiet: float,
        *,
        final: bool,
    ) -> bool:
        """Read nodes and events where they may explain what stands; True if anything was."""
        wanted = {b.node for b in stood if b.node and b.cause in _OF_NODES}
        missing = any(b.cause in (Cause.NO_POD, Cause.QUOTA_OR_ADMISSION) for b in stood)
        manned = {pod_of.target_node(pod) or "" for pod in pods}
        read = self._book.refresh(wanted, manned, missing=missing, now=final)
        if missing or (found.old and (final or quiet >= PATIENCE)):
            read = self._read_events(daemonset, pods, final=final) or read
        elif any(self._failures):
            self._failures, read = (None, None), True
        return read

    def _read_events(self, daemonset: Object, pods: Sequence[Object], *, final: bool) -> bool:
        now = time.monotonic()
        if now < self._next_events and not final:
            return False
        self._next_events = now + _EVENTS_EVERY
        before = self._failures
        newest = max((str(p["metadata"].get("creationTimestamp") or "") for p in pods), default="")
        self._failures = self._witness.failures(daemonset["metadata"]["uid"], newest)
        return self._failures != before
