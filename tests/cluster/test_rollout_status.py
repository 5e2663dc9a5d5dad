"""``dsctl rollout status`` against a real controller: it ends when, and as, the rollout does."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Ran, Sandbox, eventually, started
from tests.cluster.daemonsets import daemonset, text

BIG = "node.kubernetes.io/instance-type"
ON_DELETE = {"updateStrategy": {"type": "OnDelete"}}
#: A rollout that takes seconds: each batch must stay ready for one.
SLOW = {
    "minReadySeconds": 1,
    "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 3}},
}


def stuck(name: str) -> dict[str, Any]:
    """A DaemonSet whose pods fit on no node."""
    obj = daemonset(name)
    container = obj["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "9000"}}
    return obj


def nowhere(name: str) -> dict[str, Any]:
    """A DaemonSet that no node is eligible for."""
    obj = daemonset(name)
    obj["spec"]["template"]["spec"]["nodeSelector"] = {"no": "node"}
    return obj


def complete(kubectl: Kubectl, name: str) -> bool:
    """What the controller says."""
    obj = kubectl.json("get", "ds", name)
    status = obj["status"]
    desired = status["desiredNumberScheduled"]
    return (
        status.get("observedGeneration") == obj["metadata"]["generation"]
        and desired > 0
        and status.get("updatedNumberScheduled", 0) == desired
        and status.get("numberAvailable", 0) == desired
    )


def set_image(kubectl: Kubectl, name: str, image: str) -> None:
    """Begin a rollout."""
    kubectl("set", "image", f"ds/{name}", f"agent=registry.example/{image}")


def test_ends_when_the_rollout_is_complete(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Exit 0 comes with the controller's word that every node has an available new pod."""
    kubectl.apply(daemonset("one", **SLOW))
    result = dsctl("rollout", "status", "one", "--timeout=50s")
    assert complete(kubectl, "one")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[-1] == 'daemon set "one" successfully rolled out'

    set_image(kubectl, "one", "agent:2")
    result = dsctl("rollout", "status", "ds/one", "--timeout=50s")
    assert complete(kubectl, "one")
    assert result.code == 0
    pods = kubectl.json("get", "pods", "-l", "app=one")["items"]
    images = {c["image"] for pod in pods for c in pod["spec"]["containers"]}
    assert images == {"registry.example/agent:2"}


