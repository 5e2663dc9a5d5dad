"""Operators on hooks, resources, restart policies and ephemeral containers.

Drawn from validateLifecycle, validateResourceRequirements, validateContainerRestartPolicy,
validateResizePolicy and validateEphemeralContainers.
"""

from __future__ import annotations

from typing import Any

from tests.cluster.mutators.engine import Operator, append, merge, put

# fmt: off
_EXEC: dict[str, Any] = {"exec": {"command": ["true"]}}
_QUANTITIES = ("-1", "0", "1.5", "0.1m", "1e3", "1Ki", "100m", "1k", "0.0001", "-0", "12345678901")

OPERATORS: list[Operator] = [
    put("lifecycle", "pod.containers.*.lifecycle", {}, {"preStop": {}}, {"postStart": {"exec": {}}},
        {"preStop": {"sleep": {"seconds": -1}}}, {"preStop": {"sleep": {"seconds": 0}}},
        {"preStop": {"sleep": {"seconds": 100000}}}, {"preStop": {"tcpSocket": {"port": 0}}},
        {"preStop": {"httpGet": {"port": "x y"}}},
        {"postStart": {**_EXEC, "sleep": {"seconds": 1}}}, {"stopSignal": "SIGNOPE"},
        {"stopSignal": "SIGTERM"}),
    put("init-stop-signal", "pod.initContainers.*.lifecycle", {"stopSignal": "SIGTERM"}),
    put("requests", "ctr.resources.requests", *(
        {name: value} for value in _QUANTITIES
        for name in ("cpu", "memory", "example.com/dev")),
        {"storage": "1"}, {"pods": "1"}, {"requests.cpu": "1"}, {"unknown": "1"}, {"a/b/c": "1"},
        {"requests.example.com/x": "1"}, {"kubernetes.io/x": "1"}, {"x.kubernetes.io/y": "0.5"},
        {"hugepages-2Mi": "2Mi"}, {"attachable-volumes-x": "1"}, {"": "1"}, {"UP/x": "1"},
        {"example.com/" + "x" * 60: "1"}, {"ephemeral-storage": "1.5"}),
    put("quantity", "ctr.resources.requests", *({"cpu": text} for text in (
        "", "1 Gi", "abc", "1Mb", "1e", "1mi", "1K", "--1", "1.1.1", "+1", ".5", "1.", "1E",
        "1e400", "0x10", "1_000", " 1 ", "١"))),
    put("resources", "ctr.resources", *(
        {"limits": {name: limit}, "requests": {name: request}} for name, limit, request in (
            ("cpu", "1", "2"), ("cpu", "1", "1000m"), ("cpu", "1", "1001m"),
            ("memory", "1Gi", "1G"), ("memory", "1G", "1Gi"), ("memory", "0", "1"),
            ("example.com/dev", "1", "2"), ("example.com/dev", "2", "1"),
            ("example.com/dev", "2", "2"), ("cpu", "1", "1.0001"),
            ("hugepages-2Mi", "4Mi", "2Mi"), ("hugepages-2Mi", "4Mi", "4Mi"), ("cpu", "1m", "0.1m"),
        )),
        {"limits": {"hugepages-2Mi": "3Mi", "cpu": "1"}}, {"limits": {"hugepages-2Mi": "4Mi"}},
        {"limits": {"hugepages-1Gi": "2Gi", "memory": "1Gi"}}, {"limits": {"hugepages-x": "1"}},
        {"limits": {"hugepages-": "1", "cpu": "1"}}, {"limits": {"hugepages-0": "1", "cpu": "1"}},
        {"limits": {"hugepages-2Mi": "0", "cpu": "1"}}, {"requests": {"example.com/dev": "1"}},
        {"limits": {"cpu": None}}, {"limits": {"cpu": None}, "requests": {"cpu": 1}}, {},
        {"limits": {"cpu": 0.5}, "requests": {"cpu": 0.25}}, {"limits": {}, "requests": {}}),
    put("resource-claims", "ctr.resources.claims", [{}], [{"name": "nobody"}],
        [{"name": "accel"}, {"name": "accel"}],
        [{"name": "accel", "request": "a"}, {"name": "accel"}],
        [{"name": "accel"}, {"name": "accel", "request": "a"}],
        [{"name": "accel", "request": "a"}, {"name": "accel", "request": "b"}],
        [{"name": "accel", "request": "A"}], [{"name": "accel", "request": "a"}] * 2),
    put("resize-policy", "ctr.resizePolicy",
        [{"resourceName": "cpu", "restartPolicy": "NotRequired"}] * 2, [{}],
        [{"resourceName": "gpu", "restartPolicy": "NotRequired"}],
        [{"resourceName": "cpu", "restartPolicy": "Always"}], [{"resourceName": "cpu"}],
        [{"resourceName": "memory", "restartPolicy": "RestartContainer"}]),
    put("container-restart-policy", "pod.containers.*.restartPolicy", "Always", "Never",
        "OnFailure", "Sometimes", ""),
    put("init-restart-policy", "pod.initContainers.*.restartPolicy", "Always", "Never", "OnFailure",
        "Sometimes", ""),
    merge("restart-rules", "ctr", *(
        {"restartPolicy": "Never", "restartPolicyRules": rules} for rules in (
            [{}], [{"action": "Restart"}], [{"action": "Reboot", "exitCodes": {"operator": "In"}}],
            [{"action": "Restart", "exitCodes": {"operator": "Eq", "values": [1]}}],
            [{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [0]}}],
            [{"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [3]}}],
            [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}] * 21,
            [{"action": "Restart", "exitCodes": {"operator": "In", "values": list(range(256))}}],
        ))),
    put("restart-rules-alone", "pod.containers.*.restartPolicyRules",
        [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}]),
    merge("sidecar-restart-rules", "pod.initContainers.*", {
        "restartPolicy": "Always",
        "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In"}}]}),
    append("ephemeral-container", "pod.ephemeralContainers",
           {"name": "debug", "image": "busybox"}, {"name": "main", "image": "busybox"},
           {"name": "debug", "image": " busybox"}, {"name": "debug"},
           {"name": "debug", "image": "b", "targetContainerName": "nobody"},
           {"name": "debug", "image": "b", "ports": [{"containerPort": 1}]},
           {"name": "debug", "image": "b", "resources": {"limits": {"cpu": "1"}}},
           {"name": "debug", "image": "b", "livenessProbe": _EXEC, "lifecycle": {}},
           {"name": "debug", "image": "b",
            "volumeMounts": [{"name": "scratch", "mountPath": "/x", "subPath": "y"}]}),
    put("overhead", "pod.overhead", {"cpu": "-1"}, {"x": "1"}, {"cpu": "1m"},
        {"hugepages-2Mi": "2Mi"}, {"example.com/d": "1"}, {}),
    put("pod-resources", "pod.resources", {}, {"requests": {"cpu": "10m"}},
        {"limits": {"cpu": "10m"}}, {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},
        {"requests": {"memory": "1Mi"}, "limits": {"memory": "2Mi"}},
        {"requests": {"ephemeral-storage": "1"}}, {"limits": {"example.com/d": "1"}},
        {"claims": []}, {"claims": [{"name": "accel"}]}, {"limits": {"storage": "1"}},
        {"limits": {"hugepages-2Mi": "2Mi"}, "requests": {"hugepages-2Mi": "2Mi", "cpu": "8"}},
        {"requests": {"cpu": "8", "memory": "8Gi"}, "limits": {"cpu": "8", "memory": "8Gi"}},
        {"limits": {"a b": "1"}}),
    append("pod-claims", "pod.resourceClaims",
           {}, {"name": "accel", "resourceClaimName": "x"}, {"name": "A", "resourceClaimName": "x"},
           {"name": "c", "resourceClaimName": "A"}, {"name": "c", "resourceClaimTemplateName": ""},
           {"name": "c", "resourceClaimName": "a", "resourceClaimTemplateName": "b"},
           {"name": "c"}, {"name": "c", "resourceClaimName": "a"}),
]
