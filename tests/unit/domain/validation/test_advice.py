"""What only dsctl says."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.validation import advice, judge
from dsctl.domain.validation.advising import all_advice
from tests.unit.domain.validation.sample import daemonset, with_container, with_pod, with_volumes

_MASTER = "node-role.kubernetes.io/master"
_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_HOST = {"name": "h", "hostPath": {"path": "/var/log"}}
_MOUNT = {"name": "h", "mountPath": "/logs"}
_PORT = [{"containerPort": 80, "hostPort": 80}]


def _surging(**container: Any) -> dict[str, Any]:
    obj = with_container(**container)
    obj["spec"]["updateStrategy"] = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    return obj


def _preferring(term: dict[str, Any]) -> dict[str, Any]:
    return with_pod(
        affinity={
            "nodeAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 1, "preference": term}
                ]
            }
        }
    )


def rules(obj: Any) -> set[str]:
    """The names of the rules that have something to say."""
    return {problem.rule for problem in advice(obj)}


@pytest.mark.parametrize(
    ("rule", "said_of", "not_of"),
    [
        ("surge-with-host-port", _surging(ports=_PORT), _surging(ports=[{"containerPort": 80}])),
        ("surge-with-host-port", _surging(ports=_PORT), with_container(ports=_PORT)),
        ("on-delete-strategy", daemonset(updateStrategy={"type": "OnDelete"}), daemonset()),
        (
            "rolling-update-ignored",
            daemonset(updateStrategy={"type": "OnDelete", "rollingUpdate": {"maxSurge": 1}}),
            daemonset(updateStrategy={"type": "OnDelete"}),
        ),
        (
            "all-unavailable",
            daemonset(updateStrategy={"rollingUpdate": {"maxUnavailable": "100%"}}),
            daemonset(updateStrategy={"rollingUpdate": {"maxUnavailable": "50%"}}),
        ),
        ("selector-too-wide", daemonset(selector={"matchLabels": {"tier": "node"}}), daemonset()),
        (
            "selector-too-wide",
            daemonset(selector={"matchExpressions": [{"key": "app", "operator": "Exists"}]}),
            daemonset(
                selector={
                    "matchExpressions": [{"key": "app", "operator": "In", "values": ["agent"]}]
                }
            ),
        ),
        (
            "memory-limit-missing",
            daemonset(),
            with_container(resources={"limits": {"memory": "1Gi"}}),
        ),
        ("memory-limit-missing", daemonset(), with_pod(resources={"limits": {"memory": "1Gi"}})),
        ("priority-class-missing", daemonset(), with_pod(priorityClassName="high")),
        (
            "host-path-writable",
            with_volumes(_HOST, volumeMounts=[_MOUNT]),
            with_volumes(_HOST, volumeMounts=[{**_MOUNT, "readOnly": True}]),
        ),
        ("image-tag-latest", with_container(image="agent"), with_container(image="agent:2")),
        (
            "image-tag-latest",
            with_container(image="agent:latest"),
            with_container(image="agent:latest@sha256:" + "0" * 64),
        ),
        (
            "node-label-removed",
            with_pod(nodeSelector={_MASTER: ""}),
            with_pod(nodeSelector={_CONTROL_PLANE: ""}),
        ),
        (
            "taint-removed",
            with_pod(tolerations=[{"key": _MASTER, "operator": "Exists"}]),
            with_pod(
                tolerations=[
                    {"key": _MASTER, "operator": "Exists"},
                    {"key": _CONTROL_PLANE, "operator": "Exists"},
                ]
            ),
        ),
        (
            "dns-on-host-network",
            with_pod(hostNetwork=True),
            with_pod(hostNetwork=True, dnsPolicy="Default"),
        ),
        ("node-name-set", with_pod(nodeName="n1"), daemonset()),
        ("image-unreadable", with_container(image="Agent:1"), daemonset()),
        (
            "mount-path-relative",
            with_container(volumeMounts=[{"name": "x", "mountPath": "logs"}]),
            with_container(volumeMounts=[{"name": "x", "mountPath": "C:\\logs"}]),
        ),
        (
            "probe-port-unknown",
            with_container(livenessProbe={"tcpSocket": {"port": "web"}}),
            with_container(
                livenessProbe={"tcpSocket": {"port": "web"}},
                ports=[{"name": "web", "containerPort": 80}],
            ),
        ),
        (
            "volume-without-source",
            with_volumes({"name": "v"}),
            with_volumes({"name": "v", "emptyDir": {}}),
        ),
        (
            "affinity-not-number",
            _preferring({"matchExpressions": [{"key": "k", "operator": "Gt", "values": ["x"]}]}),
            _preferring({"matchExpressions": [{"key": "k", "operator": "Gt", "values": ["-3"]}]}),
        ),
        (
            "preference-empty",
            _preferring({}),
            _preferring({"matchExpressions": [{"key": "k", "operator": "Exists"}]}),
        ),
        (
            "host-ip-invalid",
            with_container(ports=[{"containerPort": 1, "hostIP": "localhost"}]),
            with_container(ports=[{"containerPort": 1, "hostIP": "::1"}]),
        ),
        (
            "container-restart-policy",
            with_container(restartPolicy="Never"),
            with_container(restartPolicy="Always"),
        ),
        (
            "resource-unknown",
            with_container(resources={"requests": {"kubernetes.io/x": "1"}}),
            with_container(resources={"requests": {"cpu": "1"}}),
        ),
    ],
)
def test_rule(rule: str, said_of: dict[str, Any], not_of: dict[str, Any]) -> None:
    """Each rule speaks of what it is about, and keeps silent beside it."""
    assert rule in rules(said_of)
    assert rule not in rules(not_of)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, True),
        ({"tolerations": [{"operator": "Exists"}]}, False),
        ({"tolerations": [{"key": _CONTROL_PLANE, "effect": "NoSchedule"}]}, False),
        ({"tolerations": [{"key": _CONTROL_PLANE, "effect": "NoExecute"}]}, True),
        ({"nodeSelector": {_CONTROL_PLANE: ""}}, False),
    ],
)
def test_control_plane_is_spoken_of_with_host_paths_only(
    fields: dict[str, Any], said: bool
) -> None:
    """An agent with host paths that does not tolerate control-plane nodes may mean to."""
    obj = with_volumes(_HOST)
    obj["spec"]["template"]["spec"].update(fields)
    assert ("control-plane-not-tolerated" in rules(obj)) is said
    assert "control-plane-not-tolerated" not in rules(with_pod(**fields))


def test_every_rule_gives_a_reason_and_a_remedy() -> None:
    """No rule leaves the reader alone."""
    for rule in all_advice():
        assert rule.summary.endswith(".")
        assert rule.remedy.endswith(".")


@pytest.mark.parametrize("junk", [None, [], "x", {"spec": {"template": {"spec": [1]}}}])
def test_junk(junk: Any) -> None:
    """Nothing raises on what is no DaemonSet."""
    advice(junk)
    judge(junk)


def test_judge_is_all_three_together() -> None:
    """Errors first, then warnings, then advice."""
    obj = with_pod(nodeSelector={_MASTER: ""}, restartPolicy="Never")
    severities = [problem.rule for problem in judge(obj)]
    assert severities[:2] == ["restart-policy-not-always", "node-label-deprecated"]
    assert "node-label-removed" in severities[2:]
