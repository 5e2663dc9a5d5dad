"""Volume mounts and devices. Ported from pkg/apis/core/validation (ValidateVolumeMounts,
ValidateVolumeDevices, validateMountPropagation, validateMountRecursiveReadOnly)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.paths import check_descending

Volumes = Mapping[str, dict[str, Any]]

_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE = ("Disabled", "Enabled", "IfPossible")


def check_mounts(report: Report, container: dict[str, Any], volumes: Volumes, path: str) -> None:
    """ValidateVolumeMounts. Some of the server's paths lack the index; they are kept."""
    devices = {d.get("name", ""): d.get("devicePath", "") for _, d in each(container, _DEVICES)}
    seen: set[str] = set()
    for index, mount in each(container, "volumeMounts"):
        where = f"{path}[{index}]"
        name, mount_path = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            report.required("mount-name-required", f"{where}.name")
        if name not in volumes:
            report.not_found("mount-volume-unknown", f"{where}.name", name)
        if not mount_path:
            report.required("mount-path-required", f"{where}.mountPath")
        if mount_path in seen:
            detail = "must be unique"
            report.invalid("mount-path-duplicate", f"{where}.mountPath", mount_path, detail)
        seen.add(mount_path)
        if name in devices:
            detail = "must not already exist in volumeDevices"
            report.invalid("mount-and-device", f"{where}.name", name, detail)
        if mount_path in devices.values():
            detail = "must not already exist as a path in volumeDevices"
            report.invalid("mount-and-device", f"{where}.mountPath", mount_path, detail)
        _check_sub_paths(report, mount, path, where)
        with report.moved(path, where):
            _check_propagation(report, mount, container, f"{path}.mountPropagation")
            _check_recursive(report, mount, f"{path}.recursiveReadOnly")


_DEVICES = "volumeDevices"


def _check_sub_paths(report: Report, mount: dict[str, Any], path: str, where: str) -> None:
    sub_path, expression = mount.get("subPath", ""), mount.get("subPathExpr", "")
    with report.moved(path, where):
        check_descending(report, sub_path, f"{path}.subPath")
    if expression:
        if sub_path:
            detail = "subPathExpr and subPath are mutually exclusive"
            report.invalid("sub-path-conflict", f"{where}.subPathExpr", expression, detail)
        with report.moved(path, where):
            check_descending(report, expression, f"{path}.subPathExpr")


def _check_propagation(
    report: Report, mount: dict[str, Any], container: dict[str, Any], path: str
) -> None:
    mode = mount.get("mountPropagation")
    if mode is None:
        return
    if mode not in _PROPAGATIONS:
        report.unsupported("mount-propagation-unsupported", path, mode, _PROPAGATIONS)
    if mode == "Bidirectional" and not container.get("securityContext", {}).get("privileged"):
        detail = "Bidirectional mount propagation is available only to privileged containers"
        report.forbidden("mount-propagation-privileged", path, detail)


def _check_recursive(report: Report, mount: dict[str, Any], path: str) -> None:
    mode = mount.get("recursiveReadOnly")
    if mode is None or mode == "Disabled":
        return
    if mode not in _RECURSIVE:
        report.unsupported("recursive-read-only-unsupported", path, mode, _RECURSIVE)
        return
    if not mount.get("readOnly"):
        detail = "may only be specified when readOnly is true"
        report.forbidden("recursive-read-only-writable", path, detail)
    if mount.get("mountPropagation", "None") != "None":
        detail = "may only be specified when mountPropagation is None or not specified"
        report.forbidden("recursive-read-only-propagation", path, detail)


def check_devices(report: Report, container: dict[str, Any], volumes: Volumes, path: str) -> None:
    """ValidateVolumeDevices."""
    mounts = {m.get("name", ""): m.get("mountPath", "") for _, m in each(container, "volumeMounts")}
    paths: set[str] = set()
    names: set[str] = set()
    for index, device in each(container, _DEVICES):
        where = f"{path}[{index}]"
        name, device_path = device.get("name", ""), device.get("devicePath", "")
        if not name:
            report.required("device-name-required", f"{where}.name")
        if name in names:
            report.invalid("device-name-duplicate", f"{where}.name", name, "must be unique")
        _check_device_volume(report, name, volumes, f"{where}.name")
        _check_device_path(report, device_path, paths, f"{where}.devicePath")
        if name in mounts:
            detail = "must not already exist in volumeMounts"
            report.invalid("mount-and-device", f"{where}.name", name, detail)
        if device_path in mounts.values():
            detail = "must not already exist as a path in volumeMounts"
            report.invalid("mount-and-device", f"{where}.devicePath", device_path, detail)
        if name:
            names.add(name)


def _check_device_volume(report: Report, name: str, volumes: Volumes, path: str) -> None:
    volume = volumes.get(name)
    if volume is None:
        report.not_found("mount-volume-unknown", path, name)
    elif "persistentVolumeClaim" not in volume and "ephemeral" not in volume:
        detail = (
            "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
        )
        report.invalid("device-volume-type", path, name, detail)


def _check_device_path(report: Report, value: str, seen: set[str], path: str) -> None:
    if not value:
        report.required("device-path-required", path)
    if value in seen:
        report.invalid("device-path-duplicate", path, value, "must be unique")
    if ".." in value.split("/"):
        report.invalid("path-backsteps", path, value, "can not contain backsteps ('..')")
    else:
        seen.add(value)
