"""A Description as text: kubectl's lines as kubectl prints them, and dsctl's before the events.

kubectl's part is ported from ``describeDaemonSet`` (kubectl's ``describe/describe.go``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import StringIO
from typing import Any, TextIO

from dsctl.domain import services as service_of
from dsctl.domain.description import Description, RevisionPods
from dsctl.domain.health import Health
from dsctl.domain.selectors import format_label_selector
from dsctl.domain.strategy import paused_strategy, strategy
from dsctl.render import events as event_block
from dsctl.render.placement import print_nodes, summary_line
from dsctl.render.podtemplate import annotation_lines, described, label_lines
from dsctl.render.servertable import format_labels
from dsctl.render.style import Style
from dsctl.render.tabwriter import aligned
from dsctl.render.text import escape, escape_lines

#: so many events of pods are told of
MOST = 20
_ESCAPES = str.maketrans({"\x1b": "^[", "\r": "\\r"})
_STYLES = {
    Health.HEALTHY: "good",
    Health.DEGRADED: "bad",
    Health.STALLED: "bad",
    Health.PROGRESSING: "warn",
}


def print_description(
    found: Description, now: datetime, stream: TextIO, style: Style, *, width: int | None = None
) -> None:
    """Write it. ``width``: of the terminal, None for a pipe."""
    top, events = _kubectls_part(found, now)
    text = StringIO()
    text.write(top)
    text.write(_aligned("".join(f"{line}\n" for line in _own_lines(found, style))))
    _write_nodes(found, text, style, width)
    text.write(_aligned("".join(f"{line}\n" for line in _tables(found))))
    if found.pod_events is not None:
        text.write(_pod_events(found, now))
    text.write(events)
    whole = text.getvalue()
    stream.write(_safe(whole) if stream.isatty() else whole)


def _aligned(text: str) -> str:
    return aligned(text, described=True)


def _safe(text: str) -> str:
    """Nothing that a terminal would obey, but for the colours that are put here."""
    parts = text.split("\x1b[")
    return "\x1b[".join(escape_lines(part) for part in parts)


def _kubectls_part(found: Description, now: datetime) -> tuple[str, str]:
    """What kubectl prints, in two: to the end of the template, and the events."""
    obj = found.daemonset
    metadata, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    pod_spec = (spec.get("template") or {}).get("spec") or {}
    wanted = format_labels(pod_spec.get("nodeSelector") or {})
    running, waiting, succeeded, failed = found.phases
    counts = (
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    )
    lines = [
        f"Name:\t{metadata['name']}",
        f"Namespace:\t{metadata['namespace']}",
        f"Selector:\t{format_label_selector(spec.get('selector'))}",
        f"Node-Selector:\t{wanted}",
        *label_lines("Labels", metadata.get("labels")),
        *annotation_lines("Annotations", metadata.get("annotations") or {}),
        *(f"{title}: {status.get(key) or 0}" for title, key in counts),
        f"Pods Status:\t{running} Running / {waiting} Waiting / "
        f"{succeeded} Succeeded / {failed} Failed",
    ]
    top = "".join(f"{line}\n" for line in lines).translate(_ESCAPES)
    top += described(spec.get("template") or {})
    if found.events is None:
        return _aligned(top), ""
    events = event_block.block("Events", found.events, now).translate(_ESCAPES)
    if found.events:  # kubectl aligns them apart from the rest
        return _aligned(top), _aligned(events)
    whole = _aligned(top + events).splitlines(keepends=True)
    return "".join(whole[:-1]), whole[-1]


def _own_lines(found: Description, style: Style) -> Iterator[str]:
    rollout, spec = found.rollout, found.daemonset["spec"]
    health = style.paint(rollout.health.value, _STYLES.get(rollout.health, "note"))
    yield f"Health:\t{health}"
    yield f"Rollout Phase:\t{rollout.phase.value}"
    yield f"Update Strategy:\t{_strategy(found)}"
    if rollout.budget is not None:
        yield (
            f"Update Budget:\tmax {rollout.budget.max_unavailable} unavailable, "
            f"max {rollout.budget.max_surge} surge; {rollout.budget.used} used"
        )
    yield f"Min Ready Seconds:\t{spec.get('minReadySeconds') or 0}"
    if found.newest is not None:
        cause = f", {escape(found.newest.change_cause)}" if found.newest.change_cause else ""
        number = found.newest.number
        yield f"Revision:\t{number} ({found.newest.hash}){cause}"
    seen = "" if rollout.generation <= rollout.observed_generation else ": not seen yet"
    yield f"Generation:\t{rollout.generation} (observed {rollout.observed_generation}{seen})"


def _strategy(found: Description) -> str:
    spec = found.daemonset["spec"]
    kept = paused_strategy(found.daemonset) if found.rollout.paused else None
    shown = kept if kept is not None else spec.get("updateStrategy") or {}
    kind = shown.get("type") or strategy(found.daemonset)
    rolling = shown.get("rollingUpdate") or {}
    words = [
        f"{title} {rolling[key]}"
        for title, key in (("max unavailable", "maxUnavailable"), ("max surge", "maxSurge"))
        if rolling.get(key) is not None
    ]
    text = f"{kind} ({', '.join(words)})" if words else str(kind)
    return f"{text}, on hold" if kept is not None else text


def _write_nodes(found: Description, out: StringIO, style: Style, width: int | None) -> None:
    report = found.placement
    out.write(f"Nodes by Verdict: {_nodes_line(found)}\n")
    table = StringIO()
    room = None if width is None else max(width - 2, 40)
    print_nodes(report.nodes, table, style, grouped=True, width=room)
    out.write("".join(f"  {line}\n" for line in table.getvalue().splitlines()))
    if found.total_nodes is None:
        out.write("".join(f"  {escape(note)}\n" for note in report.notes))


def _nodes_line(found: Description) -> str:
    report = found.placement
    if found.total_nodes is None:
        unread = "" if found.complete else " (nodes may not be read: these are those with pods)"
        return summary_line(report, report.summary(), planned=False) + unread
    ready, without = len(report.nodes), found.total_nodes - len(report.nodes)
    line = f"{found.total_nodes} nodes: {ready} eligible, {without} excluded; {ready} Ready"
    return f"{line} (as .status counts; why not elsewhere: dsctl why {report.name})"


def _tables(found: Description) -> Iterator[str]:
    yield "Pods by Revision:" if found.revisions else "Pods by Revision:\t<none>"
    if found.revisions:
        yield "  Revision\tHash\tPods\tReady\tNewest\tImages"
        yield from (_revision(group) for group in found.revisions)
    if found.rollout.blockers:
        yield "Blockers:"
        for blocker in found.rollout.blockers[:MOST]:
            cells = (blocker.node or "-", blocker.cause.value, blocker.pod or "-", blocker.message)
            yield "  " + "\t".join(escape(cell) for cell in cells)
        more = len(found.rollout.blockers) - MOST
        if more > 0:
            yield f"  … and {more} more: dsctl rollout status {found.rollout.name} --no-watch"
    if found.services is None:
        return
    yield "Services:" if found.services else "Services:\t<none>"
    yield from (_service(service) for service in found.services)


def _revision(group: RevisionPods) -> str:
    cells = (
        "<unknown>" if group.number is None else str(group.number),
        group.hash or "<none>",
        str(group.pods),
        str(group.ready),
        "true" if group.newest else "false",
        escape(",".join(group.images)) or "<unknown>",
    )
    return "  " + "\t".join(cells)


def _service(service: Mapping[str, Any]) -> str:
    shown = [service_of.port_text(port) for port in service_of.ports(service)]
    cells = (
        service["metadata"]["name"],
        service_of.kind(service),
        ",".join(service_of.addresses(service)) or "None",
        ",".join(shown) or "<none>",
    )
    return "  " + "\t".join(cells)


def _pod_events(found: Description, now: datetime) -> str:
    events = list(found.pod_events or ())
    shown = events[-MOST:]
    title = "Pod Warnings" if found.warnings_only else "Pod Events"
    text = _aligned(event_block.block(title, shown, now, with_object=True).translate(_ESCAPES))
    more = len(events) - len(shown)
    if more > 0:
        text += f"  … and {more} older: dsctl events {found.rollout.name}\n"
    return text
