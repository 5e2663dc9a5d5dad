"""``dsctl set serviceaccount``: another service account for the pods."""

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
class ServiceAccountOptions:
    """What the command line of ``set serviceaccount`` says."""

    editing: Editing
    account: str


def set_serviceaccount(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...] SERVICE_ACCOUNT", show_default=False),
    ] = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    everything: common.All = False,
    local: common.Local = False,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    change_cause: flags.ChangeCause = None,
    field_manager: flags.FieldManager = "dsctl-set",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Set the service account that the pods run as.

    Examples:
      dsctl set serviceaccount node-agent robot
      dsctl set sa -f agent.yaml robot --local -o yaml
    """
    from dsctl.cli.names import strip_type_word

    if not words:
        raise UsageError("serviceaccount is required", hint="it stands after the names")
    names = strip_type_word(words[:-1])
    chosen = selection.read(
        "set serviceaccount",
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
    return run(ServiceAccountOptions(editing, words[-1]), ctx.obj)


def run(options: ServiceAccountOptions, env: Env) -> int:
    """Set the service account of each DaemonSet."""
    from functools import partial

    from dsctl.domain.edits import image, typed

    change = partial(image.set_service_account, name=options.account)
    return common.run(options.editing, change, env, all_or_none=True, offline=typed.as_typed)
