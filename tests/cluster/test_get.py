"""``dsctl get`` beside kubectl, and node by node."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually, fresh_namespace
from tests.cluster.daemonsets import daemonset, text


def ready(kubectl: Kubectl, name: str) -> int:
    """Wait until every pod of the DaemonSet is ready, and its newest revision; how many."""

    def check() -> int:
        obj = kubectl.json("get", "ds", name)
        status = obj.get("status", {})
        desired = status.get("desiredNumberScheduled", 0)
        observed = status.get("observedGeneration") == obj["metadata"]["generation"]
        done = status.get("numberAvailable", 0) == desired
        done = done and status.get("updatedNumberScheduled", 0) == desired
        return desired if observed and done else 0

    return eventually(check)


@pytest.fixture(scope="module")
def fleet(sandbox: Sandbox) -> Iterator[Kubectl]:
    """A namespace with two DaemonSets, of which ``a`` is everywhere and ``b`` nowhere."""
    with fresh_namespace(sandbox) as name:
        kubectl = Kubectl(sandbox, name)
        nowhere = daemonset("b")
        nowhere["spec"]["template"]["spec"]["nodeSelector"] = {"no-such": "label"}
        kubectl.apply(daemonset("a"), nowhere)
        ready(kubectl, "a")
        yield kubectl


@pytest.fixture
def dsctl(sandbox: Sandbox, fleet: Kubectl) -> Dsctl:
    """dsctl in the fleet's namespace."""
    return Dsctl(sandbox, fleet.namespace)


@pytest.mark.parametrize(
    "args",
    [
        ("get", "ds", "--no-headers"),
        ("get", "ds", "a", "--no-headers"),
        ("get", "ds", "-o", "wide", "--no-headers"),
        ("get", "ds", "--show-labels", "-L", "app", "--no-headers"),
        ("get", "ds", "-o", "yaml"),
        ("get", "ds", "-o", "json"),
        ("get", "ds", "-o", "name"),
        ("get", "ds", "a", "-o", "yaml"),
        ("get", "ds", "a", "b", "-o", "json"),
        ("get", "ds", "a", "-o", "yaml", "--show-managed-fields"),
        ("get", "ds", "-l", "app=a", "-o", "name"),
        ("get", "ds", "-l", "app=none", "-o", "json"),
        ("get", "ds", "-o", "jsonpath={.items[*].metadata.name}"),
    ],
)
def test_output_is_kubectls_byte_for_byte(
    fleet: Kubectl, dsctl: Dsctl, args: tuple[str, ...]
) -> None:
    """Scripts can call dsctl instead."""

    def same() -> bool:
        theirs = fleet(*args)
        ours = dsctl(*args).out
        assert ours == theirs
        return True

    eventually(same, timeout=20)  # ages may tick between the two calls


@pytest.mark.parametrize("line", ["get -f - -o json", "label -f - --list", "get -f - -o name"])
def test_what_stdin_names_is_a_list_as_in_kubectl(fleet: Kubectl, dsctl: Dsctl, line: str) -> None:
    """Even if it is one DaemonSet, which a file's is not."""
    manifest = text(daemonset("b"))
    ran = dsctl(*line.split(), input=manifest)
    assert (ran.code, ran.out) == (0, fleet(*line.split(), input=manifest))


def test_kubectls_columns_come_first(fleet: Kubectl, dsctl: Dsctl) -> None:
    """Every kubectl column in kubectl's order, then STATUS: the health verdict."""
    ours = [line.split() for line in dsctl("get").out.splitlines()]
    theirs = [line.split() for line in fleet("get", "ds").splitlines()]
    assert ours[0][:-1] == theirs[0]
    verdicts = {line[0]: line[-1] for line in ours}
    assert verdicts == {"NAME": "STATUS", "a": "Healthy", "b": "Empty"}


def test_an_empty_namespace_says_so_on_stderr(sandbox: Sandbox, namespace: str) -> None:
    """kubectl's words, exit code 0."""
    ran = sandbox.dsctl("get", namespace=namespace)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"No resources found in {namespace} namespace.\n"


def test_missing_names_fail_after_the_others_are_shown(fleet: Kubectl, dsctl: Dsctl) -> None:
    """Exit code 3, or 0 with --ignore-not-found."""
    ran = dsctl("get", "a", "zzz")
    assert ran.code == 3
    assert ran.out.splitlines()[1].startswith("a ")
    assert ran.err == 'error: daemonsets.apps "zzz" not found\n'
    assert dsctl("get", "zzz", "--ignore-not-found").code == 0


