"""Rules on volumes, mounts and devices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.domain.validation.sample import errors, with_volumes

_TOKEN = {"path": "token"}


@pytest.mark.parametrize(
    ("source", "rule", "path"),
    [
        ({"hostPath": {}}, "volume-field-required", "hostPath.path"),
        ({"hostPath": {"path": "/a/../b"}}, "path-backsteps", "hostPath.path"),
        (
            {"hostPath": {"path": "/a", "type": "dir"}},
            "host-path-type-unsupported",
            "hostPath.type",
        ),
        ({"emptyDir": {"sizeLimit": "-1"}}, "empty-dir-size-negative", "emptyDir.sizeLimit"),
        ({"emptyDir": {}, "nfs": {}}, "volume-source-multiple", "nfs"),
        (
            {"secret": {"secretName": "s", "defaultMode": 512}},
            "volume-mode-range",
            "secret.defaultMode",
        ),
        ({"gcePersistentDisk": {}}, "volume-field-required", "persistentDisk.pdName"),
        ({"csi": {"driver": "A_b"}}, "csi-driver-invalid", "csi.driver"),
        ({"ephemeral": {}}, "claim-template-required", "ephemeral.volumeClaimTemplate"),
        (
            {
                "projected": {
                    "sources": [{"serviceAccountToken": {**_TOKEN, "expirationSeconds": 1}}]
                }
            },
            "token-expiration-range",
            "projected.sources[0].serviceAccountToken.expirationSeconds",
        ),
        ({"downwardAPI": {"items": [{"path": "p"}]}}, "downward-source-required", "downwardAPI"),
        ({"image": {}}, "volume-field-required", "image.reference"),
    ],
)
def test_sources(source: dict[str, Any], rule: str, path: str) -> None:
    """Each source is checked at the path the server has for it."""
    assert errors(with_volumes({"name": "v", **source})) == [(rule, f"volumes[0].{path}")]


def test_a_volume_without_a_source_is_an_empty_directory() -> None:
    """Defaulting makes an emptyDir of it."""
    mount = {"name": "v", "mountPath": "/x"}
    assert errors(with_volumes({"name": "v"}, volumeMounts=[mount])) == []


def test_invalid_volumes_can_not_be_mounted() -> None:
    """The server says of a mount that its volume is not found when that is itself invalid."""
    mount = {"name": "v", "mountPath": "/x"}
    found = errors(with_volumes({"name": "v", "hostPath": {}}, volumeMounts=[mount]))
    assert ("mount-volume-unknown", "volumeMounts[0].name") in found


@pytest.mark.parametrize(
    ("mount", "rule", "path"),
    [
        ({"name": "w"}, "mount-volume-unknown", "volumeMounts[0].name"),
        ({"mountPath": ""}, "mount-path-required", "volumeMounts[0].mountPath"),
        ({"subPath": "../x"}, "path-backsteps", "volumeMounts.subPath"),
        (
            {"mountPropagation": "Bidirectional"},
            "mount-propagation-privileged",
            "volumeMounts.mountPropagation",
        ),
        (
            {"recursiveReadOnly": "Enabled"},
            "recursive-read-only-writable",
            "volumeMounts.recursiveReadOnly",
        ),
    ],
)
def test_mounts(mount: dict[str, Any], rule: str, path: str) -> None:
    """Mounts are checked against their volume; some paths lack the index."""
    mounts = [{"name": "v", "mountPath": "/x", **mount}]
    found = errors(with_volumes({"name": "v", "emptyDir": {}}, volumeMounts=mounts))
    assert found == [(rule, path)]


def test_devices_come_from_claims() -> None:
    """Only claims can be block devices."""
    devices = [{"name": "v", "devicePath": "/dev/x"}]
    found = errors(with_volumes({"name": "v", "emptyDir": {}}, volumeDevices=devices))
    assert found == [("device-volume-type", "volumeDevices[0].name")]
    claim = {"name": "v", "persistentVolumeClaim": {"claimName": "c"}}
    assert errors(with_volumes(claim, volumeDevices=devices)) == []
