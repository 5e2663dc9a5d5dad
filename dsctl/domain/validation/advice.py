"""Advice: what only dsctl says about a DaemonSet that the server would accept.

One function a rule, in the ``advice_*`` modules: it takes the decoded, undefaulted object and
yields path and message of each place. Warnings are likely mistakes, infos are worth knowing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dsctl.domain.findings import Severity

Places = Iterator[tuple[str, str]]
Check = Callable[[dict[str, Any]], Places]

POD = "spec.template.spec"


@dataclass(frozen=True, slots=True)
class Advice:
    """A rule of dsctl's own: its function, why it is there, and what to do."""

    name: str
    severity: Severity
    summary: str
    remedy: str
    check: Check


def pod_of(obj: dict[str, Any]) -> dict[str, Any]:
    """The pod spec of the template, empty if there is none."""
    pod: dict[str, Any] = obj.get("spec", {}).get("template", {}).get("spec", {})
    return pod


def strategy_of(obj: dict[str, Any]) -> tuple[str, int | str, int | str]:
    """Type, maxUnavailable and maxSurge, with their defaults."""
    strategy = obj.get("spec", {}).get("updateStrategy", {})
    rolling = strategy.get("rollingUpdate", {})
    kind = strategy.get("type") or "RollingUpdate"
    return kind, rolling.get("maxUnavailable", 1), rolling.get("maxSurge", 0)
