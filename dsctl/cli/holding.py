"""What the commands of the two holds share: each DaemonSet in turn, told of and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.cli import eachone, selection
from dsctl.cli.options import DryRunMode
from dsctl.cli.selection import Selection
from dsctl.cli.writing import Showing

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import Done
    from dsctl.cli.env import Env
    from dsctl.render.output import OutputFormat

#: takes a live object, and returns it held or released
Edit = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class HoldOptions:
    """What the command lines of the holds have in common. ``timeout`` in seconds, 0: never.

    ``force``: put the kept strategy back over another one.
    """

    selection: Selection
    dry_run: DryRunMode
    output: OutputFormat | None
    show_managed_fields: bool = False
    force: bool = False
    wait: bool = False
    timeout: float = 0.0


def each(
    options: HoldOptions, env: Env, one: Callable[[Target], Done], *, verb: str
) -> tuple[list[Done], int]:
    """Do ``one`` to every DaemonSet that is meant, and show what came of it; refusals too.

    Returns what was done, and the exit code of the worst. A server that went away ends it.
    """
    showing = Showing(options.output, options.dry_run, options.show_managed_fields, typed=True)
    return eachone.each(selection.targets(options.selection, env), showing, env, one, verb=verb)


def write(
    options: HoldOptions, env: Env, target: Target, edit: Edit, *, operation: str, unchanged: str
) -> Done:
    """Write the hold, or what ``--dry-run`` makes of that."""
    from dsctl.actions import hold
    from dsctl.actions.modify import read
    from dsctl.actions.writes import Done

    if options.dry_run is DryRunMode.CLIENT:
        live = target.obj or read(env.cluster(), target)
        wanted = edit(live)
        return Done(target.name, unchanged if wanted == live else operation, wanted)
    return hold.change(
        env.cluster(),
        target,
        edit,
        dry_run=options.dry_run is DryRunMode.SERVER,
        operation=operation,
        unchanged=unchanged,
    )


def looked_up(target: Target, env: Env) -> Target:
    """The target with the object that it is now. Raises NotFound."""
    from dsctl.actions.modify import read
    from dsctl.actions.targets import of_object

    if target.obj is not None:
        return target
    return of_object(read(env.cluster(), target), target.source)
