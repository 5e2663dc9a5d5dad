"""What ``get --neat`` leaves of an object."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dsctl.domain.neat import neat
from dsctl.domain.validation.defaults import apply_defaults


def written(**pod: Any) -> dict[str, Any]:
    """A manifest with nothing that the defaults would say."""
    container = {
        "name": "agent",
        "image": "app:1",
        "ports": [{"containerPort": 80}],
        "env": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "readinessProbe": {"httpGet": {"port": 80, "path": "/ready"}, "periodSeconds": 3},
        "resources": {"requests": {"cpu": "100m"}},
    }
    volumes = [
        {"name": "host", "hostPath": {"path": "/var"}},
        {"name": "scratch", "emptyDir": {}},
        {"name": "config", "configMap": {"name": "c"}},
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent", "namespace": "logs", "annotations": {"team": "infra"}},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {"containers": [container], "volumes": volumes, **pod},
            },
        },
    }


def stored(manifest: dict[str, Any]) -> dict[str, Any]:
    """As the server would answer."""
    obj = copy.deepcopy(manifest)
    apply_defaults(obj)
    pod = obj["spec"]["template"]["spec"]
    if not pod["serviceAccountName"]:
        del pod["serviceAccountName"], pod["serviceAccount"]
    for container in pod["containers"]:
        container.setdefault("resources", {})
    obj["metadata"] |= {"uid": "u", "resourceVersion": "1", "generation": 1, "managedFields": []}
    obj["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    obj["metadata"].setdefault("annotations", {})["deprecated.daemonset.template.generation"] = "1"
    obj["spec"]["template"]["metadata"]["creationTimestamp"] = None
    return {**obj, "status": {"numberReady": 3}}


@pytest.mark.parametrize(
    "pod",
    [
        {},
        {"serviceAccountName": "robot"},
        {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"},
        {"terminationGracePeriodSeconds": 5, "priorityClassName": "system-node-critical"},
        {"tolerations": [{"operator": "Exists"}], "nodeSelector": {"a": "b"}},
    ],
)
def test_what_was_written_comes_back(pod: dict[str, Any]) -> None:
    """Everything that the server filled in goes, and nothing else."""
    assert neat(stored(written(**pod))) == written(**pod)


@pytest.mark.parametrize(
    "strategy",
    [
        {"type": "OnDelete"},
        {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        {"rollingUpdate": {"maxUnavailable": "10%"}},
    ],
)
def test_a_strategy_of_its_own_stays(strategy: dict[str, Any]) -> None:
    """Also where a value is what another field's default would be."""
    manifest = written()
    manifest["spec"]["updateStrategy"] = strategy
    assert neat(stored(manifest)) == manifest


def test_a_pull_policy_that_is_not_the_tags_own_stays() -> None:
    """Always is the default of :latest, and no default of :1."""
    manifest = written()
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    container["imagePullPolicy"] = "Always"
    assert neat(stored(manifest)) == manifest
    container["image"] = "app:latest"
    del container["imagePullPolicy"]
    assert neat(stored(manifest)) == manifest


def test_the_object_itself_is_left_alone() -> None:
    """A copy is made."""
    obj = stored(written())
    before = copy.deepcopy(obj)
    neat(obj)
    assert obj == before
