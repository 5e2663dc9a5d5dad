"""Go back to an earlier revision, from the state that was shown and from no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.actions import history
from dsctl.actions.modify import modify
from dsctl.actions.targets import of_object
from dsctl.actions.writes import Done, WriteOptions
from dsctl.api.resources import NODES
from dsctl.domain import revisions
from dsctl.domain.templates import same_stored
from dsctl.domain.undo import Consequence, choose, consequence, moves, undone
from dsctl.errors import Conflict, Forbidden

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: the field manager of undo and restart
MANAGER = "dsctl-rollout"


@dataclass(frozen=True, slots=True)
class Undo:
    """What would be done to one DaemonSet: ``live`` becomes ``wanted``.

    ``consequence`` is None where pods may not be read. ``current``: the number of the revision
    that it has now; None where none is recorded yet.
    """

    live: dict[str, Any]
    revision: Object
    wanted: dict[str, Any]
    current: int | None
    consequence: Consequence | None

    @property
    def number(self) -> int:
        """The revision to go back to."""
        return revisions.number(self.revision)

    @property
    def needless(self) -> bool:
        """Whether the template is that of the revision already."""
        return same_stored(self.live, self.wanted)


def plan(
    cluster: Cluster, target: Target, number: int, note: Callable[[str], None], *, yes: bool
) -> Undo:
    """Find what ``undo`` to revision ``number`` (0: the last other one) means; nothing is sent.

    Raises what ``domain.undo.choose`` and the API door raise.
    """
    past = history.read(cluster, target)
    live = past.daemonset
    revision = choose(live, past.revisions, number, yes=yes)
    wanted = undone(live, revision)
    now = revisions.current(live, past.revisions)
    current = None if now is None else revisions.number(now)
    found = None
    if not same_stored(live, wanted):
        found = _consequence(cluster, live, wanted, revisions.revision_hash(revision), note)
    return Undo(live, revision, wanted, current, found)


def send(cluster: Cluster, undo: Undo, options: WriteOptions) -> Done:
    """Write it; the operation is kubectl's word.

    Other people's changes to anything but the template stay. Raises Conflict where the template
    is another than the one that was planned for: what would be undone is not what was shown.
    """

    def change(live: dict[str, Any]) -> dict[str, Any]:
        wanted = undone(live, undo.revision)
        if not same_stored(live, undo.live) and not same_stored(live, wanted):
            name = live["metadata"]["name"]
            raise Conflict(
                f"the pod template of daemonset {name!r} was changed meanwhile: not rolled back",
                hint=f"see what it is now: dsctl rollout diff {name}; then undo again",
            )
        return wanted

    return modify(cluster, of_object(undo.live), change, options, operation="rolled back")


def _consequence(
    cluster: Cluster,
    live: Object,
    wanted: Object,
    revision_hash: str,
    note: Callable[[str], None],
) -> Consequence | None:
    own = history.pods(cluster, live, note)
    if own is None:
        return None
    nodes = None
    if moves(live, wanted):
        try:
            nodes = cluster.list(NODES, slim=True)["items"]
        except Forbidden as error:
            note(f"nodes are not counted: {error.message}")
    return consequence(live, wanted, revision_hash, own, nodes)
