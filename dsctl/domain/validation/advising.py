"""Every piece of advice, and what it finds in an object."""

from __future__ import annotations

from functools import cache
from typing import Any

from dsctl.domain.validation import advice_agent, advice_odd, advice_rollout
from dsctl.domain.validation.advice import Advice
from dsctl.domain.validation.advice_dropped import dropped_fields
from dsctl.domain.validation.field import Problem


@cache
def all_advice() -> tuple[Advice, ...]:
    """Every rule, those on the rollout first."""
    return (*advice_rollout.RULES, *advice_agent.RULES, *advice_odd.RULES)


def advise(tree: dict[str, Any], obj: object, version: tuple[int, int]) -> list[Problem]:
    """The findings of every rule on an object, decoded and as it is written."""
    return [
        Problem(rule.severity, rule.name, path, message, rule.remedy)
        for rule in all_advice()
        for path, message in rule.check(tree)
    ] + dropped_fields(obj, version)
