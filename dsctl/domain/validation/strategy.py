"""The update strategy. Ported from pkg/apis/apps/validation (ValidateDaemonSetUpdateStrategy)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report
from dsctl.domain.validation.names import percent

# Stands for a number too long for an int64, which Atoi turns into the greatest one.
_FAR = 1 << 62
_TYPES = ("RollingUpdate", "OnDelete")


def check_strategy(report: Report, strategy: dict[str, Any], path: str) -> None:
    """``strategy`` after defaulting: type and, for RollingUpdate, both numbers are set."""
    kind = strategy["type"]
    if kind == "RollingUpdate":
        _check_rolling_update(report, strategy["rollingUpdate"], f"{path}.rollingUpdate")
    elif kind != "OnDelete":
        report.unsupported("strategy-type-unsupported", path, strategy, _TYPES)


def _check_rolling_update(report: Report, rolling: dict[str, Any], path: str) -> None:
    unavailable, surge = rolling["maxUnavailable"], rolling["maxSurge"]
    both = (("maxUnavailable", unavailable), ("maxSurge", surge))
    for name, value in both:
        rule = "max-unavailable-invalid" if name == "maxUnavailable" else "max-surge-invalid"
        if isinstance(value, str):
            report.invalid_each(rule, f"{path}.{name}", value, percent(value))
        else:
            report.nonnegative(rule, f"{path}.{name}", value)
    for name, value in both:
        if isinstance(value, str) and not percent(value) and amount(value) > 100:
            detail = "must not be greater than 100%"
            report.invalid("strategy-over-100-percent", f"{path}.{name}", value, detail)
    if amount(unavailable) and amount(surge):
        detail = "may not be set when maxUnavailable is non-zero"
        report.invalid("max-surge-with-unavailable", f"{path}.maxSurge", surge, detail)
    elif not amount(unavailable) and not amount(surge):
        detail = "cannot be 0 when maxSurge is 0"
        report.required("max-unavailable-zero", f"{path}.maxUnavailable", detail)


def amount(value: int | str) -> int:
    """getIntOrPercentValue: the number, of a percentage its figure, of other strings Atoi or 0."""
    if isinstance(value, int):
        return value
    text = value if percent(value) else value[:-1]
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits.isascii() or not digits.isdigit():
        return 0
    return int(text) if len(digits) < 19 else _FAR
