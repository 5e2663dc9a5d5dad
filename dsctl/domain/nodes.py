"""Thin readings of a Node object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dsctl.domain.times import parse_time

Node = Mapping[str, Any]


def name(node: Node) -> str:
    """``metadata.name``."""
    return str((node.get("metadata") or {}).get("name", ""))


def labels(node: Node) -> Mapping[str, str]:
    """``metadata.labels``, never None."""
    return (node.get("metadata") or {}).get("labels") or {}


def cordoned(node: Node) -> bool:
    """True when ``spec.unschedulable`` is set."""
    return bool((node.get("spec") or {}).get("unschedulable"))


def allocatable(node: Node) -> Mapping[str, str]:
    """``status.allocatable``, never None."""
    return (node.get("status") or {}).get("allocatable") or {}


def condition(node: Node, kind: str) -> Mapping[str, Any] | None:
    """The condition of this type, or None."""
    for entry in (node.get("status") or {}).get("conditions") or ():
        if entry.get("type") == kind:
            found: Mapping[str, Any] = entry
            return found
    return None


def ready(node: Node) -> bool:
    """True when its Ready condition is True."""
    entry = condition(node, "Ready")
    return entry is not None and entry.get("status") == "True"


def not_ready_reason(node: Node) -> str | None:
    """Why it is not ready: the condition's reason and message in one line. None when it is."""
    entry = condition(node, "Ready")
    if entry is None:
        return "the node reports no Ready condition"
    if entry.get("status") == "True":
        return None
    parts = [entry.get("reason") or entry.get("status") or "Unknown", entry.get("message")]
    return ": ".join(str(part) for part in parts if part)


def ready_since(node: Node) -> datetime | None:
    """Since when its Ready condition has the status that it has."""
    entry = condition(node, "Ready")
    return None if entry is None else parse_time(entry.get("lastTransitionTime"))
