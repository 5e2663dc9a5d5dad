"""Annotations of the template that mean something. Ported from pkg/apis/core/validation
(ValidatePodSpecificAnnotations, validateSeccompAnnotationsAndFields,
validateAppArmorAnnotationsAndFieldsMatchOnCreate)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from dsctl.domain.validation.decode import decode
from dsctl.domain.validation.field import Report, containers_of
from dsctl.domain.validation.paths import check_descending
from dsctl.domain.validation.scheduling import check_tolerations

_MIRROR = "kubernetes.io/config.mirror"
_TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerations"
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"

_DEFAULTS = ("runtime/default", "docker/default")
_LOCALHOST = "localhost/"
_INT32 = 1 << 31


def check_pod_annotations(
    report: Report, annotations: dict[str, str], pod: dict[str, Any], path: str
) -> None:
    """ValidatePodSpecificAnnotations."""
    if not annotations:
        return
    if _MIRROR in annotations and not pod.get("nodeName"):
        detail = "must set spec.nodeName if mirror pod annotation is set"
        report.invalid("mirror-pod-node-name", f"{path}[{_MIRROR}]", annotations[_MIRROR], detail)
    if annotations.get(_TOLERATIONS):
        _check_tolerations(report, annotations[_TOLERATIONS], path)
    cost = annotations.get(_DELETION_COST)
    if cost is not None and not _deletion_cost(cost):
        detail = "must be a 32bit integer"
        report.invalid("pod-deletion-cost-invalid", f"{path}[{_DELETION_COST}]", cost, detail)
    for key, value in annotations.items():
        if key == SECCOMP_POD or key.startswith(SECCOMP_CONTAINER):
            with report.moved(f"{path}.{key}", f"{path}[{key}]"):
                _check_seccomp(report, value, f"{path}.{key}")
    _check_app_armor(report, annotations, pod, path)


def _check_tolerations(report: Report, text: str, path: str) -> None:
    """ValidateTolerationsInPodAnnotations: a JSON list of tolerations."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        report.invalid("tolerations-annotation-invalid", path, _TOLERATIONS, str(error))
        return
    items = [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(x, dict | None) for x in items):
        detail = "json: cannot unmarshal into Go value of type []core.Toleration"
        report.invalid("tolerations-annotation-invalid", path, _TOLERATIONS, detail)
        return
    tolerations = decode({"tolerations": items}, "PodSpec")
    start = len(report.problems)
    check_tolerations(report, tolerations, f"{path}.{_TOLERATIONS}")
    place = f"{path}[{_TOLERATIONS}]"
    report.problems[start:] = [replace(x, place=place) for x in report.problems[start:]]


def _deletion_cost(text: str) -> bool:
    """GetDeletionCostFromPodAnnotations: no plus sign, no leading zeros, 32 bits."""
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 40:
        return False
    if digits[0] == "0" and text != "0" and text == digits:
        return False
    return -_INT32 <= int(text) < _INT32


def _check_seccomp(report: Report, value: str, path: str) -> None:
    """ValidateSeccompProfile."""
    if value in _DEFAULTS or value == "unconfined":
        return
    if value.startswith(_LOCALHOST):
        check_descending(report, value.removeprefix(_LOCALHOST), path)
    else:
        detail = "must be a valid seccomp profile"
        report.invalid("seccomp-annotation-invalid", path, value, detail)


def _check_app_armor(
    report: Report, annotations: dict[str, str], pod: dict[str, Any], path: str
) -> None:
    """ValidateAppArmorPodAnnotations."""
    keys = [key for key in annotations if key.startswith(APP_ARMOR)]
    if not keys:
        return
    names = {container.get("name", "") for container, _ in containers_of(pod, "")}
    for key in keys:
        name, value = key.removeprefix(APP_ARMOR), annotations[key]
        if name not in names:
            rule = "apparmor-annotation-container"
            report.invalid(rule, f"{path}[{key}]", name, "container not found")
        if value not in ("", "runtime/default", "unconfined") and not value.startswith(_LOCALHOST):
            detail = f'invalid AppArmor profile name: "{value}"'
            report.invalid("apparmor-annotation-invalid", f"{path}[{key}]", value, detail)


def check_profile_annotations(
    report: Report, annotations: dict[str, str], pod: dict[str, Any], path: str
) -> None:
    """Annotations and fields that name a seccomp or AppArmor profile must agree."""
    if not annotations:
        return
    context = pod["securityContext"]
    _match(report, annotations.get(SECCOMP_POD), context, "seccompProfile", path)
    for container, where in containers_of(pod, path):
        key = SECCOMP_CONTAINER + container.get("name", "")
        own = container.get("securityContext", {})
        _match(report, annotations.get(key), own, "seccompProfile", where)
    if pod.get("os", {}).get("name") == "windows":
        return
    inherited = context.get("appArmorProfile")
    for container, where in containers_of(pod, path):
        key = APP_ARMOR + container.get("name", "")
        own = container.get("securityContext", {})
        profile = {"appArmorProfile": own.get("appArmorProfile", inherited)}
        _match(report, annotations.get(key), profile, "appArmorProfile", where)


def _match(
    report: Report, annotation: str | None, context: dict[str, Any], field: str, path: str
) -> None:
    """validateSeccompAnnotationsAndFieldsMatch, and the same for AppArmor."""
    profile = context.get(field)
    if annotation is None or profile is None:
        return
    seccomp = field == "seccompProfile"
    what = "seccomp" if seccomp else "apparmor"
    kind = profile.get("type", "")
    defaults = _DEFAULTS if seccomp else _DEFAULTS[:1]
    where = f"{path}.securityContext.{field}"
    wrong = (
        (kind == "Unconfined" and annotation != "unconfined")
        or (kind == "RuntimeDefault" and annotation not in defaults)
        or (kind == "Localhost" and not annotation.startswith(_LOCALHOST))
    )
    if wrong:
        detail = f"{what} type in annotation and field must match"
        report.forbidden("profile-annotation-mismatch", f"{where}.type", detail)
    elif kind == "Localhost" and annotation != f"{_LOCALHOST}{profile.get('localhostProfile')}":
        detail = f"{what} profile in annotation and field must match"
        report.forbidden("profile-annotation-mismatch", f"{where}.localhostProfile", detail)
