"""Edit DaemonSets one by one, each only from the state that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dsctl.actions.modify import modify
from dsctl.actions.writes import WriteOptions
from dsctl.domain import changecause
from dsctl.domain.edits import Edit, Edited
from dsctl.errors import Conflict, DsctlError, Unreachable

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.api.client import Cluster


@dataclass(frozen=True, slots=True)
class Refused:
    """One DaemonSet that was not edited, and why."""

    target: Target
    error: DsctlError


@dataclass(frozen=True, slots=True)
class NotReached:
    """Those whose turn never came, since the server went away before."""

    targets: tuple[Target, ...]


#: what becomes of one: its name and the Edited whose ``obj`` is the stored object, or why not
Outcome = tuple[str, Edited] | Refused | NotReached


def each(targets: Iterable[Target], act: Callable[[Target], Edited]) -> Iterator[Outcome]:
    """Edit one after the other, as kubectl does: a refusal does not stop the others.

    A server that can't be reached ends it: the rest comes back as one NotReached.
    """
    waiting = list(targets)
    while waiting:
        target = waiting.pop(0)
        try:
            yield target.name, act(target)
        except Unreachable as error:
            yield Refused(target, error)
            if waiting:
                yield NotReached(tuple(waiting))
            return
        except DsctlError as error:
            yield Refused(target, error)


def edit(cluster: Cluster, target: Target, change: Edit, options: WriteOptions) -> Edited:
    """Do ``change`` to the live object; the last Edited, with the object that is stored then.

    Raises what ``modify`` and ``change`` raise.
    """
    last: list[Edited] = []

    def wanted(live: dict[str, Any]) -> dict[str, Any]:
        last[:] = [change(live)]
        return last[0].obj

    done = modify(cluster, target, wanted, options, operation="")
    found = last[0]
    return Edited(done.obj, found.operation, found.lines, (*found.notes, *done.notes))


def with_cause(live: dict[str, Any], edited: Edited, cause: str | None) -> Edited:
    """What a write would make of the change cause, for a dry run without the server."""
    if not changecause.at_stake(live, cause) or changecause.same_template(live, edited.obj):
        return edited
    return replace(edited, obj=changecause.after_change(live, edited.obj, cause))


def at_version(change: Edit, version: str, *, always: bool) -> Edit:
    """``change``, but only of the object with that resourceVersion, else Conflict.

    ``always``: also where it changes nothing.
    """

    def guarded(live: dict[str, Any]) -> Edited:
        edited = change(live)
        metadata = live["metadata"]
        if metadata["resourceVersion"] != version and (always or edited.obj != live):
            raise Conflict(
                f'Operation cannot be fulfilled on daemonsets.apps "{metadata["name"]}": '
                "the object has been modified; please apply your changes to the latest version "
                "and try again",
                hint=f"it is at resourceVersion {metadata['resourceVersion']}, not {version}",
            )
        return edited

    return guarded
