"""Operators on what the server's decoder refuses or rewrites: types, unknown fields, nulls.

Drawn from the strict decoder (sigs.k8s.io/json with DisallowUnknownFields) and the Go types.
Without kind and apiVersion the server goes by the URL; a file is then no DaemonSet at all.
"""

from __future__ import annotations

from tests.cluster.mutators.engine import Operator, append, merge, put

# fmt: off
OPERATORS: list[Operator] = [
    *(put(f"type-{path.rpartition('.')[2]}", path, *values) for path, values in (
        ("spec.minReadySeconds", ("5", 1.5, 30.0, True, [], {}, None, 2147483648, -2147483649)),
        ("metadata.name", (5, True, [], {}, None, 1.5)),
        ("metadata.labels", ([], "x", {"a": 1}, {"a": True}, {"a": None}, {"a": {}}, None, 3)),
        ("spec.template.metadata.annotations", ({"a": 1}, {"a": ["x"]}, {"a": None}, "x")),
        ("spec.selector", ("app=x", [], {"matchLabels": ["app"]}, {"matchExpressions": {}})),
        ("spec.updateStrategy", ("OnDelete", ["RollingUpdate"], {"type": 1}, None, {})),
        ("pod.hostNetwork", ("true", 1, 0, None, "yes")),
        ("pod.containers", ({"name": "x"}, "x", [None], ["x"], [[]], [1])),
        ("pod.volumes", ({"name": "x"}, [None], ["x"], [{"name": 5}])),
        ("pod.nodeSelector", ({"a": 1}, {"a": None}, ["a"], {"a": False})),
        ("pod.tolerations", ({"key": "x"}, ["x"], [{"key": 1}], [{"tolerationSeconds": "5"}])),
        ("pod.terminationGracePeriodSeconds", ("30", 30.0, 30.5, 9223372036854775808, None)),
        ("pod.securityContext", ([], "x", {"runAsUser": "0"}, {"fsGroup": 1.0}, None)),
        ("ctr.image", (5, None, ["x"], {}, 1.0)),
        ("ctr.command", ("sh -c", ["a", 1], ["a", None], {"a": "b"}, [["a"]], None)),
        ("ctr.args", ("x", [True], [1.5], [None])),
        ("ctr.ports", ({"containerPort": 1}, [80], ["80"], [None], [{"containerPort": "80"}],
                       [{"containerPort": 80.0}], [{"containerPort": 80.5}])),
        ("ctr.env", ({"A": "b"}, ["A=b"], [{"name": "A", "value": 1}], [None],
                     [{"name": "A", "value": True}], [{"name": "A", "value": None}])),
        ("ctr.resources", ([], "x", {"limits": ["cpu"]}, {"limits": {"cpu": True}},
                           {"limits": {"cpu": []}}, {"limits": None}, {"limits": {"cpu": {}}})),
        ("ctr.securityContext.capabilities", (["ALL"], {"add": "ALL"}, {"drop": [1]}, None)),
        ("ctr.volumeMounts", ({"name": "x"}, ["x"], [{"readOnly": "yes"}], [None])),
    )),
    *(put(f"unknown-{field}", f"{parent}{field}", value) for parent, field, value in (
        ("", "bogus", 1), ("metadata.", "Labels", {"a": "b"}), ("metadata.", "annotation", {}),
        ("spec.", "replicas", 1), ("spec.", "strategy", {}), ("spec.", "templateGeneration", 1),
        ("spec.", "Selector", {}), ("spec.template.", "labels", {"a": "b"}),
        ("pod.", "container", []), ("pod.", "hostnetwork", True), ("pod.", "tolerance", []),
        ("pod.", "HostNetwork", True), ("ctr.", "Image", "x"),
        ("ctr.", "imagepullpolicy", "Always"),
        ("ctr.", "resource", {}), ("ctr.", "envfrom", []), ("ctr.", "volumeMount", []),
        ("spec.updateStrategy.", "maxUnavailable", 1), ("pod.securityContext.", "privileged", True),
    )),
    merge("unknown-nested", "ctr", {"livenessProbe": {"exec": {"cmd": ["x"]}}},
          {"livenessProbe": {"httpGet": {"port": 80, "timeoutSeconds": 1}}},
          {"env": [{"name": "A", "valueFrom": {"secretRef": {"name": "x"}}}]},
          {"resources": {"limits": {"cpu": "1"}, "memory": "1Gi"}}),
    append("unknown-volume", "pod.volumes", {"name": "v", "configmap": {"name": "x"}},
           {"name": "v", "hostpath": {"path": "/x"}}, {"name": "v", "hostPath": "/x"},
           {"name": "v", "secret": {"name": "x"}}, {"name": "v", "emptyDir": ""},
           {"name": "v", "emptyDir": None},
           {"name": "v", "hostPath": {"path": "/x", "type": None}}),
    put("status", "status", {}, {"currentNumberScheduled": 1}, {"phase": "x"}, None, []),
    put("api-version", "apiVersion", "apps/v1beta2", "extensions/v1beta1", "apps/v2", "v1"),
    put("kind", "kind", "Daemonset", "Deployment", 5),
    put("self-managed", "metadata.creationTimestamp", "2024-01-02T03:04:05Z", "yesterday", None,
        ""),
    put("resource-version", "metadata.resourceVersion", "5", ""),
    put("uid", "metadata.uid", "abc", ""),
]
