"""Every rule by name: what it checks and why, and the remedy where dsctl knows one.

For ``dsctl explain RULE`` and for SARIF. Rules that the schema or the YAML reader checks are
theirs and not listed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from dsctl.domain.findings import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """``summary`` is one sentence; ``remedy`` one as well, or empty."""

    name: str
    severity: Severity
    summary: str
    remedy: str


@cache
def all_rules() -> dict[str, Rule]:
    """The rules by name: the server's errors, its warnings, then dsctl's own."""
    from dsctl.domain.validation import advice_dropped as dropped
    from dsctl.domain.validation import (
        rules_containers,
        rules_daemonset,
        rules_pod,
        rules_volumes,
        rules_warnings,
    )
    from dsctl.domain.validation.advising import all_advice

    errors = (rules_daemonset, rules_containers, rules_pod, rules_volumes)
    tables = [(module.RULES, Severity.ERROR) for module in errors]
    tables += [(rules_warnings.RULES, Severity.WARNING), (rules_warnings.NOTES, Severity.INFO)]
    rules = {
        name: Rule(name, severity, summary, remedy)
        for table, severity in tables
        for name, (summary, remedy) in table.items()
    }
    for own in all_advice():
        rules[own.name] = Rule(own.name, own.severity, own.summary, own.remedy)
    name = dropped.NAME
    rules[name] = Rule(name, Severity.WARNING, dropped.SUMMARY, dropped.REMEDY)
    return rules


def find(name: str) -> Rule | None:
    """The rule of this name."""
    return all_rules().get(name)


def remedy(name: str) -> str | None:
    """What to do about a finding of this rule, if dsctl knows."""
    rule = find(name)
    return rule.remedy or None if rule else None