def test_pods_are_shown_node_by_node(fleet: Kubectl, dsctl: Dsctl, sandbox: Sandbox) -> None:
    """Every pod once, on its node, and the nodes that have none counted."""
    ran = dsctl("get", "a", "--pods")
    table, summary = ran.out.split("\n\n")[1].rsplit("\n", 2)[0:2]
    rows = [line.split() for line in table.splitlines()[1:]]
    pods = fleet.json("get", "pods", "-l", "app=a")["items"]
    assert {row[1]: row[0] for row in rows} == {
        pod["metadata"]["name"]: pod["spec"]["nodeName"] for pod in pods
    }
    nodes = len(sandbox.kubectl("get", "nodes", "-o", "name").split())
    assert summary == (
        f"{len(pods)} pods, {len(pods)} ready; no eligible node without a pod; "
        f"{nodes - len(pods)} nodes excluded"
    )


def test_foreign_pods_of_the_same_labels_are_not_shown(fleet: Kubectl, dsctl: Dsctl) -> None:
    """The selector alone does not make a pod the DaemonSet's: its controller does."""
    stranger = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stranger", "labels": {"app": "c"}},
        "spec": {"containers": [{"name": "c", "image": "x"}]},
    }
    fleet.apply(stranger)
    other = daemonset("c")
    other["metadata"]["labels"] = {"app": "c"}
    # The stranger is adopted unless something else controls it.
    fleet(
        "patch",
        "pod",
        "stranger",
        "--type=json",
        "-p",
        '[{"op":"add","path":"/metadata/ownerReferences","value":[{"apiVersion":"v1",'
        '"kind":"ConfigMap","name":"x","uid":"00000000-0000-0000-0000-000000000001",'
        '"controller":true}]}]',
    )
    fleet.apply(other)
    ready(fleet, "c")
    assert "stranger" not in dsctl("get", "c", "--pods").out


def test_a_terminal_shows_pods_and_a_pipe_does_not(
    fleet: Kubectl, dsctl: Dsctl, sandbox: Sandbox
) -> None:
    """The per-node table comes by itself where a person looks, and --no-pods leaves it out."""
    namespace = fleet.namespace
    assert "REVISION" not in dsctl("get", "a").out
    assert "REVISION" in in_a_terminal(sandbox, "-n", namespace, "get", "a")
    assert "REVISION" not in in_a_terminal(sandbox, "-n", namespace, "get", "a", "--no-pods")
    assert "REVISION" not in in_a_terminal(sandbox, "-n", namespace, "get", "a", "-o", "wide")


def test_without_the_right_to_list_nodes_the_pods_are_still_told(
    fleet: Kubectl, dsctl: Dsctl
) -> None:
    """What can't be read is left out, said so on stderr, and is no failure."""
    fleet("create", "role", "viewer", "--verb=get,list", "--resource=pods,daemonsets.apps")
    fleet("create", "rolebinding", "viewer", "--role=viewer", "--user=jane")

    def shown() -> bool:
        ran = dsctl("get", "a", "--pods", "--as", "jane")
        assert ran.code == 0
        assert "may not list nodes" in ran.err
        assert "excluded" not in ran.out
        assert "pods, " in ran.out
        return True

    eventually(shown, timeout=20)


def test_a_watch_shows_every_change_until_interrupted(fleet: Kubectl, sandbox: Sandbox) -> None:
    """The list first, then a row a change; Ctrl-C ends it with 130 and no traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dsctl", "-n", fleet.namespace, "get", "a", "-w", "-o", "name"],
        env=sandbox.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "daemonset.apps/a\n"
        fleet("annotate", "ds", "a", "touched=1")
        assert process.stdout.readline() == "daemonset.apps/a\n"
        process.send_signal(2)
        _out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (130, "")
    finally:
        process.kill()


def in_a_terminal(sandbox: Sandbox, *args: str) -> str:
    """What dsctl prints when stdout is a terminal."""
    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dsctl", *args],
        env={**sandbox.environ, "TERM": "dumb", "COLUMNS": "160"},
        stdout=side,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    os.close(side)
    chunks = []
    try:
        while select.select([main], [], [], 20)[0]:
            try:
                chunk = os.read(main, 65536)
            except OSError:  # the other side was closed
                break
            if not chunk:
                break
            chunks.append(chunk)
        process.wait(20)
    finally:
        process.kill()
        os.close(main)
    return b"".join(chunks).decode()
