"""``dsctl patch``: change fields by a strategic merge, a merge or a JSON patch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import editing as common
from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.editing import Editing
from dsctl.cli.options import DryRunMode
from dsctl.domain.edits.patch import Patch
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import WriteOptions
    from dsctl.api.client import Cluster
    from dsctl.cli.env import Env
    from dsctl.domain.edits import Edited


@dataclass(frozen=True, slots=True)
class PatchOptions:
    """What the command line of ``patch`` says, the patch read and checked."""

    editing: Editing
    patch: Patch
    subresource: str


def patch(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    text: Annotated[
        str, typer.Option("--patch", "-p", metavar="PATCH", help="The patch, as JSON or YAML")
    ] = "",
    patch_file: Annotated[
        str, typer.Option("--patch-file", metavar="FILE", help="A file with the patch")
    ] = "",
    kind: Annotated[
        str, typer.Option("--type", metavar="TYPE", help="strategic (default), merge or json")
    ] = "strategic",
    subresource: Annotated[
        str, typer.Option("--subresource", metavar="NAME", help="Patch this one: status")
    ] = "",
    local: common.Local = False,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    change_cause: flags.ChangeCause = None,
    field_manager: flags.FieldManager = "dsctl-patch",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Change fields of DaemonSets by a patch.

    A patch that changes the selector is not sent. Exit codes: 1 it changes the selector; 2 it is
    no patch.

    Examples:
      dsctl patch node-agent -p '{"spec":{"minReadySeconds":10}}'
      dsctl patch node-agent --type=json -p '[{"op":"remove","path":"/spec/minReadySeconds"}]'
      dsctl patch node-agent --patch-file tolerations.yaml --dry-run=server -o yaml
    """
    if text and patch_file:
        raise UsageError("cannot specify --patch and --patch-file together")
    if not text and not patch_file:
        raise UsageError(
            "must specify --patch or --patch-file containing the contents of the patch"
        )
    chosen = selection.read(
        "patch",
        names=names,
        filename=filename,
        kustomize=kustomize,
        recursive=recursive,
        selector=selector,
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
    if subresource and local:
        raise UsageError("--subresource needs a server: it does not go with --local")
    return run(PatchOptions(editing, _read(kind, text, patch_file), subresource), ctx.obj)


def _read(kind: str, text: str, patch_file: str) -> Patch:
    from dsctl.domain.edits.patch import KINDS, checked
    from dsctl.manifests.patchtext import read_patch, read_patch_file

    if kind.lower() not in KINDS:
        checked(kind, None)
    body = read_patch_file(patch_file) if patch_file else read_patch(text.encode(), "--patch")
    return checked(kind, body)


def run(options: PatchOptions, env: Env) -> int:
    """Patch each DaemonSet, or what the files say where no server is asked.

    The lines are kubectl's, which has none of its usual endings for dry runs here: a note on
    stderr says it.
    """
    from functools import partial

    from dsctl.actions import patch as action

    editing = options.editing
    change = partial(action.changed, wanted=options.patch)

    def write(cluster: Cluster, target: Target, how: WriteOptions) -> Edited:
        if options.subresource and editing.dry_run is DryRunMode.CLIENT:
            return change(action.read_subresource(cluster, target, options.subresource))
        if options.subresource:
            return action.patch_subresource(
                cluster, target, options.patch, how, options.subresource
            )
        return action.patch(cluster, target, options.patch, how)

    in_client = editing.dry_run is DryRunMode.CLIENT
    code = common.run(
        editing,
        change,
        env,
        write=write if options.subresource or not in_client else None,
        of_files=in_client and editing.selection.from_files,
        suffix=False,
    )
    if editing.dry_run is not DryRunMode.NONE and editing.output is None and not code:
        env.say("dry run: nothing was stored")
    return code
