"""Claim templates of ephemeral volumes. Ported from pkg/apis/core/validation
(validateEphemeralVolumeSource, ValidatePersistentVolumeClaimSpec)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.labels import check_annotations, check_labels, check_selector
from dsctl.domain.validation.names import dns1123_subdomain, name_is_label, name_is_subdomain
from dsctl.domain.validation.resources import check_quantity, read_quantities

_ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_VOLUME_MODES = ("Block", "Filesystem")
_META_ALLOWED = ("labels", "annotations")
# Set even when zero or empty, since Go holds them as a pointer or slice.
_META_NEVER_ZERO = ("deletionGracePeriodSeconds", "finalizers", "managedFields", "ownerReferences")


def check_ephemeral(report: Report, source: dict[str, Any], path: str) -> None:
    """validateEphemeralVolumeSource."""
    template = source.get("volumeClaimTemplate")
    where = f"{path}.volumeClaimTemplate"
    if template is None:
        report.required("claim-template-required", where)
        return
    _check_meta(report, template.get("metadata", {}), f"{where}.metadata")
    _check_spec(report, template["spec"], f"{where}.spec")


def _check_meta(report: Report, meta: dict[str, Any], path: str) -> None:
    """ValidateTemplateObjectMeta: labels and annotations, nothing else."""
    check_annotations(report, meta.get("annotations", {}), f"{path}.annotations")
    check_labels(report, meta.get("labels", {}), f"{path}.labels")
    for name, value in meta.items():
        if name not in _META_ALLOWED and (value or name in _META_NEVER_ZERO):
            where = f"{path}.{'uID' if name == 'uid' else name}"
            with report.moved(where, f"{path}.{name}"):
                report.forbidden("claim-template-meta-forbidden", where, "cannot be set")


def _check_spec(report: Report, spec: dict[str, Any], path: str) -> None:
    """ValidatePersistentVolumeClaimSpec."""
    _check_access_modes(report, spec, f"{path}.accessModes")
    check_selector(report, spec.get("selector"), f"{path}.selector")
    _check_storage(report, spec.get("resources", {}), f"{path}.resources")
    for name in ("storageClassName", "volumeAttributesClassName"):
        value = spec.get(name)
        if value:
            found = name_is_subdomain(value)
            report.invalid_each("claim-class-name-invalid", f"{path}.{name}", value, found)
    mode = spec["volumeMode"]
    if mode not in _VOLUME_MODES:
        where = f"{path}.volumeMode"
        report.unsupported("claim-volume-mode-unsupported", where, mode, _VOLUME_MODES)
    _check_sources(report, spec, path)


def _check_access_modes(report: Report, spec: dict[str, Any], path: str) -> None:
    modes = [mode for _, mode in each(spec, "accessModes")]
    if not modes:
        detail = "at least 1 access mode is required"
        report.required("claim-access-modes-required", path, detail)
    for mode in modes:
        if mode not in _ACCESS_MODES:
            report.unsupported("claim-access-mode-unsupported", path, mode, _ACCESS_MODES)
    once = "ReadWriteOncePod"
    if once in modes and any(mode in _ACCESS_MODES and mode != once for mode in modes):
        detail = "may not use ReadWriteOncePod with other access modes"
        report.forbidden("claim-access-modes-conflict", path, detail)


def _check_storage(report: Report, resources: dict[str, Any], path: str) -> None:
    where = f"{path}[storage]"
    texts = resources.get("requests", {})
    before = len(report.problems)
    storage = read_quantities(report, texts, f"{path}.requests").get("storage")
    read_quantities(report, resources.get("limits", {}), f"{path}.limits")
    if storage is None and len(report.problems) > before and "storage" in texts:
        return
    with report.moved(where, f"{path}.requests[storage]"):
        if storage is None:
            report.required("claim-storage-required", where)
        elif storage.nanos <= 0:
            detail = "must be greater than zero"
            report.invalid("claim-storage-not-positive", where, str(storage), detail)
        else:
            check_quantity(report, "storage", storage, where)


def _check_sources(report: Report, spec: dict[str, Any], path: str) -> None:
    """validateDataSource, validateDataSourceRef, and that both agree."""
    source, ref = spec.get("dataSource"), spec.get("dataSourceRef")
    if source is not None:
        _check_source(report, source, f"{path}.dataSource")
    if ref is not None:
        _check_source(report, ref, f"{path}.dataSourceRef")
        namespace = ref.get("namespace", "")
        if namespace:
            where = f"{path}.dataSourceRef.namespace"
            found = name_is_label(namespace)
            report.invalid_each("claim-data-source-invalid", where, namespace, found)
    if source is None or ref is None:
        return
    if ref.get("namespace"):
        detail = "may not be specified when dataSourceRef.namespace is specified"
        report.invalid("claim-data-sources-conflict", path, {}, detail)
    elif source.get("apiGroup") != ref.get("apiGroup") or any(
        source.get(key, "") != ref.get(key, "") for key in ("kind", "name")
    ):
        report.invalid("claim-data-sources-conflict", path, {}, "must match dataSourceRef")


def _check_source(report: Report, source: dict[str, Any], path: str) -> None:
    for name in ("name", "kind"):
        if not source.get(name):
            report.required("claim-data-source-required", f"{path}.{name}")
    group, kind = source.get("apiGroup", ""), source.get("kind", "")
    if not group:
        if kind != "PersistentVolumeClaim":
            detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
            report.invalid("claim-data-source-kind", path, kind, detail)
    else:
        found = dns1123_subdomain(group)
        report.invalid_each("claim-data-source-invalid", f"{path}.apiGroup", group, found)
