"""Volume sources of storage systems. Ported from pkg/apis/core/validation
(validateNFSVolumeSource, validateISCSIVolumeSource, validateAzureDisk, …)."""

from __future__ import annotations

import re
from typing import Any

from dsctl.domain.validation.field import Report
from dsctl.domain.validation.names import dns1123_label
from dsctl.domain.validation.volumes_files import require

_ISCSI_FORMS = {
    "iqn": r"iqn\.\d{4}-\d{2}\.([0-9A-Za-z.-]+)(:[^,;*&$|\s]+)$",
    "eui": r"^eui.[0-9A-Za-z]{16}$",
    "naa": r"^naa.[0-9A-Za-z]{32}$",
}
_CACHING_MODES = ("None", "ReadOnly", "ReadWrite")
_DISK_KINDS = ("Dedicated", "Managed", "Shared")
_MANAGED_URI = (
    "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/"
    "{disk-id}"
)
_BLOB_URI = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
_MAX_TENANT = 65


def _check_partition(report: Report, source: dict[str, Any], path: str) -> None:
    partition = source.get("partition", 0)
    if not 0 <= partition <= 255:
        detail = "must be between 1 and 255, inclusive"
        report.invalid("volume-partition-range", f"{path}.partition", partition, detail)


def check_gce(report: Report, source: dict[str, Any], path: str) -> None:
    """validateGCEPersistentDiskVolumeSource."""
    require(report, source, path, "pdName")
    _check_partition(report, source, path)


def check_aws(report: Report, source: dict[str, Any], path: str) -> None:
    """validateAWSElasticBlockStoreVolumeSource."""
    require(report, source, path, "volumeID")
    _check_partition(report, source, path)


def check_nfs(report: Report, source: dict[str, Any], path: str) -> None:
    """validateNFSVolumeSource."""
    require(report, source, path, "server", "path")
    value = source.get("path", "")
    if not value.startswith("/"):
        report.invalid("volume-path-not-absolute", f"{path}.path", value, _ABSOLUTE)


_ABSOLUTE = "must be an absolute path"


def check_iscsi(report: Report, source: dict[str, Any], path: str) -> None:
    """validateISCSIVolumeSource."""
    require(report, source, path, "targetPortal", "iqn")
    iqn = source.get("iqn", "")
    if iqn:
        _check_iscsi_form(report, iqn, f"{path}.iqn")
    report.in_range("volume-lun-range", f"{path}.lun", source.get("lun", 0), 0, 255)
    chap = source.get("chapAuthDiscovery") or source.get("chapAuthSession")
    if chap and "secretRef" not in source:
        report.required("volume-field-required", f"{path}.secretRef")
    initiator = source.get("initiatorName")
    if initiator is not None:
        with report.moved(f"{path}.initiatorname", f"{path}.initiatorName"):
            _check_iscsi_form(report, initiator, f"{path}.initiatorname")


def _check_iscsi_form(report: Report, value: str, path: str) -> None:
    form = _ISCSI_FORMS.get(value[:3])
    if form is None:
        detail = "must be valid format starting with iqn, eui, or naa"
        report.invalid("volume-iscsi-name-invalid", path, value, detail)
    elif not re.search(form, value, re.ASCII) or value.endswith("\n"):
        report.invalid("volume-iscsi-name-invalid", path, value, "must be valid format")


def check_glusterfs(report: Report, source: dict[str, Any], path: str) -> None:
    """validateGlusterfsVolumeSource."""
    require(report, source, path, "endpoints", "path")


def check_flocker(report: Report, source: dict[str, Any], path: str) -> None:
    """validateFlockerVolumeSource."""
    name, uuid = source.get("datasetName", ""), source.get("datasetUUID", "")
    if not name and not uuid:
        detail = "one of datasetName and datasetUUID is required"
        report.required("volume-field-required", path, detail)
    if name and uuid:
        detail = "datasetName and datasetUUID can not be specified simultaneously"
        report.invalid("volume-fields-conflict", path, "resource", detail)
    if "/" in name:
        detail = "must not contain '/'"
        report.invalid("volume-field-invalid", f"{path}.datasetName", name, detail)


def check_rbd(report: Report, source: dict[str, Any], path: str) -> None:
    """validateRBDVolumeSource."""
    require(report, source, path, "monitors", "image")


def check_cinder(report: Report, source: dict[str, Any], path: str) -> None:
    """validateCinderVolumeSource."""
    require(report, source, path, "volumeID")
    if "secretRef" in source:
        require(report, source["secretRef"], f"{path}.secretRef", "name")


def check_cephfs(report: Report, source: dict[str, Any], path: str) -> None:
    """validateCephFSVolumeSource."""
    require(report, source, path, "monitors")


