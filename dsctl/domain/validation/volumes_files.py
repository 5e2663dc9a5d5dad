"""Volume sources that nodes and the API hold. Ported from pkg/apis/core/validation
(validateHostPathVolumeSource, validateSecretVolumeSource, validateDownwardAPIVolumeSource, …)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.env import check_field_ref, check_resource_ref
from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.names import byte_length, dns1123_subdomain, name_is_subdomain
from dsctl.domain.validation.paths import (
    check_descending,
    check_no_backsteps,
    check_non_reserved,
)

_HOST_PATH_TYPES = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_DOWNWARD_FIELDS = (
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
)
_MAX_DRIVER = 63


def require(report: Report, source: dict[str, Any], path: str, *names: str) -> None:
    """Each of these fields is set."""
    for name in names:
        if not source.get(name):
            report.required("volume-field-required", f"{path}.{name}")


def check_mode(report: Report, mode: int | None, path: str) -> None:
    """File modes: 0 to 0777."""
    if mode is not None and not 0 <= mode <= 0o777:
        detail = "must be a number between 0 and 0777 (octal), both inclusive"
        report.invalid("volume-mode-range", path, mode, detail)


def check_host_path(report: Report, source: dict[str, Any], path: str) -> None:
    """validateHostPathVolumeSource."""
    value = source.get("path", "")
    if not value:
        report.required("volume-field-required", f"{path}.path")
        return
    check_no_backsteps(report, value, f"{path}.path")
    kind = source["type"]
    if kind not in _HOST_PATH_TYPES:
        report.unsupported("host-path-type-unsupported", f"{path}.type", kind, _HOST_PATH_TYPES)


def check_git_repo(report: Report, source: dict[str, Any], path: str) -> None:
    """validateGitRepoVolumeSource."""
    require(report, source, path, "repository")
    check_descending(report, source.get("directory", ""), f"{path}.directory")


def check_secret(report: Report, source: dict[str, Any], path: str) -> None:
    """validateSecretVolumeSource."""
    require(report, source, path, "secretName")
    check_mode(report, source.get("defaultMode"), f"{path}.defaultMode")
    check_items(report, source, f"{path}.items")


def check_config_map(report: Report, source: dict[str, Any], path: str) -> None:
    """validateConfigMapVolumeSource."""
    require(report, source, path, "name")
    check_mode(report, source.get("defaultMode"), f"{path}.defaultMode")
    check_items(report, source, f"{path}.items")


def check_items(report: Report, source: dict[str, Any], path: str) -> list[str]:
    """validateKeyToPath for each item; the paths that were given."""
    paths = []
    for index, item in each(source, "items"):
        where = f"{path}[{index}]"
        value = item.get("path", "")
        require(report, item, where, "key", "path")
        check_non_reserved(report, value, f"{where}.path")
        check_mode(report, item.get("mode"), f"{where}.mode")
        if value:
            paths.append(value)
    return paths


def check_claim(report: Report, source: dict[str, Any], path: str) -> None:
    """validatePersistentClaimVolumeSource."""
    require(report, source, path, "claimName")


def check_downward(report: Report, source: dict[str, Any], path: str) -> None:
    """validateDownwardAPIVolumeSource."""
    check_mode(report, source.get("defaultMode"), f"{path}.defaultMode")
    check_downward_files(report, source, path)


def check_downward_files(report: Report, source: dict[str, Any], path: str) -> list[str]:
    """validateDownwardAPIVolumeFile for each file, all at the path of their volume; their paths."""
    paths = []
    for index, item in each(source, "items"):
        with report.moved(path, f"{path}.items[{index}]"):
            _check_downward_file(report, item, path)
        if item.get("path"):
            paths.append(item["path"])
    return paths


def _check_downward_file(report: Report, item: dict[str, Any], path: str) -> None:
    require(report, item, path, "path")
    check_non_reserved(report, item.get("path", ""), f"{path}.path")
    field, resource = item.get("fieldRef"), item.get("resourceFieldRef")
    if field is not None:
        check_field_ref(report, field, f"{path}.fieldRef", _DOWNWARD_FIELDS)
        if resource is not None:
            detail = "fieldRef and resourceFieldRef can not be specified simultaneously"
            report.invalid("downward-source-multiple", path, "resource", detail)
    elif resource is not None:
        check_resource_ref(report, resource, f"{path}.resourceFieldRef", volume=True)
    else:
        detail = "one of fieldRef and resourceFieldRef is required"
        report.required("downward-source-required", path, detail)
    check_mode(report, item.get("mode"), f"{path}.mode")


def check_csi(report: Report, source: dict[str, Any], path: str) -> None:
    """validateCSIVolumeSource, ValidateCSIDriverName."""
    driver = source.get("driver", "")
    where = f"{path}.driver"
    if not driver:
        report.required("volume-field-required", where)
    if driver or report.version < (1, 35):
        if byte_length(driver) > _MAX_DRIVER:
            report.too_long("csi-driver-too-long", where, _MAX_DRIVER)
        found = dns1123_subdomain(driver.lower())
        report.invalid_each("csi-driver-invalid", where, driver, found)
    secret = source.get("nodePublishSecretRef")
    if secret is None:
        return
    name = secret.get("name", "")
    if not name:
        report.required("volume-field-required", f"{path}.nodePublishSecretRef.name")
    else:
        with report.moved(f"{path}.name", f"{path}.nodePublishSecretRef.name"):
            found = name_is_subdomain(name)
            report.invalid_each("csi-secret-name-invalid", f"{path}.name", name, found)
