"""What a migration waits for: each ends when its time is up, and says what was missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from dsctl.actions.modify import read
from dsctl.actions.recorded import recorded_hash
from dsctl.actions.targets import LOOK_AROUND, Target, states, while_there
from dsctl.api.resources import PODS
from dsctl.domain import pods as pod_of
from dsctl.domain.deletion import left
from dsctl.domain.pods import HASH_LABEL
from dsctl.errors import AnswerIsNo, ClusterError, DeadlineExceeded

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

#: how many pods an error names
_NAMED = 5
_DELETED = "the new DaemonSet was deleted by someone else"


class Waits:
    """Waits until ``end`` (``time.monotonic``); each raises DeadlineExceeded then."""

    def __init__(
        self,
        cluster: Cluster,
        end: float,
        on_trouble: Callable[[ClusterError], None] | None,
    ) -> None:
        self._cluster = cluster
        self._end = end
        self._on_trouble = on_trouble

    def gone(self, target: Target) -> None:
        """Until the DaemonSet with the uid of ``target`` is gone."""
        why = ""
        for obj in states(self._cluster, target, self._end, on_trouble=self._on_trouble):
            if obj is None or obj["metadata"]["uid"] != target.uid:
                return
            why = left(obj).describe()
        told = f" ({why})" if why else ""
        raise DeadlineExceeded(f"timed out: the former DaemonSet is not gone yet{told}")

    def adopted(self, target: Target, expected: Mapping[str, str]) -> None:
        """Until ``target`` owns these pods (uid: name), as far as they are there."""
        waiting: list[str] = []
        following = self._cluster.follow(
            PODS,
            target.namespace,
            label_selector=HASH_LABEL,
            slim=True,
            tick=LOOK_AROUND,
            settle=0.1,
            timeout=max(self._end - time.monotonic(), 0.001),
            on_trouble=self._on_trouble,
        )
        with following:
            for _ in while_there(self._cluster, target, following, _DELETED):
                found = {pod_of.uid(pod): pod for pod in following.objects.values()}
                waiting = [
                    pod_of.name(found[uid])
                    for uid in expected
                    if uid in found
                    and pod_of.owner_uid(found[uid]) != target.uid
                    and not pod_of.deleting(found[uid])
                ]
                if not waiting:
                    return
        raise DeadlineExceeded(
            f"timed out: {len(waiting)} pods have no new owner yet: {_names(waiting)}"
        )

    def new_hash(self, target: Target) -> str:
        """The hash of the ControllerRevision that records the template of ``target``."""
        live = read(self._cluster, target)
        found = recorded_hash(self._cluster, live, self._end, on_trouble=self._on_trouble)
        if found is None:
            raise DeadlineExceeded("timed out: the new DaemonSet has no ControllerRevision yet")
        return found

    def counted(self, target: Target, old: int) -> None:
        """Until the controller itself counts the pods as updated: what it sees may be late.

        ``old``: on so many nodes the pod is of an older revision, and stays so.
        """
        updated, current = 0, 0
        for obj in states(self._cluster, target, self._end, on_trouble=self._on_trouble):
            if obj is None:
                raise AnswerIsNo(_DELETED)
            status = obj.get("status") or {}
            updated = status.get("updatedNumberScheduled") or 0
            current = status.get("currentNumberScheduled") or 0
            seen = status.get("observedGeneration") == obj["metadata"]["generation"]
            if seen and updated >= current - old:
                return
        raise DeadlineExceeded(
            f"timed out: the controller counts {updated} of {current} pods as updated"
        )


def _names(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
