"""The nodes that explain a rollout: those not ready, and those that lack the pod they should have.

They are read when something blocks and no more often than it pays: a fleet's nodes are megabytes,
and nothing of a node that is ready and has its pod tells anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.actions.placement import FEW
from dsctl.api.resources import NODES
from dsctl.domain import nodes as node_of
from dsctl.errors import APIError, Forbidden, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: seconds between two readings, at least; and how many times the last one's own cost
_PAUSE = 3.0
_SHARE = 30.0


class NodeBook:
    """What is known of nodes. ``note`` is told once if they may not be read.

    ``whole``: all were looked at, so that a node without a pod is among the ``nodes``.
    """

    def __init__(self, cluster: Cluster, note: Callable[[str], None]) -> None:
        self._cluster = cluster
        self._note = note
        self._known: tuple[Object, ...] | None = None
        self._next = 0.0
        self._asked: frozenset[str] = frozenset()
        self.whole = False
        self.forbidden = False

    @property
    def nodes(self) -> tuple[Object, ...] | None:
        """The nodes that matter; None before the first reading."""
        return self._known

    def refresh(
        self, wanted: Collection[str], manned: Collection[str], *, missing: bool, now: bool = False
    ) -> bool:
        """Read them if it is time, or ``now``; True where something was read.

        ``wanted``: nodes whose pods are not available; ``manned``: all that have a pod;
        ``missing``: some node has none, so that all must be looked at.
        """
        if self.forbidden or not (wanted or missing):
            return False
        started = time.monotonic()
        urgent = now and not frozenset(wanted) <= self._asked
        if started < self._next and not urgent:
            return False
        try:
            whole = missing or len(wanted) > FEW
            self._known = self._relevant(manned) if whole else self._each(wanted)
            self.whole = whole
        except Forbidden:
            self.forbidden = True
            self._note("may not read nodes: whether one is not ready can't be told")
            return False
        except APIError:
            return False  # a server in trouble: what was known still is
        self._asked = frozenset(wanted)
        ended = time.monotonic()
        self._next = ended + max(_PAUSE, _SHARE * (ended - started))
        return True

    def _each(self, names: Collection[str]) -> tuple[Object, ...]:
        found = []
        for name in sorted(names):
            try:
                found.append(self._cluster.read(NODES, name))
            except NotFound:
                continue
        return tuple(found)

    def _relevant(self, manned: Collection[str]) -> tuple[Object, ...]:
        have = frozenset(manned)

        def matters(node: dict[str, Any]) -> dict[str, Any] | None:
            return None if node_of.ready(node) and node_of.name(node) in have else node

        return tuple(self._cluster.list(NODES, slim=True, cut=matters)["items"])
