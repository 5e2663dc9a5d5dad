"""A placement report for people: a row a node, or a row for all nodes with one reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TextIO

from dsctl.domain.fit import FitReason
from dsctl.domain.placement_report import (
    Change,
    NodePlacement,
    PlacementReport,
    Summary,
    Verdict,
)
from dsctl.domain.reasons import ExclusionReason, ReasonType, TaintReason
from dsctl.render import alike
from dsctl.render.style import Style, Styled
from dsctl.render.table import column_widths, print_table, texts
from dsctl.render.text import display_width, escape

#: with more nodes than this, those with the same verdict and reason share a row
MANY = 40
STYLES = {
    Verdict.READY: "good",
    Verdict.WOULD_RUN: "good",
    Verdict.EXCLUDED: "dim",
    Verdict.MISSING: "bad",
    Verdict.UNSCHEDULED: "bad",
    Verdict.MISSCHEDULED: "warn",
    Verdict.NOT_READY: "warn",
    Verdict.WOULD_NOT_FIT: "bad",
}
CHANGE_STYLES = {
    Change.GAIN: "good",
    Change.LOSE: "bad",
    Change.REPLACE: "warn",
    Change.KEEP: "dim",
}
_EXCLUDING = frozenset(
    (ReasonType.NODE_NAME, ReasonType.NODE_SELECTOR, ReasonType.NODE_AFFINITY, ReasonType.TAINT)
)
#: verdicts of nodes on which a pod is still to be bound
_TO_BE_BOUND = frozenset(
    (Verdict.MISSING, Verdict.UNSCHEDULED, Verdict.WOULD_RUN, Verdict.WOULD_NOT_FIT)
)
_NAMED = 3
#: how many rows nodes with one reason may take for what is another on each of them
_WAYS = 5
_NARROWEST = 30  # what the reasons get on a narrow terminal


def print_nodes(
    nodes: Sequence[NodePlacement],
    stream: TextIO,
    style: Style,
    *,
    grouped: bool,
    planned: bool = False,
    before: Mapping[str, Verdict | None] | None = None,
    headers: bool = True,
    width: int | None = None,
) -> None:
    """The table. ``planned``: with a column for what changes; ``grouped``: a row a reason.

    ``before``: for a what-if, the verdict that a node has now, in a column of its own. ``width``:
    of the terminal, so that long reasons go on below themselves; None for a pipe.
    """
    change = ["CHANGE"] if planned else []
    if grouped:
        titles = ["VERDICT", *change, "COUNT", "NODES", "WHY"]
        rows = _grouped(nodes, planned)
    else:
        titles = [
            "NODE",
            *(["NOW"] if before is not None else []),
            "VERDICT",
            *change,
            "POD",
            "WHY",
        ]
        rows = [
            [
                node.node,
                *([] if before is None else [_now(before.get(node.node))]),
                *_outcome(node, planned),
                "-" if node.pod is None else node.pod.name,
                "; ".join(why(node)) or "-",
            ]
            for node in nodes
        ]
    if width is not None:
        rows = _folded(titles, rows, width)
    print_table(titles, rows, stream, style=style, no_headers=not headers)


def _folded(titles: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The rows with the last cell folded at ``width``: the rest of it in rows below."""
    from textwrap import wrap

    left = [texts(row[:-1]) for row in rows]
    room = width - sum(column_widths([titles, *([*row, ""] for row in left)], display_width))
    found = []
    for row, cells in zip(rows, left, strict=True):
        lines = wrap(escape(row[-1]), max(room, _NARROWEST), break_on_hyphens=False) or [""]
        found.append([*cells, lines[0]])
        found += [[*([""] * len(cells)), line] for line in lines[1:]]
    return found


def _now(verdict: Verdict | None) -> str:
    return "-" if verdict is None else Styled(verdict.value, STYLES[verdict])


def why(node: NodePlacement) -> list[str]:
    """The sentences of one node: why it is excluded, what is short, how its pod is."""
    return _told(node, _words, str)


def _alike(node: NodePlacement) -> list[str]:
    """``why``, as it may hold for many nodes."""
    return _told(
        node,
        lambda reason: alike.of_reason(reason, _words(reason)),
        lambda note: alike.of_note(note, node.pod),
    )


