"""Containers. Ported from pkg/apis/core/validation (validateContainers,
validateContainerCommon)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.names import dns1123_label

_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")


def check_containers(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateContainers."""
    if not pod.get("containers"):
        report.required("containers-required", path)
        return
    names: set[str] = set()
    for index, container in each(pod, "containers"):
        where = f"{path}[{index}]"
        _check_common(report, container, where)
        name = container.get("name", "")
        if name in names:
            report.duplicate("container-name-duplicate", f"{where}.name", name)
        names.add(name)


def _check_common(report: Report, container: dict[str, Any], path: str) -> None:
    name = container.get("name", "")
    if not name:
        report.required("container-name-required", f"{path}.name")
    else:
        report.invalid_each("container-name-invalid", f"{path}.name", name, dns1123_label(name))
    if not container.get("image"):
        report.required("container-image-required", f"{path}.image")
    policy = container["terminationMessagePolicy"]
    if policy not in _MESSAGE_POLICIES:
        where = f"{path}.terminationMessagePolicy"
        report.unsupported("message-policy-unsupported", where, policy, _MESSAGE_POLICIES)
    policy = container["imagePullPolicy"]
    if policy not in _PULL_POLICIES:
        where = f"{path}.imagePullPolicy"
        report.unsupported("pull-policy-unsupported", where, policy, _PULL_POLICIES)
