"""Windows: security options, host process containers, and what an OS excludes. Ported from
pkg/apis/core/validation (validateWindowsSecurityContextOptions, validateWindowsHostProcessPod,
validateOS, validateLinux, validateWindows)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, containers_of
from dsctl.domain.validation.names import byte_length, dns1123_subdomain, only

_MAX_SPEC = 64 * 1024
_MAX_DOMAIN = 256
_MAX_USER = 104
_NET_BIOS_EXCLUDED = '\\/:*?"<>|'
_USER_EXCLUDED = '"/\\:;|=,+*?<>@[]'
_ALNUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_RULE = "windows-user-name-invalid"


def check_windows_options(report: Report, options: dict[str, Any] | None, path: str) -> None:
    """validateWindowsSecurityContextOptions."""
    if options is None:
        return
    name = options.get("gmsaCredentialSpecName")
    if name is not None:
        where = f"{path}.gmsaCredentialSpecName"
        report.invalid_each("windows-gmsa-name-invalid", where, name, dns1123_subdomain(name))
    spec = options.get("gmsaCredentialSpec")
    if spec is not None:
        where = f"{path}.gmsaCredentialSpec"
        if not spec:
            detail = "gmsaCredentialSpec cannot be an empty string"
            report.invalid("windows-gmsa-spec-invalid", where, spec, detail)
        elif byte_length(spec) > _MAX_SPEC:
            detail = "gmsaCredentialSpec size must be under 64 KiB"
            report.invalid("windows-gmsa-spec-invalid", where, spec, detail)
    user = options.get("runAsUserName")
    if user is not None:
        for detail in _user_problems(user):
            report.invalid(_RULE, f"{path}.runAsUserName", user, detail)


def _user_problems(value: str) -> list[str]:
    if not value:
        return ["runAsUserName cannot be an empty string"]
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        return ["runAsUserName cannot contain control characters"]
    parts = value.split("\\")
    if len(parts) > 2:
        return ["runAsUserName cannot contain more than one backslash"]
    found = []
    if len(parts) == 2:
        domain = parts[0]
        if byte_length(domain) >= _MAX_DOMAIN:
            found.append("runAsUserName's Domain length must be under 256 characters")
        if not (_net_bios(domain) or _dns_domain(domain)):
            found.append("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
    user = parts[-1]
    if not user:
        found.append("runAsUserName's User cannot be empty")
    elif byte_length(user) > _MAX_USER:
        found.append("runAsUserName's User length must not be longer than 104 characters")
    if user and only(user, ". "):
        found.append("runAsUserName's User cannot contain only periods or spaces")
    if any(char in _USER_EXCLUDED for char in user):
        found.append(
            "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"
        )
    return found


def _net_bios(domain: str) -> bool:
    return (
        0 < len(domain) <= 15
        and domain[0] != "."
        and not any(char in _NET_BIOS_EXCLUDED for char in domain)
    )


def _dns_domain(domain: str) -> bool:
    return all(
        0 < len(label) <= 63
        and only(label, _ALNUM + "-")
        and label[0] in _ALNUM
        and label[-1] in _ALNUM
        for label in domain.split(".")
    )


def check_host_process(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateWindowsHostProcessPod."""
    of_pod = _host_process(pod)
    total = host_process = 0
    for container, where in containers_of(pod, path):
        total += 1
        of_container = _host_process(container)
        if of_pod is not None and of_container is not None and of_pod != of_container:
            field = f"{where}.securityContext.windowsOptions.hostProcess"
            shown = "true" if of_pod else "false"
            detail = f"pod hostProcess value must be identical if both are specified, was {shown}"
            report.invalid("host-process-conflict", field, of_container, detail)
        if of_container or (of_container is None and of_pod):
            host_process += 1
    if not host_process:
        return
    if host_process != total:
        detail = (
            "If pod contains any hostProcess containers then all containers must be "
            "HostProcess containers"
        )
        report.invalid("host-process-mixed", path, "", detail)
    if not pod.get("hostNetwork"):
        detail = "hostNetwork must be true if pod contains any hostProcess containers"
        report.invalid("host-process-network", f"{path}.hostNetwork", False, detail)


def _host_process(owner: dict[str, Any]) -> bool | None:
    context = owner.get("securityContext") or {}
    found: bool | None = context.get("windowsOptions", {}).get("hostProcess")
    return found


_OS = ("linux", "windows")
_POD_EXCLUDED = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
)
_CONTAINER_EXCLUDED = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
)


def check_os(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateOS, then validateLinux or validateWindows."""
    if "os" not in pod:
        return
    name = pod["os"].get("name", "")
    if not name:
        report.required("os-name-required", f"{path}.os.name")
    elif name not in _OS:
        report.unsupported("os-name-unsupported", f"{path}.os", name, _OS)
    elif name == "linux":
        _check_linux(report, pod, path)
    else:
        _check_windows(report, pod, path)


def _check_linux(report: Report, pod: dict[str, Any], path: str) -> None:
    detail = "windows options cannot be set for a linux pod"
    for owner, where in ((pod, path), *containers_of(pod, path)):
        if "windowsOptions" in owner.get("securityContext", ()):
            field = f"{where}.securityContext.windowsOptions"
            report.forbidden("linux-windows-options", field, detail)


def _check_windows(report: Report, pod: dict[str, Any], path: str) -> None:
    def refuse(owner: dict[str, Any], names: tuple[str, ...], where: str) -> None:
        for name in names:
            # An empty list of sysctls or false for a host namespace counts as unset.
            if name in owner and (owner[name] or name not in _UNSET_WHEN_EMPTY):
                rule = "windows-field-forbidden"
                report.forbidden(rule, f"{where}.{name}", "cannot be set for a windows pod")

    refuse(pod["securityContext"], _POD_EXCLUDED, f"{path}.securityContext")
    refuse(pod, ("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"), path)
    for container, where in containers_of(pod, path):
        context = container.get("securityContext", {})
        refuse(context, _CONTAINER_EXCLUDED, f"{where}.securityContext")


_UNSET_WHEN_EMPTY = ("sysctls", "hostPID", "hostIPC")
