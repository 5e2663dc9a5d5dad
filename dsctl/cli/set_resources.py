"""``dsctl set resources``: other requests and limits for containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import editing as common
from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.editing import Editing
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


@dataclass(frozen=True, slots=True)
class ResourcesOptions:
    """What the command line of ``set resources`` says."""

    editing: Editing
    containers: str
    limits: dict[str, str]
    requests: dict[str, str]


def set_resources(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...]", show_default=False),
    ] = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    everything: common.All = False,
    containers: common.Containers = "*",
    limits: Annotated[
        str, typer.Option("--limits", metavar="LIST", help="Such as cpu=200m,memory=512Mi")
    ] = "",
    requests: Annotated[
        str, typer.Option("--requests", metavar="LIST", help="Such as cpu=100m,memory=256Mi")
    ] = "",
    local: common.Local = False,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    change_cause: flags.ChangeCause = None,
    field_manager: flags.FieldManager = "dsctl-set",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Set requests and limits of containers; what is not named stays.

    Exit codes: 1 no container matches.

    Examples:
      dsctl set resources node-agent --limits=cpu=200m,memory=512Mi
      dsctl set resources node-agent -c agent --requests=cpu=100m
      dsctl set resources --all --limits=memory=256Mi --dry-run=server
    """
    from dsctl.domain.edits import resources

    if not limits and not requests:
        raise UsageError(
            "you must specify an update to requests or limits (in the form of --requests/--limits)"
        )
    names = words
    read = resources.read(limits), resources.read(requests)
    chosen = selection.read(
        "set resources",
        names=names,
        filename=filename,
        kustomize=kustomize,
        recursive=recursive,
        selector=selector,
        everything=everything,
    )
    editing = common.read(
        chosen,
        ctx.obj,
        local=local,
        dry_run=dry_run,
        output=output,
        show_managed_fields=show_managed_fields,
        manager=field_manager,
        cause=change_cause,
    )
    return run(ResourcesOptions(editing, containers, *read), ctx.obj)


def run(options: ResourcesOptions, env: Env) -> int:
    """Set requests and limits in each DaemonSet."""
    from functools import partial

    from dsctl.domain.edits import resources, typed

    change = partial(
        resources.set_resources,
        pattern=options.containers,
        limits=options.limits,
        requests=options.requests,
    )
    return common.run(options.editing, change, env, all_or_none=True, offline=typed.as_typed)
