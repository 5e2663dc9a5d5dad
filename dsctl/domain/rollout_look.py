"""One look at the pods and nodes of a rollout: how far it is, what blocks it, who uses the budget.

The expensive half of ``rollout_status``: a watcher of a fleet takes a look now and then, and
combines the latest with each new state of the DaemonSet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dsctl.domain import health as health_of
from dsctl.domain.blockers import Blocker, Cause, Reader, in_order
from dsctl.domain.health import Health, last_progress
from dsctl.domain.strategy import Limits, limits

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Budget:
    """How many nodes may be without an available pod, or have two, and how many are."""

    max_unavailable: int
    max_surge: int
    used: int

    @property
    def exhausted(self) -> bool:
        """True when the controller starts no further node."""
        return self.used >= self.most

    @property
    def most(self) -> int:
        """The limit that holds: one of the two is 0."""
        return self.max_surge or self.max_unavailable

    @property
    def what(self) -> str:
        """The name of the limit that holds."""
        return "maxSurge" if self.max_surge else "maxUnavailable"

    def to_dict(self) -> dict[str, int]:
        """As ``RolloutStatus`` has it."""
        return {
            "maxUnavailable": self.max_unavailable,
            "maxSurge": self.max_surge,
            "used": self.used,
        }


@dataclass(frozen=True, slots=True)
class View:
    """What was read beside the DaemonSet. None: not read, which is not the same as empty.

    ``pods`` are the DaemonSet's own; ``nodes`` may be those alone that are not ready or have no
    pod, and where not all were looked for, ``whole`` is False; ``gone`` names nodes of its pods
    that are no more; ``revision`` is the number and hash
    of its newest ControllerRevision; ``creation_failure`` what the newest event says about a pod
    that could not be made, ``deletion_failure`` about one that the controller could not delete.
    """

    pods: Iterable[Object] | None = None
    nodes: Iterable[Object] | None = None
    whole: bool = True
    gone: frozenset[str] = frozenset()
    revision: tuple[int, str] | None = None
    creation_failure: str | None = None
    deletion_failure: str | None = None


#: nothing was read but the DaemonSet
NOTHING = View()


@dataclass(frozen=True, slots=True)
class Look:
    """What a look told, node by node.

    ``done``: nodes whose new pod is available; ``fresh``: those whose new pod is not yet; ``old``:
    the names of those with an old pod that nobody has deleted; ``dark``: the names of nodes known
    not to be ready; ``health``: what the pods tell of it; ``progress``: when something last
    changed, where that was asked for.
    """

    done: int
    fresh: int
    old: tuple[str, ...]
    budget: Budget | None
    blockers: tuple[Blocker, ...]
    dark: frozenset[str]
    health: Health
    progress: datetime | None

    @property
    def held_up(self) -> tuple[Blocker, ...]:
        """The blockers that are not on nodes known not to be ready, nor the wait for those."""
        waits = (Cause.BUDGET, Cause.AWAITING_DELETION)
        return tuple(b for b in self.blockers if b.node not in self.dark and b.cause not in waits)

    @property
    def ignorable(self) -> tuple[str, ...]:
        """The nodes not ready that are not done."""
        found = {b.node for b in self.blockers if b.node is not None} | set(self.old)
        return tuple(sorted(found & self.dark))


def look_at(
    daemonset: Object,
    pods: Iterable[Object],
    view: View,
    now: datetime,
    *,
    moving: bool = False,
) -> Look:
    """The look at ``pods``, in the light of the rest of ``view``.

    ``moving``: a watcher knows that it is not stalled, so that nobody has to search for the last
    change.
    """
    listed = list(pods)
    newest = None if view.revision is None else view.revision[1]
    desired = (daemonset.get("status") or {}).get("desiredNumberScheduled") or 0
    try:
        allowed = limits(daemonset, desired)
    except ValueError:
        allowed = None
    reader = Reader(daemonset, listed, view.nodes or (), now, newest_hash=newest, gone=view.gone)
    reader.read(surge=bool(allowed and allowed.max_surge), failure=view.creation_failure)
    budget = spent(allowed, len(reader.using))
    progress = None if moving else last_progress(daemonset, listed)
    return Look(
        done=reader.done,
        fresh=reader.fresh,
        old=tuple(reader.old),
        budget=budget,
        blockers=in_order([*_waits(reader, budget, view, desired), *reader.blockers]),
        dark=reader.dark,
        health=health_of.health(
            daemonset, listed, now, newest_hash=newest, since=now if moving else progress
        ),
        progress=progress,
    )


def spent(allowed: Limits | None, used: int) -> Budget | None:
    """The budget, of which ``used`` is used; None with OnDelete."""
    return None if allowed is None else Budget(allowed.max_unavailable, allowed.max_surge, used)


def with_more(look: Look, blockers: Sequence[Blocker]) -> Look:
    """The same look with these blockers in the place of its own."""
    return replace(look, blockers=tuple(blockers))


def _waits(reader: Reader, budget: Budget | None, view: View, desired: int) -> list[Blocker]:
    """What the DaemonSet as a whole waits for."""
    found = []
    if reader.old and budget is None:
        count = _pods(len(reader.old))
        message = f"{count} of older revisions: OnDelete waits for them to be deleted"
        found.append(Blocker(None, None, Cause.AWAITING_DELETION, message))
    elif reader.old and budget is not None and budget.exhausted:
        found.append(Blocker(None, None, Cause.BUDGET, _budget_message(budget, reader)))
    unmade = any(b.cause is Cause.QUOTA_OR_ADMISSION for b in reader.blockers)
    if view.creation_failure and not unmade:
        found.append(Blocker(None, None, Cause.QUOTA_OR_ADMISSION, view.creation_failure))
    if view.deletion_failure and reader.old and budget is not None:
        found.append(Blocker(None, None, Cause.QUOTA_OR_ADMISSION, view.deletion_failure))
    missing = desired - len(reader.manned)
    unseen = view.nodes is None or not view.whole
    if missing > 0 and unseen and not view.creation_failure:
        message = f"{missing} of {desired} nodes have no pod yet"
        found.append(Blocker(None, None, Cause.NO_POD, message))
    return found


def _budget_message(budget: Budget, reader: Reader) -> str:
    shown = ", ".join(reader.using[:3]) + (", …" if len(reader.using) > 3 else "")
    return (
        f"{_pods(len(reader.old))} of older revisions wait: {budget.what} is {budget.most}, "
        f"used by {shown}"
    )


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
