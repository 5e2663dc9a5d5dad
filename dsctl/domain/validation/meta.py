"""Object metadata. Ported from apimachinery pkg/api/validation/objectmeta.go and
pkg/apis/core/validation (validateKubeFinalizerName)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.labels import check_annotations, check_labels
from dsctl.domain.validation.names import name_is_label, name_is_subdomain, qualified_name

_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
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
    _check_common(report, meta, path)
    _check_finalizers(report, meta, f"{path}.finalizers")


def _check_common(report: Report, meta: dict[str, Any], path: str) -> None:
    check_labels(report, meta.get("labels") or {}, f"{path}.labels")
    check_annotations(report, meta.get("annotations") or {}, f"{path}.annotations")
    _check_owners(report, meta, f"{path}.ownerReferences")


def _check_owners(report: Report, meta: dict[str, Any], path: str) -> None:
    first = ""
    for index, owner in each(meta, "ownerReferences"):
        _check_owner(report, owner, f"{path}[{index}]")
        if owner.get("controller"):
            current = f"{owner.get('kind', '')}/{owner.get('name', '')}"
            if first:
                detail = (
                    "Only one reference can have Controller set to true. Found "
                    f'"true" in references for {first} and {current}'
                )
                owners = meta.get("ownerReferences")
                report.invalid("owner-controller-duplicate", path, owners, detail)
            else:
                first = current


def _check_owner(report: Report, owner: dict[str, Any], path: str) -> None:
    api_version = owner.get("apiVersion", "")
    if not api_version:
        report.required("owner-field-required", f"{path}.apiVersion", "must not be empty")
    elif api_version.count("/") > 1 or api_version.endswith("/"):
        detail = "must be <group>/<version> or <version>"
        report.invalid("owner-api-version-invalid", f"{path}.apiVersion", api_version, detail)
    for name in ("kind", "name", "uid"):
        if not owner.get(name):
            report.required("owner-field-required", f"{path}.{name}", "must not be empty")
    if api_version == "v1" and owner.get("kind") == "Event":
        detail = "/v1, Kind=Event is disallowed from being an owner"
        report.invalid("owner-kind-forbidden", path, owner, detail)


def _check_finalizers(report: Report, meta: dict[str, Any], path: str) -> None:
    names = [name for _, name in each(meta, "finalizers")]
    for name in names:
        report.invalid_each("finalizer-invalid", path, name, qualified_name(name))
    if "foregroundDeletion" in names and "orphan" in names:
        detail = "finalizer foregroundDeletion and orphan cannot be both set"
        report.invalid("finalizers-conflict", path, names, detail)
    check_finalizer_names(report, meta, path)


def check_finalizer_names(report: Report, meta: dict[str, Any], path: str) -> None:
    """validateKubeFinalizerName, for each finalizer."""
    for index, name in each(meta, "finalizers"):
        if "/" not in name and name not in _STANDARD_FINALIZERS:
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            report.invalid("finalizer-not-qualified", f"{path}[{index}]", name, detail)
