"""Container ports. Ported from pkg/apis/core/validation (validateContainerPorts,
checkHostPortConflicts, validatePodHostNetworkDeps)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.names import port_name

_PROTOCOLS = ("SCTP", "TCP", "UDP")
_MAX_PORT = 65535


def check_ports(report: Report, container: dict[str, Any], path: str) -> None:
    """validateContainerPorts."""
    names: set[str] = set()
    for index, port in each(container, "ports"):
        where = f"{path}[{index}]"
        _check_name(report, port.get("name", ""), names, f"{where}.name")
        number = port.get("containerPort", 0)
        if number == 0:
            report.required("port-number-required", f"{where}.containerPort")
        else:
            rule = "port-number-range"
            report.in_range(rule, f"{where}.containerPort", number, 1, _MAX_PORT)
        host_port = port.get("hostPort", 0)
        if host_port != 0:
            report.in_range("host-port-range", f"{where}.hostPort", host_port, 1, _MAX_PORT)
        protocol = port["protocol"]
        if protocol not in _PROTOCOLS:
            where = f"{where}.protocol"
            report.unsupported("port-protocol-unsupported", where, protocol, _PROTOCOLS)


def _check_name(report: Report, name: str, names: set[str], path: str) -> None:
    if not name:
        return
    found = port_name(name)
    if found:
        report.invalid_each("port-name-invalid", path, name, found)
    elif name in names:
        report.duplicate("port-name-duplicate", path, name)
    else:
        names.add(name)


def check_host_port_conflicts(
    report: Report, containers: list[tuple[int, dict[str, Any]]], path: str
) -> None:
    """checkHostPortConflicts: one protocol, host IP and host port only once."""
    seen: set[str] = set()
    for position, container in containers:
        for index, port in each(container, "ports"):
            host_port = port.get("hostPort", 0)
            if host_port == 0:
                continue
            key = f"{port['protocol']}/{port.get('hostIP', '')}/{host_port}"
            if key in seen:
                where = f"{path}[{position}].ports[{index}].hostPort"
                report.duplicate("host-port-duplicate", where, key)
            seen.add(key)


def check_host_network_ports(report: Report, pod: dict[str, Any], path: str) -> None:
    """validatePodHostNetworkDeps: on the host's network a host port is the container's."""
    if not pod.get("hostNetwork"):
        return
    for position, container in each(pod, "containers"):
        for index, port in each(container, "ports"):
            host_port = port.get("hostPort", 0)
            if host_port not in (0, port.get("containerPort", 0)):
                where = f"{path}.containers[{position}].ports[{index}].hostPort"
                detail = "must match `containerPort` when `hostNetwork` is true"
                report.invalid("host-port-mismatch", where, host_port, detail)


def check_port_or_name(report: Report, port: int | str, path: str) -> None:
    """ValidatePortNumOrName, of probes and handlers."""
    if isinstance(port, str):
        report.invalid_each("probe-port-invalid", path, port, port_name(port))
    else:
        report.in_range("probe-port-invalid", path, port, 1, _MAX_PORT)
