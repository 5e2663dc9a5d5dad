"""Orphans and adoption plans for people: a row a pod, and what it comes to below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from dsctl.domain.adoption import Action, AdoptionPlan
from dsctl.domain.orphans import Orphan, groups
from dsctl.domain.times import age
from dsctl.render.style import Style, Styled
from dsctl.render.table import print_table
from dsctl.render.text import escape

_STYLES = {Action.ADOPT: "good", Action.ADOPT_AND_REPLACE: "warn", Action.LEAVE: "dim"}


def print_orphans(
    found: Sequence[Orphan],
    stream: TextIO,
    style: Style,
    now: datetime,
    *,
    namespaces: bool,
    headers: bool = True,
) -> None:
    """A row a pod, by labels and node; below it a line a group of labels."""
    space = ["NAMESPACE"] if namespaces else []
    rows = [
        [
            *([one.namespace] if namespaces else []),
            one.group or "<none>",
            one.node or "<none>",
            one.name,
            one.hash or "<none>",
            Styled("Terminating", "warn") if one.terminating else "Orphaned",
            age(one.created, now),
        ]
        for one in found
    ]
    titles = [*space, "LABELS", "NODE", "POD", "HASH", "STATUS", "AGE"]
    print_table(titles, rows, stream, style=style, no_headers=not headers)
    if not headers:
        return
    for (namespace, labels), members in groups(found).items():
        nodes = len({one.node for one in members})
        where = f" in {namespace}" if namespaces else ""
        stream.write(
            escape(
                f"{_count(len(members), 'orphan')} on {_count(nodes, 'node')}{where}: "
                f"{labels or '(no labels)'}"
            )
            + "\n"
        )


def print_plan(plan: AdoptionPlan, stream: TextIO, style: Style) -> None:
    """A row a pod, and the sum below."""
    rows = [
        [
            pod.orphan.node or "<none>",
            pod.orphan.name,
            Styled(pod.action.value, _STYLES[pod.action]),
            pod.orphan.hash or "<none>",
            pod.reason,
        ]
        for pod in plan.pods
    ]
    print_table(("NODE", "POD", "ACTION", "HASH", "WHY"), rows, stream, style=style)
    stream.write(escape(summary(plan)) + "\n")


def summary(plan: AdoptionPlan) -> str:
    """``daemonset "a": 12 orphans would be adopted, 2 of them replaced; 1 left alone``."""
    adopted, replaced = len(plan.adopted), len(plan.of(Action.ADOPT_AND_REPLACE))
    left = len(plan.of(Action.LEAVE))
    line = f"daemonset {plan.name!r}: {_count(adopted, 'pod')} would be adopted"
    line += f", {replaced} of them replaced" if replaced else ", none of them replaced"
    return f"{line}; {left} left alone" if left else line


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
