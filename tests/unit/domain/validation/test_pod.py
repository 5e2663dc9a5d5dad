"""Rules on the pod: security, DNS, scheduling, operating systems, annotations, metadata."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.domain.validation.sample import daemonset, errors, with_container, with_pod

_NODE = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}


@pytest.mark.parametrize(
    ("fields", "rule", "path"),
    [
        ({"restartPolicy": "x"}, "restart-policy-unsupported", "restartPolicy"),
        ({"dnsPolicy": "None"}, "dns-config-required", "dnsConfig"),
        ({"dnsConfig": {"nameservers": ["x"]}}, "ip-invalid", "dnsConfig.nameservers[0]"),
        (
            {"dnsConfig": {"nameservers": ["010.0.0.1"]}},
            "ip-not-strict",
            "dnsConfig.nameservers[0]",
        ),
        ({"hostAliases": [{"ip": "::ffff:1.2.3.4"}]}, "ip-not-strict", "hostAliases[0].ip"),
        ({"nodeSelector": {"a b": "c"}}, "label-key-invalid", "nodeSelector"),
        ({"hostUsers": False, "hostPID": True}, "host-users-namespace", "HostPID"),
        (
            {"shareProcessNamespace": True, "hostPID": True},
            "share-process-host-pid",
            "shareProcessNamespace",
        ),
        (
            {"tolerations": [{"key": "k", "operator": "Gt"}]},
            "toleration-operator-unsupported",
            "tolerations[0].operator",
        ),
        ({"tolerations": [{}]}, "toleration-key-required", "tolerations[0].operator"),
        (
            {"affinity": {"nodeAffinity": _NODE}},
            "node-affinity-terms-required",
            "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
        ),
        ({"os": {"name": "plan9"}}, "os-name-unsupported", "os"),
        (
            {"securityContext": {"sysctls": [{"name": "A"}]}},
            "sysctl-name-invalid",
            "securityContext.sysctls[0].name",
        ),
        (
            {"hostNetwork": True, "securityContext": {"sysctls": [{"name": "net/core/x"}]}},
            "sysctl-host-namespace",
            "securityContext.sysctls[0].name",
        ),
        ({"overhead": {"x": "1"}}, "resource-name-unknown", "overhead.limits[x]"),
        ({"resources": {"claims": []}}, "pod-resource-claims", "resources.claims"),
        ({"priorityClassName": "A"}, "priority-class-name-invalid", "priorityClassName"),
        (
            {"ephemeralContainers": [{"name": "d", "image": "x"}]},
            "ephemeral-containers-forbidden",
            "ephemeralContainers",
        ),
    ],
)
def test_one_mistake(fields: dict[str, Any], rule: str, path: str) -> None:
    """Each mistake is reported at the server's path, odd ones included."""
    assert (rule, path) in errors(with_pod(**fields))


def test_lt_and_gt_are_listed_as_supported_though_refused() -> None:
    """The server's own message, kept as it is."""
    from dsctl.domain.validation import validate_daemonset

    obj = with_pod(tolerations=[{"key": "k", "operator": "Gt", "value": "1"}])
    expected = 'Unsupported value: "Gt": supported values: "Equal", "Exists", "Lt", "Gt"'
    assert [problem.message for problem in validate_daemonset(obj)] == [expected]


def test_pod_resources_cover_their_containers() -> None:
    """Requests add up, sidecars included; a limit bounds each container."""
    obj = with_container(resources={"requests": {"cpu": "1"}, "limits": {"cpu": "3"}})
    pod = obj["spec"]["template"]["spec"]
    pod["initContainers"] = [
        {
            "name": "s",
            "image": "x",
            "restartPolicy": "Always",
            "resources": {"requests": {"cpu": "1"}},
        }
    ]
    pod["resources"] = {"requests": {"cpu": "1500m"}, "limits": {"cpu": "2"}}
    assert errors(obj) == [
        ("pod-requests-too-small", "resources.requests[cpu]"),
        ("container-limit-over-pod", "resources.containers[0][cpu].limits"),
    ]


def test_windows_excludes_what_linux_has() -> None:
    """Fields without a meaning on Windows are refused, host namespaces only if set."""
    obj = with_pod(os={"name": "windows"}, hostPID=False, securityContext={"runAsUser": 1})
    assert errors(obj) == [("windows-field-forbidden", "securityContext.runAsUser")]


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("a/b/c", "x", "annotation-key-invalid"),
        ("big", "x" * 262_144, "annotations-too-long"),
        ("controller.kubernetes.io/pod-deletion-cost", "+1", "pod-deletion-cost-invalid"),
        ("scheduler.alpha.kubernetes.io/tolerations", "{", "tolerations-annotation-invalid"),
        (
            "container.apparmor.security.beta.kubernetes.io/nobody",
            "unconfined",
            "apparmor-annotation-container",
        ),
        ("seccomp.security.alpha.kubernetes.io/pod", "x", "seccomp-annotation-invalid"),
        ("kubernetes.io/config.mirror", "x", "mirror-pod-node-name"),
    ],
)
def test_template_annotations(key: str, value: str, rule: str) -> None:
    """Annotations of the template that mean something are checked."""
    obj = daemonset()
    obj["spec"]["template"]["metadata"]["annotations"] = {key: value}
    assert [found for found, _ in errors(obj)] == [rule]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"name": None}, [("name-required", "metadata.name")]),
        ({"name": None, "generateName": "agent-"}, []),
        ({"finalizers": ["x"]}, [("finalizer-not-qualified", "metadata.finalizers[0]")]),
        ({"labels": {"a": "b c"}}, [("label-value-invalid", "metadata.labels")]),
        ({"labels": {"a": None}}, []),
        (
            {"annotations": {"deprecated.daemonset.template.generation": "x"}},
            [
                (
                    "template-generation-invalid",
                    "metadata.annotations[deprecated.daemonset.template.generation]",
                )
            ],
        ),
    ],
)
def test_metadata(meta: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """The DaemonSet's own metadata."""
    obj = daemonset()
    obj["metadata"].update(meta)
    assert errors(obj) == expected


def test_owner_references_are_deduplicated_first() -> None:
    """An exact repeat is dropped by the server; two controllers are not."""
    owner = {"apiVersion": "v1", "kind": "K", "name": "n", "uid": "u", "controller": True}
    obj = daemonset()
    obj["metadata"]["ownerReferences"] = [owner, dict(owner)]
    assert errors(obj) == []
    obj["metadata"]["ownerReferences"] = [owner, owner | {"uid": "v"}]
    assert errors(obj) == [("owner-controller-duplicate", "metadata.ownerReferences")]
