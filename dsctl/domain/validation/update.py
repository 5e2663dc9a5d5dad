"""Updates. Ported from pkg/apis/apps/validation (ValidateDaemonSetUpdate), apimachinery
pkg/api/validation (ValidateObjectMetaUpdate) and pkg/api/pod (GetValidationOptionsFromPodTemplate).
"""

from __future__ import annotations

from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.validation.daemonset import check_daemonset
from dsctl.domain.validation.field import Problem, Report, each

_IMMUTABLE = "field is immutable"
# Kept from the old object or refused by the server: name, and metadata it manages itself.
_META = ("name", "namespace", "uid", "deletionTimestamp", "deletionGracePeriodSeconds")
_QUANTITIES = frozenset(("limits", "requests", "overhead"))

# What an old object may already have wrong, and its successor then too: rule, part of the path.
_TOLERATED = (
    ("pod-deletion-cost-invalid", ""),
    ("label-value-invalid", ".matchExpressions["),
    ("huge-pages-multiple", ""),
    ("path-not-relative", ".projected.path"),
    ("path-backsteps", ".projected.path"),
    ("path-reserved", ".projected.path"),
    ("sysctl-host-namespace", ""),
    ("host-users-devices", ""),
    ("volume-field-required", ".image.reference"),
    ("sys-admin-without-escalation", ""),
    ("init-resize-policy-invalid", ""),
    ("security-policy-unsupported", ".seLinuxChangePolicy"),
    ("label-keys-in-selector", ".topologySpreadConstraints["),
    ("label-keys-without-selector", ".topologySpreadConstraints["),
)


def check_update(report: Report, new: dict[str, Any], old: dict[str, Any]) -> None:
    """ValidateDaemonSetUpdate, on defaulted trees; what the server fills in may be absent."""
    _check_meta(report, new["metadata"], old["metadata"])
    if not _same(new["spec"].get("selector"), old["spec"].get("selector")):
        selector = new["spec"].get("selector")
        report.invalid("selector-immutable", "spec.selector", selector, _IMMUTABLE)
    before = Report(report.version, report.gates)
    check_daemonset(before, old)
    start = len(report.problems)
    check_daemonset(report, new)
    tolerated = {kind for problem in before.problems for kind in _kinds(problem)}
    kept = [p for p in report.problems[start:] if not tolerated.intersection(_kinds(p))]
    report.problems[start:] = kept


def _kinds(problem: Problem) -> list[tuple[str, str]]:
    """The tolerated kinds that a problem is of."""
    return [
        (rule, part) for rule, part in _TOLERATED if rule == problem.rule and part in problem.path
    ]


def _check_meta(report: Report, new: dict[str, Any], old: dict[str, Any]) -> None:
    for name in _META:
        value = new.get(name)
        absent = name not in old and name in ("namespace", "uid", "name")
        if value is not None and value != old.get(name) and not absent:
            report.invalid("field-immutable", f"metadata.{name}", value, _IMMUTABLE)
    if "deletionTimestamp" in old:
        have = [item for _, item in each(old, "finalizers")]
        extra = sorted({item for _, item in each(new, "finalizers") if item not in have})
        if extra:
            shown = "[]string{" + ", ".join(f'"{item}"' for item in extra) + "}"
            detail = (
                "no new finalizers can be added if the object is being deleted, found new "
                f"finalizers {shown}"
            )
            report.forbidden("finalizers-while-deleted", "metadata.finalizers", detail)


def restart_note(new: dict[str, Any], old: dict[str, Any]) -> Problem | None:
    """An info when the pod template changes, for that is what replaces pods."""
    if _same(new["spec"]["template"], old["spec"]["template"]):
        return None
    strategy = new["spec"]["updateStrategy"]["type"]
    message = "the pod template changes: every pod is replaced"
    if strategy == "OnDelete":
        message = "the pod template changes: with OnDelete each pod stays old until it is deleted"
    return Problem(Severity.INFO, "update-replaces-pods", "spec.template", message)


def _same(new: Any, old: Any, key: str = "") -> bool:
    """Semantic.DeepEqual: empty and absent are alike, quantities are compared by value."""
    if isinstance(new, dict | None) and isinstance(old, dict | None):
        left, right = new or {}, old or {}
        names = left.keys() | right.keys()
        return all(_same(left.get(name), right.get(name), key or name) for name in names)
    if isinstance(new, list | None) and isinstance(old, list | None):
        pairs = list(zip(new or [], old or [], strict=False))
        return len(new or []) == len(old or []) and all(_same(a, b) for a, b in pairs)
    if new == old or (not new and not old):
        return True
    if isinstance(new, str) and isinstance(old, str) and key in _QUANTITIES:
        try:
            return parse(new) == parse(old)
        except QuantityError:
            return False
    return False
