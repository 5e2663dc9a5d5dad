"""Updates. Ported from pkg/apis/apps/validation (ValidateDaemonSetUpdate), apimachinery
pkg/api/validation (ValidateObjectMetaUpdate) and pkg/api/pod (GetValidationOptionsFromPodTemplate).
"""

from __future__ import annotations

from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.validation.daemonset import check_spec
from dsctl.domain.validation.field import Problem, Report, each
from dsctl.domain.validation.meta import check_common, check_template_generation

_IMMUTABLE = "field is immutable"
# Kept from the old object or refused by the server: name, and metadata it manages itself.
_META = ("name", "namespace", "uid", "deletionTimestamp", "deletionGracePeriodSeconds")
_QUANTITIES = frozenset(("limits", "requests", "overhead"))
_AMOUNTS = frozenset(("sizeLimit", "divisor"))
_MAPS = _QUANTITIES | {
    "annotations",
    "labels",
    "matchLabels",
    "nodeSelector",
    "userAnnotations",
    "volumeAttributes",
}
# Fields that Go holds by value: absent and zero are the same.
_BY_VALUE = frozenset(
    (
        "template metadata spec resources preference podAffinityTerm "
        "hostNetwork hostPID hostIPC stdin stdinOnce tty readOnly "
        "chapAuthDiscovery chapAuthSession sslEnabled "
        "initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold "
        "containerPort hostPort port weight maxSkew seconds partition"
    ).split()
)

# What an old object may already have wrong, and its successor then too: rule, part of the path.
_TOLERATED = (
    ("pod-deletion-cost-invalid", ""),
    ("label-value-invalid", ".matchExpressions["),
    ("huge-pages-multiple", ""),
    ("path-not-relative", ".projected.path"),
    ("path-backsteps", ".projected.path"),
    ("path-reserved", ".projected.path"),
    ("sysctl-host-namespace", ""),
    ("host-users-devices", ""),
    ("volume-field-required", ".image.reference"),
    ("sys-admin-without-escalation", ""),
    ("init-resize-policy-invalid", ""),
    ("security-policy-unsupported", ".seLinuxChangePolicy"),
    ("label-keys-in-selector", ".topologySpreadConstraints["),
    ("label-keys-without-selector", ".topologySpreadConstraints["),
)


def check_update(report: Report, new: dict[str, Any], old: dict[str, Any]) -> None:
    """ValidateDaemonSetUpdate, on defaulted trees; what the server fills in may be absent."""
    _check_meta(report, new["metadata"], old["metadata"])
    if not _same(new["spec"].get("selector"), old["spec"].get("selector"), "selector"):
        selector = new["spec"].get("selector")
        report.invalid("selector-immutable", "spec.selector", selector, _IMMUTABLE)
    before = Report(report.version, report.gates)
    check_spec(before, old["spec"])
    start = len(report.problems)
    check_spec(report, new["spec"])
    tolerated = {kind for problem in before.problems for kind in _kinds(problem)}
    kept = [p for p in report.problems[start:] if not tolerated.intersection(_kinds(p))]
    report.problems[start:] = kept


def _kinds(problem: Problem) -> list[tuple[str, str]]:
    """The tolerated kinds that a problem is of."""
    return [
        (rule, part) for rule, part in _TOLERATED if rule == problem.rule and part in problem.path
    ]


def _check_meta(report: Report, new: dict[str, Any], old: dict[str, Any]) -> None:
    for name in _META:
        value = new.get(name)
        absent = name not in old and name in ("namespace", "uid", "name")
        if value is not None and value != old.get(name) and not absent:
            report.invalid("field-immutable", f"metadata.{name}", value, _IMMUTABLE)
    check_template_generation(report, new)
    generate = new.get("generateName", "")
    found = [f"may not contain '{char}'" for char in "/%" if char in generate]
    report.invalid_each("generate-name-invalid", "metadata.generateName", generate, found)
    check_common(report, new, "metadata")
    if "deletionTimestamp" in old:
        have = [item for _, item in each(old, "finalizers")]
        extra = sorted({item for _, item in each(new, "finalizers") if item not in have})
        if extra:
            shown = "[]string{" + ", ".join(f'"{item}"' for item in extra) + "}"
            detail = (
                "no new finalizers can be added if the object is being deleted, found new "
                f"finalizers {shown}"
            )
            report.forbidden("finalizers-while-deleted", "metadata.finalizers", detail)


def restart_note(new: dict[str, Any], old: dict[str, Any]) -> Problem | None:
    """An info when the pod template changes, for that is what replaces pods."""
    if _same(new["spec"]["template"], old["spec"]["template"], "template"):
        return None
    strategy = new["spec"]["updateStrategy"]["type"]
    message = "the pod template changes: every pod is replaced"
    if strategy == "OnDelete":
        message = "the pod template changes: with OnDelete each pod stays old until it is deleted"
    return Problem(Severity.INFO, "update-replaces-pods", "spec.template", message)


def _same(new: Any, old: Any, key: str) -> bool:
    """Semantic.DeepEqual of a field: empty lists and maps are absent, quantities are amounts.

    What Go holds by pointer differs from absent even where it is empty, false or 0.
    """
    if key in _MAPS:
        return _same_map(new or {}, old or {}, quantities=key in _QUANTITIES)
    if isinstance(new, list) or isinstance(old, list):
        left, right = new or [], old or []
        return len(left) == len(right) and all(
            _same(one, other, "") for one, other in zip(left, right, strict=True)
        )
    if isinstance(new, dict) or isinstance(old, dict):
        if (new is None or old is None) and key not in _BY_VALUE:
            return False
        left, right = new or {}, old or {}
        of_pod = "containers" in left or "containers" in right
        return all(
            _same(left.get(x), right.get(x), "podResources" if of_pod and x == "resources" else x)
            for x in left.keys() | right.keys()
        )
    if new is None or old is None:
        value = old if new is None else new
        return not value and (value is None or value == "" or key in _BY_VALUE)
    return bool(new == old) or (key in _AMOUNTS and _same_quantity(new, old))


def _same_map(new: dict[str, Any], old: dict[str, Any], *, quantities: bool) -> bool:
    if new.keys() != old.keys():
        return False
    return all(
        new[key] == old[key] or (quantities and _same_quantity(new[key], old[key])) for key in new
    )


def _same_quantity(new: Any, old: Any) -> bool:
    try:
        return isinstance(new, str) and isinstance(old, str) and parse(new) == parse(old)
    except QuantityError:
        return False
