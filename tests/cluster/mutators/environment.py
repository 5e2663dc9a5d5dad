"""Operators on environment variables and probes.

Drawn from ValidateEnv, ValidateEnvFrom, validateProbe and validateHandler.
"""

from __future__ import annotations

from typing import Any

from tests.cluster.mutators.engine import Operator, append, put

# fmt: off
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_EXEC: dict[str, Any] = {"exec": {"command": ["true"]}}

OPERATORS: list[Operator] = [
    put("env-name", "ctr.env.*.name", "", "1A", "a b", "A=B", "é", "A.B-C", "..", "\t", "~"),
    append("env", "ctr.env",
           {}, {"name": "X"}, {"name": "X", "valueFrom": {}},
           {"name": "X", "value": "v", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
           {"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"},
                                       "secretKeyRef": {"name": "a", "key": "b"}}},
           {"name": "X", "value": "", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}}),
    append("field-ref", "ctr.env", *(
        {"name": "X", "valueFrom": {"fieldRef": ref}} for ref in (
            {}, {"fieldPath": ""}, {"fieldPath": "spec.nodename"}, {"fieldPath": "metadata.labels"},
            {"fieldPath": "metadata.labels['a/b/c']"}, {"fieldPath": "metadata.labels['A_b']"},
            {"fieldPath": "metadata.annotations['UP/Case']"}, {"fieldPath": "spec.x['y']"},
            {"fieldPath": "metadata.annotations['']"}, {"fieldPath": "status.phase"},
            {"fieldPath": "spec.host"}, {"fieldPath": "status.podIPs"}, {"fieldPath": "['x']"},
            {"fieldPath": "metadata.name", "apiVersion": "v2"}, {"apiVersion": "v1"},
            {"fieldPath": "spec.restartPolicy"},
        ))),
    append("resource-ref", "ctr.env", *(
        {"name": "X", "valueFrom": {"resourceFieldRef": ref}} for ref in (
            {}, {"resource": "cpu"}, {"resource": "limits.cpu"},
            {"resource": "limits.cpu", "divisor": "2"}, {"resource": "limits.cpu", "divisor": "1m"},
            {"resource": "limits.cpu", "divisor": "0.001"},
            {"resource": "requests.cpu", "divisor": "1k"},
            {"resource": "limits.memory", "divisor": "1Mi"},
            {"resource": "limits.memory", "divisor": "2Mi"},
            {"resource": "limits.memory", "divisor": "1024Ki"},
            {"resource": "limits.memory", "divisor": "1000"},
            {"resource": "requests.ephemeral-storage", "divisor": "1m"},
            {"resource": "limits.hugepages-2Mi"},
            {"resource": "limits.hugepages-2Mi", "divisor": "3"},
            {"resource": "limits.nvidia.com/gpu"}, {"resource": "limits.cpu", "divisor": "0"},
            {"resource": "limits.cpu", "containerName": "nobody"},
            {"resource": "x", "divisor": "7"}, {"resource": "limits.cpu", "divisor": "1 m"},
        ))),
    append("key-ref", "ctr.env", *(
        {"name": "X", "valueFrom": {kind: ref}}
        for kind in ("secretKeyRef", "configMapKeyRef") for ref in (
            {}, {"name": "a"}, {"key": "k"}, {"name": "A", "key": "k"}, {"name": "a", "key": "a b"},
            {"name": "a", "key": ".."}, {"name": "a", "key": "..x"},
            {"name": "a", "key": "x" * 254}, {"name": "a", "key": "a.b-C_d", "optional": True},
        ))),
    append("file-key-ref", "ctr.env", *(
        {"name": "X", "valueFrom": {"fileKeyRef": ref}} for ref in (
            {}, {"volumeName": "scratch", "path": "a/../b", "key": "K"},
            {"volumeName": "scratch", "path": "/abs", "key": "K"},
            {"volumeName": "scratch", "path": "p", "key": "A=B"},
            {"volumeName": "nowhere", "path": "p", "key": "K"},
            {"volumeName": "projected", "path": "p", "key": "K"},
            {"volumeName": "Bad_Name", "path": "p", "key": "K"},
        ))),
    append("env-from", "ctr.envFrom",
           {}, {"prefix": "P_"}, {"configMapRef": {}}, {"secretRef": {"name": ""}},
           {"configMapRef": {"name": "A"}}, {"secretRef": {"name": "a-"}},
           {"configMapRef": {"name": "a"}, "secretRef": {"name": "b"}},
           {"prefix": "A=B", "secretRef": {"name": "b"}},
           {"prefix": "1", "secretRef": {"name": "b"}}),
    *(put(f"probe-{kind}", "pod.containers.*.livenessProbe", *({key: value} for value in values))
      for kind, key, values in (
          ("http", "httpGet", ({}, {"port": 0}, {"port": 65536}, {"port": "UPPER"}, {"port": ""},
                               {"port": "8080"}, {"port": 80, "scheme": "http"},
                               {"port": 80, "scheme": ""}, {"port": 80, "path": ""},
                               {"port": 80, "host": "not a host"}, {"port": -5},
                               {"port": 80, "httpHeaders": [{"name": "X Y", "value": ""}]},
                               {"port": 80, "httpHeaders": [{"value": "v"}]}, {"port": "a" * 16},
                               {"port": "nobody"}, {"port": 80, "protocol": "HTTP3"})),
          ("tcp", "tcpSocket", ({}, {"port": "a--b"}, {"port": 70000}, {"port": "named"})),
          ("exec", "exec", ({}, {"command": []}, {"command": [""]})),
          ("grpc", "grpc", ({}, {"port": 0}, {"port": 70000}, {"port": 9, "service": "é"},
                            {"port": 9, "mode": "Bogus"})),
      )),
    put("probe-handlers", "pod.containers.*.readinessProbe", {}, {"periodSeconds": 1},
        {**_EXEC, "tcpSocket": {"port": 1}}, {**_EXEC, "httpGet": {}, "grpc": {"port": 0}}),
    *(put(f"{probe}-numbers", f"pod.containers.*.{probe}",
          *({**_EXEC, key: value} for key, value in (
              ("initialDelaySeconds", -1), ("timeoutSeconds", -1), ("periodSeconds", -1),
              ("successThreshold", -1), ("failureThreshold", -1), ("successThreshold", 2),
              ("successThreshold", 0), ("timeoutSeconds", 0),
              ("terminationGracePeriodSeconds", 0), ("terminationGracePeriodSeconds", -1),
              ("terminationGracePeriodSeconds", 10),
          ))) for probe in _PROBES),
    *(put(f"init-{field}", f"pod.initContainers.*.{field}", value) for field, value in (
        *((probe, _EXEC) for probe in _PROBES), ("lifecycle", {"preStop": _EXEC}),
        ("lifecycle", {}), ("livenessProbe", {}))),
]
