"""Operators on metadata, labels, selectors and the DaemonSet's own spec.

Drawn from ValidateObjectMeta, ValidateLabelSelector, ValidateAnnotations, ValidateDaemonSetSpec
and ValidateDaemonSetUpdateStrategy.
"""

from __future__ import annotations

from tests.cluster.mutators.engine import Operator, append, drop, merge, put, repeat

# fmt: off
_NAMES = ("A", "a_b", "-a", "a-", "a..b", "a" * 254, "a" * 253, "a.b", "1", "é", "a b", "", "A.b")
_KEYS = (
    "",
    "a/b/c",
    "/a",
    "a/",
    "A/b",
    "UPPER",
    "a b",
    "-a",
    "a-",
    "x" * 64,
    "é",
    "a.b/c_d",
    "a/-",
)
_VALUES = ("", "-a", "a-", "a b", "a/b", "x" * 64, "x" * 63, "é", "A_b.c", ".", "a:b")

OPERATORS: list[Operator] = [
    put("name", "metadata.name", *_NAMES),
    put("generate-name", "metadata.generateName", *_NAMES, "a" * 300, "ab-", "A-"),
    drop("name-missing", "metadata.name", "metadata"),
    *(
        put(f"{what}-key", path, *({key: "x"} for key in _KEYS))
        for what, path in (
            ("label", "metadata.labels"),
            ("annotation", "metadata.annotations"),
            ("match-label", "spec.selector.matchLabels"),
            ("template-label", "spec.template.metadata.labels"),
            ("template-annotation", "spec.template.metadata.annotations"),
            ("node-selector", "pod.nodeSelector"),
        )
    ),
    *(
        merge(f"{what}-value", path, *({"k": value} for value in _VALUES))
        for what, path in (
            ("label", "metadata.labels"),
            ("annotation", "metadata.annotations"),
            ("template-label", "spec.template.metadata.labels"),
            ("node-selector", "pod.nodeSelector"),
        )
    ),
    merge("match-label-value", "spec.selector.matchLabels", {"app": "-"}, {"app": "x" * 64}),
    merge("annotations-size", "metadata.annotations", {"a": "x" * 262143}, {"a": "x" * 262144}),
    merge("template-annotations-size", "spec.template.metadata.annotations", {"a": "x" * 262144}),
    put(
        "finalizers",
        "metadata.finalizers",
        ["x"],
        ["a/b/c"],
        ["orphan", "foregroundDeletion"],
        ["kubernetes"],
        ["a.com/b", "c"],
        [""],
        ["A/b"],
        ["example.com/x", "example.com/x"],
    ),
    put(
        "owner",
        "metadata.ownerReferences",
        [{}],
        [{"apiVersion": "v1", "kind": "Event", "name": "e", "uid": "u"}],
        [{"apiVersion": "a/b/c", "kind": "K", "name": "n", "uid": "u"}],
        [{"apiVersion": "apps/", "kind": "K", "name": "n", "uid": "u"}],
        [{"apiVersion": "/v1", "kind": "K", "name": "n", "uid": "u"}],
        [{"apiVersion": "v1", "kind": "", "name": "n", "uid": "u"}],
        [{"apiVersion": "v1", "kind": "K", "name": "", "uid": ""}],
        [
            {"apiVersion": "v1", "kind": "K", "name": str(i), "uid": str(i), "controller": True}
            for i in range(3)
        ],
        [{"apiVersion": "v1", "kind": "K", "name": "n", "uid": "u", "controller": True}],
    ),
    put("generation", "metadata.generation", -1, 7),
    put(
        "managed-fields",
        "metadata.managedFields",
        [{"manager": "x", "operation": "Bogus"}],
        [{"manager": "x" * 200, "operation": "Update"}],
    ),
    drop("selector-missing", "spec.selector"),
    put(
        "selector",
        "spec.selector",
        {},
        {"matchLabels": {}},
        {"matchExpressions": []},
        {"matchLabels": {"app": "foreign"}},
        None,
        {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
    ),
    append(
        "match-expression",
        "spec.selector.matchExpressions",
        {"key": "app", "operator": "In", "values": []},
        {"key": "app", "operator": "In"},
        {"key": "app", "operator": "In", "values": ["a b"]},
        {"key": "app", "operator": "NotIn", "values": ["zzz"]},
        {"key": "nope", "operator": "Exists"},
        {"key": "nope", "operator": "Exists", "values": ["x"]},
        {"key": "nope", "operator": "DoesNotExist"},
        {"key": "nope", "operator": "DoesNotExist", "values": ["x"]},
        {"key": "app", "operator": "Gt", "values": ["1"]},
        {"key": "app", "operator": "in", "values": ["x"]},
        {"key": "a b", "operator": "Exists"},
        {"operator": "Exists"},
        {"key": "app"},
        {},
    ),
    drop("template-labels-missing", "spec.template.metadata.labels", "spec.template.metadata"),
    drop("template-missing", "spec.template", "spec.template.spec", "spec"),
    put(
        "strategy-type",
        "spec.updateStrategy.type",
        "Recreate",
        "rollingUpdate",
        "OnDelete",
        "",
        "RollingUpdate",
    ),
    put(
        "rolling-update",
        "spec.updateStrategy",
        *(
            {"type": "RollingUpdate", "rollingUpdate": rolling}
            for rolling in (
                {"maxUnavailable": 0},
                {"maxUnavailable": "0%"},
                {"maxUnavailable": -1},
                {"maxUnavailable": "-1%"},
                {"maxUnavailable": "101%"},
                {"maxUnavailable": "100%"},
                {"maxUnavailable": "10"},
                {"maxUnavailable": "x"},
                {"maxUnavailable": ""},
                {"maxUnavailable": "1.5%"},
                {"maxUnavailable": "%"},
                {"maxUnavailable": 5000},
                {"maxUnavailable": "00%"},
                {"maxUnavailable": None},
                {"maxUnavailable": "+5%"},
                {"maxSurge": 1},
                {"maxSurge": "1%"},
                {"maxSurge": 0},
                {"maxSurge": -1},
                {"maxSurge": 1, "maxUnavailable": 0},
                {"maxSurge": 1, "maxUnavailable": 1},
                {"maxSurge": "101%", "maxUnavailable": 0},
                {"maxSurge": "7", "maxUnavailable": 0},
                {"maxSurge": "99999999999999999999%", "maxUnavailable": 0},
                {"maxSurge": "0", "maxUnavailable": "0"},
                {"maxSurge": 0, "maxUnavailable": 0},
                {},
                None,
            )
        ),
    ),
    put("min-ready-seconds", "spec.minReadySeconds", -1, 0, 2147483647),
    put("revision-history-limit", "spec.revisionHistoryLimit", -1, 0, 1000),
    put("restart-policy", "pod.restartPolicy", "OnFailure", "Never", "always", "", "Always"),
    put("active-deadline", "pod.activeDeadlineSeconds", 0, 1, -1, 2147483648, 2147483647),
    merge(
        "template-generation",
        "metadata.annotations",
        {"deprecated.daemonset.template.generation": "-3"},
        {"deprecated.daemonset.template.generation": "12"},
        {"deprecated.daemonset.template.generation": "x"},
        {"deprecated.daemonset.template.generation": ""},
        {"deprecated.daemonset.template.generation": " 1"},
    ),
    repeat(
        "repeated",
        "pod.containers",
        "pod.initContainers",
        "pod.volumes",
        "pod.tolerations",
        "ctr.env",
        "ctr.ports",
        "ctr.volumeMounts",
        "ctr.envFrom",
        "pod.hostAliases",
        "pod.imagePullSecrets",
        "pod.topologySpreadConstraints",
        "pod.schedulingGates",
        "pod.readinessGates",
        "pod.securityContext.sysctls",
        "pod.resourceClaims",
        "ctr.resizePolicy",
        "ctr.volumeDevices",
        "ctr.resources.claims",
        "metadata.finalizers",
        "metadata.ownerReferences",
        "ctr.restartPolicyRules",
    ),
]
