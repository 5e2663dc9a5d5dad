"""Follow a rollout: a state for each change of the DaemonSet, and for what changes among its pods.

A consumer (lines, a report, a live view) takes states until it has enough; it reads nothing
itself. The DaemonSet is followed here, its pods in a thread (``rollout_pods``); what explains
them is read by ``rollout_causes``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dsctl.actions.rollout_causes import Causes
from dsctl.actions.targets import Target
from dsctl.api.resources import CONTROLLER_REVISIONS, DAEMONSETS
from dsctl.domain import revisions
from dsctl.domain.health import STALL_AFTER, observed
from dsctl.domain.rollout import RolloutPhase, RolloutStatus, rollout_status
from dsctl.domain.rollout_look import Look, View
from dsctl.domain.rollout_progress import Progress
from dsctl.domain.selectors import from_label_selector
from dsctl.errors import AnswerIsNo, ClusterError, DeadlineExceeded, Forbidden

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: how often, in seconds, it is asked whether the pods have changed
_TICK = 0.25
#: a look at the pods is taken again after so many times what it cost, and after a second at most
_SHARE = 12.0
_AT_LEAST_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class State:
    """A rollout at one moment: the DaemonSet as the server had it, and what that means.

    ``changed``: the DaemonSet is another than in the state before, so kubectl would say a line.
    ``look``: the latest look at its pods; None before the first, and where they may not be read.
    ``suspensions``: the revisions in its history that are suspended, as far as they were read.
    ``quiet``: seconds since a watcher last saw it move.
    """

    daemonset: Object
    status: RolloutStatus
    changed: bool = True
    look: Look | None = None
    quiet: float = 0.0
    suspensions: tuple[Object, ...] = ()


@dataclass(frozen=True, slots=True)
class Following:
    """How to follow. ``timeout`` in seconds, None: for ever.

    ``revision``: stop with AnswerIsNo when the newest ControllerRevision is another one.
    ``with_revision``: name the newest ControllerRevision in the states. ``once``: one state, as it
    is now, and no more. ``stall_after``: Stalled after so long without a change; ``fail_fast`` and
    ``ignore_not_ready`` as ``rollout_status`` has them.
    """

    timeout: float | None = None
    revision: int | None = None
    with_revision: bool = False
    once: bool = False
    stall_after: timedelta = STALL_AFTER
    fail_fast: bool = False
    ignore_not_ready: bool = False


class Rollout:
    """The states of one DaemonSet's rollout; iterate. ``now`` is the wall clock.

    The first state is what is there. Iteration ends by itself only with an error, or after one
    state with ``once``. A phase that ends a rollout is only told after a look at its pods. Raises
    NotFound where there is none, AnswerIsNo where it was deleted or replaced or another revision
    than the pinned one is rolled out, DeadlineExceeded, and what the API door raises. ``note`` is
    told of what may not be read. ``last`` is the latest state, ``gone`` whether it is one no more.
    """

    def __init__(
        self,
        cluster: Cluster,
        target: Target,
        how: Following,
        now: Callable[[], datetime],
        *,
        on_trouble: Callable[[ClusterError], None] | None = None,
        note: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.last: State | None = None
        self.gone = False
        self._cluster = cluster
        self._target = target
        self._how = how
        self._now = now
        self._on_trouble = on_trouble
        self._uid = target.uid
        self._revision: tuple[int, str] | None = None
        self._revision_of: int | None = None
        self._suspensions: tuple[Object, ...] = ()
        self._progress = Progress(time.monotonic())
        self._causes = Causes(cluster, target.namespace, now, note)
        self._look: Look | None = None
        self._next_look = 0.0
        self._looked_at = 0.0

    def __iter__(self) -> Iterator[State]:
        """The states, until the consumer has enough."""
        if self._how.once:
            obj = self._cluster.read(DAEMONSETS, self._target.name, self._target.namespace)
            yield self._changed("ADDED", obj)
            return
        try:
            yield from self._follow()
            if self.last is not None:
                yield self._looked(self.last.daemonset, final=True, logs=True, changed=False)
        finally:
            self._causes.close()
        raise DeadlineExceeded(self._where_it_stands())

    def _follow(self) -> Iterator[State]:
        target = self._target
        following = self._cluster.follow(
            DAEMONSETS,
            target.namespace,
            name=target.name,
            tick=_TICK,
            timeout=self._how.timeout,
            on_trouble=self._troubled,
        )
        with following:
            for count, batch in enumerate(following):
                if not batch and count == 0:
                    # Either NotFound, in the server's words, or it came just now.
                    self._cluster.read(DAEMONSETS, target.name, target.namespace)
                for change in batch:
                    yield self._changed(change.type, change.object)
                if self.last is not None and self._due():
                    yield self._looked(self.last.daemonset, changed=False)
        if self.last is None:  # there was no time at all: say at least how it is
            obj = self._cluster.read(DAEMONSETS, target.name, target.namespace)
            yield self._changed("ADDED", obj)

    def _changed(self, kind: str, obj: Object) -> State:
        """The state after a change of the DaemonSet: with the latest look, unless it ends it."""
        uid = obj["metadata"]["uid"]
        self._uid = self._uid or uid
        if kind == "DELETED" or uid != self._uid:
            self.gone = True
            raise AnswerIsNo(f'object has been deleted: daemonsets.apps "{self._target.name}"')
        if self._how.with_revision or self._how.revision is not None:
            self._read_revision(obj)
            self._check_revision(obj)
        self._progress.of_object(obj, time.monotonic())
        status = self._status(obj)
        if status.phase.good and not status.ignored and not status.counts.misscheduled:
            self._look = None  # it was of a moment when there still was something to do
            self._read_revision(obj)
            self.last = State(obj, self._status(obj), suspensions=self._suspensions)
            return self.last
        if not self._how.once:
            self._causes.follow(obj)
        if status.phase.ended or self._how.once:
            return self._looked(obj, final=True, logs=not status.phase.good)
        self.last = State(obj, status, True, self._look, self._quiet())
        return self.last

    def _due(self) -> bool:
        """Whether another look at the pods is worth its cost."""
        now = time.monotonic()
        if now < self._next_look or not self._causes.ready:
            return False
        return self._causes.news or now - self._looked_at > _AT_LEAST_EVERY

    def _looked(
        self, obj: Object, *, final: bool = False, logs: bool = False, changed: bool = True
    ) -> State:
        """The state after a look at the pods; ``final``: it may be the last, so with everything."""
        started = time.monotonic()
        self._read_revision(obj)
        moving = not self._how.once and self._quiet() < STALL_AFTER.total_seconds()
        known = View(revision=self._revision)
        found = self._causes.look(obj, known, self._quiet(), moving=moving, final=final, logs=logs)
        if found is not None:
            self._look = found
            self._progress.of_look(obj, found, time.monotonic())
        status = self._status(obj)
        if status.phase.ended and not status.phase.good and not final:
            return self._looked(obj, final=True, logs=True, changed=changed)
        self._looked_at = time.monotonic()
        self._next_look = self._looked_at + max(_TICK, _SHARE * (self._looked_at - started))
        quiet = self._quiet()
        self.last = State(obj, status, changed, self._look, quiet, self._suspensions)
        return self.last

    def _status(self, obj: Object) -> RolloutStatus:
        how, now = self._how, self._now()
        still = timedelta(seconds=self._progress.still(time.monotonic()))
        return rollout_status(
            obj,
            now,
            View(revision=self._revision),
            look=self._look,
            fail_fast=how.fail_fast,
            ignore_not_ready=how.ignore_not_ready,
            stall_after=how.stall_after,
            progress=None if how.once else now - still,
        )

    def _quiet(self) -> float:
        return self._progress.quiet(time.monotonic())

    def _troubled(self, error: ClusterError) -> None:
        """What happens while the server can't be asked is not known: the clock starts again."""
        self._progress.blind(time.monotonic())
        if self._on_trouble is not None:
            self._on_trouble(error)

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
        except ClusterError:
            if self.last is None:
                raise
            return  # a server that went away: whoever follows it knows, and there is a next time
        own = revisions.owned(found["items"], obj["metadata"]["uid"])
        self._suspensions = tuple(one for one in own if revisions.is_suspended(one))
        newest = revisions.newest(own)
        if newest is not None:
            self._revision = (revisions.number(newest), revisions.revision_hash(newest))
        self._revision_of = generation

    def _check_revision(self, obj: Object) -> None:
        wanted, found = self._how.revision, self._revision
        if wanted is not None and found is not None and found[0] != wanted:
            self.last = self.last or State(obj, self._status(obj))
            raise AnswerIsNo(
                f"desired revision ({wanted}) is different from the running revision ({found[0]})"
            )

    def _where_it_stands(self) -> str:
        message = f"timed out waiting for the condition on daemonsets/{self._target.name}"
        if self.last is None:
            return message
        if self.last.status.phase is RolloutPhase.PROGRESSING and not observed(self.last.daemonset):
            return f"{message}: its newest generation is not yet observed"
        counts = self.last.status.counts
        return (
            f"{message}: {counts.updated} of {counts.desired} pods are updated, "
            f"{counts.available} available"
        )
