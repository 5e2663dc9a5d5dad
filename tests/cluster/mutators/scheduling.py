"""Operators on scheduling, and on annotations that mean something.

Drawn from ValidateTolerations, validateAffinity, validateTopologySpreadConstraints and
ValidatePodSpecificAnnotations.
"""

from __future__ import annotations

from typing import Any

from tests.cluster.mutators.engine import Operator, append, merge, put

# fmt: off
_REQUIREMENTS: tuple[dict[str, Any], ...] = (
    {}, {"key": "k"}, {"key": "k", "operator": "In"}, {"key": "k", "operator": "In", "values": []},
    {"key": "k", "operator": "In", "values": ["a b"]}, {"key": "k", "operator": "Exists"},
    {"key": "k", "operator": "Exists", "values": ["x"]}, {"key": "a b", "operator": "Exists"},
    {"key": "k", "operator": "Gt", "values": ["1", "2"]}, {"key": "k", "operator": "Lt"},
    {"key": "k", "operator": "Gt", "values": ["x"]}, {"key": "k", "operator": "exists"},
    {"key": "k", "operator": "NotIn", "values": ["-"]},
    {"key": "node-role.kubernetes.io/master", "operator": "Exists"},
)
_FIELDS: tuple[dict[str, Any], ...] = (
    {}, {"key": "metadata.name", "operator": "In", "values": ["a", "b"]},
    {"key": "metadata.name", "operator": "In", "values": ["A_b"]},
    {"key": "metadata.name", "operator": "Exists"},
    {"key": "metadata.uid", "operator": "In", "values": ["a"]},
    {"key": "metadata.name", "operator": "NotIn", "values": ["n1"]},
)
_TERMS: tuple[dict[str, Any], ...] = (
    {}, {"topologyKey": ""}, {"topologyKey": "a b"}, {"topologyKey": "k"},
    {"topologyKey": "k", "labelSelector": {"matchLabels": {"a b": "c"}}},
    {"topologyKey": "k", "namespaceSelector": {"matchExpressions": [{"key": "k"}]}},
    {"topologyKey": "k", "namespaces": ["Bad"]}, {"topologyKey": "k", "matchLabelKeys": ["x"]},
    {"topologyKey": "k", "labelSelector": {}, "matchLabelKeys": ["a b"]},
    {"topologyKey": "k", "labelSelector": {}, "matchLabelKeys": ["x"], "mismatchLabelKeys": ["x"]},
    {"topologyKey": "k", "labelSelector": {"matchLabels": {"x": "1"},
     "matchExpressions": [{"key": "x", "operator": "Exists"}]}, "matchLabelKeys": ["x"]},
)
_NODE = "pod.affinity.nodeAffinity"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_SPREAD: dict[str, Any] = {"maxSkew": 1, "topologyKey": "k", "whenUnsatisfiable": "DoNotSchedule"}

OPERATORS: list[Operator] = [
    append("toleration", "pod.tolerations",
           {}, {"key": "k"}, {"operator": "Equal"}, {"operator": "Exists", "value": "v"},
           {"key": "k", "operator": "exists"}, {"key": "k", "operator": "Gt", "value": "1"},
           {"key": "k", "operator": "Lt", "value": "x"}, {"key": "a b", "operator": "Exists"},
           {"key": "k", "value": "a b"}, {"key": "k", "effect": "NoSchedulee"},
           {"key": "k", "tolerationSeconds": 5},
           {"key": "k", "effect": "NoExecute", "tolerationSeconds": -5},
           {"key": "k", "effect": "NoSchedule", "tolerationSeconds": 5},
           {"operator": "Exists", "effect": "NoExecute"}, {"key": "k", "effect": ""}),
    append("required-node-affinity", f"{_NODE}.{_REQUIRED}.nodeSelectorTerms",
           {}, *({"matchExpressions": [r]} for r in _REQUIREMENTS),
           *({"matchFields": [f]} for f in _FIELDS)),
    put("node-affinity", _NODE, {}, {_REQUIRED: {}}, {_REQUIRED: {"nodeSelectorTerms": []}},
        {_PREFERRED: []}),
    append("preferred-node-affinity", f"{_NODE}.{_PREFERRED}",
           {}, {"weight": 0}, {"weight": 101}, {"weight": 100}, {"weight": -1},
           *({"weight": 1, "preference": {"matchExpressions": [r]}} for r in _REQUIREMENTS),
           *({"weight": 1, "preference": {"matchFields": [f]}} for f in _FIELDS)),
    *(append(f"required-{kind}", f"pod.affinity.{kind}.{_REQUIRED}", *_TERMS)
      for kind in ("podAffinity", "podAntiAffinity")),
    append("preferred-pod-affinity", f"pod.affinity.podAntiAffinity.{_PREFERRED}",
           {"weight": 0, "podAffinityTerm": {"topologyKey": "k"}}, {"weight": 101}, {},
           *({"weight": 5, "podAffinityTerm": term} for term in _TERMS)),
    append("topology-spread", "pod.topologySpreadConstraints", {}, _SPREAD, *(
        {**_SPREAD, **more} for more in (
            {"maxSkew": 0}, {"maxSkew": -1}, {"topologyKey": ""}, {"topologyKey": "a b"},
            {"whenUnsatisfiable": "Skip"}, {"minDomains": 0}, {"minDomains": 2},
            {"minDomains": 2, "whenUnsatisfiable": "ScheduleAnyway"},
            {"nodeAffinityPolicy": "honor"}, {"nodeTaintsPolicy": ""}, {"matchLabelKeys": ["x"]},
            {"labelSelector": {}, "matchLabelKeys": ["a b"]},
            {"labelSelector": {"matchLabels": {"x": "1"}}, "matchLabelKeys": ["x"]},
            {"labelSelector": {"matchExpressions": [{"key": "k", "operator": "In"}]}},
            {"topologyKey": "topology.kubernetes.io/zone"},
            {"topologyKey": "failure-domain.beta.kubernetes.io/zone"},
        ))),
    put("readiness-gates", "pod.readinessGates", [{}], [{"conditionType": "a b"}],
        [{"conditionType": "ok"}] * 2),
    put("scheduling-gates", "pod.schedulingGates", [{}], [{"name": "a b"}], [{"name": "g"}] * 2,
        [{"name": "g"}]),
    merge("pod-annotation", "spec.template.metadata.annotations", *(
        {key: value} for key, values in (
            ("seccomp.security.alpha.kubernetes.io/pod",
             ("runtime/default", "unconfined", "bogus", "localhost//abs", "localhost/../x", "")),
            ("container.seccomp.security.alpha.kubernetes.io/main", ("docker/default", "nope")),
            ("container.apparmor.security.beta.kubernetes.io/main",
             ("runtime/default", "unconfined", "bogus", "localhost/x", "", "localhost/profile")),
            ("container.apparmor.security.beta.kubernetes.io/nobody", ("unconfined",)),
            ("scheduler.alpha.kubernetes.io/tolerations",
             ("[]", "not json", '[{"key":"k","operator":"Bad"}]', "{}", "[1]", "",
              '[{"key":"k","operator":"Exists"}]', "null")),
            ("controller.kubernetes.io/pod-deletion-cost",
             ("1", "+1", "01", "x", "", "2147483648", "-2147483648", "-01", "0", "-0")),
            ("kubernetes.io/config.mirror", ("x",)),
            ("scheduler.alpha.kubernetes.io/critical-pod", ("",)),
        ) for value in values)),
]
