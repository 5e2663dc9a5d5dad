"""``dsctl why`` on a real control plane: each verdict with the reason that is true there."""

from __future__ import annotations

import json
from typing import Any

from tests.cluster.conftest import Dsctl, Kubectl, eventually
from tests.cluster.placed import ONE, THREE, TWO, asking, labelled, on, rolled_out, row


def test_every_node_has_a_row_with_its_exact_reason(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Labels that differ and taints are named, with what would do; excluded nodes are normal."""
    with labelled(kubectl, ONE, TWO, "gpu-0003"):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        ran = dsctl("why", "a")
        assert ran.code == 0, ran.err
        assert row(ran, ONE).split()[1] == row(ran, TWO).split()[1] == "Ready"
        assert "nodeSelector wants why=here, the node has no label why" in row(ran, THREE)
        gpu = row(ran, "gpu-0003")
        assert "taint nvidia.com/gpu=present:NoSchedule is not tolerated" in gpu
        assert '{key: nvidia.com/gpu, operator: Equal, value: "present", effect: NoSchedule}' in gpu
        assert "the node is cordoned, which daemon pods tolerate" in row(ran, "worker-0006")
        assert ran.out.splitlines()[-1] == "12 nodes: 2 eligible, 10 excluded; 2 Ready"
        report = dsctl("why", "a", "-o", "json").json()
        given = {p["spec"]["nodeName"] for p in kubectl.json("get", "pods")["items"]}
        assert {n["node"] for n in report["nodes"] if n["shouldRun"]} == given == {ONE, TWO}
        assert all(n["fits"] is not None for n in report["nodes"])


def test_an_affinity_that_fails_names_the_expression(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Which term, which expression, and what the node has."""
    expression = {"key": "why-size", "operator": "Gt", "values": ["5"]}
    terms = [{"matchExpressions": [expression]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    with labelled(kubectl, ONE, label="why-size=7"), labelled(kubectl, TWO, label="why-size=3"):
        kubectl.apply(on("a", {"kubernetes.io/os": "linux"}, affinity={"nodeAffinity": required}))
        rolled_out(dsctl, "a")
        ran = dsctl("why", "a", "--node", f"{ONE},{TWO}")
        assert (ran.code, row(ran, ONE).split()[1]) == (1, "Ready")
        assert "wants why-size Gt [5], the node has why-size=3" in row(ran, TWO)


def test_a_pod_that_does_not_fit_names_what_is_short_and_who_holds_it(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """The scheduler's own message, and asked, free and holders; the same in JSON."""
    filler = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "filler"},
        "spec": {"nodeName": ONE, "containers": asking({"cpu": "7"})},
    }
    with labelled(kubectl, ONE):
        kubectl.apply(filler, on("a", containers=asking({"cpu": "2"})))
        eventually(lambda: "Insufficient cpu" in dsctl("why", "a", "--node", ONE).out)
        for ran in (dsctl("why", "a"), dsctl("why", "a", "--node", ONE)):
            assert (ran.code, row(ran, ONE).split()[1]) == (1, "Unscheduled")
            assert "cpu: asks 2, 900m of 7900m is free" in row(ran, ONE)
            assert f"held by {kubectl.namespace}/filler (7)" in row(ran, ONE)
        node = dsctl("why", "a", "--node", ONE, "-o", "json").json()["nodes"][0]
        assert (node["verdict"], node["fits"], node["reasons"][0]["type"]) == (
            "Unscheduled",
            False,
            "Resources",
        )


def test_a_waiting_pod_lacks_what_it_asks_itself(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """What admission made of the template counts: here the requests that a LimitRange gave it."""
    limit = {"type": "Container", "defaultRequest": {"cpu": "9"}, "default": {"cpu": "9"}}
    kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "big"},
            "spec": {"limits": [limit]},
        }
    )
    with labelled(kubectl, ONE):
        kubectl.apply(on("a"))
        eventually(lambda: "Insufficient cpu" in dsctl("why", "a", "--node", ONE).out)
        for ran in (dsctl("why", "a"), dsctl("why", "a", "--node", ONE)):
            assert "cpu: asks 9, " in row(ran, ONE)
        node = dsctl("why", "a", "--node", ONE, "-o", "json").json()["nodes"][0]
        assert (node["verdict"], node["fits"]) == ("Unscheduled", False)


def test_a_host_port_names_the_pod_that_has_it(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Two DaemonSets want one port: the second one's pod says which pod took it."""
    ports = [{"containerPort": 80, "hostPort": 18080}]
    with labelled(kubectl, ONE):
        kubectl.apply(on("first", containers=asking({"cpu": "1m"}, ports=ports)))
        rolled_out(dsctl, "first")
        kubectl.apply(on("second", containers=asking({"cpu": "1m"}, ports=ports)))
        eventually(lambda: "free ports" in dsctl("why", "second").out)
        assert f"host port 18080/TCP is taken by {kubectl.namespace}/first-" in row(
            dsctl("why", "second"), ONE
        )


def test_a_pod_that_is_not_ready_says_why(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The waiting reason, the last exit code, the restarts, and the newest event."""
    with labelled(kubectl, ONE):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        pod = kubectl.json("get", "pods")["items"][0]
        crash(kubectl, pod)
        ran = dsctl("why", "a")
        line = row(ran, ONE)
        assert (ran.code, line.split()[1]) == (1, "NotReady")
        assert "container agent: CrashLoopBackOff, last exit code 137 (OOMKilled), 4 rest" in line
        assert "back-off 40s" in line
        assert "BackOff" in line and "restarting failed container (7 times)" not in line
        assert "(7 times): Back-off restarting failed container" in line
        assert dsctl("why", "a", "--node", ONE).code == 1


def crash(kubectl: Kubectl, pod: dict[str, Any]) -> None:
    """Let a pod of KWOK look as one that crashes, with the kubelet's event."""
    name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
    status = {
        "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}],
        "containerStatuses": [
            {
                "name": "agent",
                "image": "agent:1",
                "imageID": "",
                "ready": False,
                "started": False,
                "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
            }
        ],
    }
    patch = json.dumps({"status": status})
    kubectl("patch", "pod", name, "--subresource=status", "--type=merge", "-p", patch)
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{name}.1"},
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "Pod",
            "namespace": kubectl.namespace,
            "name": name,
            "uid": uid,
        },
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off restarting failed container",
        "count": 7,
        "firstTimestamp": "2026-01-01T00:00:00Z",
        "lastTimestamp": "2099-01-01T00:00:00Z",
    }
    kubectl.apply(event)


def test_a_pod_that_was_never_made_is_explained_by_the_quota(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """An eligible node without a pod: the controller's own event says what forbids it."""
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none"},
        "spec": {"hard": {"pods": "0"}},
    }
    kubectl.apply(quota)
    eventually(lambda: kubectl.json("get", "quota", "none").get("status", {}).get("hard"))
    with labelled(kubectl, ONE):
        kubectl.apply(on("a"))
        eventually(lambda: "exceeded quota" in dsctl("why", "a").out)
        ran = dsctl("why", "a")
        assert (ran.code, row(ran, ONE).split()[1]) == (1, "Missing")
        assert "FailedCreate" in row(ran, ONE)
