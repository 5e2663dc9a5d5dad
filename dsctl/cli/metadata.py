"""What ``label`` and ``annotate`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.cli.editing import Editing
    from dsctl.cli.env import Env
    from dsctl.cli.selection import Selection
    from dsctl.domain.edits import Edit
    from dsctl.domain.edits.pairs import Pairs

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME...] [KEY=VALUE|KEY-]...", show_default=False),
]
ResourceVersion = Annotated[
    str,
    typer.Option(
        "--resource-version", metavar="VERSION", help="Only if this is its version (one DaemonSet)"
    ),
]


def check(what: str, pairs: Pairs, *, list_only: bool, output: str | None) -> None:
    """Raise UsageError where there is nothing to do, or two forms of output were asked for."""
    if list_only and output:
        raise UsageError("--list and --output may not be specified together")
    if not pairs and not list_only:
        raise UsageError(f"at least one {what} update is required")


def check_version(resource_version: str, chosen: Selection) -> None:
    """Raise UsageError where ``--resource-version`` would be meant for several DaemonSets."""
    one = len(chosen.names) == 1 or (len(chosen.files) == 1 and not chosen.recursive)
    if resource_version and not one:
        raise UsageError("--resource-version may only be used with a single resource")


def show(editing: Editing, change: Edit, field: str, env: Env) -> int:
    """Print the labels or annotations (``field``) as they would be after ``change``."""
    from dsctl.cli.editing import live_or_local, shown

    chosen = editing.selection
    one = len(chosen.names) == 1 or (len(chosen.files) == 1 and chosen.files[0] != "-")
    for target, obj in live_or_local(editing, env):
        if not one:
            env.print(f"Listing {field} for DaemonSet.apps/{target.name}:")
        found = (change(obj).obj.get("metadata") or {}).get(field) or {}
        for key in sorted(found):
            env.print(f"{'' if one else ' '}{key}={shown(str(found[key]), env)}")
    return int(ExitCode.OK)
