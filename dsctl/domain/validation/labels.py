"""Labels, label selectors and annotations.

Ported from apimachinery pkg/apis/meta/v1/validation (ValidateLabels, ValidateLabelSelector),
pkg/api/validation (ValidateAnnotations) and meta/v1 LabelSelectorAsSelector.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.names import byte_length, label_value, qualified_name

ANNOTATIONS_LIMIT = 256 * 1024

_ONE_OF = ("In", "NotIn")
_BARE = ("Exists", "DoesNotExist")


def check_labels(report: Report, labels: Mapping[str, str], path: str) -> None:
    """ValidateLabels: keys and values; the path is that of the map, as the server has it."""
    for key, value in labels.items():
        check_label_name(report, key, path)
        report.invalid_each("label-value-invalid", path, value, label_value(value))


def check_label_name(report: Report, name: str, path: str) -> None:
    """ValidateLabelName."""
    report.invalid_each("label-key-invalid", path, name, qualified_name(name))


def check_annotations(report: Report, annotations: Mapping[str, str], path: str) -> None:
    """ValidateAnnotations: keys (case does not matter) and the total size."""
    size = 0
    for key, value in annotations.items():
        report.invalid_each("annotation-key-invalid", path, key, qualified_name(key.lower()))
        size += byte_length(key) + byte_length(value)
    if size > ANNOTATIONS_LIMIT:
        report.too_long("annotations-too-long", path, ANNOTATIONS_LIMIT)


def check_selector(
    report: Report, selector: dict[str, Any] | None, path: str, *, any_value: bool = False
) -> None:
    """ValidateLabelSelector; ``any_value`` is AllowInvalidLabelValueInSelector."""
    if selector is None:
        return
    check_labels(report, selector.get("matchLabels") or {}, f"{path}.matchLabels")
    for index, expression in each(selector, "matchExpressions"):
        where = f"{path}.matchExpressions[{index}]"
        _check_requirement(report, expression, where, any_value=any_value)


def _check_requirement(
    report: Report, expression: dict[str, Any], path: str, *, any_value: bool
) -> None:
    operator = expression.get("operator", "")
    values = expression.get("values")
    if operator in _ONE_OF:
        if not values:
            detail = "must be specified when `operator` is 'In' or 'NotIn'"
            report.required("selector-values-required", f"{path}.values", detail)
    elif operator in _BARE:
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            report.forbidden("selector-values-forbidden", f"{path}.values", detail)
    else:
        detail = "not a valid selector operator"
        report.invalid("selector-operator-invalid", f"{path}.operator", operator, detail)
    check_label_name(report, expression.get("key", ""), f"{path}.key")
    if not any_value:
        for index, value in each(expression, "values"):
            where = f"{path}.values[{index}]"
            report.invalid_each("label-value-invalid", where, value, label_value(value))


def selector_error(selector: dict[str, Any] | None) -> bool:
    """Whether LabelSelectorAsSelector refuses the selector, so that it is not matched at all."""
    if selector is None:
        return False
    for key, value in (selector.get("matchLabels") or {}).items():
        if qualified_name(key) or label_value(value):
            return True
    return any(_requirement_error(item) for _, item in each(selector, "matchExpressions"))


def _requirement_error(expression: dict[str, Any]) -> bool:
    operator = expression.get("operator", "")
    values = expression.get("values") or []
    if operator in _ONE_OF:
        wrong = not values
    elif operator in _BARE:
        wrong = bool(values)
    else:
        return True
    bad_value = any(label_value(value) for value in values if value is not None)
    return wrong or bad_value or bool(qualified_name(expression.get("key", "")))


def selector_matches(selector: dict[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether the selector matches; a nil selector matches nothing, an empty one everything."""
    if selector is None:
        return False
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    return all(_requirement_matches(item, labels) for _, item in each(selector, "matchExpressions"))


def _requirement_matches(expression: dict[str, Any], labels: Mapping[str, str]) -> bool:
    key = expression.get("key", "")
    operator = expression.get("operator", "")
    if operator == "Exists":
        return key in labels
    if operator == "DoesNotExist":
        return key not in labels
    is_in = key in labels and labels[key] in (expression.get("values") or ())
    return is_in if operator == "In" else not is_in
