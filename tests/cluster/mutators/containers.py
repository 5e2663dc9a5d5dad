"""Operators on containers: names, images, policies and ports.

Drawn from validateContainers, validateContainerCommon and validateContainerPorts.
"""

from __future__ import annotations

from tests.cluster.mutators.engine import Operator, append, both, drop, put

# fmt: off
_LABELS = ("A", "a_b", "-a", "a-", "a.b", "a" * 64, "a" * 63, "", "é", "1", "a b")
_SUBDOMAINS = ("A", "a_b", "-a", "a.b", "a" * 254, "", "a..b", "ok")

OPERATORS: list[Operator] = [
    drop("containers-missing", "pod.containers", "ctr.name", "ctr.image"),
    put("containers-empty", "pod.containers", [], None),
    put("container-name", "ctr.name", *_LABELS),
    put("container-image", "ctr.image", "", " ", "::::", " padded ", "UPPER/Case", "a:b:c", "x@y",
        "localhost:5000/a", "host.example/A", "a@sha256:0", "a:latest", "a:v1@sha256:" + "0" * 64),
    put("pull-policy", "ctr.imagePullPolicy", "always", "", "IfNotPresent", "Sometimes"),
    put("message-policy", "ctr.terminationMessagePolicy", "", "file", "FallbackToLogsOnError"),
    append("init-container-like-another", "pod.initContainers",
           {"name": "main", "image": "i"}, {"name": "pause", "image": "i"},
           {"name": "agent", "image": "i"}, {"name": "fresh", "image": "i"}, {"name": "fresh"}),
    append("port", "ctr.ports",
           {"containerPort": 0}, {}, {"containerPort": 65536}, {"containerPort": -1},
           {"containerPort": 65535}, {"containerPort": 80, "hostPort": 70000},
           {"containerPort": 80, "hostPort": -1}, {"containerPort": 80, "protocol": "tcp"},
           {"containerPort": 80, "protocol": "HTTP"}, {"containerPort": 80, "protocol": ""},
           {"containerPort": 80, "protocol": "SCTP"}, {"containerPort": 81, "hostPort": 82},
           {"containerPort": 83, "hostPort": 83, "hostIP": "not-an-ip"},
           {"containerPort": 9100, "hostPort": 9100}, {"containerPort": 8080, "hostPort": 8080}),
    put("port-name", "ctr.ports.*.name", "UPPER", "1234", "a--b", "-a", "a-", "a" * 16, "a" * 15,
        "a_b", "a.b", "", "ok-1"),
    append("port-name-again", "ctr.ports", {"name": "http", "containerPort": 1},
           {"name": "metrics", "containerPort": 1}, {"name": "healthz", "containerPort": 1}),
    both("host-network-port",
         (put("", "pod.hostNetwork", True),
          append("", "pod.containers.*.ports", {"containerPort": 80, "hostPort": 81})),
         (put("", "pod.hostNetwork", True),
          append("", "pod.containers.*.ports", {"containerPort": 80, "hostPort": 80})),
         (put("", "pod.hostNetwork", True),
          append("", "pod.initContainers.*.ports", {"containerPort": 80, "hostPort": 81}))),
    *(put(f"pod-{field}", f"pod.{field}", *_SUBDOMAINS) for field in (
        "serviceAccountName", "serviceAccount", "priorityClassName", "runtimeClassName",
        "nodeName")),
]
