"""``dsctl wait`` against a real control plane: it ends when the server's state says so."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Ran, Sandbox, eventually, started
from tests.cluster.daemonsets import daemonset, text

#: Each batch must stay ready for a second.
SLOW = {
    "minReadySeconds": 1,
    "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 5}},
}


def status(kubectl: Kubectl, name: str) -> dict[str, int]:
    """The counters, once the controller has seen the newest generation."""
    obj = kubectl.json("get", "ds", name)
    assert obj["status"].get("observedGeneration") == obj["metadata"]["generation"]
    found: dict[str, int] = obj["status"]
    return found


def stuck(name: str) -> dict[str, Any]:
    """A DaemonSet whose pods fit on no node."""
    obj = daemonset(name)
    container = obj["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "9000"}}
    return obj


@pytest.mark.parametrize(
    ("word", "counter"),
    [
        ("placed", "currentNumberScheduled"),
        ("ready", "numberReady"),
        ("available", "numberAvailable"),
        ("rolled-out", "updatedNumberScheduled"),
    ],
)
def test_own_words_hold_in_the_server(
    kubectl: Kubectl, dsctl: Dsctl, word: str, counter: str
) -> None:
    """When dsctl says so, the counter of the controller has come to the desired number."""
    kubectl.apply(daemonset("one", **SLOW))
    result = dsctl("wait", "one", f"--for={word}", "--timeout=50s")
    found = status(kubectl, "one")
    assert result == Ran(0, "daemonset.apps/one condition met\n", "")
    assert found[counter] == found["desiredNumberScheduled"] > 0


def test_rolled_out_is_of_the_newest_template(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Right after a change it is not met by the old pods; once met, every pod is new."""
    kubectl.apply(daemonset("one", **SLOW))
    assert dsctl("wait", "one", "--for=rolled-out", "--timeout=50s").code == 0
    kubectl("set", "image", "ds/one", "agent=registry.example/agent:2")
    assert dsctl("wait", "one", "--for=rolled-out", "--timeout=50s").code == 0
    found = status(kubectl, "one")
    desired = found["desiredNumberScheduled"]
    assert found["updatedNumberScheduled"] == found["numberAvailable"] == desired
    pods = kubectl.json("get", "pods", "-l", "app=one")["items"]
    live = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    images = {pod["spec"]["containers"][0]["image"] for pod in live}
    assert images == {"registry.example/agent:2"}


def test_placed_without_ready(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Pods that no node can take are placed, and never ready: 124 with the counts."""
    kubectl.apply(stuck("one"))
    assert dsctl("wait", "one", "--for=placed", "--timeout=30s").code == 0
    desired = status(kubectl, "one")["desiredNumberScheduled"]
    result = dsctl("wait", "one", "--for=ready", "--timeout=1s")
    assert (result.code, result.out) == (124, "")
    assert result.err == (
        "error: timed out waiting for the condition on daemonsets/one: "
        f"0 of {desired} pods are ready\n"
    )
    result = dsctl("wait", "one", "--for=ready", "--timeout=0")
    assert result.code == 1
    assert result.err.startswith("error: condition not met for daemonsets/one")


def test_create_waits_for_the_name(sandbox: Sandbox, kubectl: Kubectl, dsctl: Dsctl) -> None:
    """--for=create ends when the DaemonSet comes, and goes on to the next condition then."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(
            dsctl, "wait", "one", "--for=available", "--for=create", "--timeout=50s"
        )
        eventually(waiting.running)
        kubectl.apply(daemonset("other"), daemonset("one"))
        result = waiting.result(60)
    assert result == Ran(0, "daemonset.apps/one condition met\n" * 2, "")
    found = status(kubectl, "one")
    assert found["numberAvailable"] == found["desiredNumberScheduled"]


