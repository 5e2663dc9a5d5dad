"""A rollout for people: the lines of its live screen, and the table of what is not done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TextIO

from dsctl.domain.blockers import Blocker, Cause
from dsctl.domain.rollout import RolloutPhase, RolloutStatus
from dsctl.domain.rollout_look import Look
from dsctl.domain.rollout_rate import Rate
from dsctl.domain.times import age, human_duration
from dsctl.render.style import Style, Styled
from dsctl.render.table import print_table
from dsctl.render.text import escape

#: so many rows of what is not done, so many groups of blockers on the screen
MOST_ROWS = 20
_MOST_GROUPS = 8
_NAMED = 3
_BAR = 40
_STYLES = {
    RolloutPhase.COMPLETE: "good",
    RolloutPhase.EMPTY: "good",
    RolloutPhase.FAILED: "bad",
    RolloutPhase.STALLED: "bad",
    RolloutPhase.PAUSED: "warn",
    RolloutPhase.AWAITING_DELETION: "warn",
}
_WAITS = frozenset((Cause.MIN_READY_SECONDS, Cause.BUDGET, Cause.NOT_OBSERVED, Cause.NO_POD))


class Group(NamedTuple):
    """Blockers of one cause; ``first`` is a proof of failure if one is, the best known of these."""

    cause: Cause
    first: Blocker
    nodes: tuple[str, ...]
    size: int


def groups(blockers: Iterable[Blocker]) -> list[Group]:
    """The blockers by cause: proofs of failure first, then in the order of the causes."""
    found: dict[Cause, list[Blocker]] = {}
    for blocker in blockers:
        found.setdefault(blocker.cause, []).append(blocker)
    made = []
    for cause, members in found.items():
        first = max(members, key=lambda b: (b.sure, b.details is not None))
        nodes = tuple(dict.fromkeys(b.node for b in members if b.node))
        made.append(Group(cause, first, nodes, len(members)))
    order = {cause: i for i, cause in enumerate(Cause)}
    return sorted(made, key=lambda g: (not g.first.sure, order[g.cause]))


def group_line(group: Group) -> str:
    """``CrashLoop on 3 nodes (worker-0001, …): container agent: …``, safe for a terminal."""
    where = ""
    if group.nodes:
        count = "" if len(group.nodes) == 1 else f"{len(group.nodes)} nodes "
        names = _names(group.nodes)
        where = f" on {count}({names})" if count else f" on {names}"
    return escape(f"{group.cause.value}{where}: {group.first.message}")


def evidence(blocker: Blocker) -> list[str]:
    """What was found of a blocker beside its message: sentences, then lines of its log."""
    lines = [escape(line) for line in blocker.details or () if line not in blocker.message]
    return lines + [f"| {escape(line)}" for line in blocker.log or ()]


def print_left(status: RolloutStatus, now: datetime, stream: TextIO, style: Style) -> None:
    """The table of what is not done, a row a node or pod, capped; then what is known of some."""
    ranked = sorted(status.blockers, key=lambda b: (b.node is not None, not b.sure))
    rows = [
        [
            b.node or "-",
            b.pod or "-",
            Styled(b.cause.value, "warn" if b.cause in _WAITS else "bad"),
            age(b.since, now) if b.since else "-",
            b.message,
        ]
        for b in ranked[:MOST_ROWS]
    ]
    print_table(("NODE", "POD", "CAUSE", "SINCE", "WHY"), rows, stream, style=style)
    rest = ranked[MOST_ROWS:]
    if rest:
        counts = ", ".join(f"{g.size} {g.cause.value}" for g in groups(rest))
        stream.write(f"… and {len(rest)} more: {counts}\n")
    for blocker in ranked:
        if lines := evidence(blocker):
            stream.write(f"pod {escape(blocker.pod or '')}:\n")
            stream.writelines(f"  {line}\n" for line in lines)


def ignored_line(status: RolloutStatus) -> str | None:
    """Which nodes that are not ready were passed over, and how many; None where none was."""
    if not status.ignored:
        return None
    count = len(status.ignored)
    what = "1 node that is" if count == 1 else f"{count} nodes that are"
    return escape(f"ignored {what} not ready: {_names(status.ignored, 10)}")


def screen(
    status: RolloutStatus, look: Look | None, rate: Rate, elapsed: float, width: int
) -> list[list[str]]:
    """The lines of the live screen."""
    revision = f"  revision {status.revision[0]}" if status.revision else ""
    phase = status.phase
    lines: list[list[str]] = [
        [
            Styled(escape(f"daemonset/{status.name}"), "bold"),
            f"  {status.strategy}{revision}  ",
            Styled(phase.value, _STYLES.get(phase, "note")),
            f"  {human_duration(elapsed)}",
        ],
        _progress(status, look, width),
        [_budget_and_rate(status, look, rate)],
    ]
    found = groups(status.blockers)
    for group in found[:_MOST_GROUPS]:
        lines.append(["  ", Styled(group_line(group), "warn" if group.cause in _WAITS else "bad")])
        lines += [["    ", Styled(line, "dim")] for line in evidence(group.first)]
    if line := ignored_line(status):
        lines.append(["  ", Styled(line, "warn")])
    return lines


def done_nodes(status: RolloutStatus, look: Look | None) -> int:
    """How many nodes are done, by the pods where they were read."""
    return min(status.counts.updated, status.counts.available) if look is None else look.done


def summary(status: RolloutStatus, rate: Rate, elapsed: float) -> str:
    """What a terminal is told at the end of a rollout that was watched."""
    count = status.counts.desired
    nodes = "1 node" if count == 1 else f"{count} nodes"
    per_second = rate.per_second
    speed = f", {per_second:.1f} nodes/s" if per_second else ""
    return f"{nodes} in {human_duration(elapsed)}{speed}"


def _progress(status: RolloutStatus, look: Look | None, width: int) -> list[str]:
    desired = status.counts.desired
    done = min(done_nodes(status, look), desired)
    fresh = min(look.fresh, desired - done) if look is not None else 0
    size = max(min(_BAR, width - 40), 10)
    full = size * done // desired if desired else size
    half = size * (done + fresh) // desired - full if desired else 0
    counts = status.counts
    text = f"] {counts.updated} of {desired} pods updated, {counts.available} available"
    if look is not None:
        text = f"] {done} of {desired} nodes done"
        missing = max(desired - look.done - look.fresh - len(look.old), 0)
        parts = [(fresh, "starting"), (len(look.old), "old"), (missing, "between pods")]
        text += "".join(f", {count} {what}" for count, what in parts if count)
    bar = ["[", Styled("#" * full, "good"), Styled("=" * half, "warn")]
    return [*bar, Styled("." * (size - full - half), "dim"), text]


def _budget_and_rate(status: RolloutStatus, look: Look | None, rate: Rate) -> str:
    parts = []
    if status.budget is not None:
        budget = status.budget
        parts.append(f"{budget.what} {budget.most}: {budget.used} in use")
    per_second = rate.per_second
    if per_second is not None:
        parts.append(f"{per_second:.1f} nodes/s" if per_second >= 0.1 or not per_second
                     else f"{per_second * 60:.1f} nodes/min")  # fmt: skip
        left = rate.left(max(status.counts.desired - done_nodes(status, look), 0))
        if left is not None:
            parts.append(f"about {human_duration(left)} left")
    return ", ".join(parts)


def _names(nodes: Sequence[str], most: int = _NAMED) -> str:
    return ", ".join(nodes[:most]) + (", …" if len(nodes) > most else "")
