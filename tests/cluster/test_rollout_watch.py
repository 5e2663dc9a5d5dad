"""``dsctl rollout status`` beside a rollout: never early, never late, nothing missed."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually
from tests.cluster.daemonsets import daemonset
from tests.cluster.fates import fate, fated
from tests.cluster.test_delete import hold, release
from tests.cluster.test_rollout_status import ON_DELETE, complete, set_image, watching

#: how long after the controller's word Complete may be said, in seconds
MOST_LATE = 2.0
COUNTS = (
    "{.metadata.generation} {.status.observedGeneration} {.status.desiredNumberScheduled} "
    '{.status.updatedNumberScheduled} {.status.numberAvailable}{"\\n"}'
)


def paced(name: str, seconds: int = 1, **rolling: Any) -> dict[str, Any]:
    """A DaemonSet of which each batch must stay ready for that long."""
    strategy = {"type": "RollingUpdate", "rollingUpdate": rolling or {"maxUnavailable": 3}}
    return daemonset(name, minReadySeconds=seconds, updateStrategy=strategy)


def rolled_out(kubectl: Kubectl, manifest: dict[str, Any]) -> None:
    """Apply it and wait for its rollout."""
    kubectl.apply(manifest)
    kubectl("rollout", "status", f"ds/{manifest['metadata']['name']}", "--timeout=50s")


def first_complete(sandbox: Sandbox, namespace: str, name: str, generation: int) -> float:
    """Watch with kubectl alone; when it first says that this generation is complete."""
    command = [str(sandbox.kubectl_program), "-n", namespace, "get", "ds", name, "-w"]
    with subprocess.Popen(
        [*command, "-o", f"jsonpath={COUNTS}"],
        env=sandbox.environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            for line in process.stdout or ():
                seen = [int(word) for word in line.split()]
                if len(seen) == 5 and seen[1] >= generation and len(set(seen[2:])) == 1:
                    return time.monotonic()
        finally:
            process.kill()
    raise AssertionError("kubectl's watch ended")


def test_complete_is_said_with_the_controller(
    sandbox: Sandbox, kubectl: Kubectl, namespace: str
) -> None:
    """At most two seconds after a raw watch shows it, and never while the object says otherwise."""
    rolled_out(kubectl, paced("one"))
    with ThreadPoolExecutor(1) as pool, watching(sandbox, namespace, "one", "-o", "jsonl") as ours:
        # The rollout that was before is Complete: it shall be the next one's end that is seen.
        assert ours.communicate(timeout=30)[0].count("\n") == 1
        set_image(kubectl, "one", "agent:2")
        generation = kubectl.json("get", "ds", "one")["metadata"]["generation"]
        theirs = pool.submit(first_complete, sandbox, namespace, "one", generation)
        with watching(sandbox, namespace, "one", "-o", "jsonl") as process:
            out, _ = process.communicate(timeout=60)
            ended = time.monotonic()
        assert complete(kubectl, "one")
        assert ended - theirs.result(30) <= MOST_LATE
    reports = [json.loads(line) for line in out.splitlines()]
    assert len(reports) >= 2
    assert all(before != after for before, after in pairwise(reports))
    for report in reports:
        counts = report["counts"]
        done = counts["updated"] == counts["available"] == counts["desired"] > 0
        observed = report["observedGeneration"] >= report["generation"]
        assert (report["phase"] == "Complete") is (done and observed)
    assert reports[-1]["blockers"] == []


def test_a_second_rollout_while_the_first_is_watched(
    sandbox: Sandbox, kubectl: Kubectl, namespace: str
) -> None:
    """The watch goes on to the end of the newer one: Complete is said once, of all pods."""
    manifest = paced("one", 0)
    rolled_out(kubectl, manifest)
    with fate(kubectl, "never-ready") as name:
        kubectl.apply(fated(manifest, name))
        with watching(sandbox, namespace, "one", "-o", "jsonl") as process:
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            eventually(
                lambda: kubectl.json("get", "ds", "one")["status"]["updatedNumberScheduled"] == 3
            )
            newer = daemonset("one", "registry.example/agent:3")
            newer["spec"] = {**manifest["spec"], "template": newer["spec"]["template"]}
            kubectl.apply(newer)
            out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    reports = [json.loads(line) for line in [*lines, *out.splitlines()]]
    assert [r["phase"] for r in reports].count("Complete") == 1
    assert reports[-1]["updatedRevision"]["number"] == 3
    pods = kubectl.json("get", "pods", "-l", "app=one")["items"]
    assert {p["spec"]["containers"][0]["image"] for p in pods} == {"registry.example/agent:3"}


def test_on_delete_is_over_when_the_last_old_pod_is_gone(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Old pods await deletion, n of m; one that is on its way out is waited for, and named."""
    kubectl.apply(daemonset("one", **ON_DELETE))
    assert dsctl("rollout", "status", "one", "--timeout=50s").code == 0
    set_image(kubectl, "one", "agent:2")
    pods = [p["metadata"]["name"] for p in kubectl.json("get", "pods", "-l", "app=one")["items"]]
    kubectl("delete", "pod", *pods[1:])
    eventually(
        lambda: kubectl.json("get", "ds", "one")["status"].get("numberAvailable") == len(pods)
    )
    result = dsctl("rollout", "status", "one")
    assert result.code == 1
    done = f"{len(pods) - 1} of {len(pods)} pods are updated"
    assert f"error: daemonset 'one' updates on deletion (OnDelete): {done}\n" in result.err
    assert "1 pod of older revisions: OnDelete waits for them to be deleted" in result.err
    hold(kubectl, "pod", pods[0])
    kubectl("delete", "pod", pods[0], "--wait=false")
    result = dsctl("rollout", "status", "one", "--timeout=2s", "-o", "json")
    assert (result.code, result.json()["phase"]) == (124, "Progressing")
    [blocker] = result.json()["blockers"]
    assert (blocker["pod"], blocker["cause"]) == (pods[0], "Terminating")
    assert blocker["message"] == "being deleted, held by finalizer test/hold"
    release(kubectl, "pod", pods[0])
    assert dsctl("rollout", "status", "one", "--timeout=50s").code == 0
    assert complete(kubectl, "one")


