"""Whether a rollout that is watched still moves: what counts as a change, and since when none came.

A change is a step forward: more pods updated, more available or more nodes done than ever since
the spec was last written. A crash loop that goes round, or a node that comes and goes, is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.domain.blockers import Cause
from dsctl.domain.rollout_look import Look

Object = Mapping[str, Any]


class Progress:
    """What a watcher has seen of one rollout. ``at``: when it last moved.

    Times are those of a monotonic clock: a laptop that slept has seen nothing meanwhile.
    """

    def __init__(self, now: float) -> None:
        self.at = now
        self._generation: tuple[int, int] | None = None
        self._best: dict[str, int] = {}
        self._grace = 0.0

    def of_object(self, daemonset: Object, now: float) -> None:
        """Take in a state of the DaemonSet."""
        status = daemonset.get("status") or {}
        generation = (daemonset.get("metadata") or {}).get("generation") or 0
        self._begin((generation, status.get("observedGeneration") or 0), now)
        for key in ("updatedNumberScheduled", "numberAvailable", "numberReady"):
            self._better(key, status.get(key) or 0, now)
        self._better("left", -(status.get("desiredNumberScheduled") or 0), now)

    def of_look(self, daemonset: Object, look: Look, now: float) -> None:
        """Take in a look at its pods."""
        self._better("done", look.done, now)
        self._better("new", look.done + look.fresh, now)
        self._better("old", -len(look.old), now)
        seconds = (daemonset.get("spec") or {}).get("minReadySeconds") or 0
        waits = any(b.cause is Cause.MIN_READY_SECONDS for b in look.blockers)
        self._grace = float(seconds) if waits else 0.0

    def blind(self, now: float) -> None:
        """The server could not be asked: what happened meanwhile is not known."""
        self.at = max(self.at, now)

    def quiet(self, now: float) -> float:
        """Seconds since it last moved."""
        return now - self.at

    def still(self, now: float) -> float:
        """Seconds that count as time without a change.

        While a ready pod waits for its minReadySeconds, these don't.
        """
        return max(self.quiet(now) - self._grace, 0.0)

    def _begin(self, generation: tuple[int, int], now: float) -> None:
        if generation != self._generation:
            if self._generation is not None:
                self.at = max(self.at, now)
            self._generation = generation
            self._best = {}

    def _better(self, key: str, value: int, now: float) -> None:
        best = self._best.get(key)
        if best is None or value > best:
            self._best[key] = value
            if best is not None:
                self.at = max(self.at, now)