def _told(
    node: NodePlacement,
    of_reason: Callable[[ExclusionReason | FitReason], str],
    of_note: Callable[[str], str],
) -> list[str]:
    about_to_be_bound = node.verdict in _TO_BE_BOUND or node.change is Change.GAIN
    lines = [
        of_reason(reason)
        for reason in node.reasons
        if (reason.type in _EXCLUDING) or about_to_be_bound
    ]
    untold = node.verdict is not Verdict.WOULD_NOT_FIT and node.change is not None
    if about_to_be_bound and node.fits is False and untold:
        lines.insert(0, "the pod would not fit")
    hidden = ("NotRead:",) if about_to_be_bound else ("NotRead:", "NotModelled:")
    return lines + [of_note(note) for note in node.notes if not note.startswith(hidden)]


def summary_line(report: PlacementReport, summary: Summary, *, planned: bool) -> str:
    """The line below the table: ``12 nodes: 10 eligible, 2 excluded; 9 Ready, 1 NotReady``."""
    line = "1 node" if summary.nodes == 1 else f"{summary.nodes} nodes"
    if summary.eligible is not None:
        line += f": {summary.eligible} eligible, {summary.excluded} excluded"
    if planned:
        return f"{line}; {_changes(report)}"
    counts = [
        f"{n} {verdict.value}"
        for verdict, n in summary.by_verdict.items()
        if n and verdict is not Verdict.EXCLUDED
    ]
    return f"{line}; {', '.join(counts)}" if counts else line


def print_summary(summary: Summary, stream: TextIO, style: Style, *, headers: bool = True) -> None:
    """Counts alone: a row a verdict, then a row a reason that occurs."""
    rows: list[tuple[str, int]] = [
        (Styled(verdict.value, STYLES[verdict]), n) for verdict, n in summary.by_verdict.items()
    ]
    print_table(("VERDICT", "NODES"), rows, stream, style=style, no_headers=not headers)
    reasons = [(reason.value, n) for reason, n in summary.by_reason.items() if n]
    if reasons:
        if headers:
            stream.write("\n")
        print_table(("REASON", "NODES"), reasons, stream, style=style, no_headers=not headers)


def _changes(report: PlacementReport) -> str:
    counts = dict.fromkeys(Change, 0)
    unfit = 0
    for node in report.nodes:
        if node.change is not None:
            counts[node.change] += 1
            unfit += node.change in (Change.GAIN, Change.REPLACE) and node.fits is False
    words = [
        f"{counts[Change.GAIN]} would gain a pod",
        f"{counts[Change.LOSE]} lose it",
        f"{counts[Change.REPLACE]} have it replaced",
        f"{counts[Change.KEEP]} keep it",
    ]
    line = ", ".join(words)
    return f"{line}; {unfit} of the new pods would not fit" if unfit else line


def _outcome(node: NodePlacement, planned: bool) -> list[str]:
    verdict = Styled(node.verdict.value, STYLES[node.verdict])
    if not planned:
        return [verdict]
    change = node.change
    return [verdict, "-" if change is None else Styled(change.value, CHANGE_STYLES[change])]


def _grouped(nodes: Iterable[NodePlacement], planned: bool) -> list[list[str]]:
    """A row a reason; one for all nodes alike where they tell it in many ways."""
    kinds: dict[tuple[str, ...], list[NodePlacement]] = {}
    for node in nodes:
        key = (node.verdict.value, node.change.value if node.change else "", *_alike(node))
        kinds.setdefault(key, []).append(node)
    groups: list[tuple[list[NodePlacement], Sequence[str]]] = []
    for (_, _, *words), kind in kinds.items():
        exact: dict[tuple[str, ...], list[NodePlacement]] = {}
        for node in kind:
            exact.setdefault(tuple(_common(node)), []).append(node)
        groups += [(kind, words)] if len(exact) > _WAYS else [(n, w) for w, n in exact.items()]
    order = {verdict: i for i, verdict in enumerate(Verdict)}
    groups.sort(key=lambda group: (order[group[0][0].verdict], -len(group[0]), group[0][0].node))
    return [
        [
            *_outcome(group[0], planned),
            str(len(group)),
            _names(group),
            "; ".join(why(group[0]) if len(group) == 1 else words) or "-",
        ]
        for group, words in groups
    ]


def _common(node: NodePlacement) -> list[str]:
    """``why``, without what is different on every node: who holds what is short."""
    return [line.partition("; held by ")[0] for line in why(node)]


def _names(group: Sequence[NodePlacement]) -> str:
    shown = ", ".join(node.node for node in group[:_NAMED])
    return shown if len(group) <= _NAMED else f"{shown}, …"


def _words(reason: ExclusionReason | FitReason) -> str:
    if not isinstance(reason, TaintReason):
        return reason.message
    wanted = ", ".join(
        f"{key}: {json.dumps(value) if key == 'value' else value}"
        for key, value in reason.taint.toleration().items()
    )
    return f"{reason.message} (this would: {{{wanted}}})"
