"""``dsctl rollout status`` of a new version that fails: how, where, and what it logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cluster.admission import no_pods
from tests.cluster.conftest import Dsctl, Kubectl, eventually
from tests.cluster.daemonsets import daemonset
from tests.cluster.fates import FATE, fate, fated

MOST_TWO = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}}}


def begin(kubectl: Kubectl, **spec: Any) -> dict[str, Any]:
    """A DaemonSet ``one`` that is rolled out."""
    manifest = daemonset("one", **spec)
    kubectl.apply(manifest)
    kubectl("rollout", "status", "ds/one", "--timeout=50s")
    return manifest


def pods_of(kubectl: Kubectl, name: str) -> list[dict[str, Any]]:
    """The pods that meet this fate."""
    found: list[dict[str, Any]] = kubectl.json("get", "pods", "-l", f"{FATE}={name}")["items"]
    return found


def failing(kubectl: Kubectl, name: str) -> Callable[[], list[dict[str, Any]]]:
    """For ``eventually``: the two pods that the budget allows, when their fate has met them."""

    def check() -> list[dict[str, Any]]:
        found = pods_of(kubectl, name)
        known = [pod for pod in found if (pod["status"].get("containerStatuses"))]
        return known if len(known) == 2 else []

    return check


@pytest.mark.parametrize(
    ("kind", "cause", "message"),
    [
        (
            "bad-image",
            "ImagePull",
            'container agent: ImagePullBackOff: Back-off pulling image "registry.example/none"',
        ),
        (
            "crash-loop",
            "CrashLoop",
            "container agent: CrashLoopBackOff, exit code 3, 4 restarts: back-off 40s restarting "
            "failed container",
        ),
        (
            "bad-config",
            "ContainerConfig",
            'container agent: CreateContainerConfigError: configmap "settings" not found',
        ),
    ],
)
def test_fail_fast_ends_at_the_first_sure_failure(
    kubectl: Kubectl, dsctl: Dsctl, kind: str, cause: str, message: str
) -> None:
    """Failed, exit 1, the pods with their messages; the controller still has its budget out."""
    manifest = begin(kubectl, **MOST_TWO)
    with fate(kubectl, kind) as name:
        kubectl.apply(fated(manifest, name))
        result = dsctl("rollout", "status", "one", "--fail-fast", "--timeout=50s", "-o", "json")
        report = result.json()
        assert (result.code, report["phase"], report["health"]) == (1, "Failed", "Degraded")
        found = [b for b in report["blockers"] if b["cause"] == cause]
        pods = eventually(failing(kubectl, name))
        where = {pod["metadata"]["name"]: pod["spec"]["nodeName"] for pod in pods}
        assert found
        for blocker in found:
            assert where[blocker["pod"]] == blocker["node"]
            assert (blocker["message"], blocker["since"]) == (message, blocker["since"] or "")
        first = found[0]
        assert result.err.splitlines()[-2:] == [
            f"error: the rollout of daemonset 'one' failed: pod {first['pod']} on "
            f"{first['node']}: {message}",
            f"hint: dsctl -n {kubectl.namespace} rollout undo one",
        ]
        status = kubectl.json("get", "ds", "one")["status"]
        assert status.get("updatedNumberScheduled", 0) <= 2 < status["desiredNumberScheduled"]


def test_a_crash_loop_comes_with_its_last_words(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """One look names the exit code, the last log lines, and who uses the budget."""
    manifest = begin(kubectl, **MOST_TWO)
    with fate(kubectl, "crash-loop") as name:
        kubectl.apply(fated(manifest, name))
        pods = eventually(failing(kubectl, name))
        result = dsctl("rollout", "status", "one", "--no-watch", "-o", "json")
        report = result.json()
        assert (result.code, report["phase"], report["health"]) == (1, "Progressing", "Degraded")
        assert report["budget"] == {"maxUnavailable": 2, "maxSurge": 0, "used": 2}
        looping = [b for b in report["blockers"] if b["cause"] == "CrashLoop"]
        assert {b["pod"] for b in looping} == {pod["metadata"]["name"] for pod in pods}
        for blocker in looping:
            assert blocker["log"][-1].endswith("ready")
            [detail] = [line for line in blocker["details"] if line.startswith("container agent")]
            assert "last exit code 3 (Error), 4 restarts" in detail
        [budget] = [b for b in report["blockers"] if b["cause"] == "Budget"]
        nodes = sorted(pod["spec"]["nodeName"] for pod in pods)
        assert budget["message"].endswith(f"maxUnavailable is 2, used by {', '.join(nodes)}")
        text = dsctl("rollout", "status", "one", "--no-watch").err
        assert "| ready\n" in text


def test_a_failure_without_fail_fast_stalls_in_the_end(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Pods that never get ready prove nothing: Stalled after the time given, with their reason."""
    manifest = begin(kubectl, **MOST_TWO)
    probe = {"httpGet": {"path": "/healthz", "port": 8080}}
    manifest["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = probe
    with fate(kubectl, "never-ready") as name:
        kubectl.apply(fated(manifest, name))
        result = dsctl("rollout", "status", "one", "--fail-fast", "--stall-timeout=4s")
        assert result.code == 1
        assert result.err.splitlines()[-1].startswith(
            "error: the rollout of daemonset 'one' is stalled, no change for 4s: 2 of "
        )
        assert "container agent: running, its readiness probe fails" in result.err
        pods = eventually(failing(kubectl, name))
        rows = [line.split() for line in result.err.splitlines()]
        not_ready = {row[1]: row[0] for row in rows if row[2:3] == ["NotReady"]}
        assert not_ready == {p["metadata"]["name"]: p["spec"]["nodeName"] for p in pods}
        # Another revision that is well ends it: what counts is the newest one.
        kubectl.apply(daemonset("one", "registry.example/agent:3", **MOST_TWO))
        assert dsctl("rollout", "status", "one", "--fail-fast", "--timeout=50s").code == 0


def test_a_pod_that_fits_nowhere(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """A request raised too far: Unschedulable in the scheduler's words, Stalled, exit 1."""
    manifest = begin(kubectl)
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "9000"}}
    kubectl.apply(manifest)
    result = dsctl("rollout", "status", "one", "--stall-timeout=2s", "-o", "json")
    report = result.json()
    assert (result.code, report["phase"]) == (1, "Stalled")
    [pod] = [b for b in report["blockers"] if b["cause"] == "Unschedulable"]
    assert "Insufficient cpu" in pod["message"]
    waiting = kubectl.json("get", "pods", "--field-selector=spec.nodeName=")["items"]
    assert [p["metadata"]["name"] for p in waiting] == [pod["pod"]]
    [budget] = [b for b in report["blockers"] if b["cause"] == "Budget"]
    assert budget["message"].endswith(f"used by {pod['node']}")


