"""Delete DaemonSets, and see them go.

Every delete names the uid that was listed or read before, so that an object which was replaced
meanwhile is never deleted; every wait is for that uid alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.owned import PodRow
from dsctl.actions.targets import Target, of_object
from dsctl.api.resources import DAEMONSETS
from dsctl.errors import Conflict, DsctlError, Forbidden, MaybeApplied, NotFound, Unreachable

if TYPE_CHECKING:
    from dsctl.api.client import Cluster


class Propagation(Enum):
    """What becomes of the pods (``DeleteOptions.propagationPolicy``)."""

    BACKGROUND = "Background"
    FOREGROUND = "Foreground"
    ORPHAN = "Orphan"


@dataclass(frozen=True, slots=True)
class DeleteHow:
    """How to delete. ``grace_period`` in seconds, None: the pods' own; ``dry_run``: the server's.

    ``ignore_not_found``: what is not there counts as deleted, and is not reported.
    """

    propagation: Propagation = Propagation.BACKGROUND
    grace_period: int | None = None
    dry_run: bool = False
    ignore_not_found: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """The server took the delete. ``uid`` is None where it didn't tell (and nobody knew).

    ``orphans``: the pods that lose their owner; None where the pods go too, or can't be listed.
    """

    target: Target
    uid: str | None
    orphans: tuple[PodRow, ...] | None = None


@dataclass(frozen=True, slots=True)
class NotDeleted:
    """The server refused."""

    target: Target
    error: DsctlError


@dataclass(frozen=True, slots=True)
class NotSent:
    """Those whose turn never came, since the server went away before."""

    targets: tuple[Target, ...]


def each(
    cluster: Cluster, targets: Iterable[Target], how: DeleteHow
) -> Iterator[Deleted | NotDeleted | NotSent]:
    """Delete one after the other, as kubectl does: a refusal does not stop the others.

    A server that can't be reached ends it: the rest comes back as one NotSent.
    """
    waiting = list(targets)
    while waiting:
        target = waiting.pop(0)
        try:
            yield delete(cluster, target, how)
        except NotFound as error:
            if not how.ignore_not_found:
                yield NotDeleted(target, error)
        except Unreachable as error:
            yield NotDeleted(target, error)
            if waiting:
                yield NotSent(tuple(waiting))
            return
        except DsctlError as error:
            yield NotDeleted(target, error)


def delete(cluster: Cluster, target: Target, how: DeleteHow) -> Deleted:
    """Delete one DaemonSet. Raises NotFound, Conflict where it was replaced, and the door's."""
    orphans = None
    if how.propagation is Propagation.ORPHAN:
        obj = target.obj or cluster.read(DAEMONSETS, target.name, target.namespace)
        target = of_object(obj, target.source)
        orphans = _pods_to_stay(cluster, obj)
    uid = target.uid
    try:
        answer = cluster.delete(
            DAEMONSETS,
            target.name,
            target.namespace,
            propagation_policy=how.propagation.value,
            grace_period=how.grace_period,
            uid=uid,
            dry_run=how.dry_run,
        )
    except Conflict as error:
        error.hint = "it was deleted and created again meanwhile; look at the new one first"
        raise
    except MaybeApplied as error:
        _settle(cluster, target, uid, error)
        answer = {}
    return Deleted(target, _uid_in(answer) or uid, orphans)


def _pods_to_stay(cluster: Cluster, obj: Mapping[str, Any]) -> tuple[PodRow, ...] | None:
    try:
        return tuple(pod for pod in owned.pods(cluster, obj) if not pod.terminating)
    except Forbidden:
        return None


def _uid_in(answer: Mapping[str, Any]) -> str | None:
    """The uid in the answer: a Status when the object is gone at once, else the object."""
    if answer.get("kind") == "Status":
        return (answer.get("details") or {}).get("uid")
    return (answer.get("metadata") or {}).get("uid")


def _settle(cluster: Cluster, target: Target, uid: str | None, lost: MaybeApplied) -> None:
    """Read back what a delete with a lost answer did; raises ``lost`` where that stays open."""
    try:
        live = cluster.read(DAEMONSETS, target.name, target.namespace)["metadata"]
    except NotFound:
        if uid is None:  # it may never have been there
            raise lost from None
        return
    except DsctlError:
        raise lost from None
    replaced = uid is not None and live["uid"] != uid
    if not replaced and not live.get("deletionTimestamp"):
        raise lost