def older_than_a_second(kubectl: Kubectl) -> bool:
    """Of two pods on a node the controller counts the older one as available or not.

    Their times are whole seconds: of two from the same second the name decides, and the new one
    may be counted before it is ready (podByCreationTimestampAndPhase).
    """
    now = datetime.now(UTC)
    made = [pod["metadata"]["creationTimestamp"] for pod in kubectl.json("get", "pods")["items"]]
    return all(now - datetime.fromisoformat(then) > timedelta(seconds=1) for then in made)


def test_a_surge_never_leaves_a_node_without(
    sandbox: Sandbox, kubectl: Kubectl, namespace: str
) -> None:
    """With maxSurge the budget counts second pods; it ends like any other rollout."""
    manifest = paced("one", seconds=0, maxUnavailable=0, maxSurge=3)
    rolled_out(kubectl, manifest)
    eventually(lambda: older_than_a_second(kubectl))
    with fate(kubectl, "slow") as name:
        kubectl.apply(fated(manifest, name))
        with watching(sandbox, namespace, "one", "-o", "jsonl") as process:
            out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    reports = [json.loads(line) for line in out.splitlines()]
    assert max(r["budget"]["used"] for r in reports) == 3
    assert {r["budget"]["maxSurge"] for r in reports} == {3}
    assert all(r["counts"]["available"] == r["counts"]["desired"] for r in reports)
    assert any("maxSurge is 3, used by" in b["message"] for r in reports for b in r["blockers"])
    assert complete(kubectl, "one")


def peak_of(pid: int) -> int:
    """Its peak memory in KiB (what wait4 tells is never below that of pytest); 0 at its end."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def test_a_terminal_shows_a_screen(sandbox: Sandbox, kubectl: Kubectl, namespace: str) -> None:
    """It is drawn in one place at most ten times a second, cheaply, and leaves kubectl's line."""
    rolled_out(kubectl, paced("one"))
    set_image(kubectl, "one", "agent:2")
    ours, theirs = pty.openpty()
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "dsctl", "-n", namespace, "rollout", "status", "one"],
        env={**sandbox.environ, "COLUMNS": "100", "LINES": "20", "TERM": "xterm"},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    text, peak = b"", 0
    try:
        while chunk := os.read(ours, 65536):
            text += chunk
            peak = max(peak, peak_of(process.pid))
    except OSError:  # Linux: the other side is closed
        pass
    finally:
        os.close(ours)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    # As at 5,000 nodes (tests/benchmarks/rollout_status.py), start-up included here.
    assert used.ru_utime + used.ru_stime <= 0.25 * seconds
    assert 0 < peak <= 60 * 1024
    screens = text.decode().split("\x1b[J")
    assert 3 <= len(screens) <= 10 * seconds + 2
    assert "daemonset/one" in screens[0]
    assert any("nodes done" in screen and "maxUnavailable 3" in screen for screen in screens)
    last = screens[-1].splitlines()
    assert last[0] == 'daemon set "one" successfully rolled out'
    assert last[1].split()[1:3] == ["nodes", "in"]


def test_who_may_read_the_daemonset_alone(kubectl: Kubectl, dsctl: Dsctl, namespace: str) -> None:
    """Without a right to pods and nodes it still ends rightly, and says what it can't tell."""
    kubectl.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "r"},
            "rules": [
                {
                    "apiGroups": ["apps"],
                    "resources": ["daemonsets"],
                    "verbs": ["get", "list", "watch"],
                }
            ],
        }
    )
    kubectl("create", "rolebinding", "r", "--role=r", "--user=someone")
    rolled_out(kubectl, paced("one"))
    set_image(kubectl, "one", "agent:2")
    result = dsctl("--as=someone", "rollout", "status", "one", "--timeout=50s")
    assert result.code == 0
    assert result.err.count("warning: what blocks a rollout can't be told: pods is forbidden") == 1
    assert complete(kubectl, "one")
