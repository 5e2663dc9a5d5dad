"""Object metadata. Ported from apimachinery pkg/api/validation/objectmeta.go and
pkg/apis/core/validation (validateKubeFinalizerName)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.validation.field import Problem, Report, each, quoted
from dsctl.domain.validation.labels import check_annotations, check_labels
from dsctl.domain.validation.names import name_is_label, name_is_subdomain, qualified_name

_NO_VERSION = "version must not be empty"
_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
# names.SimpleNameGenerator: what is kept of generateName, before 5 random characters.
_GENERATED_BASE = 58


def check_meta(report: Report, meta: dict[str, Any], path: str) -> None:
    """ValidateObjectMeta on creation; an absent namespace is filled from the request."""
    generate = meta.get("generateName", "")
    name = meta.get("name", "")
    if generate:
        found = name_is_subdomain(generate, prefix=True)
        report.invalid_each("generate-name-invalid", f"{path}.generateName", generate, found)
        name = name or generate[:_GENERATED_BASE] + "xxxxx"
    if not name:
        report.required("name-required", f"{path}.name", "name or generateName is required")
    else:
        report.invalid_each("name-invalid", f"{path}.name", name, name_is_subdomain(name))
    namespace = meta.get("namespace", "")
    if namespace:
        found = name_is_label(namespace)
        report.invalid_each("namespace-invalid", f"{path}.namespace", namespace, found)
    check_common(report, meta, path)


def check_template_generation(report: Report, meta: dict[str, Any]) -> None:
    """Convert_v1_DaemonSet_To_apps_DaemonSet: the old template generation is an integer.

    The server names no field: the conversion fails before validation.
    """
    value = meta.get("annotations", {}).get(TEMPLATE_GENERATION)
    if value is None:
        return
    digits = value[1:] if value[:1] in ("+", "-") else value
    problem = ""
    if not digits.isascii() or not digits.isdigit():
        problem = "invalid syntax"
    elif len(digits) > 4000 or not -(2**63) <= int(value) < 2**63:
        problem = "value out of range"
    if problem:
        path = f"metadata.annotations[{TEMPLATE_GENERATION}]"
        message = f"strconv.ParseInt: parsing {quoted(value)}: {problem}"
        report.add("template-generation-invalid", path, message)


def check_common(report: Report, meta: dict[str, Any], path: str) -> None:
    """What creation and update check alike: labels, annotations, owners, finalizers."""
    check_labels(report, meta.get("labels") or {}, f"{path}.labels")
    check_annotations(report, meta.get("annotations") or {}, f"{path}.annotations")
    _check_owners(report, meta, f"{path}.ownerReferences")
    _check_finalizers(report, meta, f"{path}.finalizers")


def distinct_owners(meta: dict[str, Any]) -> list[dict[str, Any]]:
    """The owner references without exact repeats, which the server drops before it validates."""
    kept: list[dict[str, Any]] = []
    for _, owner in each(meta, "ownerReferences"):
        if owner not in kept:
            kept.append(owner)
    return kept


def repeated_owners(meta: dict[str, Any]) -> list[Problem]:
    """The warning about exact repeats (dedupOwnerReferencesAndAddWarning)."""
    listed = [owner for _, owner in each(meta, "ownerReferences")]
    extra = [owner for index, owner in enumerate(listed) if owner in listed[:index]]
    if not extra:
        return []
    uids = ", ".join(owner.get("uid", "") for owner in extra)
    message = (
        ".metadata.ownerReferences contains duplicate entries; API server dedups owner "
        "references in 1.20+, and may reject such requests as early as 1.24; please fix your "
        f"requests; duplicate UID(s) observed: {uids}"
    )
    path = "metadata.ownerReferences"
    return [Problem(Severity.WARNING, "owner-repeated", "", message, None, path)]


def _check_owners(report: Report, meta: dict[str, Any], path: str) -> None:
    first = ""
    owners = distinct_owners(meta)
    for index, owner in enumerate(owners):
        own = f"{path}[{index}]"
        if report.version >= (1, 37):
            _check_owner(report, owner, own)
        else:
            with report.moved(path, own):
                _check_owner(report, owner, path)
        if owner.get("controller"):
            current = f"{owner.get('kind', '')}/{owner.get('name', '')}"
            if first:
                detail = (
                    "Only one reference can have Controller set to true. Found "
                    f'"true" in references for {first} and {current}'
                )
                report.invalid("owner-controller-duplicate", path, owners, detail)
            else:
                first = current


def _check_owner(report: Report, owner: dict[str, Any], path: str) -> None:
    api_version = owner.get("apiVersion", "")
    current = report.version >= (1, 37)
    where = f"{path}.apiVersion"
    if not api_version and current:
        report.required("owner-field-required", where, "must not be empty")
    elif not api_version or api_version.count("/") > 1 or api_version.endswith("/"):
        detail = "must be <group>/<version> or <version>" if current else _NO_VERSION
        report.invalid("owner-api-version-invalid", where, api_version, detail)
    for name in ("kind", "name", "uid"):
        where = f"{path}.{name}"
        if owner.get(name):
            continue
        if current:
            report.required("owner-field-required", where, "must not be empty")
        else:
            report.invalid("owner-field-required", where, "", "must not be empty")
    if api_version == "v1" and owner.get("kind") == "Event":
        detail = "/v1, Kind=Event is disallowed from being an owner"
        report.invalid("owner-kind-forbidden", path, owner, detail)


def _check_finalizers(report: Report, meta: dict[str, Any], path: str) -> None:
    names = [name for _, name in each(meta, "finalizers")]
    for name in names:
        report.invalid_each("finalizer-invalid", path, name, qualified_name(name))
    if "foregroundDeletion" in names and "orphan" in names:
        detail = "finalizer orphan and foregroundDeletion cannot be both set"
        report.invalid("finalizers-conflict", path, names, detail)
    for index, name in each(meta, "finalizers"):
        if "/" not in name and name not in _STANDARD_FINALIZERS:
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            report.invalid("finalizer-not-qualified", f"{path}[{index}]", name, detail)
