"""Events for people: the columns of ``kubectl events``, and the block of ``kubectl describe``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TextIO

from dsctl.domain import events as event_of
from dsctl.render.style import Style, Styled
from dsctl.render.table import column_widths, joined, texts
from dsctl.render.text import display_width

#: kubectl draws four dashes below Age
_DASHES = {"Age": 4}
HEADERS = ("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")


class EventPrinter:
    """Prints events in batches; columns never get narrower from one batch to the next."""

    def __init__(self, stream: TextIO, *, headers: bool, style: Style) -> None:
        self._stream = stream
        self._headers = headers
        self._style = style
        self._least: list[int] = []

    def print(self, events: Iterable[Mapping[str, Any]], now: datetime) -> None:
        """A line an event, below the column names the first time."""
        lines = [texts(_row(event, now)) for event in events]
        if self._headers and lines:
            lines.insert(0, list(HEADERS))
            self._headers = False
        if lines:
            self._least = column_widths(lines, display_width, self._least)
            self._stream.write(joined(lines, self._least, self._style))


def block(
    title: str,
    events: Iterable[Mapping[str, Any]],
    now: datetime,
    *,
    with_object: bool = False,
) -> str:
    """The lines below ``title:`` in a description, with the tabs that align them left in.

    ``with_object``: with the name of what each is about.
    """
    ordered = sorted(events, key=lambda event: event.get("lastTimestamp") or "")
    if with_object:
        ordered = list(events)
    if not ordered:
        return f"{title}:\t<none>\n"
    titles = ["Type", "Reason", "Age", "From", *(["Pod"] if with_object else []), "Message"]
    rows = [titles, ["-" * _DASHES.get(word, len(word)) for word in titles]]
    for event in ordered:
        about, text = event_of.involved(event), event_of.message(event)
        path = about.get("fieldPath")
        rows.append(
            [
                str(event.get("type") or ""),
                str(event.get("reason") or ""),
                event_of.interval(event, now),
                event_of.source(event),
                *([str(about.get("name") or "")] if with_object else []),
                f"{path}: {text}" if path else text,
            ]
        )
    lines = [f"{title}:", *("  " + "\t".join(row) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def _row(event: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    about = event_of.involved(event)
    kind = str(event.get("type") or "")
    return (
        event_of.interval(event, now),
        Styled(kind, "warn") if kind == "Warning" else kind,
        str(event.get("reason") or ""),
        f"{about.get('kind') or ''}/{about.get('name') or ''}",
        " ".join(event_of.message(event).split("\n")),
    )
