"""The pod template. Ported from pkg/apis/core/validation (ValidatePodTemplateSpec,
ValidatePodSpec)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.affinity import check_affinity
from dsctl.domain.validation.annotations import check_pod_annotations, check_profile_annotations
from dsctl.domain.validation.containers import (
    PodContext,
    check_containers,
    check_ephemeral_containers,
    check_init_containers,
)
from dsctl.domain.validation.dns import check_dns, check_host_names
from dsctl.domain.validation.env import check_file_key_volumes
from dsctl.domain.validation.field import Report, containers_of, each
from dsctl.domain.validation.labels import check_annotations, check_labels
from dsctl.domain.validation.names import name_is_subdomain
from dsctl.domain.validation.pod_resources import check_pod_resources
from dsctl.domain.validation.ports import check_host_network_ports
from dsctl.domain.validation.resources import check_container_resources, check_pod_claims
from dsctl.domain.validation.scheduling import check_gates, check_spread, check_tolerations
from dsctl.domain.validation.security import check_pod_security
from dsctl.domain.validation.volumes import check_volumes
from dsctl.domain.validation.windows import check_host_process, check_os

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")
_MAX_INT32 = 2**31 - 1
_HOST_NAMESPACES = {"hostNetwork": "hostNetwork", "hostPID": "HostPID", "hostIPC": "HostIPC"}
_NAMES = {
    "serviceAccountName": "service-account-name-invalid",
    "nodeName": "node-name-invalid",
    "priorityClassName": "priority-class-name-invalid",
}


def check_template(report: Report, template: dict[str, Any], path: str) -> None:
    """ValidatePodTemplateSpec. Label and annotation errors lack ``metadata``, as the server's."""
    meta, pod = template["metadata"], template["spec"]
    annotations = meta.get("annotations", {})
    with report.moved(path, f"{path}.metadata"):
        check_labels(report, meta.get("labels", {}), f"{path}.labels")
        check_annotations(report, annotations, f"{path}.annotations")
        check_pod_annotations(report, annotations, pod, f"{path}.annotations")
    context = check_pod(report, pod, f"{path}.spec")
    check_profile_annotations(report, annotations, pod, f"{path}.spec")
    check_ephemeral_containers(report, pod, context, f"{path}.spec")


def check_pod(report: Report, pod: dict[str, Any], path: str) -> PodContext:
    """ValidatePodSpec, but for ephemeral containers, which only ``check_template`` looks at."""
    claims = frozenset(claim.get("name", "") for _, claim in each(pod, "resourceClaims")) - {""}
    context = PodContext(
        volumes=check_volumes(report, pod, f"{path}.volumes"),
        claims=claims,
        grace=pod["terminationGracePeriodSeconds"],
        restart_policy=pod["restartPolicy"],
        host_users=pod.get("hostUsers", True),
    )
    check_pod_claims(report, pod, f"{path}.resourceClaims")
    check_containers(report, pod, context, path)
    check_init_containers(report, pod, context, path)
    check_pod_resources(report, pod, claims, f"{path}.resources")
    check_host_network_ports(report, pod, path)
    _check_policies(report, pod, path)
    check_dns(report, pod, path)
    check_labels(report, pod.get("nodeSelector", {}), f"{path}.nodeSelector")
    check_pod_security(report, pod, f"{path}.securityContext")
    _check_host_namespaces(report, pod, path)
    check_affinity(report, pod, f"{path}.affinity")
    check_gates(report, pod, path)
    check_spread(report, pod, f"{path}.topologySpreadConstraints")
    check_host_process(report, pod, path)
    check_host_names(report, pod, path)
    _check_names(report, pod, path)
    check_tolerations(report, pod, f"{path}.tolerations")
    overhead = pod.get("overhead")
    if overhead is not None:
        where = f"{path}.overhead"
        with report.moved(f"{where}.limits", where):
            check_container_resources(report, {"limits": overhead}, frozenset(), where)
    check_os(report, pod, path)
    check_file_key_volumes(report, pod, path)
    return context


def _check_policies(report: Report, pod: dict[str, Any], path: str) -> None:
    policy = pod["restartPolicy"]
    if policy not in _RESTART_POLICIES:
        where = f"{path}.restartPolicy"
        report.unsupported("restart-policy-unsupported", where, policy, _RESTART_POLICIES)
    deadline = pod.get("activeDeadlineSeconds")
    if deadline is not None:
        where = f"{path}.activeDeadlineSeconds"
        report.in_range("active-deadline-range", where, deadline, 1, _MAX_INT32)
    preemption = pod.get("preemptionPolicy")
    where = f"{path}.preemptionPolicy"
    if preemption == "":
        report.required("preemption-policy-required", where)
    elif preemption is not None and preemption not in _PREEMPTION_POLICIES:
        rule = "preemption-policy-unsupported"
        report.unsupported(rule, where, preemption, _PREEMPTION_POLICIES)


def _check_names(report: Report, pod: dict[str, Any], path: str) -> None:
    for field, rule in _NAMES.items():
        value = pod.get(field)
        if value:
            report.invalid_each(rule, f"{path}.{field}", value, name_is_subdomain(value))
    runtime = pod.get("runtimeClassName")
    if runtime is not None:
        where = f"{path}.runtimeClassName"
        found = name_is_subdomain(runtime)
        report.invalid_each("runtime-class-name-invalid", where, runtime, found)


def _check_host_namespaces(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateShareProcessNamespace, validateHostUsers (whose paths are the server's own)."""
    if pod.get("shareProcessNamespace") and pod.get("hostPID"):
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        place = f"{path}.shareProcessNamespace"
        where = place
        if report.version < (1, 37):
            where = f"{path}.securityContext.shareProcessNamespace"
        with report.moved(where, place):
            report.invalid("share-process-host-pid", where, True, detail)
    if pod.get("hostUsers", True):
        return
    detail = "when `hostUsers` is false"
    for field, shown in _HOST_NAMESPACES.items():
        if pod.get(field):
            with report.moved(f"{path}.{shown}", f"{path}.{field}"):
                report.forbidden("host-users-namespace", f"{path}.{shown}", detail)
    for container, where in containers_of(pod, path):
        if container.get("volumeDevices"):
            report.forbidden("host-users-devices", f"{where}.volumeDevices", detail)
