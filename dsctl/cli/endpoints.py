"""``dsctl endpoints``: for each node, every way to reach its pod."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli.naming import one_name

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.endpoints import Endpoint, EndpointsReport, NodeEndpoints
    from dsctl.render.output import OutputFormat

#: so many notes are printed
_MOST = 20
HEADERS = ("NODE", "POD", "READY", "WAY", "ADDRESS", "PORT", "NAME", "SERVICE")


@dataclass(frozen=True, slots=True)
class EndpointsOptions:
    """What the command line of ``endpoints`` says."""

    name: str
    headers: bool
    output: OutputFormat | None


def endpoints(
    ctx: typer.Context,
    names: flags.OneName = None,
    no_headers: Annotated[
        bool, typer.Option("--no-headers/--headers", help="Without the names of the columns")
    ] = False,
    output: flags.Output = None,
) -> int:
    """Say of each node every way to reach its pod.

    The node's address with a host port or the host network, the pod's own addresses, the name
    that a headless Service gives it, and the Services that select it. -o json prints an
    EndpointsReport.

    Examples:
      dsctl endpoints node-agent
      dsctl endpoints node-agent -o json
    """
    from dsctl.render import output as printers

    form = printers.parse(output, printers.REPORTS) if output else None
    options = EndpointsOptions(one_name("endpoints", names), not no_headers, form)
    return run(options, ctx.obj)


def run(options: EndpointsOptions, env: Env) -> int:
    """Read, reduce, show."""
    from dsctl.actions.endpoints import read
    from dsctl.api.resources import DAEMONSETS

    cluster = env.cluster()
    daemonset = cluster.read(DAEMONSETS, options.name, env.namespace)
    report = read(cluster, daemonset, env.warn_local)
    if options.output is not None:
        from dsctl.render.output import print_report

        print_report(report.to_dict(), options.output, env.stdout)
        return 0
    _show(report, options, env)
    return 0


def _show(report: EndpointsReport, options: EndpointsOptions, env: Env) -> None:
    from dsctl.render.style import Style
    from dsctl.render.table import print_table

    if not report.nodes:
        env.say(f'daemonset "{report.name}" has no pods: dsctl why {report.name} says why')
        return
    print_table(
        HEADERS,
        [row for node in report.nodes for row in _rows(node)],
        env.stdout,
        style=Style(env.color),
        no_headers=not options.headers,
    )
    notes = [f"{node.node or node.pod}: {note}" for node in report.nodes for note in node.notes]
    for line in notes[:_MOST]:
        env.say(line)
    if len(notes) > _MOST:
        env.say(f"… and {len(notes) - _MOST} more notes: -o json has them all")
    if any(not way.local for node in report.nodes for way in node.ways):
        env.say("* reaches a pod of any node: --traffic-policy=Local of expose keeps to the node")


def _rows(node: NodeEndpoints) -> list[tuple[str, ...]]:
    from dsctl.render.style import Styled

    ready = Styled("true", "good") if node.ready else Styled("false", "warn")
    head = (node.node or "<none>", node.pod, ready)
    rows = [(*head, *_cells(way)) for way in node.ways]
    return rows or [(*head, "<none>", "", "", "", "")]


def _cells(way: Endpoint) -> tuple[str, ...]:
    return (
        way.type.value + ("" if way.local else "*"),
        way.address,
        "<any>" if way.port is None else f"{way.port}/{way.protocol}",
        way.name or "-",
        way.service or "-",
    )
