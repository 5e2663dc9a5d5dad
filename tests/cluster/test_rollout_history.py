"""``dsctl rollout history`` and ``rollout diff``, beside kubectl's history."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.cluster.conftest import Dsctl, Kubectl, eventually
from tests.cluster.daemonsets import daemonset, text

EVERYTHING: dict[str, Any] = {
    "serviceAccountName": "agent",
    "priorityClassName": "",
    "nodeSelector": {"b": "2", "a": "1"},
    "tolerations": [
        {"operator": "Exists"},
        {"key": "z", "value": "v", "effect": "NoSchedule"},
        {"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30},
    ],
    "topologySpreadConstraints": [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {"app": "all"}},
        }
        for key in ("zone", "host")
    ],
    "initContainers": [
        {"name": "first", "image": "registry.example/init:1", "restartPolicy": "Always"}
    ],
    "containers": [
        {
            "name": "agent",
            "image": "registry.example/agent:1",
            "command": ["sh", "-c", "one\ntwo"],
            "args": ["--x=\x1b[31m"],
            "ports": [
                {"name": "http", "containerPort": 80, "hostPort": 8080},
                {"containerPort": 53, "protocol": "UDP"},
            ],
            "securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "p"}},
            "resources": {
                "limits": {"cpu": "1500m", "memory": "1Gi"},
                "requests": {"cpu": "0.5", "memory": "64Mi"},
            },
            "livenessProbe": {"httpGet": {"path": "health z", "port": "http", "host": "::1"}},
            "readinessProbe": {"exec": {"command": ["true", "a b"]}, "initialDelaySeconds": 3},
            "startupProbe": {"grpc": {"port": 9, "service": "s"}},
            "envFrom": [
                {"configMapRef": {"name": "c"}, "prefix": "P_"},
                {"secretRef": {"name": "s", "optional": True}},
            ],
            "env": [
                {"name": "A", "value": "one\ntwo"},
                {"name": "EMPTY"},
                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                {
                    "name": "MEM",
                    "valueFrom": {
                        "resourceFieldRef": {"resource": "requests.memory", "divisor": "1Mi"}
                    },
                },
                {"name": "S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                {
                    "name": "C",
                    "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k", "optional": True}},
                },
            ],
            "volumeMounts": [
                {"name": "host", "mountPath": "/z", "readOnly": True},
                {"name": "empty", "mountPath": "/a", "subPath": 'p"q'},
            ],
        },
        {
            "name": "plain",
            "image": "registry.example/plain:1",
            "livenessProbe": {"tcpSocket": {"port": 7}},
            "env": [{"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}],
        },
    ],
    "volumes": [
        {"name": "host", "hostPath": {"path": "/var"}},
        {"name": "typed", "hostPath": {"path": "/var", "type": "Directory"}},
        {"name": "empty", "emptyDir": {}},
        {"name": "sized", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
        {"name": "secret", "secret": {"secretName": "s", "optional": True}},
        {"name": "config", "configMap": {"name": "c"}},
        {"name": "nfs", "nfs": {"server": "h", "path": "/e"}},
        {"name": "claim", "persistentVolumeClaim": {"claimName": "c", "readOnly": True}},
        {"name": "iscsi", "iscsi": {"targetPortal": "h", "iqn": "iqn.2001-04.x:y", "lun": 0}},
        {"name": "fc", "fc": {"targetWWNs": ["a", "b"], "lun": 2}},
        {"name": "cephfs", "cephfs": {"monitors": ["a", "b"], "secretRef": {"name": "s"}}},
        {"name": "rbd", "rbd": {"monitors": ["a"], "image": "i"}},
        {"name": "flex", "flexVolume": {"driver": "a/b", "options": {"y": "2", "x": "1"}}},
        {"name": "csi", "csi": {"driver": "d.example", "volumeAttributes": {"b": "2", "a": "1"}}},
        {"name": "bare", "csi": {"driver": "d.example"}},
        {"name": "image", "image": {"reference": "registry.example/data:1"}},
        {"name": "down", "downwardAPI": {"items": [
            {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
            {
                "path": "cpu",
                "resourceFieldRef": {"containerName": "agent", "resource": "limits.cpu"},
            },
        ]}},
        {"name": "projected", "projected": {"sources": [
            {"secret": {"name": "s"}},
            {"configMap": {"name": "c", "optional": True}},
            {"serviceAccountToken": {"path": "t"}},
            {"downwardAPI": {"items": [
                {"path": "l", "fieldRef": {"fieldPath": "metadata.labels"}},
            ]}},
        ]}},
        {"name": "ephemeral", "ephemeral": {"volumeClaimTemplate": {
            "metadata": {"labels": {"b": "2", "a": "1"}, "annotations": {"y": "2", "x": "1"}},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "fast",
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }}},
    ],
}  # fmt: skip


def image(n: int) -> dict[str, Any]:
    return daemonset("a", image=f"registry.example/agent:{n}")


def revisions(kubectl: Kubectl, count: int) -> None:
    """Wait until there are so many."""
    eventually(lambda: len(kubectl.json("get", "controllerrevisions")["items"]) == count)


def two(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Revision 1 with a cause, revision 2 without."""
    dsctl("apply", "-f", "-", "--change-cause=first", input=text(image(1)))
    revisions(kubectl, 1)
    dsctl("apply", "-f", "-", input=text(image(2)))
    revisions(kubectl, 2)


