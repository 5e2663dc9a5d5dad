"""Follow a rollout: one state for each change of the DaemonSet, by watch.

A consumer (lines, a report, a live view) takes states until it has enough; it reads nothing
itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions.targets import Target
from dsctl.api.resources import CONTROLLER_REVISIONS, DAEMONSETS
from dsctl.domain import revisions
from dsctl.domain.health import observed
from dsctl.domain.rollout import RolloutStatus, View, rollout_status
from dsctl.domain.selectors import from_label_selector
from dsctl.errors import AnswerIsNo, ClusterError, DeadlineExceeded, Forbidden, Unreachable

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """A rollout at one moment: the DaemonSet as the server had it, and what that means."""

    daemonset: Object
    status: RolloutStatus


@dataclass(frozen=True, slots=True)
class Following:
    """How to follow. ``timeout`` in seconds, None: for ever.

    ``revision``: stop with AnswerIsNo when the newest ControllerRevision is another one.
    ``with_revision``: read the newest ControllerRevision for the states, once a generation.
    """

    timeout: float | None = None
    revision: int | None = None
    with_revision: bool = False


class Rollout:
    """The states of one DaemonSet's rollout; iterate. ``now`` is the wall clock.

    The first state is what is there, each later one a change of the object; iteration ends by
    itself only with an error. Raises NotFound where there is none, AnswerIsNo where it was
    deleted or replaced or another revision than the pinned one is rolled out, DeadlineExceeded,
    and what the API door raises. ``last`` is the latest state.
    """

    def __init__(
        self,
        cluster: Cluster,
        target: Target,
        how: Following,
        now: Callable[[], datetime],
        *,
        on_trouble: Callable[[ClusterError], None] | None = None,
    ) -> None:
        self.last: State | None = None
        self._cluster = cluster
        self._target = target
        self._how = how
        self._now = now
        self._on_trouble = on_trouble
        self._uid = target.uid
        self._revision: tuple[int, str] | None = None
        self._revision_of: int | None = None

    def __iter__(self) -> Iterator[State]:
        """The states, until the consumer has enough."""
        end = None if self._how.timeout is None else time.monotonic() + self._how.timeout
        target = self._target
        following = self._cluster.follow(
            DAEMONSETS,
            target.namespace,
            name=target.name,
            timeout=self._how.timeout,
            on_trouble=self._on_trouble,
        )
        with following:
            try:
                for count, batch in enumerate(following):
                    if not batch and count == 0:
                        # Either NotFound, in the server's words, or it came just now.
                        self._cluster.read(DAEMONSETS, target.name, target.namespace)
                    for change in batch:
                        yield self._state(change.type, change.object)
            except Unreachable:
                # The end of the time may also cut off the first list.
                if end is None or time.monotonic() < end:
                    raise
        if self.last is None:  # there was no time at all: say at least how it is
            obj = self._cluster.read(DAEMONSETS, target.name, target.namespace)
            yield self._state("ADDED", obj)
        raise DeadlineExceeded(self._where_it_stands())

    def _state(self, kind: str, obj: Object) -> State:
        uid = obj["metadata"]["uid"]
        self._uid = self._uid or uid
        if kind == "DELETED" or uid != self._uid:
            raise AnswerIsNo(f'object has been deleted: daemonsets.apps "{self._target.name}"')
        if self._how.with_revision or self._how.revision is not None:
            self._read_revision(obj)
        view = View(revision=self._revision)
        self.last = State(obj, rollout_status(obj, self._now(), view))
        self._check_revision()
        return self.last

    def _read_revision(self, obj: Object) -> None:
        """The newest ControllerRevision; there is one for each generation that was observed."""
        generation = obj["metadata"].get("generation")
        if self._revision_of == generation or not observed(obj):
            return
        query = from_label_selector(obj["spec"].get("selector")).query()
        try:
            found = self._cluster.list(
                CONTROLLER_REVISIONS, self._target.namespace, label_selector=query
            )
        except Forbidden:
            if self._how.revision is not None:
                raise
            found = {"items": []}
        newest = revisions.newest(revisions.owned(found["items"], obj["metadata"]["uid"]))
        if newest is not None:
            self._revision = (revisions.number(newest), revisions.revision_hash(newest))
        self._revision_of = generation

    def _check_revision(self) -> None:
        wanted, found = self._how.revision, self._revision
        if wanted is not None and found is not None and found[0] != wanted:
            raise AnswerIsNo(
                f"desired revision ({wanted}) is different from the running revision ({found[0]})"
            )

    def _where_it_stands(self) -> str:
        message = f"timed out waiting for the condition on daemonsets/{self._target.name}"
        if self.last is None:
            return message
        if not observed(self.last.daemonset):
            return f"{message}: its newest generation is not yet observed"
        counts = self.last.status.counts
        return (
            f"{message}: {counts.updated} of {counts.desired} pods are updated, "
            f"{counts.available} available"
        )
