"""Probes and lifecycle handlers. Ported from pkg/apis/core/validation (validateProbe,
validateHandler, validateLifecycle)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.names import http_header_name
from dsctl.domain.validation.ports import check_port_or_name

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_SCHEMES = ("HTTP", "HTTPS")
_SECONDS = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)


def check_probes(report: Report, container: dict[str, Any], grace: int, path: str) -> None:
    """validateLivenessProbe, validateReadinessProbe, validateStartupProbe."""
    for kind in _PROBES:
        probe = container.get(kind)
        if probe is not None:
            _check_probe(report, probe, kind, grace, f"{path}.{kind}")


def _check_probe(report: Report, probe: dict[str, Any], kind: str, grace: int, path: str) -> None:
    _check_handler(report, probe, grace, path)
    for name in _SECONDS:
        report.nonnegative("probe-negative", f"{path}.{name}", probe.get(name))
    own_grace = probe.get("terminationGracePeriodSeconds")
    where = f"{path}.terminationGracePeriodSeconds"
    if own_grace is not None and own_grace <= 0:
        report.invalid("probe-grace-period-range", where, own_grace, "must be greater than 0")
    if kind == "readinessProbe":
        if own_grace is not None:
            detail = "must not be set for readinessProbes"
            report.invalid("probe-grace-period-readiness", where, own_grace, detail)
    elif probe["successThreshold"] != 1:
        where = f"{path}.successThreshold"
        value = probe["successThreshold"]
        report.invalid("probe-success-threshold", where, value, "must be 1")


def check_lifecycle(report: Report, container: dict[str, Any], grace: int, path: str) -> None:
    """validateLifecycle; stop signals are dropped before it in every known version."""
    lifecycle = container.get("lifecycle", {})
    for hook in ("postStart", "preStop"):
        if hook in lifecycle:
            _check_handler(report, lifecycle[hook], grace, f"{path}.lifecycle.{hook}")


def _check_handler(report: Report, handler: dict[str, Any], grace: int, path: str) -> None:
    """validateHandler: exactly one kind, of which only the first is looked into."""
    present = [name for name in _HANDLERS if name in handler]
    if not present:
        report.required("handler-required", path, "must specify a handler type")
    for position, name in enumerate(present):
        where = f"{path}.{name}"
        if position:
            detail = "may not specify more than 1 handler type"
            report.forbidden("handler-multiple", where, detail)
        else:
            _check_action(report, name, handler[name], grace, where)


def _check_action(report: Report, name: str, action: dict[str, Any], grace: int, path: str) -> None:
    if name == "exec":
        if not action.get("command"):
            report.required("exec-command-required", f"{path}.command")
    elif name == "httpGet":
        _check_http(report, action, path)
    elif name == "sleep":
        seconds = action.get("seconds", 0)
        if not 0 <= seconds <= grace:
            detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
            report.invalid("sleep-range", path, seconds, detail)
    else:
        check_port_or_name(report, action.get("port", 0), f"{path}.port")


def _check_http(report: Report, action: dict[str, Any], path: str) -> None:
    check_port_or_name(report, action.get("port", 0), f"{path}.port")
    if action["scheme"] not in _SCHEMES:
        where = f"{path}.scheme"
        report.unsupported("http-scheme-unsupported", where, action["scheme"], _SCHEMES)
    for index, header in each(action, "httpHeaders"):
        name = header.get("name", "")
        where = f"{path}.httpHeaders"
        with report.moved(where, f"{where}[{index}].name"):
            report.invalid_each("http-header-invalid", where, name, http_header_name(name))
