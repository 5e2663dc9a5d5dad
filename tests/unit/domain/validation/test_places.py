"""Where the server's path is odd, ``place`` names what the user must change."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.validation import validate_daemonset
from tests.unit.domain.validation.sample import (
    CONTAINER,
    POD,
    daemonset,
    with_container,
    with_pod,
    with_volumes,
)

_V = {"name": "v", "emptyDir": {}}
_OK = {"name": "v", "mountPath": "/ok"}


def _labels() -> dict[str, Any]:
    obj = daemonset()
    obj["spec"]["template"]["metadata"]["labels"]["x"] = "a b"
    return obj


@pytest.mark.parametrize(
    ("obj", "path", "place"),
    [
        (_labels(), "spec.template.labels", "spec.template.metadata.labels"),
        (daemonset(selector=None), "spec.template.metadata.labels", "spec.selector"),
        (with_pod(hostUsers=False, hostIPC=True), f"{POD}.HostIPC", f"{POD}.hostIPC"),
        (
            with_volumes(_V, volumeMounts=[_OK, {**_OK, "mountPath": "/x", "subPath": "/y"}]),
            f"{CONTAINER}.volumeMounts.subPath",
            f"{CONTAINER}.volumeMounts[1].subPath",
        ),
        (
            with_volumes({"name": "v", "awsElasticBlockStore": {"volumeID": "x"}, "cephfs": {}}),
            f"{POD}.volumes[0].cephFS",
            f"{POD}.volumes[0].cephfs",
        ),
        (
            with_container(resources={"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}),
            f"{CONTAINER}.resources.requests",
            f"{CONTAINER}.resources.requests[cpu]",
        ),
        (
            with_container(envFrom=[{"secretRef": {"name": "a"}}, {}]),
            f"{CONTAINER}.envFrom",
            f"{CONTAINER}.envFrom[1]",
        ),
        (with_pod(overhead={"cpu": "-1"}), f"{POD}.overhead.limits[cpu]", f"{POD}.overhead[cpu]"),
        (
            with_pod(tolerations=[{"key": "k", "operator": "Exists", "value": "v"}]),
            f"{POD}.tolerations[0].operator",
            f"{POD}.tolerations[0].value",
        ),
        (with_container(restartPolicy="x"), f"{CONTAINER}.restartPolicy", None),
    ],
)
def test_place(obj: dict[str, Any], path: str, place: str | None) -> None:
    """The server's path is kept as it is; the place is the document's."""
    (problem,) = validate_daemonset(obj)
    assert (problem.path, problem.place) == (path, place)