def test_the_lines_are_kubectls(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Beside a kubectl that watches the same rollout, the lines are the same, byte for byte."""
    kubectl.apply(daemonset("one", **SLOW))
    kubectl("rollout", "status", "ds/one")
    set_image(kubectl, "one", "agent:2")
    with ThreadPoolExecutor(1) as pool:
        theirs = pool.submit(kubectl, "rollout", "status", "ds/one")
        ours = dsctl("rollout", "status", "one").out.splitlines()
        lines = theirs.result(60).splitlines()
    # They did not begin at the same moment: one saw a few states more.
    common = min(len(ours), len(lines))
    assert common >= 3
    assert ours[-common:] == lines[-common:]


def test_no_watch_tells_how_it_is_now(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """--no-watch exits 1 while the rollout is under way, and 0 once it is complete."""
    kubectl.apply(stuck("one"), daemonset("two"))
    kubectl("rollout", "status", "ds/two", "--timeout=50s")
    eventually(lambda: kubectl.json("get", "ds", "one")["status"].get("desiredNumberScheduled"))
    result = dsctl("rollout", "status", "one", "--watch=false")
    assert result.code == 1
    assert result.out == kubectl("rollout", "status", "ds/one", "--watch=false")
    header, *rows = result.err.splitlines()
    assert header.split() == ["NODE", "POD", "CAUSE", "SINCE", "WHY"]
    assert all(row.split()[2] == "Unschedulable" for row in rows)
    assert len(rows) == kubectl.json("get", "ds", "one")["status"]["desiredNumberScheduled"]
    assert dsctl("rollout", "status", "two", "--no-watch").code == 0


def test_a_timeout_says_where_it_stands(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """124, kubectl's words, the counts; and the report is printed all the same."""
    kubectl.apply(stuck("one"))
    desired = eventually(
        lambda: kubectl.json("get", "ds", "one")["status"].get("desiredNumberScheduled")
    )
    result = dsctl("rollout", "status", "one", "--timeout=1s")
    assert result.code == 124
    error = result.err.splitlines()[-1]
    assert error.startswith("error: timed out waiting for the condition on daemonsets/one: ")
    assert error.endswith(f" of {desired} pods are updated, 0 available")
    result = dsctl("rollout", "status", "one", "--timeout=1s", "-o", "json")
    assert (result.code, result.json()["phase"]) == (124, "Progressing")


def test_desired_zero_is_the_end(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Where no node is eligible there is nothing to wait for: Empty, exit 0."""
    kubectl.apply(nowhere("one"))
    result = dsctl("rollout", "status", "one", "--timeout=20s", "-o", "json")
    assert (result.code, result.json()["phase"]) == (0, "Empty")
    assert kubectl.json("get", "ds", "one")["status"]["desiredNumberScheduled"] == 0


def test_on_delete_says_how_many_are_updated(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """OnDelete is complete, or ends with 1 and n of m where old pods are left; no error as such."""
    kubectl.apply(daemonset("one", **ON_DELETE))
    assert dsctl("rollout", "status", "one", "--timeout=50s").code == 0
    set_image(kubectl, "one", "agent:2")
    pods = kubectl.json("get", "pods", "-l", "app=one")["items"]
    kubectl("delete", "pod", *(pod["metadata"]["name"] for pod in pods[:2]), "--wait")
    eventually(
        lambda: kubectl.json("get", "ds", "one")["status"].get("updatedNumberScheduled") == 2
    )
    result = dsctl("rollout", "status", "one", "-o", "json")
    assert result.code == 1
    assert (result.json()["phase"], result.json()["budget"]) == ("AwaitingDeletion", None)
    total = len(pods)
    assert f"updates on deletion (OnDelete): 2 of {total} pods are updated" in result.err
    result = dsctl("rollout", "status", "one")
    line = f'Waiting for daemon set "one" rollout to finish: 2 out of {total} new pods have'
    assert result.out == f"{line} been updated...\n"


def test_a_new_on_delete_daemonset_is_followed(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Right after its creation an OnDelete DaemonSet is under way, and awaits no deletion."""
    for number in range(3):
        name = f"one-{number}"
        obj = daemonset(name, **ON_DELETE)  # three of them: not on the node with few pod slots
        obj["spec"]["template"]["spec"]["nodeSelector"] = {BIG: "m7i.2xlarge"}
        kubectl.apply(obj)
        assert dsctl("rollout", "status", name, "--timeout=50s").code == 0
        assert complete(kubectl, name)


@pytest.mark.parametrize("replaced", [False, True])
def test_deleted_while_watched(
    sandbox: Sandbox, kubectl: Kubectl, namespace: str, replaced: bool
) -> None:
    """The watch ends with 1 in kubectl's words, also where another one takes the name."""
    kubectl.apply(stuck("one"))
    with watching(sandbox, namespace, "one") as process:
        assert process.stdout is not None
        process.stdout.readline()
        kubectl("delete", "ds", "one")
        if replaced:
            kubectl.apply(daemonset("one"))
        _, err = process.communicate(timeout=30)
    expected = 'error: object has been deleted: daemonsets.apps "one"\n'
    assert (process.returncode, err) == (1, expected)


def test_a_pinned_revision(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """--revision holds for the newest revision alone, and is in the report."""
    kubectl.apply(daemonset("one"))
    assert dsctl("rollout", "status", "one", "--revision=1", "--timeout=50s").code == 0
    set_image(kubectl, "one", "agent:2")
    result = dsctl("rollout", "status", "one", "--revision=1", "--timeout=50s")
    assert result.code == 1
    message = "error: desired revision (1) is different from the running revision (2)\n"
    assert result.err == message
    report = dsctl("rollout", "status", "one", "--revision=2", "-o", "json", "--timeout=50s").json()
    newest = max(
        kubectl.json("get", "controllerrevisions", "-l", "app=one")["items"],
        key=lambda revision: revision["revision"],
    )
    label = newest["metadata"]["labels"]["controller-revision-hash"]
    assert report["updatedRevision"] == {"number": 2, "hash": label}


def test_several_are_followed_one_after_the_other(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """-l and -f take several; the report is a list; one that fails does not hide the others."""
    manifests = [daemonset("a"), nowhere("b")]
    for manifest in manifests:
        manifest["metadata"]["labels"]["team"] = "x"
    kubectl.apply(*manifests)
    result = dsctl("rollout", "status", "-l", "team=x", "--timeout=50s", "-o", "json")
    assert result.code == 0
    assert [(r["daemonSet"]["name"], r["phase"]) for r in result.json()["items"]] == [
        ("a", "Complete"),
        ("b", "Empty"),
    ]
    result = dsctl("rollout", "status", "-f", "-", "--timeout=50s", input=text(*manifests))
    assert result.out.splitlines()[-1] == 'daemon set "b" successfully rolled out'
    result = dsctl("rollout", "status", "missing", "b", "--timeout=50s")
    assert result == Ran(
        3,
        'daemon set "b" successfully rolled out\n',
        'error: daemonsets.apps "missing" not found\n',
    )
    result = dsctl("rollout", "status", "-l", "team=none")
    assert result == Ran(0, "", f"No resources found in {kubectl.namespace} namespace.\n")


def test_an_interrupt_prints_the_report(sandbox: Sandbox, kubectl: Kubectl, namespace: str) -> None:
    """Ctrl-C ends with 130, and what is known is printed."""
    kubectl.apply(stuck("one"))
    eventually(lambda: kubectl.json("get", "ds", "one")["status"].get("desiredNumberScheduled"))
    with watching(sandbox, namespace, "one", "-o", "json") as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Waiting for daemon set")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["phase"] == "Progressing"
    assert err == ""


@contextmanager
def watching(sandbox: Sandbox, namespace: str, *args: str) -> Iterator[subprocess.Popen[str]]:
    """A ``rollout status`` that goes on; ended at the latest when the test ends."""
    with started(sandbox, namespace, "rollout", "status", *args) as process:
        yield process
