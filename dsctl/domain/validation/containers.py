"""Containers of every kind. Ported from pkg/apis/core/validation (validateContainers,
validateInitContainers, validateEphemeralContainers, validateContainerCommon)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dsctl.domain.validation.env import check_env, check_env_from
from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.mounts import Volumes, check_devices, check_mounts
from dsctl.domain.validation.names import dns1123_label
from dsctl.domain.validation.ports import check_host_port_conflicts, check_ports
from dsctl.domain.validation.probes import check_lifecycle, check_probes
from dsctl.domain.validation.resources import check_container_resources
from dsctl.domain.validation.restart import (
    check_init_restart_policy,
    check_resize_policy,
    check_restart_policy,
)
from dsctl.domain.validation.security import check_container_security

PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
_REGULAR_ONLY = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
_NOT_EPHEMERAL = (
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    *_REGULAR_ONLY,
)


@dataclass(frozen=True, slots=True)
class PodContext:
    """What a container's rules need to know of its pod."""

    volumes: Volumes
    claims: frozenset[str]
    grace: int
    restart_policy: str
    host_users: bool


def check_containers(report: Report, pod: dict[str, Any], context: PodContext, path: str) -> None:
    """validateContainers."""
    where = f"{path}.containers"
    if not pod.get("containers"):
        report.required("containers-required", where)
        return
    names: set[str] = set()
    containers = list(each(pod, "containers"))
    for index, container in containers:
        own = f"{where}[{index}]"
        _check_common(report, container, context, own)
        name = container.get("name", "")
        if name in names:
            report.duplicate("container-name-duplicate", f"{own}.name", name)
        names.add(name)
        check_lifecycle(report, container, context.grace, own)
        check_probes(report, container, context.grace, own)
        check_restart_policy(report, container, own)
    check_host_port_conflicts(report, containers, where)


def check_init_containers(
    report: Report, pod: dict[str, Any], context: PodContext, path: str
) -> None:
    """validateInitContainers."""
    names = {container.get("name", "") for _, container in each(pod, "containers")}
    for index, container in each(pod, "initContainers"):
        own = f"{path}.initContainers[{index}]"
        _check_common(report, container, context, own)
        check_init_restart_policy(report, container, own)
        name = container.get("name", "")
        if name in names:
            report.duplicate("container-name-duplicate", f"{own}.name", name)
        elif name:
            names.add(name)
        # The server numbers them from 0 here, whichever init container it is.
        with report.moved(f"{path}.initContainers[0]", own):
            check_host_port_conflicts(report, [(0, container)], f"{path}.initContainers")
        if container.get("restartPolicy") == "Always":
            check_lifecycle(report, container, context.grace, own)
            check_probes(report, container, context.grace, own)
        else:
            _check_not_sidecar(report, container, own)


def _check_not_sidecar(report: Report, container: dict[str, Any], path: str) -> None:
    for field in _REGULAR_ONLY:
        if field in container:
            detail = "may not be set for init containers without restartPolicy=Always"
            report.forbidden("init-container-field-forbidden", f"{path}.{field}", detail)
    if report.version < (1, 36):
        return
    for index, item in each(container, "resizePolicy"):
        if item.get("restartPolicy") == "RestartContainer":
            detail = "must not be set to 'RestartContainer' for non-sidecar initContainers"
            where = f"{path}.resizePolicy[{index}].restartPolicy"
            report.invalid("init-resize-policy-invalid", where, "RestartContainer", detail)


def check_ephemeral_containers(
    report: Report, pod: dict[str, Any], context: PodContext, path: str
) -> None:
    """validateEphemeralContainers, and that a template may not have any."""
    if not pod.get("ephemeralContainers"):
        return
    where = f"{path}.ephemeralContainers"
    others = {
        container.get("name", "")
        for key in ("containers", "initContainers")
        for _, container in each(pod, key)
    }
    names = set(others)
    for index, container in each(pod, "ephemeralContainers"):
        own = f"{where}[{index}]"
        _check_common(report, container, context, own)
        name, image = container.get("name", ""), container.get("image", "")
        if image != image.strip():
            detail = "must not have leading or trailing whitespace"
            report.invalid("ephemeral-image-padded", f"{own}.image", image, detail)
        if name in names:
            report.duplicate("container-name-duplicate", f"{own}.name", name)
        names.add(name)
        target = container.get("targetContainerName", "")
        if target and target not in others:
            report.not_found("ephemeral-target-unknown", f"{own}.targetContainerName", target)
        _check_ephemeral_fields(report, container, own)
    detail = "ephemeral containers not allowed in pod template"
    report.forbidden("ephemeral-containers-forbidden", where, detail)


def _check_ephemeral_fields(report: Report, container: dict[str, Any], path: str) -> None:
    detail = "cannot be set for an Ephemeral Container"
    rule = "ephemeral-field-forbidden"
    for field in _NOT_EPHEMERAL:
        value = container.get(field)
        if value or (value is not None and field != "resources"):
            report.forbidden(rule, f"{path}.{field}", detail)
    for index, mount in each(container, "volumeMounts"):
        for field in ("subPath", "subPathExpr"):
            if mount.get(field):
                report.forbidden(rule, f"{path}.volumeMounts[{index}].{field}", detail)


def _check_common(
    report: Report, container: dict[str, Any], context: PodContext, path: str
) -> None:
    """validateContainerCommon."""
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
    check_ports(report, container, f"{path}.ports")
    check_env(report, container, f"{path}.env")
    check_env_from(report, container, f"{path}.envFrom")
    check_mounts(report, container, context.volumes, f"{path}.volumeMounts")
    check_devices(report, container, context.volumes, f"{path}.volumeDevices")
    policy = container["imagePullPolicy"]
    if policy not in PULL_POLICIES:
        where = f"{path}.imagePullPolicy"
        report.unsupported("pull-policy-unsupported", where, policy, PULL_POLICIES)
    resources = container.get("resources", {})
    check_container_resources(report, resources, context.claims, f"{path}.resources")
    check_resize_policy(report, container, context.restart_policy, f"{path}.resizePolicy")
    where = f"{path}.securityContext"
    check_container_security(report, container, where, host_users=context.host_users)