def test_the_table_begins_as_kubectls(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """kubectl's heading, its two columns first, its empty line last; then what is ours."""
    two(dsctl, kubectl)
    assert dsctl("wait", "a", "--for=rolled-out", "--timeout=60s").code == 0
    theirs = kubectl("rollout", "history", "ds/a").splitlines()
    ran = dsctl("rollout", "history", "ds/a")
    ours = ran.out.splitlines()
    assert (ran.code, ran.err, ours[0], ours[-1]) == (0, "", theirs[0], theirs[-1])
    assert [line.split()[:2] for line in ours] == [line.split()[:2] for line in theirs]
    assert ours[1].split() == ["REVISION", "CHANGE-CAUSE", "AGE", "CURRENT", "PODS", "IMAGES"]
    desired = str(kubectl.json("get", "ds", "a")["status"]["desiredNumberScheduled"])
    assert ours[2].split()[3:] == ["false", "0", "registry.example/agent:1"]
    assert ours[3].split()[3:] == ["true", desired, "registry.example/agent:2"]


def test_a_revision_is_described_as_kubectl_does(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Byte for byte, with everything that a template may hold; objects too, with -o."""
    whole = daemonset("a")
    template = whole["spec"]["template"]
    template["spec"] = EVERYTHING
    template["metadata"]["annotations"] = {"short": "x", "long": "y" * 200, "lines": "1\n2\n"}
    created = dsctl("create", "-f", "-", input=text(whole))
    assert created.code == 0, created.err
    revisions(kubectl, 1)
    for args in (
        ("--revision=1",),
        ("--revision=1", "-o", "yaml"),
        ("--revision=1", "-o", "json"),
        ("--revision=1", "-o", "name"),
        ("--revision=1", "-o", "jsonpath={.spec.template.spec.containers[*].image}"),
    ):
        ran = dsctl("rollout", "history", "ds/a", *args)
        theirs = kubectl("rollout", "history", "ds/a", *args)
        if "json" in args:  # kubectl's keys are in the order of its structs
            assert _as_data(ran.out) == _as_data(theirs)
        elif "yaml" in args:
            assert _without_status(ran.out) == _without_status(theirs)
        else:
            assert ran.out == theirs


def _without_status(out: str) -> str:
    """What does not change while the pods come up."""
    return re.sub(r'resourceVersion: "\d+"', "", out.partition("\nstatus:")[0])


def _as_data(out: str) -> Any:
    obj = json.loads(out)
    del obj["status"], obj["metadata"]["resourceVersion"]
    return obj


def test_reports(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """-o json is a RevisionHistory; a list of them for several, or for a selector."""
    two(dsctl, kubectl)
    report = json.loads(dsctl("rollout", "history", "a", "-o", "json").out)
    assert (report["kind"], report["daemonSet"]["name"]) == ("RevisionHistory", "a")
    first, second = report["revisions"]
    assert (first["number"], first["changeCause"], first["current"]) == (1, "first", False)
    assert (second["number"], second["changeCause"], second["current"]) == (2, None, True)
    assert second["images"] == ["registry.example/agent:2"]
    listed = json.loads(dsctl("rollout", "history", "-l", "app=a", "-o", "json").out)
    assert (listed["kind"], len(listed["items"])) == ("RevisionHistoryList", 1)
    ran = dsctl("rollout", "history", "a", "gone", "-o", "json")
    assert (ran.code, json.loads(ran.out)["kind"]) == (3, "RevisionHistoryList")
    assert ran.err == 'error: daemonsets.apps "gone" not found\n'


def test_a_revision_that_does_not_exist(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The error lists those that do, everywhere a revision is named."""
    two(dsctl, kubectl)
    for args in (
        ("history", "a", "--revision=7"),
        ("diff", "a", "7"),
        ("diff", "a", "1", "7"),
        ("undo", "a", "--to-revision=7"),
    ):
        ran = dsctl("rollout", *args)
        assert (ran.code, ran.out) == (3, "")
        assert "unable to find specified revision 7 in history" in ran.err
        assert "hint: daemonset 'a' has revisions 1, 2" in ran.err


def test_a_diff_of_revisions(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The last change by default; exit 0 where there is none, 1 where there is one."""
    two(dsctl, kubectl)
    ran = dsctl("rollout", "diff", "a")
    assert (ran.code, ran.err) == (1, "")
    lines = ran.out.splitlines()
    assert lines[:2] == ["--- a revision 1", "+++ a revision 2"]
    assert "-      - image: registry.example/agent:1" in lines
    assert "+      - image: registry.example/agent:2" in lines
    assert dsctl("rollout", "diff", "ds", "a", "1").out == ran.out
    assert dsctl("rollout", "diff", "ds/a", "1", "2").out == ran.out
    same = dsctl("rollout", "diff", "a", "2")
    assert (same.code, same.out, same.err) == (0, "", "")
    back = dsctl("rollout", "diff", "a", "2", "1", "-o", "json")
    assert back.code == 1
    item = json.loads(back.out)["items"][0]
    assert item["changes"] == [
        {
            "op": "replace",
            "path": "spec.template.spec.containers[0].image",
            "old": "registry.example/agent:2",
            "new": "registry.example/agent:1",
        }
    ]
    assert (item["from"]["revision"], item["to"]["revision"]) == (2, 1)


def test_nothing_to_compare_with(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Above 1, where 1 is a difference."""
    dsctl("apply", "-f", "-", input=text(image(1)))
    revisions(kubectl, 1)
    for name, error in (
        ("a", "daemonset 'a' has no earlier revision to compare with"),
        ("gone", 'daemonsets.apps "gone" not found'),
    ):
        ran = dsctl("rollout", "diff", name)
        assert (ran.code, ran.out, ran.err) == (3, "", f"error: {error}\n")
