"""Restart policies of single containers and resize policies. Ported from
pkg/apis/core/validation (validateContainerRestartPolicy, validateInitContainerRestartPolicy,
validateResizePolicy)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each

_POLICIES = ("Always", "Never", "OnFailure")
_OPERATORS = ("In", "NotIn")
_RESIZE_RESOURCES = ("cpu", "memory")
_RESIZE_POLICIES = ("NotRequired", "RestartContainer")
_MAX_RULES = 20
_MAX_EXIT_CODES = 255


def check_restart_policy(report: Report, container: dict[str, Any], path: str) -> None:
    """validateContainerRestartPolicy, of regular containers."""
    if not report.on("ContainerRestartRules"):
        return
    policy = container.get("restartPolicy")
    rules = container.get("restartPolicyRules") or []
    where = f"{path}.restartPolicy"
    if policy is None:
        if not rules:
            return
        detail = "must specify restartPolicy when restart rules are used"
        report.required("container-restart-policy-required", where, detail)
    elif policy not in _POLICIES:
        report.unsupported("container-restart-policy-unsupported", where, policy, _POLICIES)
    where = f"{path}.restartPolicyRules"
    if len(rules) > _MAX_RULES:
        report.too_many("restart-rules-too-many", where, len(rules), _MAX_RULES)
    for index, rule in each(container, "restartPolicyRules"):
        _check_rule(report, rule, f"{where}[{index}]")


def _check_rule(report: Report, rule: dict[str, Any], path: str) -> None:
    actions = ["Restart"]
    if report.on("RestartAllContainersOnContainerExits"):
        actions.append("RestartAllContainers")
    action = rule.get("action", "")
    if action not in actions:
        report.unsupported("restart-rule-action-unsupported", f"{path}.action", action, actions)
    codes = rule.get("exitCodes")
    where = f"{path}.exitCodes"
    if codes is None:
        report.required("restart-rule-exit-codes-required", where, "must be specified")
        return
    operator = codes.get("operator", "")
    if operator not in _OPERATORS:
        rule_name = "restart-rule-operator-unsupported"
        report.unsupported(rule_name, f"{where}.operator", operator, _OPERATORS)
    values = codes.get("values") or []
    if len(values) > _MAX_EXIT_CODES:
        rule_name = "restart-rule-exit-codes-too-many"
        report.too_many(rule_name, f"{where}.values", len(values), _MAX_EXIT_CODES)


def check_init_restart_policy(report: Report, container: dict[str, Any], path: str) -> None:
    """validateInitContainerRestartPolicy."""
    policy = container.get("restartPolicy")
    rules = container.get("restartPolicyRules")
    if policy is None:
        if rules:
            detail = "must specify restartPolicy when restart rules are used"
            where = f"{path}.restartPolicy"
            report.required("container-restart-policy-required", where, detail)
        return
    if not report.on("ContainerRestartRules"):
        if policy != "Always":
            where = f"{path}.restartPolicy"
            report.unsupported("init-restart-policy-unsupported", where, policy, ["Always"])
        return
    if policy == "Always" and not report.on("RestartAllContainersOnContainerExits"):
        if rules:
            detail = (
                "restartPolicyRules are not allowed for init containers with restart policy Always"
            )
            report.forbidden("sidecar-restart-rules", f"{path}.restartPolicyRules", detail)
        return
    check_restart_policy(report, container, path)


def check_resize_policy(
    report: Report, container: dict[str, Any], pod_policy: str, path: str
) -> None:
    """validateResizePolicy; most errors carry no index, as the server's."""
    seen: set[str] = set()
    for index, item in each(container, "resizePolicy"):
        resource, policy = item.get("resourceName", ""), item.get("restartPolicy", "")
        if resource in seen:
            report.duplicate("resize-resource-duplicate", f"{path}[{index}]", resource)
        seen.add(resource)
        with report.moved(path, f"{path}[{index}]"):
            _check_resize_item(report, resource, policy, pod_policy, path)


def _check_resize_item(
    report: Report, resource: str, policy: str, pod_policy: str, path: str
) -> None:
    if not resource:
        report.required("resize-resource-required", path)
    elif resource not in _RESIZE_RESOURCES:
        rule = "resize-resource-unsupported"
        report.unsupported(rule, path, resource, _RESIZE_RESOURCES)
    if not policy:
        report.required("resize-policy-required", path)
    elif policy not in _RESIZE_POLICIES:
        report.unsupported("resize-policy-unsupported", path, policy, _RESIZE_POLICIES)
    if pod_policy == "Never" and policy != "NotRequired":
        detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
        report.invalid("resize-policy-never", path, policy, detail)
