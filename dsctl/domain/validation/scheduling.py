"""Tolerations, topology spread, gates. Ported from pkg/apis/core/validation
(ValidateTolerations, validateTopologySpreadConstraints, validateSchedulingGates,
validateReadinessGates)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.affinity import check_label_keys
from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.labels import check_label_name, check_selector
from dsctl.domain.validation.names import label_value, qualified_name

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
_NODE_POLICIES = ("Honor", "Ignore")


def check_tolerations(report: Report, pod: dict[str, Any], path: str) -> None:
    """ValidateTolerations."""
    for index, toleration in each(pod, "tolerations"):
        _check_toleration(report, toleration, f"{path}[{index}]")


def _check_toleration(report: Report, toleration: dict[str, Any], path: str) -> None:
    key, operator = toleration.get("key", ""), toleration.get("operator", "")
    value, effect = toleration.get("value", ""), toleration.get("effect", "")
    where = f"{path}.operator"
    if key:
        check_label_name(report, key, f"{path}.key")
    elif operator != "Exists":
        detail = (
            'operator must be Exists when `key` is empty, which means "match all values and '
            'all keys"'
        )
        report.invalid("toleration-key-required", where, operator, detail)
    if "tolerationSeconds" in toleration and effect != "NoExecute":
        detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        report.invalid("toleration-seconds-effect", f"{path}.effect", effect, detail)
    if operator in ("Equal", "", "Exists"):
        with report.moved(where, f"{path}.value"):
            _check_toleration_value(report, operator, value, where)
    else:
        supported = ["Equal", "Exists"]
        if operator in ("Lt", "Gt") and report.version >= (1, 35):
            # The server lists them even where their gate is off, which it is everywhere.
            supported += ["Lt", "Gt"]
        report.unsupported("toleration-operator-unsupported", where, operator, supported)
    if effect and effect not in _EFFECTS:
        report.unsupported("toleration-effect-unsupported", f"{path}.effect", effect, _EFFECTS)


def _check_toleration_value(report: Report, operator: str, value: str, path: str) -> None:
    """The server reports a wrong value at the operator."""
    if operator == "Exists":
        if value:
            detail = "value must be empty when `operator` is 'Exists'"
            report.invalid("toleration-value-forbidden", path, value, detail)
    elif found := label_value(value):
        report.invalid("toleration-value-invalid", path, value, ";".join(found))


def check_spread(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateTopologySpreadConstraints."""
    constraints = list(each(pod, "topologySpreadConstraints"))
    for position, (index, constraint) in enumerate(constraints):
        where = f"{path}[{index}]"
        _check_constraint(report, constraint, where)
        pair = _pair(constraint)
        if any(_pair(other) == pair for _, other in constraints[position + 1 :]):
            shown = "{" + ", ".join(pair) + "}"
            field = f"{where}.{{topologyKey, whenUnsatisfiable}}"
            with report.moved(field, where):
                report.duplicate("spread-duplicate", field, shown)


def _pair(constraint: dict[str, Any]) -> tuple[str, str]:
    return constraint.get("topologyKey", ""), constraint.get("whenUnsatisfiable", "")


def _check_constraint(report: Report, constraint: dict[str, Any], path: str) -> None:
    positive = "must be greater than zero"
    skew = constraint.get("maxSkew", 0)
    if skew <= 0:
        report.invalid("spread-max-skew-range", f"{path}.maxSkew", skew, positive)
    key, action = _pair(constraint)
    if not key:
        report.required("topology-key-required", f"{path}.topologyKey", "can not be empty")
    if action not in _ACTIONS:
        where = f"{path}.whenUnsatisfiable"
        report.unsupported("spread-action-unsupported", where, action, _ACTIONS)
    domains = constraint.get("minDomains")
    if domains is not None:
        where = f"{path}.minDomains"
        if domains <= 0:
            report.invalid("spread-min-domains-range", where, domains, positive)
        if action != "DoNotSchedule":
            detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
            report.invalid("spread-min-domains-action", where, domains, detail)
    for name in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
        value = constraint.get(name)
        if value is not None and value not in _NODE_POLICIES:
            where = f"{path}.{name}"
            report.unsupported("spread-policy-unsupported", where, value, _NODE_POLICIES)
    selector = constraint.get("labelSelector")
    keys = [item for _, item in each(constraint, "matchLabelKeys")]
    check_label_keys(report, keys, [], selector, path)
    check_selector(report, selector, f"{path}.labelSelector")


def check_gates(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateReadinessGates, validateSchedulingGates."""
    for index, gate in each(pod, "readinessGates"):
        where = f"{path}.readinessGates[{index}].conditionType"
        name = gate.get("conditionType", "")
        report.invalid_each("readiness-gate-invalid", where, name, qualified_name(name))
    seen: set[str] = set()
    for index, gate in each(pod, "schedulingGates"):
        where = f"{path}.schedulingGates[{index}]"
        name = gate.get("name", "")
        report.invalid_each("scheduling-gate-invalid", where, name, qualified_name(name))
        if name in seen:
            report.duplicate("scheduling-gate-duplicate", where, name)
        seen.add(name)
