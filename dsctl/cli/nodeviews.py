"""Flags that say how ``why`` and ``plan`` show nodes, and the showing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from dsctl.cli.options import split
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.placement_report import NodePlacement, PlacementReport, Verdict
    from dsctl.render.output import OutputFormat

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="VERDICT", help="Only nodes with these verdicts or changes: A,B"
    ),
]
Summary = Annotated[bool, typer.Option("--summary/--no-summary", help="Counts instead of nodes")]
Each = Annotated[
    bool, typer.Option("--each/--no-each", help="A row a node, however many there are")
]
Map = Annotated[
    bool | None,
    typer.Option(
        "--map/--no-map", help="A map of the nodes above the table (default: on a terminal)"
    ),
]
GroupBy = Annotated[
    str,
    typer.Option("--group-by", metavar="LABEL", help="Node label that groups the map"),
]
NoHeaders = Annotated[
    bool, typer.Option("--no-headers/--headers", help="Rows alone: no headers, no summary")
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FORMAT", help="The report as"),
]
ZONE = "topology.kubernetes.io/zone"


@dataclass(frozen=True, slots=True)
class View:
    """How to show nodes. ``only``: verdicts and changes by name, empty for all."""

    only: frozenset[str]
    summary: bool
    each: bool
    node_map: bool | None
    group_by: str
    headers: bool
    output: OutputFormat | None


def view(
    *,
    only: list[str] | None,
    summary: bool,
    each: bool,
    node_map: bool | None,
    group_by: str,
    no_headers: bool,
    output: str | None = None,
    form: OutputFormat | None = None,
) -> View:
    """Read the flags; ``form`` is for an ``-o`` that was read already. Raises UsageError."""
    if output:
        from dsctl.render import output as printers

        form = printers.parse(output, printers.REPORTS)
    return View(_names(only), summary, each, node_map, group_by, not no_headers, form)


def show(reports: Sequence[Shown], how: View, env: Env, *, on_stderr: bool = False) -> None:
    """Print the reports: as one document for ``-o``, else one below the other."""
    out = env.stderr if on_stderr else env.stdout
    if how.output is not None:
        from dsctl.render import output as printers

        found = [_document(shown, how) for shown in reports]
        whole = found[0]
        if len(found) > 1:
            whole = {"apiVersion": "dsctl/v1", "kind": "PlacementReportList", "items": found}
        printers.print_report(whole, how.output, out)
        for shown in reports:
            _say_notes(shown.report, env)
        return
    for number, shown in enumerate(reports):
        if len(reports) > 1:
            out.write(("\n" if number else "") + f"{shown.report.name}:\n")
        _print(shown, how, env, out)


@dataclass(frozen=True, slots=True)
class Shown:
    """A report, and of which nodes rows are wanted. ``labels``: of each node, for the map.

    ``before``: what-if, the verdict that the changed nodes have now.
    """

    report: PlacementReport
    rows: Sequence[NodePlacement]
    labels: Mapping[str, Mapping[str, str]]
    before: Mapping[str, Verdict | None] | None = None
    with_map: bool = True


def _names(only: list[str] | None) -> frozenset[str]:
    if not only:
        return frozenset()
    from dsctl.domain.placement_report import Change, Verdict

    known = {name.lower(): name for name in (*map(str, Verdict), *map(str, Change))}
    found = set()
    for text in split(only):
        if text.lower() not in known:
            raise UsageError(f"--only: {text!r} is no verdict", hint=", ".join(known.values()))
        found.add(known[text.lower()])
    if not found:
        raise UsageError("--only names no verdict", hint=", ".join(known.values()))
    return frozenset(found)


def _kept(nodes: Sequence[NodePlacement], how: View) -> list[NodePlacement]:
    return [
        node
        for node in nodes
        if not how.only or node.verdict in how.only or (node.change or "") in how.only
    ]


def _document(shown: Shown, how: View) -> dict[str, Any]:
    """All nodes, also of a what-if; ``--only`` leaves nodes out, and the summary as it is."""
    document = shown.report.to_dict()
    if how.summary:
        return {**document, "nodes": []}
    if how.only:
        document["nodes"] = [node.to_dict() for node in _kept(shown.report.nodes, how)]
    return document


def _print(shown: Shown, how: View, env: Env, out: TextIO) -> None:
    from dsctl.render import placement
    from dsctl.render.style import Style

    report, style = shown.report, Style(env.color)
    planned = shown.before is not None or report.update is not None
    rows = _kept(shown.rows, how)
    if rows and _wants_map(shown, how, env):
        from dsctl.render.nodemap import node_map

        groups = {name: labels.get(how.group_by, "") for name, labels in shown.labels.items()}
        out.write(node_map(rows, groups, env.width, style, planned=planned) + "\n")
    summary = report.summary()
    if how.summary:
        placement.print_summary(summary, out, style, headers=how.headers)
    else:
        placement.print_nodes(
            rows,
            out,
            style,
            grouped=len(rows) > placement.MANY and not how.each,
            planned=planned,
            before=shown.before,
            headers=how.headers,
            width=env.width if env.stdout_is_tty else None,
        )
    if how.headers:
        lines = [placement.summary_line(report, summary, planned=planned)]
        lines += report.update.sentences() if report.update else ()
        out.write("\n".join(lines) + "\n")
    _say_notes(report, env)


def _wants_map(shown: Shown, how: View, env: Env) -> bool:
    if how.node_map is not None:
        return how.node_map
    return env.stdout_is_tty and shown.with_map and how.headers


def _say_notes(report: PlacementReport, env: Env) -> None:
    for note in report.notes:
        env.say(f"note: {note}")
