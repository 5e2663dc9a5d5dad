"""``dsctl events``: what happened to a DaemonSet and to its pods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli.naming import one_name
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.render.output import OutputFormat

_TYPES = {"normal": "Normal", "warning": "Warning"}


@dataclass(frozen=True, slots=True)
class EventsOptions:
    """What the command line of ``events`` says. ``types`` empty: all of them."""

    name: str
    types: tuple[str, ...]
    watch: bool
    headers: bool
    output: OutputFormat | None
    show_managed_fields: bool


def events(
    ctx: typer.Context,
    names: flags.OneName = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--types", metavar="TYPES", help="Only these: Normal, Warning"),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", "-w", help="Go on with every new event")
    ] = False,
    no_headers: Annotated[
        bool, typer.Option("--no-headers/--headers", help="Without the names of the columns")
    ] = False,
    output: flags.Output = None,
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """List the events of a DaemonSet and of its pods, the newest last.

    Pods that are gone are told of as long as the DaemonSet's own events name them.

    Examples:
      dsctl events node-agent
      dsctl events node-agent --types=Warning
      dsctl events node-agent --watch
    """
    from dsctl.cli.writing import require_output

    options = EventsOptions(
        name=one_name("events", names),
        types=_types(types),
        watch=watch,
        headers=not no_headers,
        output=require_output(output),
        show_managed_fields=show_managed_fields,
    )
    return run(options, ctx.obj)


def run(options: EventsOptions, env: Env) -> int:
    """List, or follow until interrupted."""
    from dsctl.actions import events as action
    from dsctl.api.resources import DAEMONSETS

    cluster = env.cluster()
    daemonset = cluster.read(DAEMONSETS, options.name, env.namespace)
    show = _objects(options, env) if options.output else _rows(options, env)
    if options.watch:
        feed = action.Feed(
            cluster, daemonset, on_trouble=lambda error: env.warn_local(error.message)
        )
        for batch in feed:
            if chosen := _chosen(batch, options):
                show(chosen)
                env.stdout.flush()
        return 0
    found = _chosen(action.listed(cluster, daemonset, env.warn_local), options)
    if not found:
        env.say(f"No events found in {env.namespace} namespace.")
        return 0
    show(found)
    return 0


def _types(values: list[str] | None) -> tuple[str, ...]:
    found = []
    for value in flags.split(values):
        if value.lower() not in _TYPES:
            raise UsageError("valid --types are Normal or Warning")
        found.append(_TYPES[value.lower()])
    return tuple(found)


def _chosen(events: list[dict[str, Any]], options: EventsOptions) -> list[dict[str, Any]]:
    if not options.types:
        return events
    return [event for event in events if event.get("type") in options.types]


def _rows(options: EventsOptions, env: Env) -> Any:
    from dsctl.render.events import EventPrinter
    from dsctl.render.style import Style

    printer = EventPrinter(env.stdout, headers=options.headers, style=Style(env.color))
    return lambda found: printer.print(found, env.now())


def _objects(options: EventsOptions, env: Env) -> Any:
    """kubectl prints one EventList, or with --watch event after event."""
    from dsctl.render import output as printers

    form = options.output
    assert form is not None
    shown = 0

    def show(found: list[dict[str, Any]]) -> None:
        nonlocal shown
        if not options.watch and form.name != "name":
            if not options.show_managed_fields:
                from dsctl.render.jsonprint import without_managed_fields

                found = [without_managed_fields(event) for event in found]
            whole = {"kind": "EventList", "apiVersion": "v1", "metadata": {}, "items": found}
            printers.print_document(whole, form, env.stdout, no_headers=not options.headers)
            return
        for event in found:
            printers.print_objects(
                [event],
                form,
                env.stdout,
                is_list=False,
                first=not shown,
                show_managed_fields=options.show_managed_fields,
                no_headers=not options.headers,
            )
            shown += 1

    return show
