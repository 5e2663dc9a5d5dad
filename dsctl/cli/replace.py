"""``dsctl replace``: put what a manifest says in place of the live object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli.options import DryRunMode
from dsctl.cli.writing import Showing, require_output, show
from dsctl.errors import NotFound, UsageError

if TYPE_CHECKING:
    from dsctl.actions.delete import DeleteHow
    from dsctl.actions.writes import Done, Failed, NotSent
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document
    from dsctl.render.output import OutputFormat


#: How long kubectl waits for the old object to be gone when --timeout says nothing.
DELETE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class ReplaceOptions:
    """What the command line of ``replace`` says."""

    files: tuple[str, ...]
    kustomize: str | None
    recursive: bool
    force: bool
    cascade: str
    grace_period: int
    timeout: float
    output: OutputFormat | None
    dry_run: DryRunMode
    validation: str
    manager: str
    cause: str | None
    show_managed_fields: bool


def replace(
    ctx: typer.Context,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    force: Annotated[
        bool, typer.Option("--force/--no-force", help="Delete and create again")
    ] = False,
    cascade: Annotated[
        str,
        typer.Option(
            "--cascade", metavar="HOW", help="With --force: background, foreground or orphan"
        ),
    ] = "background",
    grace_period: Annotated[
        int, typer.Option("--grace-period", metavar="SECONDS", help="With --force: the pods' time")
    ] = -1,
    timeout: flags.Timeout = "0s",
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    validate: flags.Validate = "strict",
    field_manager: flags.FieldManager = "dsctl",
    change_cause: flags.ChangeCause = None,
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Replace DaemonSets with what files say.

    Exit codes: 124 with --force, when the old ones are not gone by --timeout.

    Examples:
      dsctl replace -f agent.yaml
      dsctl get node-agent -o yaml | sed 's/1\\.4/1.5/' | dsctl replace -f -
    """
    options = ReplaceOptions(
        files=flags.split(filename),
        kustomize=kustomize,
        recursive=recursive,
        force=force,
        cascade=cascade,
        grace_period=grace_period,
        timeout=flags.seconds("--timeout", timeout),
        output=require_output(output),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        validation=flags.field_validation(validate),
        manager=field_manager,
        cause=flags.change_cause(change_cause),
        show_managed_fields=show_managed_fields,
    )
    return run(options, ctx.obj)


def run(options: ReplaceOptions, env: Env) -> int:
    """Replace each DaemonSet in turn, after a look at all of them for selector changes."""
    if not options.files and not options.kustomize:
        raise UsageError("replace needs -f FILE or -k DIR")
    if not options.force and (options.grace_period >= 0 or options.timeout):
        raise UsageError("--grace-period and --timeout go with --force")
    if options.force and options.dry_run is not DryRunMode.NONE:
        raise UsageError("--dry-run can not be used when --force is set")
    showing = Showing(options.output, options.dry_run, options.show_managed_fields)
    from dsctl.cli import inputs

    documents = inputs.load(env, options.files, options.kustomize, recursive=options.recursive)
    return show(_outcomes(documents, options, env), showing, env, verb="replaced")


def _how(options: ReplaceOptions, env: Env) -> DeleteHow:
    from dsctl.actions.delete import DeleteHow, Propagation
    from dsctl.cli.deleting import cascade_word

    # As kubectl: 0 would not wait for the pods' processes, and a new pod may start beside the old.
    grace = max(options.grace_period, 1) if options.grace_period >= 0 else None
    return DeleteHow(Propagation[cascade_word(options.cascade, env).upper()], grace)


def _outcomes(
    documents: list[Document], options: ReplaceOptions, env: Env
) -> Iterator[Done | Failed | NotSent]:
    from dsctl.actions import replace as action
    from dsctl.actions.writes import Done, WriteOptions, each
    from dsctl.cli.findings import warn
    from dsctl.cli.targets import prepared, refuse_selector_changes

    write_options = WriteOptions(
        options.manager,
        options.validation,
        options.dry_run is DryRunMode.SERVER,
        options.cause,
    )
    if not options.force and options.dry_run is not DryRunMode.CLIENT:
        refuse_selector_changes(documents, env)

    how = _how(options, env) if options.force else None

    def write(document: Document) -> Done:
        manifest, namespace = prepared(document, env, offline=options.dry_run is DryRunMode.CLIENT)
        if options.dry_run is DryRunMode.CLIENT:
            warn(document, env)
            return Done(manifest["metadata"]["name"], "replaced", manifest)
        try:
            if how is not None:
                return action.replace_anew(
                    env.cluster(),
                    manifest,
                    namespace,
                    write_options,
                    how,
                    timeout=options.timeout or DELETE_SECONDS,
                    on_deleted=lambda name: env.print(
                        f'daemonset.apps "{name}" deleted from {namespace} namespace'
                    ),
                )
            return action.replace(env.cluster(), manifest, namespace, write_options)
        except NotFound as error:
            error.hint = f"to create it: dsctl create -f {document.source}"
            raise

    return each(documents, write)
