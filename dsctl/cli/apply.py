"""``dsctl apply``: create or update, by server-side apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli import planning
from dsctl.cli.options import DryRunMode
from dsctl.cli.writing import Showing, require_output, show
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.actions.apply import FieldConflict
    from dsctl.actions.writes import Done, Failed, NotSent, WriteOptions
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What the command line of ``apply`` says."""

    files: tuple[str, ...]
    kustomize: str | None
    recursive: bool
    selector: str | None
    force_conflicts: bool
    output: OutputFormat | None
    dry_run: DryRunMode
    validation: str
    manager: str
    cause: str | None
    show_managed_fields: bool
    plan: bool
    yes: bool


def apply(
    ctx: typer.Context,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    force_conflicts: Annotated[
        bool,
        typer.Option(
            "--force-conflicts/--no-force-conflicts",
            help="Take over fields that other managers own",
        ),
    ] = False,
    server_side: Annotated[
        bool,
        typer.Option("--server-side/--no-server-side", help="Always so; accepted for kubectl"),
    ] = True,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    validate: flags.Validate = "strict",
    field_manager: flags.FieldManager = "dsctl",
    change_cause: flags.ChangeCause = None,
    show_managed_fields: flags.ShowManagedFields = False,
    plan: planning.PlanFlag = False,
    yes: planning.Yes = False,
) -> int:
    """Create or update DaemonSets by server-side apply.

    Fields that another manager owns are never taken over silently: the conflict names them.

    Examples:
      dsctl apply -f agent.yaml
      dsctl apply -f manifests/ --dry-run=server
      dsctl apply -f agent.yaml --force-conflicts
      dsctl apply -f agent.yaml --change-cause="agent 1.5: CVE fix"
    """
    if not server_side:
        raise UsageError("dsctl applies on the server only", hint="leave out --server-side=false")
    options = ApplyOptions(
        files=flags.split(filename),
        kustomize=kustomize,
        recursive=recursive,
        selector=flags.selector(selector),
        force_conflicts=force_conflicts,
        output=require_output(output),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        validation=flags.field_validation(validate),
        manager=field_manager,
        cause=flags.change_cause(change_cause),
        show_managed_fields=show_managed_fields,
        plan=plan,
        yes=yes,
    )
    return run(options, ctx.obj)


def run(options: ApplyOptions, env: Env) -> int:
    """Apply each DaemonSet in turn, after a look at all of them for selector changes."""
    if not options.files and not options.kustomize:
        raise UsageError("apply needs -f FILE or -k DIR")
    showing = Showing(options.output, options.dry_run, options.show_managed_fields)
    from dsctl.cli import inputs

    documents = inputs.selected(
        inputs.load(env, options.files, options.kustomize, recursive=options.recursive),
        options.selector,
    )
    if options.plan and not planning.agreed(
        documents,
        env,
        _write_options(options),
        yes=options.yes,
        dry_run=options.dry_run,
        output=options.output,
    ):
        return 0
    return show(_outcomes(documents, options, env), showing, env, verb="applied")


def _outcomes(
    documents: list[Document], options: ApplyOptions, env: Env
) -> Iterator[Done | Failed | NotSent]:
    from dsctl.actions import apply as action
    from dsctl.actions.writes import each
    from dsctl.cli.targets import prepared, refuse_selector_changes, warn_of_orphans

    write_options = _write_options(options)
    cluster = env.cluster()
    new = {id(document) for document in refuse_selector_changes(documents, env)}

    def write(document: Document) -> Done:
        manifest, namespace = prepared(document, env)
        if options.dry_run is DryRunMode.CLIENT:
            return _locally(document, manifest, namespace, options.manager, env)
        if id(document) in new and not options.plan:  # which told of them
            warn_of_orphans(manifest, namespace, env)
        try:
            return action.apply(
                cluster, manifest, namespace, write_options, force=options.force_conflicts
            )
        except action.ApplyConflict as error:
            error.detail = "\n".join(conflict_lines(error.fields))
            raise

    return each(documents, write)


def _write_options(options: ApplyOptions) -> WriteOptions:
    from dsctl.actions.writes import WriteOptions

    return WriteOptions(
        options.manager,
        options.validation,
        options.dry_run is DryRunMode.SERVER,
        options.cause,
    )


def _locally(
    document: Document, manifest: dict[str, Any], namespace: str, manager: str, env: Env
) -> Done:
    from dsctl.actions.apply import read_or_none
    from dsctl.actions.writes import Done
    from dsctl.cli.findings import warn
    from dsctl.domain.hold import keep

    warn(document, env)
    name = manifest["metadata"]["name"]
    live = read_or_none(env.cluster(), name, namespace)
    if live is None:
        return Done(name, "created", manifest)
    kept = keep(live, manifest, managers={manager})
    return Done(name, "configured", kept.manifest, kept.notes)


def conflict_lines(fields: Iterable[FieldConflict]) -> list[str]:
    """One line a field: its path, both values, and who owns it."""
    import json

    def text(value: Any) -> str:
        written = json.dumps(value, ensure_ascii=False, sort_keys=True)
        return written if len(written) <= 60 else written[:57] + "..."

    return [
        f"  {conflict.field.lstrip('.')}: manifest {text(conflict.wanted)}, "
        f"live {text(conflict.live)}, owned by {conflict.manager}"
        for conflict in fields
    ]
