"""``dsctl diff``: what apply would change, and what that does to pods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import difference
from dsctl.cli import options as flags
from dsctl.errors import DsctlError, ExitCode, Forbidden, Unreachable, UsageError

if TYPE_CHECKING:
    from dsctl.actions.diff import Compared
    from dsctl.cli.env import Env
    from dsctl.domain.consequence import Consequence
    from dsctl.manifests.documents import Document
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """What the command line of ``diff`` says."""

    files: tuple[str, ...]
    kustomize: str | None
    recursive: bool
    selector: str | None
    force_conflicts: bool
    manager: str
    show_managed_fields: bool
    output: OutputFormat | None


def diff(
    ctx: typer.Context,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    server_side: Annotated[
        bool,
        typer.Option("--server-side/--no-server-side", help="Always so; accepted for kubectl"),
    ] = True,
    force_conflicts: Annotated[
        bool,
        typer.Option(
            "--force-conflicts/--no-force-conflicts", help="Do not tell of fields of other managers"
        ),
    ] = False,
    concurrency: Annotated[
        int, typer.Option("--concurrency", metavar="N", help="Accepted for kubectl")
    ] = 1,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FORMAT", help="A DiffReport as"),
    ] = None,
    field_manager: flags.FieldManager = "dsctl",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Show what apply would change in the live objects, and what that does to pods.

    By a dry run of the server: nothing is changed. KUBECTL_EXTERNAL_DIFF names another program
    to compare with; as in kubectl, it is given two directories, LIVE-… and MERGED-….

    Exit codes: 0 no difference; 1 they differ; 2 or 3 it failed.

    Examples:
      dsctl diff -f agent.yaml
      kustomize build . | dsctl diff -f - -o json
      KUBECTL_EXTERNAL_DIFF='colordiff -u -N' dsctl diff -f manifests/ -R
    """
    from dsctl.render import output as printers

    if not server_side:
        raise UsageError("dsctl applies on the server only", hint="leave out --server-side=false")
    if concurrency < 1:
        raise UsageError("--concurrency must be at least 1")
    options = DiffOptions(
        files=flags.split(filename),
        kustomize=kustomize,
        recursive=recursive,
        selector=flags.selector(selector),
        force_conflicts=force_conflicts,
        manager=field_manager,
        show_managed_fields=show_managed_fields,
        output=printers.parse(output, printers.REPORTS) if output else None,
    )
    return run(options, ctx.obj)


@dataclass(frozen=True, slots=True)
class _Item:
    """One DaemonSet, compared."""

    namespace: str
    name: str
    old: dict[str, Any] | None
    new: dict[str, Any]
    consequence: Consequence | None

    @property
    def file(self) -> str:
        """What kubectl calls the files that it compares."""
        return difference.file_of(self.namespace, self.name)


def run(options: DiffOptions, env: Env) -> int:
    """Compare each, show, and return the exit code of a diff."""
    if not options.files and not options.kustomize:
        raise UsageError("diff needs -f FILE or -k DIR")
    from dsctl.cli import inputs

    documents = inputs.selected(
        inputs.load(env, options.files, options.kustomize, recursive=options.recursive),
        options.selector,
    )
    items: list[_Item] = []
    code = int(ExitCode.OK)
    for outcome in _items(documents, options, env):
        if isinstance(outcome, _Item):
            items.append(outcome)
        else:
            code = max(code, outcome)
    differing = [item for item in items if item.old != item.new]
    answer = int(ExitCode.NO if differing else ExitCode.OK)
    if options.output is not None:
        _report(items, options.output, env)
    elif external := env.environ.get("KUBECTL_EXTERNAL_DIFF"):
        from dsctl.cli.external_diff import run as run_external

        pairs = [(item.file, item.old, item.new) for item in items]
        answer = run_external(external, pairs, env)
    else:
        for item in differing:
            difference.print_one(item.file, item.old, item.new, env, env.stdout)
    for item in differing:
        if item.consequence is not None:
            env.say(f"daemonset {item.name!r}: {item.consequence}")
    return max(code, answer)


def _items(documents: list[Document], options: DiffOptions, env: Env) -> Iterator[_Item | int]:
    """Each document compared; an exit code for one that can't be (already reported)."""
    from dsctl.cli.reporting import report

    env.cluster()
    for document in documents:
        try:
            yield _item(document, options, env)
        except Unreachable:
            raise
        except DsctlError as error:
            if document.source and not error.message.startswith(f"{document.source}:"):
                error.message = f"{document.source}: {error.message}"
            # 1 is for differences: what can't be applied as it is has failed.
            yield max(report(error, env), int(ExitCode.USAGE))


def _item(document: Document, options: DiffOptions, env: Env) -> _Item:
    from dsctl.actions import diff as action
    from dsctl.actions.writes import WriteOptions
    from dsctl.cli.targets import prepared

    manifest, namespace = prepared(document, env)
    how = WriteOptions(options.manager)
    compared = action.compare(
        env.cluster(), manifest, namespace, how, force=options.force_conflicts
    )
    _tell(compared, env)
    old, new = (_shown(obj, options) for obj in (compared.live, compared.merged))
    assert new is not None
    consequence = None
    if old != new:
        try:
            consequence = action.consequence(env.cluster(), compared, env.warn_local)
        except Forbidden as error:
            env.say(f"note: what that does to pods can't be told: {error.message}")
    return _Item(namespace, manifest["metadata"]["name"], old, new, consequence)


def _shown(obj: dict[str, Any] | None, options: DiffOptions) -> dict[str, Any] | None:
    from dsctl.render.jsonprint import without_managed_fields

    return obj if obj is None or options.show_managed_fields else without_managed_fields(obj)


def _tell(compared: Compared, env: Env) -> None:
    for note in compared.notes:
        env.say(note)
    if compared.live is not None and compared.live["metadata"].get("deletionTimestamp"):
        env.warn_local(f"daemonset {compared.live['metadata']['name']!r} is being deleted")
    if compared.conflicts:
        from dsctl.cli.apply import conflict_lines

        env.say("note: apply would need --force-conflicts: other managers own what it sets")
        for line in conflict_lines(compared.conflicts):
            env.say(line)


#: what the server counts and notes down by itself
_BOOKKEEPING = ("generation", "resourceVersion", "managedFields", "uid", "creationTimestamp")


def _report(items: list[_Item], form: OutputFormat, env: Env) -> None:
    from dsctl.domain.changes import changes
    from dsctl.domain.revisions import TEMPLATE_GENERATION
    from dsctl.render import output as printers

    def bare(obj: dict[str, Any] | None) -> dict[str, Any] | None:
        if obj is None:
            return None
        metadata = {k: v for k, v in obj["metadata"].items() if k not in _BOOKKEEPING}
        annotations = metadata.pop("annotations", None) or {}
        metadata["annotations"] = {k: v for k, v in annotations.items() if k != TEMPLATE_GENERATION}
        return {**{k: v for k, v in obj.items() if k != "status"}, "metadata": metadata}

    report = {
        "apiVersion": "dsctl/v1",
        "kind": "DiffReport",
        "items": [
            {
                "daemonSet": {"namespace": item.namespace, "name": item.name},
                "changes": [c.to_dict() for c in changes(bare(item.old), bare(item.new))],
                "consequence": item.consequence.to_dict() if item.consequence else None,
            }
            for item in sorted(items, key=lambda item: (item.namespace, item.name))
        ],
    }
    printers.print_report(report, form, env.stdout)
