"""``rollout history``: kubectl's heading and columns, then what is on each revision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import StringIO
from typing import Any, TextIO

from dsctl.domain.revisions import RevisionHistory
from dsctl.domain.times import age
from dsctl.render.style import Style, Styled
from dsctl.render.table import Cell, print_table
from dsctl.render.text import escape_lines

HEADERS = ("REVISION", "CHANGE-CAUSE", "AGE", "CURRENT", "PODS", "IMAGES")


def print_history(
    history: RevisionHistory,
    now: datetime,
    stream: TextIO,
    *,
    style: Style,
    max_width: int | None = None,
) -> None:
    """The heading that kubectl prints, a row for each revision, and its empty line."""
    stream.write(f"daemonset.apps/{history.name} \n")
    if not history.revisions:
        stream.write("No rollout history found.\n")
        return
    rows: list[tuple[Cell, ...]] = []
    for revision in history.revisions:
        cells: tuple[Cell, ...] = (
            revision.number,
            revision.change_cause or "<none>",
            age(revision.created, now),
            Styled("true", "good") if revision.current else "false",
            "<unknown>" if revision.pods is None else revision.pods,
            ",".join(revision.images) or "<none>",
        )
        rows.append(cells)
    print_table(HEADERS, rows, stream, style=style, max_width=max_width, cut="CHANGE-CAUSE")
    stream.write("\n")


def print_revision(daemonset: Mapping[str, Any], number: int, stream: TextIO) -> None:
    """What kubectl prints for one revision: ``daemonset`` has its template."""
    text = StringIO()
    text.write(f"daemonset.apps/{daemonset['metadata']['name']} with revision #{number}\n")
    text.write(template_text(daemonset) + "\n")
    stream.write(escape_lines(text.getvalue()) if stream.isatty() else text.getvalue())


def template_text(daemonset: Mapping[str, Any]) -> str:
    """Its pod template as ``kubectl describe`` has it, with tabs where kubectl leaves them."""
    from dsctl.render.podtemplate import described

    return described(daemonset["spec"].get("template") or {})
