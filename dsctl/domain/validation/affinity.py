"""Node and pod affinity. Ported from pkg/apis/core/validation (validateAffinity and what it
calls, ValidateMatchLabelKeysAndMismatchLabelKeys)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.labels import check_label_name, check_selector
from dsctl.domain.validation.names import label_value, name_is_label, name_is_subdomain

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def check_affinity(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateAffinity."""
    affinity = pod.get("affinity")
    if not affinity:
        return
    if "nodeAffinity" in affinity:
        _check_node_affinity(report, affinity["nodeAffinity"], f"{path}.nodeAffinity")
    for kind in ("podAffinity", "podAntiAffinity"):
        if kind in affinity:
            _check_pod_affinity(report, affinity[kind], f"{path}.{kind}")


def _check_node_affinity(report: Report, affinity: dict[str, Any], path: str) -> None:
    required = affinity.get(_REQUIRED)
    if required is not None:
        where = f"{path}.{_REQUIRED}.nodeSelectorTerms"
        if not required.get("nodeSelectorTerms"):
            detail = "must have at least one node selector term"
            report.required("node-affinity-terms-required", where, detail)
        for index, term in each(required, "nodeSelectorTerms"):
            _check_term(report, term, f"{where}[{index}]", any_value=False)
    for index, item in each(affinity, _PREFERRED):
        where = f"{path}.{_PREFERRED}[{index}]"
        _check_weight(report, item, where)
        term = item.get("preference", {})
        _check_term(report, term, f"{where}.preference", any_value=True)


def _check_weight(report: Report, item: dict[str, Any], path: str) -> None:
    weight = item.get("weight", 0)
    if not 1 <= weight <= 100:
        detail = "must be in the range 1-100"
        report.invalid("affinity-weight-range", f"{path}.weight", weight, detail)


def _check_term(report: Report, term: dict[str, Any], path: str, *, any_value: bool) -> None:
    """ValidateNodeSelectorTerm; preferred terms may have any value."""
    for index, item in each(term, "matchExpressions"):
        where = f"{path}.matchExpressions[{index}]"
        _check_expression(report, item, where, any_value=any_value)
    for index, item in each(term, "matchFields"):
        _check_field(report, item, f"{path}.matchFields[{index}]")


def _check_expression(report: Report, item: dict[str, Any], path: str, *, any_value: bool) -> None:
    operator, values = item.get("operator", ""), item.get("values") or []
    where = f"{path}.values"
    if operator in ("In", "NotIn"):
        if not values:
            detail = "must be specified when `operator` is 'In' or 'NotIn'"
            report.required("node-affinity-values-required", where, detail)
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            report.forbidden("node-affinity-values-forbidden", where, detail)
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            report.required("node-affinity-value-single", where, detail)
    else:
        detail = "not a valid selector operator"
        report.invalid("node-affinity-operator-invalid", f"{path}.operator", operator, detail)
    check_label_name(report, item.get("key", ""), f"{path}.key")
    if not any_value:
        for index, value in each(item, "values"):
            field = f"{where}[{index}]"
            report.invalid_each("label-value-invalid", field, value, label_value(value))


def _check_field(report: Report, item: dict[str, Any], path: str) -> None:
    """ValidateNodeFieldSelectorRequirement: only metadata.name, one value."""
    operator, key = item.get("operator", ""), item.get("key", "")
    if operator in ("In", "NotIn"):
        if len(item.get("values") or []) != 1:
            detail = (
                "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
            )
            report.required("node-field-value-single", f"{path}.values", detail)
    else:
        detail = "not a valid selector operator"
        report.invalid("node-affinity-operator-invalid", f"{path}.operator", operator, detail)
    if key != "metadata.name":
        detail = "not a valid field selector key"
        report.invalid("node-field-key-invalid", f"{path}.key", key, detail)
        return
    for index, value in each(item, "values"):
        where = f"{path}.values[{index}]"
        report.invalid_each("node-name-invalid", where, value, name_is_subdomain(value))


def _check_pod_affinity(report: Report, affinity: dict[str, Any], path: str) -> None:
    for index, term in each(affinity, _REQUIRED):
        _check_pod_term(report, term, f"{path}.{_REQUIRED}[{index}]")
    for index, item in each(affinity, _PREFERRED):
        where = f"{path}.{_PREFERRED}[{index}]"
        _check_weight(report, item, where)
        _check_pod_term(report, item.get("podAffinityTerm", {}), f"{where}.podAffinityTerm")


def _check_pod_term(report: Report, term: dict[str, Any], path: str) -> None:
    """validatePodAffinityTerm."""
    selector = term.get("labelSelector")
    check_selector(report, selector, f"{path}.labelSelector")
    check_selector(report, term.get("namespaceSelector"), f"{path}.namespaceSelector")
    for index, name in each(term, "namespaces"):
        where = f"{path}.namespace"
        with report.moved(where, f"{path}.namespaces[{index}]"):
            report.invalid_each("affinity-namespace-invalid", where, name, name_is_label(name))
    matched = [key for _, key in each(term, "matchLabelKeys")]
    mismatched = [key for _, key in each(term, "mismatchLabelKeys")]
    check_label_keys(report, matched, mismatched, selector, path)
    topology = term.get("topologyKey", "")
    where = f"{path}.topologyKey"
    if not topology:
        report.required("topology-key-required", where, "can not be empty")
    check_label_name(report, topology, where)


def check_label_keys(
    report: Report,
    matched: list[str],
    mismatched: list[str],
    selector: dict[str, Any] | None,
    path: str,
) -> None:
    """ValidateMatchLabelKeysAndMismatchLabelKeys."""
    for name, keys in (("matchLabelKeys", matched), ("mismatchLabelKeys", mismatched)):
        where = f"{path}.{name}"
        if keys and selector is None:
            detail = "must not be specified when labelSelector is not set"
            report.forbidden("label-keys-without-selector", where, detail)
        elif keys:
            for index, key in enumerate(keys):
                check_label_name(report, key, f"{where}[{index}]")
    if selector is not None:
        _check_repeated(report, matched, selector, path)
    for index, key in enumerate(matched):
        if key in mismatched:
            detail = "exists in both matchLabelKeys and mismatchLabelKeys"
            report.invalid("label-keys-conflict", f"{path}.matchLabelKeys[{index}]", key, detail)


def _check_repeated(
    report: Report, matched: list[str], selector: dict[str, Any], path: str
) -> None:
    """A key may stand in the selector once: the server adds the keys there itself."""
    positions = {key: index for index, key in enumerate(matched)}
    seen = set(selector.get("matchLabels", ()))
    for _, expression in each(selector, "matchExpressions"):
        key = expression.get("key", "")
        if key in positions and key in seen:
            detail = "exists in both matchLabelKeys and labelSelector"
            where = f"{path}[{positions[key]}]"
            with report.moved(where, f"{path}.matchLabelKeys[{positions[key]}]"):
                report.invalid("label-keys-in-selector", where, key, detail)
        seen.add(key)
