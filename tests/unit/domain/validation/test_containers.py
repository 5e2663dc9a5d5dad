"""Rules on containers: names, ports, environment, probes, resources, restarts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.domain.validation.sample import daemonset, errors, with_container, with_pod

_EXEC = {"exec": {"command": ["true"]}}


@pytest.mark.parametrize(
    ("fields", "rule", "path"),
    [
        ({"name": ""}, "container-name-required", "name"),
        ({"name": "A"}, "container-name-invalid", "name"),
        ({"image": ""}, "container-image-required", "image"),
        ({"imagePullPolicy": "Maybe"}, "pull-policy-unsupported", "imagePullPolicy"),
        (
            {"terminationMessagePolicy": "x"},
            "message-policy-unsupported",
            "terminationMessagePolicy",
        ),
        ({"ports": [{}]}, "port-number-required", "ports[0].containerPort"),
        ({"ports": [{"containerPort": 70000}]}, "port-number-range", "ports[0].containerPort"),
        ({"env": [{"name": "A=B"}]}, "env-name-invalid", "env[0].name"),
        ({"env": [{"name": "A", "valueFrom": {}}]}, "env-source-required", "env[0].valueFrom"),
        ({"envFrom": [{}]}, "env-from-source-required", "envFrom"),
        ({"livenessProbe": {}}, "handler-required", "livenessProbe"),
        (
            {"livenessProbe": {**_EXEC, "successThreshold": 2}},
            "probe-success-threshold",
            "livenessProbe.successThreshold",
        ),
        (
            {"readinessProbe": {**_EXEC, "terminationGracePeriodSeconds": 1}},
            "probe-grace-period-readiness",
            "readinessProbe.terminationGracePeriodSeconds",
        ),
        (
            {"lifecycle": {"preStop": {"sleep": {"seconds": 31}}}},
            "sleep-range",
            "lifecycle.preStop.sleep",
        ),
        (
            {"resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}},
            "request-over-limit",
            "resources.requests",
        ),
        ({"resources": {"requests": {"a.com/gpu": "1"}}}, "limit-required", "resources.limits"),
        (
            {"resources": {"limits": {"a.com/gpu": "1.5"}}},
            "quantity-not-integer",
            "resources.limits[a.com/gpu]",
        ),
        ({"resources": {"limits": {"cpu": "1 core"}}}, "quantity-invalid", "resources.limits[cpu]"),
        ({"resources": {"limits": {"hugepages-2Mi": "2Mi"}}}, "huge-pages-alone", "resources"),
        ({"resources": {"claims": [{"name": "x"}]}}, "claim-unknown", "resources.claims[0]"),
        ({"restartPolicy": "Sometimes"}, "container-restart-policy-unsupported", "restartPolicy"),
        (
            {"securityContext": {"privileged": True, "allowPrivilegeEscalation": False}},
            "privileged-without-escalation",
            "securityContext",
        ),
        (
            {"securityContext": {"runAsUser": -1}},
            "user-or-group-range",
            "securityContext.runAsUser",
        ),
    ],
)
def test_one_mistake_is_one_error(fields: dict[str, Any], rule: str, path: str) -> None:
    """Each mistake is reported once, at the server's path."""
    assert errors(with_container(**fields)) == [(rule, path)]


@pytest.mark.parametrize(
    "fields",
    [
        {"image": " "},
        {"ports": [{"containerPort": 1, "hostIP": "localhost"}]},
        {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.host"}}}]},
        {"readinessProbe": {"tcpSocket": {"port": "nobody"}}},
        {"restartPolicy": "OnFailure"},
        {"resources": {"limits": {"cpu": None}}},
        {"resources": {"requests": {"x.kubernetes.io/y": "0.5"}}},
        {
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"add": ["SYS_ADMIN"]},
            }
        },
    ],
)
def test_accepted_though_odd(fields: dict[str, Any]) -> None:
    """What the server accepts is no error, however odd."""
    assert errors(with_container(**fields)) == []


def test_names_are_unique_across_containers_and_init_containers() -> None:
    """An init container can't have a container's name."""
    obj = with_pod(initContainers=[{"name": "agent", "image": "x"}])
    assert errors(obj) == [("container-name-duplicate", "initContainers[0].name")]


def test_only_sidecars_have_probes_among_init_containers() -> None:
    """Probes are refused on init containers unless they restart always."""
    init = {"name": "init", "image": "x", "livenessProbe": _EXEC}
    assert errors(with_pod(initContainers=[init])) == [
        ("init-container-field-forbidden", "initContainers[0].livenessProbe")
    ]
    assert errors(with_pod(initContainers=[init | {"restartPolicy": "Always"}])) == []


def test_host_port_on_the_host_network() -> None:
    """With hostNetwork a host port is the container port; without, any goes."""
    ports = [{"containerPort": 80, "hostPort": 81}]
    obj = with_container(ports=ports)
    assert errors(obj) == []
    obj["spec"]["template"]["spec"]["hostNetwork"] = True
    assert errors(obj) == [("host-port-mismatch", "ports[0].hostPort")]


def test_host_ports_conflict_by_protocol_and_address() -> None:
    """The same host port is taken only for the same protocol and address."""
    port = {"containerPort": 1, "hostPort": 1}
    different = [port, port | {"protocol": "UDP"}, port | {"hostIP": "10.0.0.1"}]
    assert errors(with_container(ports=different)) == []
    assert errors(with_container(ports=[port, port])) == [
        ("host-port-duplicate", "ports[1].hostPort")
    ]


def test_no_containers() -> None:
    """A pod without containers is one error, whatever else its init containers are."""
    obj = daemonset()
    obj["spec"]["template"]["spec"]["containers"] = []
    assert errors(obj) == [("containers-required", "containers")]


def test_stop_signals_vanish_with_their_lifecycle() -> None:
    """A lifecycle of only a stop signal is dropped, so an init container may have it."""
    init = {"name": "i", "image": "x"}
    assert errors(with_pod(initContainers=[init | {"lifecycle": {"stopSignal": "SIGTERM"}}])) == []
    assert errors(with_pod(initContainers=[init | {"lifecycle": {}}])) != []
