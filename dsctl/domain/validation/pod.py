"""The pod template. Ported from pkg/apis/core/validation (ValidatePodTemplateSpec,
ValidatePodSpec)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.containers import check_containers
from dsctl.domain.validation.field import Report
from dsctl.domain.validation.labels import check_annotations, check_labels

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_MAX_INT32 = 2**31 - 1


def check_template(report: Report, template: dict[str, Any], path: str) -> None:
    """ValidatePodTemplateSpec. Label and annotation errors lack ``metadata``, as the server's."""
    meta = template["metadata"]
    check_labels(report, meta.get("labels") or {}, f"{path}.labels")
    check_annotations(report, meta.get("annotations") or {}, f"{path}.annotations")
    check_pod(report, template["spec"], f"{path}.spec")


def check_pod(report: Report, pod: dict[str, Any], path: str) -> None:
    """ValidatePodSpec."""
    check_containers(report, pod, f"{path}.containers")
    policy = pod["restartPolicy"]
    if policy not in _RESTART_POLICIES:
        where = f"{path}.restartPolicy"
        report.unsupported("restart-policy-unsupported", where, policy, _RESTART_POLICIES)
    deadline = pod.get("activeDeadlineSeconds")
    if deadline is not None:
        where = f"{path}.activeDeadlineSeconds"
        report.in_range("active-deadline-range", where, deadline, 1, _MAX_INT32)
