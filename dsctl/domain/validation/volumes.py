"""Volumes: names, and which source is looked into. Ported from pkg/apis/core/validation
(ValidateVolumes, validateVolumeSource)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.validation import volumes_files as files
from dsctl.domain.validation import volumes_remote as remote
from dsctl.domain.validation.claim_template import check_ephemeral
from dsctl.domain.validation.containers import PULL_POLICIES
from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.names import byte_length, dns1123_label
from dsctl.domain.validation.projected import check_projected

_Check = Callable[[Report, dict[str, Any], str], None]
_MAX_ISCSI_NAME = 64


def check_volumes(report: Report, pod: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    """ValidateVolumes: the volumes without errors, by name, which mounts may refer to."""
    valid: dict[str, dict[str, Any]] = {}
    for index, volume in each(pod, "volumes"):
        where = f"{path}[{index}]"
        before = len(report.problems)
        _check_source(report, volume, where)
        name = volume.get("name", "")
        if not name:
            report.required("volume-name-required", f"{where}.name")
        else:
            found = dns1123_label(name)
            report.invalid_each("volume-name-invalid", f"{where}.name", name, found)
        if name in valid:
            report.duplicate("volume-name-duplicate", f"{where}.name", name)
        if len(report.problems) == before:
            valid[name] = volume
    return valid


def _check_source(report: Report, volume: dict[str, Any], path: str) -> None:
    """validateVolumeSource: of several sources, in the server's order, only the first counts."""
    present = [source for source in _SOURCES if source[0] in volume]
    if not present:
        report.required("volume-source-required", path, "must specify a volume type")
    for position, (key, check, checked_at, refused_at) in enumerate(present):
        where = f"{path}.{refused_at if position else checked_at}"
        with report.moved(where, f"{path}.{key}"):
            if position:
                detail = "may not specify more than 1 volume type"
                report.forbidden("volume-source-multiple", where, detail)
            else:
                check(report, volume[key], where)
        if key == "iscsi":
            _check_iscsi_name(report, volume, path)


def _check_iscsi_name(report: Report, volume: dict[str, Any], path: str) -> None:
    source, name = volume["iscsi"], volume.get("name", "")
    joined = f"{name}:{source.get('targetPortal', '')}"
    if "initiatorName" in source and byte_length(joined) > _MAX_ISCSI_NAME:
        detail = (
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
            "if iscsi.initiatorName is specified."
        )
        report.invalid("volume-iscsi-name-too-long", f"{path}.name", name, detail)


def _check_empty_dir(report: Report, source: dict[str, Any], path: str) -> None:
    text = source.get("sizeLimit")
    if text is None:
        return
    where = f"{path}.sizeLimit"
    try:
        negative = parse(text).nanos < 0
    except QuantityError as error:
        report.add("quantity-invalid", where, str(error))
        return
    if negative:
        detail = "SizeLimit field must be a valid resource quantity"
        report.forbidden("empty-dir-size-negative", where, detail)


def _check_image(report: Report, source: dict[str, Any], path: str) -> None:
    """validateImageVolumeSource; templates may leave the image out before 1.37."""
    if not source.get("reference") and report.version >= (1, 37):
        report.required("volume-field-required", f"{path}.reference")
    policy = source["pullPolicy"]
    if policy not in PULL_POLICIES:
        where = f"{path}.pullPolicy"
        report.unsupported("pull-policy-unsupported", where, policy, PULL_POLICIES)


def _source(
    key: str, check: _Check, checked_at: str = "", refused_at: str = ""
) -> tuple[str, _Check, str, str]:
    """Some sources are checked at, or refused at, another name than the field's own."""
    return key, check, checked_at or key, refused_at or key


_SOURCES = (
    _source("emptyDir", _check_empty_dir),
    _source("hostPath", files.check_host_path),
    _source("gitRepo", files.check_git_repo),
    _source("gcePersistentDisk", remote.check_gce, checked_at="persistentDisk"),
    _source("awsElasticBlockStore", remote.check_aws),
    _source("secret", files.check_secret),
    _source("nfs", remote.check_nfs),
    _source("iscsi", remote.check_iscsi),
    _source("glusterfs", remote.check_glusterfs),
    _source("flocker", remote.check_flocker),
    _source("persistentVolumeClaim", files.check_claim),
    _source("rbd", remote.check_rbd),
    _source("cinder", remote.check_cinder),
    _source("cephfs", remote.check_cephfs, refused_at="cephFS"),
    _source("quobyte", remote.check_quobyte),
    _source("downwardAPI", files.check_downward, refused_at="downwarAPI"),
    _source("fc", remote.check_fc),
    _source("flexVolume", remote.check_flex),
    _source("configMap", files.check_config_map),
    _source("azureFile", remote.check_azure_file),
    _source("vsphereVolume", remote.check_vsphere),
    _source("photonPersistentDisk", remote.check_photon),
    _source("portworxVolume", remote.check_portworx),
    _source("azureDisk", remote.check_azure_disk),
    _source("storageos", remote.check_storageos),
    _source("projected", check_projected),
    _source("scaleIO", remote.check_scaleio),
    _source("csi", files.check_csi),
    _source("ephemeral", check_ephemeral),
    _source("image", _check_image),
)
