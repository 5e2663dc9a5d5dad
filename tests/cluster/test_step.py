"""``dsctl rollout step`` on a real controller: no more than the batch, and no node twice."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually, started
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.fates import fate, fated
from tests.cluster.holds import images, live, owners, pods, second_writer, settled

ON_DELETE = {"type": "OnDelete"}


def begin(dsctl: Dsctl, kubectl: Kubectl, **spec: Any) -> tuple[dict[str, Any], int]:
    """An OnDelete DaemonSet on all its nodes, and how many these are."""
    manifest = daemonset("a", **{"updateStrategy": ON_DELETE, **spec})
    dsctl("apply", "-f", "-", input=text(manifest))
    return manifest, settled(kubectl)


def version_two(dsctl: Dsctl, manifest: dict[str, Any]) -> None:
    """Change the image: nothing happens until someone steps."""
    changed = {**manifest, "spec": {**manifest["spec"]}}
    template = daemonset("a", image="registry.example/agent:2")["spec"]["template"]
    changed["spec"]["template"] = template
    assert dsctl("apply", "-f", "-", input=text(changed)).code == 0


def uids(kubectl: Kubectl) -> dict[str, str]:
    return {node: pod["metadata"]["uid"] for node, pod in pods(kubectl).items()}


def updated(kubectl: Kubectl) -> dict[str, str]:
    """The uids of the pods of version 2, by node."""
    found = images(kubectl)
    return {node: uid for node, uid in uids(kubectl).items() if found.get(node) == "2"}


@contextmanager
def running(sandbox: Sandbox, namespace: str, *args: str) -> Iterator[subprocess.Popen[str]]:
    """A step that goes on; ended at the latest when the test ends."""
    with started(sandbox, namespace, "rollout", "step", "a", *args) as process:
        yield process


def test_batches_are_cumulative_and_no_more(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Each target is met to the node, in the order asked for; the others keep their pods."""
    manifest, count = begin(dsctl, kubectl)
    before = uids(kubectl)
    version_two(dsctl, manifest)
    trial = dsctl("rollout", "step", "a", "--batch=1,3", "--dry-run=client")
    first = sorted(before)[:3]
    assert trial.out.splitlines() == [
        f"batch 1 of 2 (1): 1 of {count} nodes updated: {first[0]} (dry run)",
        f"batch 2 of 2 (3): 3 of {count} nodes updated: {', '.join(first[1:])} (dry run)",
    ]
    assert uids(kubectl) == before
    ran = dsctl("rollout", "step", "a", "--batch=1,3", "--max-unavailable=2")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        f"batch 1 of 2 (1) done: 1 of {count} nodes are updated",
        f"batch 2 of 2 (3) done: 3 of {count} nodes are updated",
    ]
    now = uids(kubectl)
    assert {node for node in now if now[node] != before[node]} == set(first)
    assert sorted(updated(kubectl)) == first
    again = dsctl("rollout", "step", "a", "--batch=25%", "-o", "json")
    assert (again.code, again.json()["outcome"], again.json()["deleted"]) == (0, "Complete", [])
    report = dsctl("rollout", "step", "a", "--batch=50%,100%", "--max-unavailable=4", "-o", "json")
    found = report.json()
    assert report.code == 0
    assert found["counts"] == {
        "desired": count,
        "updated": count,
        "done": count,
        "unavailable": 0,
    }
    assert [batch["done"] for batch in found["batches"]] == [True, True]
    assert sorted(found["deleted"]) == sorted(set(before) - set(first))
    assert dsctl("rollout", "status", "a").code == 0


