"""The nodes that explain a rollout: those not ready, and those that lack the pod they should have.

They are read when something blocks and no more often than it pays: a fleet's nodes are megabytes,
and nothing of a node that is ready and has its pod tells anything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.actions.placement import FEW
from dsctl.api.resources import NODES
from dsctl.domain import nodes as node_of
from dsctl.errors import ClusterError, Forbidden, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: seconds between two readings, at least; and how many times the last one's own cost
_PAUSE = 3.0
_SHARE = 30.0


class NodeBook:
    """What is known of nodes. ``note`` is told once if they may not be read.

    ``whole``: all were looked at, so that a node without a pod is among the ``nodes``; ``gone``:
    those that were looked for, and are no more.
    """

    def __init__(self, cluster: Cluster, note: Callable[[str], None]) -> None:
        self._cluster = cluster
        self._note = note
        self._known: tuple[Object, ...] | None = None
        self._next = 0.0
        self._asked: frozenset[str] = frozenset()
        self._thread: threading.Thread | None = None
        self._result: tuple[tuple[Object, ...], frozenset[str], bool] | None = None
        self._noted = False
        self.whole = False
        self.gone: frozenset[str] = frozenset()
        self.forbidden = False

    @property
    def nodes(self) -> tuple[Object, ...] | None:
        """The nodes that matter; None before the first reading."""
        return self._known

    def refresh(
        self, wanted: Collection[str], manned: Collection[str], *, missing: bool, now: bool = False
    ) -> bool:
        """Read them if it is time; True where something new is known.

        ``wanted``: nodes whose pods are not available; ``manned``: all that have a pod;
        ``missing``: some node has none, so that all must be looked at. All are read in a thread,
        for a later call to find, unless ``now``.
        """
        if self._thread is not None and not now and self._thread.is_alive():
            return False
        found = self._taken()
        if self.forbidden or not (wanted or missing):
            return found
        whole = missing or len(wanted) > FEW
        asked = frozenset(wanted)
        urgent = now and not (asked <= self._asked and (self.whole or not missing))
        if time.monotonic() < self._next and not urgent:
            return found
        self._asked = asked
        if whole and not now:
            work = (tuple(wanted), tuple(manned))
            self._thread = threading.Thread(target=self._read, args=(*work, whole), daemon=True)
            self._thread.start()
            return found
        self._read(wanted, manned, whole)
        return self._taken() or found

    def _taken(self) -> bool:
        """Take over what was read, where something was."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self.forbidden and not self._noted:
            self._noted = True
            self._note("may not read nodes: whether one is not ready can't be told")
        result, self._result = self._result, None
        if result is None:
            return False
        self._known, self.gone, self.whole = result
        return True

    def _read(self, wanted: Collection[str], manned: Collection[str], whole: bool) -> None:
        started = time.monotonic()
        try:
            self._result = (*(self._relevant(manned) if whole else self._each(wanted)), whole)
        except Forbidden:
            self.forbidden = True
        except ClusterError:
            pass  # a server in trouble: what was known still is
        ended = time.monotonic()
        self._next = ended + max(_PAUSE, _SHARE * (ended - started))

    def _each(self, names: Collection[str]) -> tuple[tuple[Object, ...], frozenset[str]]:
        found, gone = [], set()
        for name in sorted(names):
            try:
                found.append(self._cluster.read(NODES, name))
            except NotFound:
                gone.add(name)
        return tuple(found), frozenset(gone)

    def _relevant(self, manned: Collection[str]) -> tuple[tuple[Object, ...], frozenset[str]]:
        have, there = frozenset(manned), set()

        def matters(node: dict[str, Any]) -> dict[str, Any] | None:
            there.add(node_of.name(node))
            return None if node_of.ready(node) and node_of.name(node) in have else node

        found = tuple(self._cluster.list(NODES, slim=True, cut=matters)["items"])
        return found, have - there
