"""A fleet at a glance: one cell a node, grouped by a label, coloured by verdict.

Each verdict has a character of its own, so that the map can be read without colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsctl.domain.placement_report import Change, NodePlacement, Verdict
from dsctl.render.placement import CHANGE_STYLES, STYLES
from dsctl.render.style import Style
from dsctl.render.text import clip, display_width, escape

ZONE = "topology.kubernetes.io/zone"
_CELLS = {
    Verdict.READY: "#",
    Verdict.NOT_READY: "!",
    Verdict.UNSCHEDULED: "?",
    Verdict.MISSING: "o",
    Verdict.MISSCHEDULED: "x",
    Verdict.EXCLUDED: ".",
    Verdict.WOULD_RUN: "#",
    Verdict.WOULD_NOT_FIT: "!",
}
_CHANGES = {Change.GAIN: "+", Change.LOSE: "-", Change.REPLACE: "~", Change.KEEP: "="}
_NONE = "<none>"
_LONGEST_GROUP = 24


def node_map(
    nodes: Sequence[NodePlacement],
    groups: Mapping[str, str],
    width: int,
    style: Style,
    *,
    planned: bool = False,
) -> str:
    """The map and its legend, as lines; empty without nodes.

    ``groups``: node to the value of the label that groups them; ``width``: of the terminal;
    ``planned``: cells show what changes, and where a new pod would not fit.
    """
    rows: dict[str, list[NodePlacement]] = {}
    for node in nodes:
        rows.setdefault(groups.get(node.node) or _NONE, []).append(node)
    if not rows:
        return ""
    names = {value: clip(escape(value), _LONGEST_GROUP) for value in rows}
    left = max(map(display_width, names.values())) + 2
    room = max(width - left, 10)
    lines = []
    for value in sorted(rows, key=lambda value: (value == _NONE, value)):
        name = names[value] + " " * (left - display_width(names[value]))
        for start in range(0, len(rows[value]), room):
            cells = rows[value][start : start + room]
            lines.append(name + "".join(_cell(node, style, planned) for node in cells))
            name = " " * left
    return "\n".join([*lines, "", _legend(nodes, style, planned), ""])


def _cell(node: NodePlacement, style: Style, planned: bool) -> str:
    character, _, meaning = _meaning(node, planned)
    return style.paint(character, meaning)


def _meaning(node: NodePlacement, planned: bool) -> tuple[str, str, str]:
    """The character, the word and the style of one node."""
    if planned and node.change is not None and node.verdict is not Verdict.WOULD_NOT_FIT:
        return _CHANGES[node.change], node.change.value, CHANGE_STYLES[node.change]
    verdict = node.verdict
    return _CELLS[verdict], verdict.value, STYLES[verdict]


def _legend(nodes: Sequence[NodePlacement], style: Style, planned: bool) -> str:
    seen: dict[tuple[str, str, str], int] = {}
    for node in nodes:
        meaning = _meaning(node, planned)
        seen[meaning] = seen.get(meaning, 0) + 1
    return "  ".join(
        f"{style.paint(character, color)} {word} {count}"
        for (character, word, color), count in seen.items()
    )