def test_create_waits_for_a_selector(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """With -l it ends as soon as anything matches; else 124."""
    result = dsctl("wait", "-l", "app=one", "--for=create", "--timeout=1s")
    assert result.code == 124
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(dsctl, "wait", "-l", "app=one", "--for=create", "--timeout=50s")
        eventually(waiting.running)
        kubectl.apply(daemonset("one"))
        assert waiting.result(60) == Ran(0, "daemonset.apps/one condition met\n", "")


def test_delete_waits_for_this_one(sandbox: Sandbox, kubectl: Kubectl, namespace: str) -> None:
    """--for=delete ends when it is gone, also where another one takes its name at once."""
    kubectl.apply(daemonset("one"))
    with started(
        sandbox, namespace, "wait", "one", "--for=create", "--for=delete", "--timeout=50s"
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "daemonset.apps/one condition met\n"
        kubectl("delete", "ds", "one")
        kubectl.apply(daemonset("one"))
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "daemonset.apps/one condition met\n", "")
    assert kubectl.json("get", "ds", "one")


def test_files_and_several(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """-f names them; one that is missing is reported, and the others are waited for."""
    kubectl.apply(daemonset("a"), daemonset("b"))
    result = dsctl("wait", "-f", "-", "--for=placed", input=text(daemonset("a"), daemonset("b")))
    lines = [f"daemonset.apps/{name} condition met" for name in ("a", "b")]
    assert (result.code, result.out.splitlines()) == (0, lines)
    result = dsctl("wait", "a", "missing", "b", "--for=placed")
    assert result == Ran(3, "\n".join(lines) + "\n", 'error: daemonsets.apps "missing" not found\n')


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["one", "--for=create"], 0),
        (["one", "--for=create", "--for=jsonpath={.metadata.name}=one"], 0),
        (["one", "--for=jsonpath={.metadata.generation}=1"], 0),
        (["one", "--for=jsonpath=.spec.template.spec.containers[0].name=agent"], 0),
        (["one", '--for=jsonpath={.spec.template.spec.containers[?(@.name=="agent")].image}'], 0),
        (["one", "--for=create", "-o", "name"], 0),
        (["one", "--for=create", "-o", "json"], 0),
        (["one", "--for=create", "-o", "yaml"], 0),
        (["--all", "--for=create"], 0),
        (["-l", "app=one", "--for=jsonpath={.metadata.generation}=1"], 0),
        (["-l", "app=none", "--for=delete"], 0),
        (["none", "--for=delete"], 0),
        (["-l", "app=none", "--for=condition=Ready"], 1),
        (["one", "--for=jsonpath={.metadata.generation}=9", "--timeout=0"], 1),
        (["one", "--for=jsonpath={.metadata.labels}=x"], 1),
        (["one", "--for=jsonpath={.spec.template.spec.containers[9]}"], 1),
        (["one", "--for=jsonpath={.metadata.generation}=9", "--timeout=1s"], 124),
        (["one", "--for=condition=Ready", "--timeout=1s"], 124),
        (["one", "--for=delete", "--timeout=1s"], 124),
        (["none", "--for=create", "--timeout=1s"], 124),
        (["none", "--for=condition=Ready"], 3),
    ],
)
def test_kubectls_forms_keep_its_meaning(
    sandbox: Sandbox, kubectl: Kubectl, dsctl: Dsctl, args: list[str], code: int
) -> None:
    """Stdout is kubectl's byte for byte; so are success, and the first words of a failure."""
    obj = daemonset("one")
    obj["spec"]["template"]["spec"]["nodeSelector"] = {"no": "node"}
    kubectl.apply(obj)
    eventually(lambda: status(kubectl, "one"))
    theirs = subprocess.run(
        [str(sandbox.kubectl_program), "-n", kubectl.namespace, "wait", "ds", *args],
        env=sandbox.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = dsctl("wait", "ds", *args)
    assert ours.out == theirs.stdout
    assert (ours.code, ours.code == 0) == (code, theirs.returncode == 0)
    words = theirs.stderr.strip().removeprefix("error: ")
    words = words.removeprefix("Error from server (NotFound): ")
    assert ours.err.startswith(f"error: {words}" if words else "")
