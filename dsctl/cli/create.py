"""``dsctl create``: from files, or a new DaemonSet from an image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli import planning
from dsctl.cli.options import DryRunMode
from dsctl.cli.writing import Showing, require_output, show
from dsctl.errors import AlreadyExists, UsageError

if TYPE_CHECKING:
    from dsctl.actions.writes import Done, Failed, NotSent, WriteOptions
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document
    from dsctl.render.output import OutputFormat

Images = Annotated[
    list[str] | None,
    typer.Option("--image", metavar="IMAGE", help="Image of a container; may repeat"),
]
Port = Annotated[
    int | None, typer.Option("--port", metavar="PORT", help="Port that the containers listen on")
]
SaveConfig = Annotated[
    bool,
    typer.Option(
        "--save-config/--no-save-config",
        help="Keep the manifest in kubectl's last-applied annotation",
    ),
]


@dataclass(frozen=True, slots=True)
class CreateOptions:
    """What the command line of ``create`` says."""

    name: str | None
    images: tuple[str, ...]
    port: int | None
    command: tuple[str, ...]
    files: tuple[str, ...]
    kustomize: str | None
    recursive: bool
    selector: str | None
    output: OutputFormat | None
    dry_run: DryRunMode
    validation: str
    manager: str
    cause: str | None
    save_config: bool
    show_managed_fields: bool
    plan: bool
    yes: bool


def create(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME] [-- COMMAND...]", show_default=False)
    ] = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    image: Images = None,
    port: Port = None,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    validate: flags.Validate = "strict",
    field_manager: flags.FieldManager = "dsctl",
    change_cause: flags.ChangeCause = None,
    save_config: SaveConfig = False,
    show_managed_fields: flags.ShowManagedFields = False,
    plan: planning.PlanFlag = False,
    yes: planning.Yes = False,
) -> int:
    """Create DaemonSets from files, or one from an image.

    Examples:
      dsctl create -f agent.yaml
      dsctl create -f manifests/ -R --dry-run=server
      cat agent.yaml | dsctl create -f -
      dsctl create node-agent --image=registry.example/agent:1.4
    """
    words = names or []
    options = CreateOptions(
        name=words[0] if words else None,
        images=tuple(image or ()),
        port=port,
        command=tuple(words[1:]),
        files=flags.split(filename),
        kustomize=kustomize,
        recursive=recursive,
        selector=flags.selector(selector),
        output=require_output(output),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        validation=flags.field_validation(validate),
        manager=field_manager,
        cause=flags.change_cause(change_cause),
        save_config=save_config,
        show_managed_fields=show_managed_fields,
        plan=plan,
        yes=yes,
    )
    return run(options, ctx.obj)


def run(options: CreateOptions, env: Env) -> int:
    """Create each DaemonSet in turn; a refusal of one does not stop the others."""
    _check(options)
    showing = Showing(options.output, options.dry_run, options.show_managed_fields)
    documents = _documents(options, env)
    if options.plan and not planning.agreed(
        documents,
        env,
        _write_options(options),
        yes=options.yes,
        dry_run=options.dry_run,
        output=options.output,
        creates=True,
    ):
        return 0
    return show(_outcomes(documents, options, env), showing, env, verb="created")


def _check(options: CreateOptions) -> None:
    from_files = bool(options.files or options.kustomize)
    if options.name is None and not from_files:
        raise UsageError(
            "nothing to create: give -f FILE, or NAME and --image",
            hint="dsctl create -f agent.yaml · dsctl create node-agent --image=IMAGE",
        )
    if options.name is not None and from_files:
        raise UsageError("give NAME and --image, or -f, not both")
    if options.name is not None and not options.images:
        raise UsageError("create NAME needs --image", hint=f"dsctl create {options.name} --image=…")
    if options.command and len(options.images) > 1:
        raise UsageError("a command after -- goes with one --image only")
    if from_files and (options.images or options.port is not None):
        raise UsageError("--image and --port go with NAME, not with -f")


def _documents(options: CreateOptions, env: Env) -> list[Document]:
    if options.name is None:
        from dsctl.cli import inputs

        documents = inputs.load(env, options.files, options.kustomize, recursive=options.recursive)
        return inputs.selected(documents, options.selector)
    from dsctl.actions.create import from_image
    from dsctl.manifests.documents import made

    return [
        made(from_image(options.name, options.images, port=options.port, command=options.command))
    ]


def _outcomes(
    documents: list[Document], options: CreateOptions, env: Env
) -> Iterator[Done | Failed | NotSent]:
    from dsctl.actions import create as action
    from dsctl.actions.writes import each
    from dsctl.cli.targets import prepared, warn_of_orphans

    write_options = _write_options(options)

    def write(document: Document) -> Done:
        manifest, namespace = prepared(
            document, env, offline=options.dry_run is DryRunMode.CLIENT, generated=True
        )
        if options.save_config:
            from dsctl.domain.managedfields import with_last_applied

            manifest = with_last_applied(manifest)
        if options.dry_run is DryRunMode.CLIENT:
            return _locally(document, manifest, options.cause, env)
        if not options.plan:  # which told of them
            warn_of_orphans(manifest, namespace, env)
        try:
            return action.create(env.cluster(), manifest, namespace, write_options)
        except AlreadyExists as error:
            source = f"-f {document.source}" if document.source else "-f FILE"
            error.hint = f"to change it: dsctl apply {source}"
            raise

    return each(documents, write)


def _write_options(options: CreateOptions) -> WriteOptions:
    from dsctl.actions.writes import WriteOptions

    return WriteOptions(
        options.manager,
        options.validation,
        options.dry_run is DryRunMode.SERVER,
        options.cause,
    )


def _locally(document: Document, manifest: dict[str, Any], cause: str | None, env: Env) -> Done:
    """What ``--dry-run=client`` does: nothing but show, with the offline findings as warnings."""
    from dsctl.actions.writes import Done
    from dsctl.cli.findings import warn
    from dsctl.domain.changecause import with_cause

    warn(document, env)
    if cause is not None:
        manifest = with_cause(manifest, cause)
    return Done(manifest["metadata"].get("name", ""), "created", manifest)
