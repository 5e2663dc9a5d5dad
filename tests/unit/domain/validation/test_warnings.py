"""The server's warnings."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.validation import Severity, warnings
from tests.unit.domain.validation.sample import (
    CONTAINER,
    POD,
    daemonset,
    with_container,
    with_pod,
    with_volumes,
)

_ITEMS = [{"key": "a", "path": "p"}, {"key": "b", "path": "p/q"}]


@pytest.mark.parametrize(
    ("obj", "rule", "path", "message"),
    [
        (
            with_pod(nodeSelector={"beta.kubernetes.io/os": "linux"}),
            "node-label-deprecated",
            f"{POD}.nodeSelector[beta.kubernetes.io/os]",
            'deprecated since v1.14; use "kubernetes.io/os" instead',
        ),
        (
            with_container(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
            "env-repeated",
            f"{CONTAINER}.env[1]",
            'hides previous definition of "A", which may be dropped when using apply',
        ),
        (
            with_container(ports=[{"containerPort": 1}, {"containerPort": 1, "name": "x"}]),
            "port-repeated",
            f"{CONTAINER}.ports[1]",
            f"duplicate port definition with {CONTAINER}.ports[0]",
        ),
        (
            with_container(ports=[{"containerPort": 1, "hostIP": "1.2.3.4"}]),
            "host-ip-without-port",
            f"{CONTAINER}.ports[0]",
            "hostIP set without hostPort: "
            "{Name: HostPort:0 ContainerPort:1 Protocol:TCP HostIP:1.2.3.4}",
        ),
        (
            with_pod(terminationGracePeriodSeconds=-1),
            "grace-period-negative",
            f"{POD}.terminationGracePeriodSeconds",
            "must be >= 0; negative values are invalid and will be treated as 1",
        ),
        (
            with_container(resources={"limits": {"memory": "1500m"}}),
            "bytes-fractional",
            f"{CONTAINER}.resources.limits[memory]",
            'fractional byte value "1500m" is invalid, must be an integer',
        ),
        (
            with_volumes({"name": "v", "rbd": {}}),
            "volume-deprecated",
            f"{POD}.volumes[0].rbd",
            "deprecated in v1.28, non-functional in v1.31+",
        ),
        (
            with_volumes({"name": "v", "configMap": {"name": "c", "items": _ITEMS}}),
            "volume-paths-overlap",
            "",
            'volume "v" (ConfigMap "c"): overlapping paths: "p/q" with "p"',
        ),
        (
            with_pod(dnsConfig={"nameservers": ["2001:DB8::1"]}),
            "ip-not-canonical",
            f"{POD}.dnsConfig.nameservers[0]",
            'IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
        ),
    ],
)
def test_warning(obj: dict[str, Any], rule: str, path: str, message: str) -> None:
    """Rule, path and the server's words."""
    (found,) = warnings(obj)
    assert (found.rule, found.path, found.message) == (rule, path, message)
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    "obj",
    [
        daemonset(),
        with_container(env=[{"name": "P", "value": "/a"}, {"name": "P", "value": "/b:$(P)"}]),
        with_container(ports=[{"containerPort": 1}, {"containerPort": 1, "protocol": "UDP"}]),
        None,
        {"spec": {"template": 3}},
    ],
)
def test_no_warning(obj: Any) -> None:
    """An extended variable, or another protocol, is fine; junk raises nothing."""
    assert warnings(obj) == []


def test_annotations_that_fields_have_replaced() -> None:
    """A seccomp annotation warns unless the field is there as well."""
    obj = daemonset()
    annotations = {"seccomp.security.alpha.kubernetes.io/pod": "runtime/default"}
    obj["spec"]["template"]["metadata"]["annotations"] = annotations
    assert [problem.rule for problem in warnings(obj)] == ["annotation-deprecated"]
    profile = {"seccompProfile": {"type": "RuntimeDefault"}}
    obj["spec"]["template"]["spec"]["securityContext"] = profile
    assert warnings(obj) == []


def test_nothing_is_said_twice() -> None:
    """Two sources that an older server drops leave one warning, as the server sends it."""
    sources: list[dict[str, Any]] = [
        {"clusterTrustBundle": {"name": "a", "path": "a"}},
        {"podCertificate": {"signerName": "a.b/c", "keyType": "ED25519", "keyPath": "k"}},
    ]
    obj = with_volumes({"name": "v", "projected": {"sources": sources}})
    said = [problem.message for problem in warnings(obj, version=(1, 36))]
    assert said == ['volume "v" (Projected) has no sources provided']
    assert warnings(obj) == []
