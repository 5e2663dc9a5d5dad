"""Events as kubectl reads them: when they happened, how often, and about whom.

Ported from kubectl's ``cmd/events`` and ``describe.DescribeEvents``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from dsctl.domain.times import age, parse_time

Event = Mapping[str, Any]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
#: how the DaemonSet controller names a pod in its events (SuccessfulCreate, SuccessfulDelete)
_NAMED_POD = re.compile(r"^(?:Created|Deleted) pod: (\S+)$")


def interval(event: Event, now: datetime) -> str:
    """``5m`` or ``10s (x3 over 5m)`` (``getInterval``)."""
    first = age(event.get("eventTime") or event.get("firstTimestamp"), now)
    series = event.get("series")
    if series:
        last = age(series.get("lastObservedTime"), now)
        return f"{last} (x{series.get('count') or 0} over {first})"
    count = event.get("count") or 0
    if count > 1:
        return f"{age(event.get('lastTimestamp'), now)} (x{count} over {first})"
    return first


def event_time(event: Event) -> datetime:
    """When it happened last (``eventTime``), for sorting; long ago where it does not say."""
    series = event.get("series") or {}
    text = series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    return parse_time(text) or _LONG_AGO


def newest_last(events: Iterable[Event]) -> list[Event]:
    """The events in the order in which they happened."""
    return sorted(events, key=event_time)


def source(event: Event) -> str:
    """Who reports it."""
    named = (event.get("source") or {}).get("component") or event.get("reportingComponent")
    return str(named or "")


def involved(event: Event) -> Mapping[str, Any]:
    """The object that it is about."""
    return event.get("involvedObject") or {}


def message(event: Event) -> str:
    """What it says, without spaces around it."""
    return str(event.get("message") or "").strip()


def pods_named(events: Iterable[Event]) -> set[str]:
    """The pods that the controller made or deleted, by what a DaemonSet's own events say."""
    found = (_NAMED_POD.match(message(event)) for event in events)
    return {match.group(1) for match in found if match is not None}