def test_a_canary_by_name_then_by_label(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """--nodes does just those, done ones count as done; strangers are refused, nothing deleted."""
    manifest, count = begin(dsctl, kubectl)
    before = uids(kubectl)
    version_two(dsctl, manifest)
    for nodes, named in (("worker-0001,nope", "nope"), ("gpu-0003", "gpu-0003")):
        refused = dsctl("rollout", "step", "a", f"--nodes={nodes}")
        assert (refused.code, refused.out) == (2, "")
        assert f"error: {named} is no node of daemonset 'a'" in refused.err
        assert f"dsctl -n {kubectl.namespace} why a" in refused.err
    assert uids(kubectl) == before
    for nodes in ("worker-0009,worker-0001", "worker-0001,worker-0004"):
        assert dsctl("rollout", "step", "a", f"--nodes={nodes}").code == 0
        assert set(updated(kubectl)) >= set(nodes.split(","))
    assert set(updated(kubectl)) == {"worker-0001", "worker-0004", "worker-0009"}
    canaries = updated(kubectl)
    trial = dsctl(
        "rollout", "step", "a", "--nodes=worker-0001,small-0005", "--batch=6", "--dry-run=client"
    )
    assert trial.out == (
        f"batch 1 of 1 (6): 4 of {count} nodes updated (not 6: no other node was chosen): "
        "small-0005 (dry run)\n"
    )
    zone = "topology.kubernetes.io/zone"
    wanted = set(
        kubectl("get", "nodes", "-l", f"{zone}=eu-central-1a", "-o", "name")
        .replace("node/", "")
        .split()
    ) & set(before)
    assert dsctl("rollout", "step", "a", "--node-selector", f"{zone}=eu-central-1a").code == 0
    assert set(updated(kubectl)) == wanted | set(canaries)
    assert canaries.items() <= updated(kubectl).items()
    none = dsctl("rollout", "step", "a", "--node-selector=no=such")
    assert (none.code, "no node matches 'no=such'" in none.err) == (1, True)
    rest = dsctl("rollout", "step", "a", "--batch=100%", "--order-by", zone, "--no-wait")
    assert rest.code == 0
    eventually(lambda: len(updated(kubectl)) == count)


def test_killed_and_carried_on(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl, namespace: str
) -> None:
    """SIGKILL at any moment, run again until it is done: no updated pod is ever replaced."""
    manifest, count = begin(dsctl, kubectl)
    line = ("--batch=1,50%,100%", "--soak=1s", "--max-unavailable=3")
    with fate(kubectl, "slow") as name:
        dsctl("apply", "-f", "-", input=text(fated(manifest, name)))
        old = uids(kubectl)
        seen: dict[str, str] = {}
        for kill in range(3):
            with running(sandbox, namespace, *line) as process:
                assert process.stderr is not None
                next(line for line in process.stderr if line.endswith(" deleted\n"))
                time.sleep(0.1 * kill)
                process.send_signal(signal.SIGKILL)
            alive = updated(kubectl)
            assert seen.items() <= alive.items()
            seen = alive
        assert 0 < len([n for n, uid in uids(kubectl).items() if old.get(n) == uid]) < count
        ran = dsctl("rollout", "step", "a", *line, "-o", "json")
        assert (ran.code, ran.json()["outcome"]) == (0, "Complete")
        final = updated(kubectl)
        assert len(final) == count
        assert seen.items() <= final.items()


def test_a_paused_one_has_the_budget_that_it_had(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Stepped through, it says that it can be resumed; after that nothing rolls."""
    two = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2, "maxSurge": 0}}
    manifest, count = begin(dsctl, kubectl, updateStrategy=two)
    assert dsctl("rollout", "pause", "a").code == 0
    version_two(dsctl, manifest)
    ran = dsctl("rollout", "step", "a", "--batch=100%", "-o", "json")
    assert (ran.code, ran.json()["maxUnavailable"]) == (0, 2)
    assert "rollout resume a puts the strategy back" in ran.err
    final = updated(kubectl)
    assert len(final) == count
    assert dsctl("rollout", "resume", "a").code == 0
    assert dsctl("rollout", "status", "a", "--timeout=50s").code == 0
    assert uids(kubectl) == final
    assert live(kubectl)["spec"]["updateStrategy"] == two


@pytest.mark.parametrize("way", ["stop", "undo"])
def test_a_failing_version_stops_or_is_undone(dsctl: Dsctl, kubectl: Kubectl, way: str) -> None:
    """Exit 1 with the pod's message; only the budget's nodes were touched, the others never are.

    With undo the old template is back, written by dsctl-rollout, and so are the touched nodes.
    """
    manifest, count = begin(dsctl, kubectl)
    before, template = uids(kubectl), live(kubectl)["spec"]["template"]
    with fate(kubectl, "crash-loop") as name:
        dsctl("apply", "-f", "-", input=text(fated(manifest, name)))
        ran = dsctl(
            "rollout",
            "step",
            "a",
            "--batch=50%,100%",
            "--max-unavailable=2",
            f"--on-failure={way}",
            "-o",
            "json",
        )
        assert ran.code == 1
        first = sorted(before)[:2]
        assert "the new version fails on" in ran.err
        assert "CrashLoopBackOff, exit code 3" in ran.err
        assert ran.json()["outcome"] == {"stop": "Stopped", "undo": "Undone"}[way]
        now = uids(kubectl)
        assert {n for n in before if now.get(n) != before[n]} == set(first)
        if way == "stop":
            assert "to carry on: dsctl -n" in ran.err
            assert "rollout undo a, then step again" in ran.err
            assert sorted(updated(kubectl)) == first
            return
        assert "2 nodes of daemonset 'a' put back to revision 1" in ran.err
        assert live(kubectl)["spec"]["template"] == template
        assert "dsctl-rollout" in owners(kubectl, "spec", "template")
        settled(kubectl)
        assert images(kubectl) == dict.fromkeys(before, "1")
        assert len(uids(kubectl)) == count


def test_a_timeout_can_be_undone(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Pods that never become ready are no sure failure: the time ends it, and puts all back."""
    manifest, count = begin(dsctl, kubectl)
    before = uids(kubectl)
    with fate(kubectl, "never-ready") as name:
        dsctl("apply", "-f", "-", input=text(fated(manifest, name)))
        ran = dsctl("rollout", "step", "a", "--batch=2", "--timeout=4s", "--on-failure=undo")
    assert ran.code == 124
    assert "error: timed out: 1 of" in ran.err
    assert "undone: 1 node of daemonset 'a' put back to revision 1" in ran.err
    assert settled(kubectl) == count
    assert set(images(kubectl).values()) == {"1"}
    now = uids(kubectl)
    assert [node for node in before if now[node] != before[node]] == [sorted(before)[0]]


def test_what_can_not_be_stepped_says_how_to_go_on(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """RollingUpdate that is not paused, suspended, missing; and nothing is deleted."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    settled(kubectl)
    before = uids(kubectl)
    rolling = dsctl("rollout", "step", "a", "--batch=1")
    assert (rolling.code, rolling.out) == (1, "")
    assert "rolls by itself (RollingUpdate)" in rolling.err
    assert f"hint: dsctl -n {kubectl.namespace} rollout pause a" in rolling.err
    assert uids(kubectl) == before
    hint = f"hint: dsctl -n {kubectl.namespace}"
    dsctl("suspend", "a")
    suspended = dsctl("rollout", "step", "a", "--batch=1")
    assert (suspended.code, f"{hint} unsuspend a" in suspended.err) == (1, True)
    assert dsctl("rollout", "step", "none", "--batch=1").code == 3


def test_an_end_before_the_end(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl, namespace: str
) -> None:
    """Ctrl-C is 130, --timeout 124, a stall 1: each says what was done and how to carry on."""
    manifest, count = begin(dsctl, kubectl)
    with fate(kubectl, "never-ready") as name:
        dsctl("apply", "-f", "-", input=text(fated(manifest, name)))
        with running(sandbox, namespace, "--batch=2,100%", "--max-unavailable=2") as process:
            assert process.stderr is not None
            eventually(lambda: len(updated(kubectl)) == 2)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert f"interrupted: 2 of {count} nodes are updated; small-0005: " in err
        command = "rollout step a --batch 2,100% --max-unavailable 2"
        assert f"to carry on: dsctl -n {namespace} {command}\n" in err
        late = dsctl("rollout", "step", "a", "--batch=2", "--timeout=1s", "-o", "json")
        assert (late.code, late.json()["outcome"]) == (124, "TimedOut")
        assert [one["node"] for one in late.json()["waiting"]] == ["small-0005", "worker-0001"]
        stalled = dsctl("rollout", "step", "a", "--batch=3", "--stall-timeout=1s")
        assert stalled.code == 1
        assert "error: nothing happened for 1 s: 2 of" in stalled.err
        assert "; small-0005: Running, not ready" in stalled.err
        assert len(updated(kubectl)) == 2


def test_others_write_meanwhile(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl, namespace: str
) -> None:
    """Labels written all the time don't disturb it; another template stops it at once."""
    manifest, count = begin(dsctl, kubectl)
    version_two(dsctl, manifest)
    with second_writer(kubectl):
        assert dsctl("rollout", "step", "a", "--batch=2", "--max-unavailable=2").code == 0
    assert len(updated(kubectl)) == 2
    with fate(kubectl, "slow") as name:
        dsctl("apply", "-f", "-", input=text(fated(manifest, name)))
        with running(sandbox, namespace, "--batch=100%") as process:
            assert process.stderr is not None
            next(line for line in process.stderr if line.endswith(" deleted\n"))
            kubectl("set", "image", "ds/a", "agent=registry.example/agent:3")
            _, err = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "its template was changed meanwhile, nothing more is done" in err
    assert count - 2 <= sum(image != "3" for image in images(kubectl).values())
