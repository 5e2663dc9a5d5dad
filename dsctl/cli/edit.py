"""``dsctl edit``: change live DaemonSets in an editor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.selection import Selection
from dsctl.errors import AnswerIsNo

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class EditOptions:
    """What the command line of ``edit`` says. ``output``: json, yaml or kyaml, for both."""

    selection: Selection
    output: OutputFormat | None
    output_patch: bool
    save_config: bool
    subresource: str
    validation: str
    windows_line_endings: bool
    manager: str
    cause: str | None
    show_managed_fields: bool


def edit(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FORMAT", help="Edit, and print as"),
    ] = None,
    output_patch: Annotated[
        bool, typer.Option("--output-patch/--no-output-patch", help="Print what was changed")
    ] = False,
    save_config: Annotated[
        bool,
        typer.Option(
            "--save-config/--no-save-config", help="Keep the result for a later kubectl apply"
        ),
    ] = False,
    subresource: Annotated[
        str, typer.Option("--subresource", metavar="NAME", help="Edit this one: status")
    ] = "",
    validate: flags.Validate = "strict",
    windows_line_endings: Annotated[
        bool,
        typer.Option("--windows-line-endings/--no-windows-line-endings", help="Lines end in CR LF"),
    ] = False,
    change_cause: flags.ChangeCause = None,
    field_manager: flags.FieldManager = "dsctl-edit",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Change live DaemonSets in an editor: $KUBE_EDITOR, $EDITOR, else vi.

    Only what you change is sent. What the server refuses is written into the file, and it is
    opened again; where nothing can be done, the file is kept and named. Whoever changed the same
    field meanwhile is not overwritten.

    Exit codes: 1 nothing valid was saved, the editor failed, or the name, the namespace, the kind
    or the selector was changed.

    Examples:
      dsctl edit node-agent
      KUBE_EDITOR='code --wait' dsctl edit node-agent --change-cause='more memory'
      dsctl edit -l team=infra
    """
    from dsctl.render.output import parse

    options = EditOptions(
        selection=selection.read(
            "edit",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        output=parse(output, ("json", "yaml", "kyaml")) if output else None,
        output_patch=output_patch,
        save_config=save_config,
        subresource=subresource,
        validation=flags.field_validation(validate),
        windows_line_endings=windows_line_endings,
        manager=field_manager,
        cause=flags.change_cause(change_cause),
        show_managed_fields=show_managed_fields,
    )
    return run(options, ctx.obj)


def run(options: EditOptions, env: Env) -> int:
    """Edit all of them in one file. Raises AnswerIsNo where there are none."""
    from dsctl.cli.edit_session import Session
    from dsctl.cli.editing import read_all

    found = selection.targets(options.selection, env)
    if not found:
        raise AnswerIsNo("edit cancelled, no objects found")
    whole, code = read_all(found, env, subresource=options.subresource or None)
    return code or Session(whole, options, env).run()
