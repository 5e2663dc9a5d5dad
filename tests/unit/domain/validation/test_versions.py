"""Rules that came, went or changed between Kubernetes 1.34 and 1.37."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.validation import advice, defaulted
from tests.unit.domain.validation.sample import (
    daemonset,
    errors,
    with_container,
    with_pod,
    with_volumes,
)

_FILE_KEY = {"volumeName": "none", "path": "p", "key": "K"}
_RESIZE = [{"resourceName": "cpu", "restartPolicy": "RestartContainer"}]
_OWNER = daemonset()
_OWNER["metadata"]["ownerReferences"] = [{"apiVersion": "v1", "name": "n", "uid": "u"}]


@pytest.mark.parametrize(
    ("obj", "since", "before", "after"),
    [
        (
            with_container(restartPolicy="x"),
            (1, 35),
            [],
            [("container-restart-policy-unsupported", "restartPolicy")],
        ),
        (
            with_container(env=[{"name": "A", "valueFrom": {"fileKeyRef": _FILE_KEY}}]),
            (1, 35),
            [("env-source-required", "env[0].valueFrom")],
            [("file-key-volume-unknown", "env[0].valueFrom.fileKeyRef.volumeName")],
        ),
        (with_pod(hostnameOverride="A"), (1, 35), [], [("host-name-invalid", "hostnameOverride")]),
        (
            with_pod(initContainers=[{"name": "i", "image": "x", "resizePolicy": _RESIZE}]),
            (1, 36),
            [],
            [("init-resize-policy-invalid", "initContainers[0].resizePolicy[0].restartPolicy")],
        ),
        (
            with_pod(hostAliases=[{"ip": "01.2.3.4"}]),
            (1, 36),
            [],
            [("ip-not-strict", "hostAliases[0].ip")],
        ),
        (
            with_pod(securityContext={"seLinuxChangePolicy": "MountOption"}),
            (1, 37),
            [("security-policy-unsupported", "securityContext.seLinuxChangePolicy")],
            [],
        ),
        (
            with_volumes({"name": "v", "projected": {"sources": [{"podCertificate": {}}]}}),
            (1, 37),
            [],
            None,
        ),
        (
            _OWNER,
            (1, 37),
            [("owner-field-required", "metadata.ownerReferences.kind")],
            [("owner-field-required", "metadata.ownerReferences[0].kind")],
        ),
    ],
)
def test_since(
    obj: dict[str, Any],
    since: tuple[int, int],
    before: list[tuple[str, str]],
    after: list[tuple[str, str]] | None,
) -> None:
    """From its version on a rule holds; before it the field is dropped or judged otherwise."""
    for minor in range(34, 38):
        found = errors(obj, (1, minor))
        if (1, minor) < since:
            assert found == before
        elif after is None:
            assert found
        else:
            assert found == after


def test_unknown_versions_count_as_the_nearest() -> None:
    """A version beyond the known ones is judged by the nearest known one."""
    obj = with_container(restartPolicy="x")
    assert errors(obj, (1, 30)) == errors(obj, (1, 34)) == []
    assert errors(obj, (1, 40)) == errors(obj, (1, 37)) != []


def test_image_volumes_go_with_their_mounts() -> None:
    """Where the gate is off, image volumes and what mounts them vanish."""
    mounts = [{"name": "i", "mountPath": "/i"}, {"name": "e", "mountPath": "/e"}]
    volumes = ({"name": "i", "image": {"reference": "x"}}, {"name": "e", "emptyDir": {}})
    pod = defaulted(with_volumes(*volumes, volumeMounts=mounts), version=(1, 34))
    spec = pod["spec"]["template"]["spec"]
    assert [volume["name"] for volume in spec["volumes"]] == ["e"]
    assert [mount["name"] for mount in spec["containers"][0]["volumeMounts"]] == ["e"]


def test_dropped_fields_are_told() -> None:
    """What the server drops without a word, dsctl warns about."""
    obj = with_container(livenessProbe={"grpc": {"port": 1, "mode": "TLS"}}, restartPolicyRules=[])
    found = {
        (1, minor): [p.path for p in advice(obj, version=(1, minor)) if p.rule == "field-dropped"]
        for minor in (34, 37)
    }
    mode, rules = (
        "spec.template.spec.containers[0].livenessProbe.grpc.mode",
        "spec.template.spec.containers[0].restartPolicyRules",
    )
    assert found == {(1, 34): [mode, rules], (1, 37): [mode]}
