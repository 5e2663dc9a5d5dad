"""``dsctl annotate``: set and remove annotations of DaemonSets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import editing as common
from dsctl.cli import metadata, selection
from dsctl.cli import options as flags
from dsctl.cli.editing import Editing
from dsctl.domain.edits.pairs import Pairs

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.edits import Edit


@dataclass(frozen=True, slots=True)
class AnnotateOptions:
    """What the command line of ``annotate`` says."""

    editing: Editing
    pairs: Pairs
    overwrite: bool
    list_only: bool
    resource_version: str


def annotate(
    ctx: typer.Context,
    words: metadata.Words = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    field_selector: flags.FieldSelector = None,
    everything: common.All = False,
    all_namespaces: flags.AllNamespaces = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite/--no-overwrite", help="Replace values that are there")
    ] = False,
    list_only: Annotated[
        bool, typer.Option("--list/--no-list", help="Print the annotations")
    ] = False,
    resource_version: metadata.ResourceVersion = "",
    local: common.Local = False,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    field_manager: flags.FieldManager = "dsctl-annotate",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Set and remove annotations: key=value, key-.

    The annotations of the DaemonSet itself; those of its pods are in its template.

    Examples:
      dsctl annotate node-agent description='ships logs'
      dsctl annotate node-agent description='ships metrics' --overwrite
      dsctl annotate --all description-
      dsctl annotate node-agent --list
    """
    from dsctl.domain.edits import pairs as reader

    names, rest = reader.split(words or (), "annotation")
    pairs = reader.read_annotations(rest)
    metadata.check("annotation", pairs, list_only=list_only, output=output)
    chosen = selection.read(
        "annotate",
        names=names,
        filename=filename,
        kustomize=kustomize,
        recursive=recursive,
        selector=selector,
        field_selector=field_selector,
        everything=everything,
        all_namespaces=all_namespaces,
    )
    metadata.check_version(resource_version, chosen)
    editing = common.read(
        chosen,
        ctx.obj,
        local=local,
        dry_run=dry_run,
        output=output,
        show_managed_fields=show_managed_fields,
        manager=field_manager,
    )
    return run(AnnotateOptions(editing, pairs, overwrite, list_only, resource_version), ctx.obj)


def run(options: AnnotateOptions, env: Env) -> int:
    """Set the annotations, or print them."""
    from functools import partial

    from dsctl.actions.edits import at_version
    from dsctl.domain.edits import labels

    change: Edit = partial(labels.annotate, pairs=options.pairs, overwrite=options.overwrite)
    if options.list_only:
        return metadata.show(options.editing, change, "annotations", env)
    if options.resource_version:
        change = at_version(change, options.resource_version, always=True)
    return common.run(options.editing, change, env, keep_holds=False)
