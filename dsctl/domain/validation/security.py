"""Security contexts of containers and pods. Ported from pkg/apis/core/validation
(ValidateSecurityContext, validatePodSpecSecurityContext and what they call)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.names import byte_length, only
from dsctl.domain.validation.paths import check_descending
from dsctl.domain.validation.windows import check_windows_options

_MAX_ID = 2**31 - 1
_PROC_MOUNTS = ("Default", "Unmasked")
_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
_CHANGE_POLICIES = ("Always", "OnRootMismatch")
_GROUPS_POLICIES = ("Merge", "Strict")
_SELINUX_POLICIES = ("MountOption", "Recursive")
_MAX_PROFILE = 4095


def check_container_security(
    report: Report, container: dict[str, Any], path: str, *, host_users: bool
) -> None:
    """ValidateSecurityContext. Privileged containers count as allowed by the cluster."""
    context = container.get("securityContext")
    if context is None:
        return
    _check_id(report, context, "runAsUser", path)
    _check_id(report, context, "runAsGroup", path)
    proc_mount = context.get("procMount")
    if proc_mount is not None:
        where = f"{path}.procMount"
        if proc_mount not in _PROC_MOUNTS:
            report.unsupported("proc-mount-unsupported", where, proc_mount, _PROC_MOUNTS)
        if host_users and proc_mount == "Unmasked":
            detail = "`hostUsers` must be false to use `Unmasked`"
            report.invalid("proc-mount-host-users", where, proc_mount, detail)
    _check_seccomp(report, context.get("seccompProfile"), f"{path}.seccompProfile")
    if context.get("allowPrivilegeEscalation") is False:
        _check_no_escalation(report, context, path)
    check_windows_options(report, context.get("windowsOptions"), f"{path}.windowsOptions")
    _check_app_armor(report, context.get("appArmorProfile"), f"{path}.appArmorProfile")


def _check_no_escalation(report: Report, context: dict[str, Any], path: str) -> None:
    if context.get("privileged"):
        detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        report.invalid("privileged-without-escalation", path, context, detail)
    for _, capability in each(context.get("capabilities", {}), "add"):
        if capability == "CAP_SYS_ADMIN":
            detail = (
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
                "CAP_SYS_ADMIN"
            )
            report.invalid("sys-admin-without-escalation", path, context, detail)


def _check_id(report: Report, context: dict[str, Any], name: str, path: str) -> None:
    """IsValidUserID, IsValidGroupID."""
    value = context.get(name)
    if value is not None:
        report.in_range("user-or-group-range", f"{path}.{name}", value, 0, _MAX_ID)


def _check_seccomp(report: Report, profile: dict[str, Any] | None, path: str) -> None:
    """validateSeccompProfileField."""
    if profile is None:
        return
    kind = profile.get("type", "")
    if not kind:
        detail = "type is required when seccompProfile is set"
        report.required("seccomp-type-required", f"{path}.type", detail)
    elif kind not in _PROFILES:
        report.unsupported("seccomp-type-unsupported", f"{path}.type", kind, _PROFILES)
    local = profile.get("localhostProfile")
    where = f"{path}.localhostProfile"
    if kind == "Localhost":
        if local is None:
            detail = "must be set when seccomp type is Localhost"
            report.required("seccomp-profile-required", where, detail)
        else:
            check_descending(report, local, where)
    elif local is not None:
        detail = "can only be set when seccomp type is Localhost"
        report.invalid("seccomp-profile-forbidden", where, profile, detail)


def _check_app_armor(report: Report, profile: dict[str, Any] | None, path: str) -> None:
    """ValidateAppArmorProfileField."""
    if profile is None:
        return
    kind, local = profile.get("type", ""), profile.get("localhostProfile")
    where = f"{path}.localhostProfile"
    missing = "must be set when AppArmor type is Localhost"
    if not kind:
        detail = "type is required when appArmorProfile is set"
        report.required("apparmor-type-required", f"{path}.type", detail)
    elif kind not in _PROFILES:
        report.unsupported("apparmor-type-unsupported", f"{path}.type", kind, _PROFILES)
    elif kind != "Localhost":
        if local is not None:
            detail = "can only be set when AppArmor type is Localhost"
            report.invalid("apparmor-profile-forbidden", where, local, detail)
    elif local is None or local == "":
        report.required("apparmor-profile-required", where, missing)
    else:
        if local.strip() != local:
            detail = "must not be padded with whitespace"
            report.invalid("apparmor-profile-padded", where, local, detail)
        if byte_length(local) > _MAX_PROFILE:
            report.too_long("apparmor-profile-too-long", where, _MAX_PROFILE)


def check_pod_security(report: Report, pod: dict[str, Any], path: str) -> None:
    """validatePodSpecSecurityContext."""
    context = pod["securityContext"]
    for name in ("fsGroup", "runAsUser", "runAsGroup"):
        _check_id(report, context, name, path)
    for index, group in each(context, "supplementalGroups"):
        where = f"{path}.supplementalGroups[{index}]"
        report.in_range("user-or-group-range", where, group, 0, _MAX_ID)
    _check_sysctls(report, pod, context, f"{path}.sysctls")
    _check_choice(report, context, "fsGroupChangePolicy", _CHANGE_POLICIES, path)
    _check_seccomp(report, context.get("seccompProfile"), f"{path}.seccompProfile")
    check_windows_options(report, context.get("windowsOptions"), f"{path}.windowsOptions")
    _check_app_armor(report, context.get("appArmorProfile"), f"{path}.appArmorProfile")
    _check_choice(report, context, "supplementalGroupsPolicy", _GROUPS_POLICIES, path)
    policies = _SELINUX_POLICIES if report.on("SELinuxMount") else ("Recursive",)
    _check_choice(report, context, "seLinuxChangePolicy", policies, path)


def _check_choice(
    report: Report, context: dict[str, Any], name: str, supported: tuple[str, ...], path: str
) -> None:
    value = context.get(name)
    if value is not None and value not in supported:
        report.unsupported("security-policy-unsupported", f"{path}.{name}", value, supported)


_SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL_FORM = f"^({_SYSCTL_SEGMENT}[\\./])*{_SYSCTL_SEGMENT}$"
_ALNUM = "abcdefghijklmnopqrstuvwxyz0123456789"
_IPC = ("kernel.shm", "kernel.msg")
_IPC_NAMES = frozenset(
    (
        "kernel.sem",
        *_IPC,
        *(f"kernel.shm{name}" for name in ("all", "max", "mni", "_rmid_forced")),
        *(f"kernel.msg{name}" for name in ("max", "mnb", "mni")),
    )
)


def _check_sysctls(report: Report, pod: dict[str, Any], context: dict[str, Any], path: str) -> None:
    """validateSysctls, ValidateHostSysctl."""
    seen: set[str] = set()
    for index, sysctl in each(context, "sysctls"):
        where = f"{path}[{index}].name"
        name = sysctl.get("name", "")
        if not name:
            report.required("sysctl-name-required", where)
        elif not _sysctl_form(name):
            detail = f"must have at most 253 characters and match regex {_SYSCTL_FORM}"
            report.invalid("sysctl-name-invalid", where, name, detail)
        elif name in seen:
            report.duplicate("sysctl-name-duplicate", where, name)
        namespace = _sysctl_namespace(name)
        for kind, flag in (("net", "hostNetwork"), ("ipc", "hostIPC")):
            if namespace == kind and pod.get(flag):
                detail = f"may not be specified when '{flag}' is true"
                report.invalid("sysctl-host-namespace", where, name, detail)
        seen.add(name)


def _sysctl_form(name: str) -> bool:
    segments = name.replace("/", ".").split(".")
    return byte_length(name) <= 253 and all(
        part and only(part, _ALNUM + "-_") and part[0] in _ALNUM and part[-1] in _ALNUM
        for part in segments
    )


def _sysctl_namespace(name: str) -> str:
    """GetNamespace, as far as the host's namespaces matter."""
    slash, dot = name.find("/"), name.find(".")
    if slash >= 0 and (dot < 0 or slash < dot):
        name = name.translate({46: "/", 47: "."})
    name = name.partition("*")[0]
    if name.startswith("net."):
        return "net"
    return "ipc" if name in _IPC_NAMES or name.startswith("fs.mqueue.") else ""
