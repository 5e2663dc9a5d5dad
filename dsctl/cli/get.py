"""``dsctl get``: DaemonSets as rows, or one of them node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from dsctl.cli import options as flags
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


class GetOptions(NamedTuple):
    """What the command line of ``get`` says. ``pods`` None: as the terminal suggests."""

    names: tuple[str, ...]
    files: tuple[str, ...]
    kustomize: str | None
    recursive: bool
    output: str | None
    selector: str | None
    field_selector: str | None
    all_namespaces: bool
    headers: bool
    show_labels: bool
    label_columns: tuple[str, ...]
    show_kind: bool
    sort_by: str | None
    chunk_size: int
    watch: bool
    watch_only: bool
    watch_events: bool
    ignore_not_found: bool
    show_managed_fields: bool
    neat: bool
    pods: bool | None


def get(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    output: flags.Output = None,
    selector: flags.Selector = None,
    field_selector: flags.FieldSelector = None,
    all_namespaces: flags.AllNamespaces = False,
    no_headers: Annotated[
        bool,
        typer.Option("--no-headers/--headers", help="kubectl's columns alone, without their names"),
    ] = False,
    show_labels: Annotated[
        bool, typer.Option("--show-labels/--no-show-labels", help="Add a column with all labels")
    ] = False,
    label_columns: Annotated[
        list[str] | None,
        typer.Option("--label-columns", "-L", metavar="KEYS", help="Add a column for each label"),
    ] = None,
    show_kind: Annotated[
        bool, typer.Option("--show-kind/--no-show-kind", help="Print daemonset.apps/NAME")
    ] = False,
    sort_by: Annotated[
        str | None, typer.Option("--sort-by", metavar="JSONPATH", help="Sort by this field")
    ] = None,
    chunk_size: Annotated[
        int, typer.Option("--chunk-size", metavar="N", help="Ask for N at a time; 0: all at once")
    ] = 500,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", "-w", help="Go on with every change")
    ] = False,
    watch_only: Annotated[
        bool, typer.Option("--watch-only/--no-watch-only", help="Changes alone, without the list")
    ] = False,
    output_watch_events: Annotated[
        bool,
        typer.Option(
            "--output-watch-events/--no-output-watch-events", help="Say what kind of change it was"
        ),
    ] = False,
    ignore_not_found: Annotated[
        bool,
        typer.Option("--ignore-not-found/--no-ignore-not-found", help="A missing name is no error"),
    ] = False,
    show_managed_fields: flags.ShowManagedFields = False,
    neat: Annotated[
        bool,
        typer.Option("--neat/--no-neat", help="Without what the server added: status, defaults, …"),
    ] = False,
    pods: Annotated[
        bool | None,
        typer.Option(
            "--pods/--no-pods",
            help="With the pods node by node (default on a terminal for one NAME)",
        ),
    ] = None,
) -> int:
    """List DaemonSets, or show one with its pods node by node.

    Examples:
      dsctl get
      dsctl get -A -l app=fluentd
      dsctl get node-agent --pods
      dsctl get node-agent -o yaml --neat > agent.yaml
    """
    options = GetOptions(
        names=tuple(dict.fromkeys(names or ())),
        files=flags.split(filename),
        kustomize=kustomize,
        recursive=recursive,
        output=output,
        selector=flags.selector(selector),
        field_selector=field_selector,
        all_namespaces=all_namespaces,
        headers=not no_headers,
        show_labels=show_labels,
        label_columns=flags.split(label_columns),
        show_kind=show_kind,
        sort_by=sort_by,
        chunk_size=chunk_size,
        watch=watch or watch_only,
        watch_only=watch_only,
        watch_events=output_watch_events,
        ignore_not_found=ignore_not_found,
        show_managed_fields=show_managed_fields,
        neat=neat,
        pods=pods,
    )
    return run(options, ctx.obj)


def run(options: GetOptions, env: Env) -> int:
    """Show rows or objects, once or with every change."""
    _check(options)
    if options.watch:
        from dsctl.cli import get_watch

        return get_watch.run(options, env)
    if options.output in (None, "", "wide", "csv"):
        from dsctl.cli import get_rows

        return get_rows.run(options, env)
    from dsctl.cli import get_objects

    return get_objects.run(options, env)


def _check(options: GetOptions) -> None:
    from_files = bool(options.files or options.kustomize)
    filtered = bool(options.selector or options.field_selector)
    if options.names and from_files:
        raise UsageError("give names or -f, not both")
    if options.names and filtered:
        raise UsageError("give names or a selector, not both")
    if options.names and options.all_namespaces:
        raise UsageError("a DaemonSet cannot be retrieved by name across all namespaces")
    if options.neat and options.output in (None, "", "wide", "csv", "name"):
        raise UsageError("--neat is for whole objects", hint="add -o yaml")
    if options.neat and options.show_managed_fields:
        raise UsageError("--neat and --show-managed-fields do not go together")
    if options.show_labels and options.output not in (None, "", "wide", "csv"):
        raise UsageError(f"--show-labels option cannot be used with {options.output} printer")
    if options.watch_events and not options.watch:
        raise UsageError("--output-watch-events goes with --watch or --watch-only")
    if options.watch and len(options.names) > 1:
        raise UsageError("watch takes one NAME, or none")
    if options.watch and options.sort_by:
        raise UsageError("--watch and --sort-by do not go together")
