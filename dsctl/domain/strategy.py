"""Update strategy: what it says, what it allows, and whether it is on hold.

Ported from pkg/controller/daemon/util (``SurgeCount``, ``UnavailableCount``) and
``updatedDesiredNodeCounts``; defaults as ``SetDefaults_DaemonSet`` fills them in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsctl.domain.labels import parse_int64

#: holds the strategy that ``rollout pause`` put aside, as JSON
PAUSED_ANNOTATION = "dsctl/paused-strategy"
#: the nodeSelector key that ``suspend`` adds
SUSPENDED_KEY = "dsctl/suspended"
#: says that ``migrate-selector`` has not ended: letting it roll now would replace every pod
MIGRATING_ANNOTATION = "dsctl/migrating"


class Strategy(StrEnum):
    """``spec.updateStrategy.type``."""

    ROLLING_UPDATE = "RollingUpdate"
    ON_DELETE = "OnDelete"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many nodes a rolling update may leave without a pod, or give a second one."""

    max_unavailable: int
    max_surge: int


def strategy(daemonset: Mapping[str, Any]) -> str:
    """``spec.updateStrategy.type``; RollingUpdate where a manifest leaves it out."""
    return str(_strategy(daemonset).get("type") or Strategy.ROLLING_UPDATE.value)


def rolls(daemonset: Mapping[str, Any]) -> bool:
    """True when the controller replaces pods by itself."""
    return strategy(daemonset) == Strategy.ROLLING_UPDATE


def limits(daemonset: Mapping[str, Any], desired: int) -> Limits | None:
    """The rolling update's limits for so many desired pods; None with OnDelete.

    Percentages round up. Where both come to 0 the controller takes one unavailable. Raises
    ValueError for a value that is neither a number nor a percentage.
    """
    if not rolls(daemonset):
        return None
    rolling = _strategy(daemonset).get("rollingUpdate") or {}
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    most = scaled(1 if unavailable is None else unavailable, desired)
    extra = scaled(0 if surge is None else surge, desired)
    if desired > 0 and not most and not extra:
        most = 1
    return Limits(most, extra)


def allows_surge(daemonset: Mapping[str, Any]) -> bool:
    """True when two pods may run on a node during an update (``AllowsSurge``)."""
    try:
        found = limits(daemonset, 1)
    except ValueError:
        return False
    return found is not None and found.max_surge > 0


def scaled(value: int | str, total: int) -> int:
    """A number, or a percentage of ``total`` rounded up (``GetScaledValueFromIntOrPercent``).

    Raises ValueError for other text.
    """
    if isinstance(value, int):
        return value
    percent = parse_int64(value[:-1]) if value.endswith("%") else None
    if percent is None:
        raise ValueError(f"{value!r} is neither a number nor a percentage")
    return -(-percent * total // 100)


def paused(daemonset: Mapping[str, Any]) -> bool:
    """True when ``rollout pause`` holds it. One whose strategy rolls again is held no more."""
    return has_paused_strategy(daemonset) and not rolls(daemonset)


def has_paused_strategy(daemonset: Mapping[str, Any]) -> bool:
    """True when it carries the annotation of ``rollout pause``, whatever its strategy."""
    return PAUSED_ANNOTATION in _annotations(daemonset)


def paused_strategy(daemonset: Mapping[str, Any]) -> dict[str, Any] | None:
    """The strategy put aside by ``rollout pause``; None when not paused or unreadable."""
    try:
        kept = json.loads(_annotations(daemonset).get(PAUSED_ANNOTATION) or "null")
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None


def suspended(daemonset: Mapping[str, Any]) -> bool:
    """True when ``suspend`` keeps it off every node."""
    template = ((daemonset.get("spec") or {}).get("template") or {}).get("spec") or {}
    return SUSPENDED_KEY in (template.get("nodeSelector") or {})


def _strategy(daemonset: Mapping[str, Any]) -> Mapping[str, Any]:
    return (daemonset.get("spec") or {}).get("updateStrategy") or {}


def _annotations(daemonset: Mapping[str, Any]) -> Mapping[str, str]:
    return (daemonset.get("metadata") or {}).get("annotations") or {}