@pytest.mark.parametrize("surge", [False, True])
def test_a_quota_that_allows_no_pod(kubectl: Kubectl, dsctl: Dsctl, surge: bool) -> None:
    """The event of the refused pod is told, per node, or as a whole where each node has its old."""
    rolling = {"maxUnavailable": 0, "maxSurge": 1} if surge else {"maxUnavailable": 1}
    strategy = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}
    begin(kubectl, **strategy)
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}}
    kubectl.apply({**quota, "spec": {"hard": {"pods": "1"}}})
    eventually(lambda: kubectl.json("get", "resourcequota", "none").get("status", {}).get("used"))
    kubectl.apply(daemonset("one", "registry.example/agent:2", **strategy))
    result = dsctl("rollout", "status", "one", "--stall-timeout=3s", "-o", "json")
    report = result.json()
    assert (result.code, report["phase"]) == (1, "Stalled")
    [refused] = [b for b in report["blockers"] if b["cause"] == "QuotaOrAdmission"]
    assert "exceeded quota: none" in refused["message"]
    assert refused["pod"] is None
    pods = kubectl.json("get", "pods")["items"]
    manned = {pod["spec"]["nodeName"] for pod in pods}
    assert (refused["node"] is None) is surge
    assert refused["node"] not in manned
    assert not any("agent:2" in pod["spec"]["containers"][0]["image"] for pod in pods)


def test_admission_that_lets_no_old_pod_go(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """The controller may not delete the old pods: its event is told, not that nothing is wrong."""
    begin(kubectl)
    with no_pods(kubectl, "DELETE", "pods are kept here"):
        kubectl.apply(daemonset("one", "registry.example/agent:2"))
        result = dsctl("rollout", "status", "one", "--stall-timeout=4s", "-o", "json")
        report = result.json()
        assert (result.code, report["phase"]) == (1, "Stalled")
        [refused] = [b for b in report["blockers"] if b["cause"] == "QuotaOrAdmission"]
        assert "pods are kept here" in refused["message"]
        assert (refused["node"], refused["pod"]) == (None, None)
