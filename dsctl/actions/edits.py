"""Edit DaemonSets one by one, each only from the state that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dsctl.actions.modify import modify
from dsctl.actions.writes import WriteOptions
from dsctl.domain import changecause
from dsctl.domain import hold as holds
from dsctl.domain.edits import Edit, Edited
from dsctl.domain.strategy import paused, suspended
from dsctl.domain.templates import same_stored
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


def edit(
    cluster: Cluster,
    target: Target,
    change: Edit,
    options: WriteOptions,
    *,
    keep_holds: bool = True,
) -> Edited:
    """Do ``change`` to the live object; the last Edited, with the object that is stored then.

    Holds are kept, and the notes say so, unless the change can't touch them. Raises what
    ``modify`` and ``change`` raise.
    """
    from dsctl.actions import hold

    last: list[Edited] = []

    def wanted(live: dict[str, Any]) -> dict[str, Any]:
        edited = change(live)
        if keep_holds and edited.obj != live and is_held(live):
            # A first write of the hold's own fields makes the second a Conflict, and this again.
            kept = hold.keep(cluster, live, edited.obj, options)
            notes = (*edited.notes, *kept.notes)
            edited = replace(edited, obj=kept.manifest, notes=notes)
        last[:] = [edited]
        return edited.obj

    done = modify(cluster, target, wanted, options, operation="")
    found = last[0]
    return Edited(done.obj, found.operation, found.lines, (*found.notes, *done.notes))


def foretold(
    live: dict[str, Any], edited: Edited, cause: str | None, *, keep_holds: bool = True
) -> Edited:
    """What ``edit`` would make of holds and the change cause, without the server."""
    if keep_holds and edited.obj != live and is_held(live):
        kept = holds.keep(live, edited.obj)
        edited = replace(edited, obj=kept.manifest, notes=(*edited.notes, *kept.notes))
    if not changecause.at_stake(live, cause) or same_stored(live, edited.obj):
        return edited
    return replace(edited, obj=changecause.after_change(live, edited.obj, cause))


def is_held(live: dict[str, Any]) -> bool:
    """Whether it is paused or suspended."""
    return paused(live) or suspended(live)


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
