"""The defaulting that happens before validation, in place on a decoded tree.

Ported from pkg/apis/apps/v1/defaults.go (SetDefaults_DaemonSet), pkg/apis/core/v1/defaults.go and
zz_generated.defaults.go (SetObjectDefaults_DaemonSet).
"""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.defaults_volumes import default_volume, round_resources
from dsctl.domain.validation.field import each
from dsctl.domain.validation.images import pull_policy

_CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def apply_defaults(obj: dict[str, Any]) -> None:
    """SetObjectDefaults_DaemonSet; afterwards every struct between obj and the pod spec exists."""
    obj.setdefault("metadata", {})
    spec = obj.setdefault("spec", {})
    _default_strategy(spec.setdefault("updateStrategy", {}))
    spec.setdefault("revisionHistoryLimit", 10)
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    default_pod(template.setdefault("spec", {}))


def _default_strategy(strategy: dict[str, Any]) -> None:
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
    if strategy["type"] == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", 1)
        rolling.setdefault("maxSurge", 0)


def default_pod(pod: dict[str, Any]) -> None:
    """SetDefaults_PodSpec and what it holds."""
    account = pod.get("serviceAccountName") or pod.get("serviceAccount") or ""
    pod["serviceAccountName"] = pod["serviceAccount"] = account
    _fill(pod, dnsPolicy="ClusterFirst", restartPolicy="Always", schedulerName="default-scheduler")
    pod.setdefault("securityContext", {})
    pod.setdefault("terminationGracePeriodSeconds", 30)
    for _, volume in each(pod, "volumes"):
        default_volume(volume)
    for key in _CONTAINER_LISTS:
        for _, container in each(pod, key):
            _default_container(container)


def _fill(target: dict[str, Any], **values: object) -> None:
    for key, value in values.items():
        if not target.get(key):
            target[key] = value


def _default_container(container: dict[str, Any]) -> None:
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = pull_policy(container.get("image", ""))
    _fill(
        container,
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    for _, port in each(container, "ports"):
        _fill(port, protocol="TCP")
    for _, variable in each(container, "env"):
        source = variable.get("valueFrom") or {}
        if "fieldRef" in source:
            _fill(source["fieldRef"], apiVersion="v1")
        if "fileKeyRef" in source:
            source["fileKeyRef"].setdefault("optional", False)
        if "resourceFieldRef" in source:
            source["resourceFieldRef"].setdefault("divisor", "0")
    round_resources(container.get("resources", {}))
    for key in _PROBES:
        if key in container:
            _default_probe(container[key])
    lifecycle = container.get("lifecycle") or {}
    for key in ("postStart", "preStop"):
        if "httpGet" in lifecycle.get(key, ()):
            _fill(lifecycle[key]["httpGet"], path="/", scheme="HTTP")


def _default_probe(probe: dict[str, Any]) -> None:
    _fill(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
    if "httpGet" in probe:
        _fill(probe["httpGet"], path="/", scheme="HTTP")
    if "grpc" in probe:
        probe["grpc"].setdefault("service", "")