def check_quobyte(report: Report, source: dict[str, Any], path: str) -> None:
    """validateQuobyteVolumeSource."""
    registry = source.get("registry", "")
    pairs = "must be a host:port pair or multiple pairs separated by commas"
    if not registry:
        report.required("volume-field-required", f"{path}.registry", pairs)
    elif len(source.get("tenant", "")) >= _MAX_TENANT:
        detail = "must be a UUID and may not exceed a length of 64 characters"
        report.required("volume-field-invalid", f"{path}.tenant", detail)
    else:
        for pair in registry.split(","):
            if not _host_port(pair):
                report.invalid("volume-field-invalid", f"{path}.registry", registry, pairs)
    require(report, source, path, "volume")


def _host_port(pair: str) -> bool:
    """net.SplitHostPort: exactly one colon after the host, which brackets may enclose."""
    host, colon, _ = pair.rpartition(":")
    if not colon:
        return False
    if host.startswith("["):
        inner = host[1:-1]
        return host.endswith("]") and "[" not in inner and "]" not in inner
    return not any(char in host for char in ":[]") and "[" not in pair and "]" not in pair


def check_fc(report: Report, source: dict[str, Any], path: str) -> None:
    """validateFCVolumeSource."""
    targets, ids = source.get("targetWWNs"), source.get("wwids")
    if not targets and not ids:
        detail = "must specify either targetWWNs or wwids, but not both"
        report.required("volume-field-required", f"{path}.targetWWNs", detail)
    if targets and ids:
        detail = "targetWWNs and wwids can not be specified simultaneously"
        report.invalid("volume-fields-conflict", f"{path}.targetWWNs", targets, detail)
    if targets:
        lun = source.get("lun")
        if lun is None:
            detail = "lun is required if targetWWNs is specified"
            report.required("volume-field-required", f"{path}.lun", detail)
        else:
            report.in_range("volume-lun-range", f"{path}.lun", lun, 0, 255)


def check_flex(report: Report, source: dict[str, Any], path: str) -> None:
    """validateFlexVolumeSource."""
    require(report, source, path, "driver")
    for key in source.get("options", {}):
        namespace = "." + key.partition("/")[0].lower()
        if namespace.endswith((".kubernetes.io", ".k8s.io")):
            detail = "kubernetes.io and k8s.io namespaces are reserved"
            report.invalid("flex-option-reserved", f"{path}.options[{key}]", key, detail)


def check_azure_file(report: Report, source: dict[str, Any], path: str) -> None:
    """validateAzureFile."""
    require(report, source, path, "secretName", "shareName")


def check_azure_disk(report: Report, source: dict[str, Any], path: str) -> None:
    """validateAzureDisk."""
    require(report, source, path, "diskName", "diskURI")
    caching, kind, uri = source["cachingMode"], source["kind"], source.get("diskURI", "")
    if caching not in _CACHING_MODES:
        where = f"{path}.cachingMode"
        report.unsupported("azure-disk-unsupported", where, caching, _CACHING_MODES)
    if kind not in _DISK_KINDS:
        report.unsupported("azure-disk-unsupported", f"{path}.kind", kind, _DISK_KINDS)
    start, form = (
        ("/subscriptions/", _MANAGED_URI) if kind == "Managed" else ("https://", _BLOB_URI)
    )
    if not uri.startswith(start):
        report.unsupported("azure-disk-uri-unsupported", f"{path}.diskURI", uri, [form])


def check_vsphere(report: Report, source: dict[str, Any], path: str) -> None:
    """validateVsphereVolumeSource."""
    require(report, source, path, "volumePath")


def check_photon(report: Report, source: dict[str, Any], path: str) -> None:
    """validatePhotonPersistentDiskVolumeSource."""
    require(report, source, path, "pdID")


def check_portworx(report: Report, source: dict[str, Any], path: str) -> None:
    """validatePortworxVolumeSource."""
    require(report, source, path, "volumeID")


def check_scaleio(report: Report, source: dict[str, Any], path: str) -> None:
    """validateScaleIOVolumeSource."""
    require(report, source, path, "gateway", "system", "volumeName")


def check_storageos(report: Report, source: dict[str, Any], path: str) -> None:
    """validateStorageOSVolumeSource."""
    require(report, source, path, "volumeName")
    for name in ("volumeName", "volumeNamespace"):
        value = source.get(name, "")
        if value:
            found = dns1123_label(value)
            report.invalid_each("volume-field-invalid", f"{path}.{name}", value, found)
    if "secretRef" in source:
        require(report, source["secretRef"], f"{path}.secretRef", "name")
