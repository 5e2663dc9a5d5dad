"""Defaults of volumes. Ported from pkg/apis/core/v1/defaults.go (SetDefaults_Volume and the
SetDefaults of each source) and the generated defaults of the remote sources."""

from __future__ import annotations

from typing import Any

from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.validation.field import each
from dsctl.domain.validation.images import pull_policy

_DEFAULT_MODE = 0o644
_WITH_MODE = ("secret", "downwardAPI", "configMap", "projected")
# Filled when empty.
_EMPTY = {
    "iscsi": {"iscsiInterface": "default"},
    "rbd": {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"},
    "scaleIO": {"storageMode": "ThinProvisioned", "fsType": "xfs"},
}
# Filled when absent.
_ABSENT: dict[str, dict[str, Any]] = {
    "azureDisk": {
        "cachingMode": "ReadWrite",
        "fsType": "ext4",
        "readOnly": False,
        "kind": "Shared",
    },
    "hostPath": {"type": ""},
}


def default_volume(volume: dict[str, Any]) -> None:
    """A volume without a source becomes an emptyDir; sources get their defaults."""
    if not any(key != "name" for key in volume):
        volume["emptyDir"] = {}
        return
    for key, source in volume.items():
        if key == "name":
            continue
        for name, value in _EMPTY.get(key, {}).items():
            if not source.get(name):
                source[name] = value
        for name, value in _ABSENT.get(key, {}).items():
            source.setdefault(name, value)
        if key in _WITH_MODE:
            source.setdefault("defaultMode", _DEFAULT_MODE)
    _default_nested(volume)


def _default_nested(volume: dict[str, Any]) -> None:
    if "downwardAPI" in volume:
        _default_files(volume["downwardAPI"])
    for _, source in each(volume.get("projected") or {}, "sources"):
        _default_files(source.get("downwardAPI") or {})
        if "serviceAccountToken" in source:
            source["serviceAccountToken"].setdefault("expirationSeconds", 3600)
    image = volume.get("image")
    if image is not None and not image.get("pullPolicy"):
        image["pullPolicy"] = pull_policy(image.get("reference", ""))
    template = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
    if template is not None:
        spec = template.setdefault("spec", {})
        spec.setdefault("volumeMode", "Filesystem")
        round_resources(spec.get("resources", {}))


def round_resources(resources: dict[str, Any]) -> None:
    """SetDefaults_ResourceList: no part finer than a thousandth; what does not parse stays."""
    for kind in ("limits", "requests"):
        amounts = resources.get(kind, {})
        for name, text in amounts.items():
            try:
                quantity = parse(text)
            except QuantityError:
                continue
            rounded = quantity.rounded_to_milli()
            if rounded is not quantity:
                amounts[name] = str(rounded)


def _default_files(source: dict[str, Any]) -> None:
    for _, item in each(source, "items"):
        if "fieldRef" in item and not item["fieldRef"].get("apiVersion"):
            item["fieldRef"]["apiVersion"] = "v1"
        if "resourceFieldRef" in item:
            item["resourceFieldRef"].setdefault("divisor", "0")
