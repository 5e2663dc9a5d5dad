"""``dsctl rollout undo``: where it goes, what it says first, and what it never overwrites."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.fates import fate, fated
from tests.cluster.holds import images, kept, live, pods, second_writer, settled

CAUSE = "kubernetes.io/change-cause"
HOLD = "dsctl/suspended"


#: all nodes at once, so that the tests are quick
AT_ONCE = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%", "maxSurge": 0}}


def apply(
    dsctl: Dsctl, kubectl: Kubectl, *versions: int, strategy: dict[str, Any] = AT_ONCE
) -> None:
    """One revision after the other, each rolled out."""
    for version in versions:
        manifest = daemonset("a", f"registry.example/agent:{version}", updateStrategy=strategy)
        ran = dsctl("apply", "-f", "-", f"--change-cause=v{version}", input=text(manifest))
        assert ran.code == 0, ran.err
        rolled_out(kubectl)


def rolled_out(kubectl: Kubectl, name: str = "a") -> int:
    """Wait until it is; the number of nodes."""
    kubectl("rollout", "status", f"ds/{name}", "--timeout=50s")
    nodes: int = live(kubectl, name)["status"]["desiredNumberScheduled"]
    return nodes


def image(kubectl: Kubectl) -> str:
    found = live(kubectl)["spec"]["template"]["spec"]["containers"][0]["image"]
    return str(found.rpartition(":")[2])


def numbers(kubectl: Kubectl) -> dict[int, tuple[str, str | None]]:
    """Image and change cause by revision number."""
    found = {}
    for revision in kubectl.json("get", "controllerrevisions")["items"]:
        container = revision["data"]["spec"]["template"]["spec"]["containers"][0]
        cause = revision["metadata"].get("annotations", {}).get(CAUSE)
        found[revision["revision"]] = (container["image"].rpartition(":")[2], cause)
    return found


def test_back_and_back_again(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The diff and the nodes on stderr, kubectl's words on stdout; a second one undoes it."""
    apply(dsctl, kubectl, 1, 2)
    nodes = rolled_out(kubectl)
    ran = dsctl("rollout", "undo", "a", "--wait", "--timeout=60s")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert (lines[0], lines[-1]) == (
        "daemonset.apps/a rolled back",
        'daemon set "a" successfully rolled out',
    )
    said = ran.err.splitlines()
    assert said[:2] == ["--- a now (revision 2)", "+++ a revision 1"]
    assert "-      - image: registry.example/agent:2" in said
    assert "+      - image: registry.example/agent:1" in said
    assert said[-1] == f"daemonset 'a' goes back to revision 1: {nodes} nodes get another pod"
    assert set(images(kubectl).values()) == {"1"}
    assert CAUSE not in live(kubectl)["metadata"].get("annotations", {})
    assert numbers(kubectl) == {2: ("2", "v2"), 3: ("1", "v1")}

    ran = dsctl("rollout", "undo", "-l", "app=a", "--change-cause=again", "--wait", "-o", "json")
    shown = json.loads(ran.out)["spec"]["template"]["spec"]["containers"][0]["image"]
    assert (ran.code, shown, image(kubectl)) == (0, "registry.example/agent:2", "2")
    assert 'daemon set "a" successfully rolled out' in ran.err
    eventually(lambda: numbers(kubectl) == {3: ("1", "v1"), 4: ("2", "again")})
    writers = {e["manager"] for e in live(kubectl)["metadata"]["managedFields"]}
    assert "dsctl-rollout" in writers


def test_it_does_what_kubectl_does(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """To a revision, to the one it has, to one there is not, dry runs: words and templates."""
    apply(dsctl, kubectl, 1, 2, 3)
    for args in (("--dry-run=client",), ("--dry-run=server",), ("--dry-run=server", "-o", "name")):
        theirs = kubectl("rollout", "undo", "ds/a", *args)
        assert dsctl("rollout", "undo", "a", *args).out == theirs
        assert image(kubectl) == "3"
    ran = dsctl("rollout", "undo", "a", "--to-revision=1")
    assert (ran.code, ran.out, image(kubectl)) == (0, "daemonset.apps/a rolled back\n", "1")
    eventually(lambda: 4 in numbers(kubectl))
    same = kubectl("rollout", "undo", "ds/a", "--to-revision=4")
    ran = dsctl("rollout", "undo", "a", "--to-revision=4", "--change-cause=why")
    assert (ran.code, ran.out) == (0, same)
    assert ran.out == (
        "daemonset.apps/a skipped rollback (current template already matches revision 4)\n"
    )
    assert "the change cause is not recorded" in ran.err


def test_there_must_be_something_to_go_back_to(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """With one revision: an error, nothing written; others of a list are undone all the same."""
    apply(dsctl, kubectl, 1)
    ran = dsctl("rollout", "undo", "a")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "error: no last revision to roll back to\n"
        "hint: daemonset 'a' has only had one template: revision 1\n"
    )
    kubectl.apply(daemonset("b", "registry.example/agent:1"))
    rolled_out(kubectl, "b")
    kubectl.apply(daemonset("b", "registry.example/agent:2"))
    rolled_out(kubectl, "b")
    ran = dsctl("rollout", "undo", "a", "gone", "b")
    assert (ran.code, ran.out) == (3, "daemonset.apps/b rolled back\n")
    assert "error: daemonset 'a': no last revision" in ran.err
    assert 'error: daemonsets.apps "gone" not found' in ran.err
    assert "warning: daemonset 'b' is managed by kubectl apply" in ran.err


def test_in_the_middle_of_a_rollout(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A version that fails everywhere it got to: only those nodes get another pod."""
    apply(dsctl, kubectl, 1)
    before = {n: p["metadata"]["uid"] for n, p in pods(kubectl).items()}
    with fate(kubectl, "bad-image") as name:
        bad = fated(daemonset("a", "registry.example/agent:1"), name, "agent:2")
        assert dsctl("apply", "-f", "-", input=text(bad)).code == 0
        failed = dsctl("rollout", "status", "a", "--fail-fast", "--timeout=50s")
        assert failed.code == 1
        ran = dsctl("rollout", "undo", "a", "--wait", "--timeout=60s")
    assert ran.code == 0, ran.err
    assert "daemonset 'a' goes back to revision 1: 1 node gets another pod" in ran.err
    after = {n: p["metadata"]["uid"] for n, p in pods(kubectl).items()}
    assert len([n for n in before if before[n] != after[n]]) == 1
    assert set(images(kubectl).values()) == {"1"}


def test_another_writer_is_never_overwritten(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Someone labels it all the time: the undo is done, and each label stays that was written."""
    apply(dsctl, kubectl, 1, 2)
    with second_writer(kubectl) as written:
        eventually(lambda: len(written) > 2)
        for expected in ("1", "2", "1"):
            ran = dsctl("rollout", "undo", "a")
            assert (ran.code, ran.out) == (0, "daemonset.apps/a rolled back\n"), ran.err
            assert image(kubectl) == expected
            version = expected
            eventually(lambda v=version: numbers(kubectl)[max(numbers(kubectl))][0] == v)
    assert live(kubectl)["metadata"]["labels"]["counter"] == written[-1]


def test_a_template_that_was_changed_meanwhile_is_not_undone(
    sandbox: Sandbox, namespace: str, request: pytest.FixtureRequest
) -> None:
    """What would go is not what was shown: Conflict, and the other's template stays."""
    from dsctl.actions import undo
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import WriteOptions
    from dsctl.api.client import Cluster
    from dsctl.api.kubeconfig import ConnectionOptions, load
    from dsctl.errors import Conflict

    kubectl, dsctl = Kubectl(sandbox, namespace), Dsctl(sandbox, namespace)
    apply(dsctl, kubectl, 1, 2)
    cluster = Cluster(load(ConnectionOptions(), sandbox.environ), on_warning=print)
    request.addfinalizer(cluster.close)
    plan = undo.plan(cluster, Target(namespace, "a"), 0, print, yes=False)
    kubectl("set", "image", "ds/a", "agent=registry.example/agent:9")
    with pytest.raises(Conflict, match="was changed meanwhile: not rolled back"):
        undo.send(cluster, plan, WriteOptions("dsctl-rollout"))
    assert image(kubectl) == "9"
    kubectl("set", "image", "ds/a", "agent=registry.example/agent:2")
    kubectl("label", "ds", "a", "other=yes")
    done = undo.send(cluster, plan, WriteOptions("dsctl-rollout"))
    assert (done.operation, image(kubectl)) == ("rolled back", "1")
    assert live(kubectl)["metadata"]["labels"]["other"] == "yes"


def hold(kubectl: Kubectl, value: str | None) -> None:
    """Suspend and release without a word to dsctl, which would tidy the history up."""
    node_selector = {"nodeSelector": {HOLD: value}}
    patch = json.dumps({"spec": {"template": {"spec": node_selector}}})
    kubectl("patch", "ds", "a", "--type=merge", "-p", patch)


def test_a_suspension_never_comes_back_by_itself(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Undo passes over a revision that holds one, and goes to it by its number with --yes only."""
    apply(dsctl, kubectl, 1)
    hold(kubectl, "true")
    eventually(lambda: 2 in numbers(kubectl))
    hold(kubectl, None)
    eventually(lambda: 3 in numbers(kubectl))
    ran = dsctl("rollout", "undo", "a")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "error: no last revision to roll back to: revision 2 is suspended\n"
        "hint: --to-revision=2 --yes goes back to it all the same\n"
    )
    apply(dsctl, kubectl, 2)
    assert (dsctl("rollout", "undo", "a").code, image(kubectl)) == (0, "1")
    assert not live(kubectl)["spec"]["template"]["spec"].get("nodeSelector")
    rolled_out(kubectl)
    ran = dsctl("rollout", "undo", "a", "--to-revision=2")
    assert (ran.code, ran.out) == (1, "")
    assert "revision 2 is suspended: with it daemonset 'a' would run on no node" in ran.err
    ran = dsctl("rollout", "undo", "a", "--to-revision=2", "--yes")
    assert ran.code == 0
    assert "revision 2 is suspended: all pods are removed" in ran.err
    eventually(lambda: not pods(kubectl))


def test_a_suspension_does_not_end_by_undo(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The version goes back, and still runs nowhere."""
    apply(dsctl, kubectl, 1, 2)
    assert dsctl("suspend", "a").code == 0
    eventually(lambda: 3 in numbers(kubectl))
    ran = dsctl("rollout", "undo", "a")
    assert (ran.code, image(kubectl)) == (0, "1")
    assert "daemonset 'a' is suspended and stays so" in ran.err
    assert live(kubectl)["spec"]["template"]["spec"]["nodeSelector"] == {HOLD: "true"}
    assert dsctl("unsuspend", "a").code == 0
    rolled_out(kubectl)
    assert set(images(kubectl).values()) == {"1"}


def test_paused_and_ondelete_say_that_pods_wait(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The template changes, no pod does; a pause stays, with the strategy it keeps."""
    apply(dsctl, kubectl, 1, 2)
    assert dsctl("rollout", "pause", "a").code == 0
    ran = dsctl("rollout", "undo", "a", "--wait")
    assert (ran.code, image(kubectl)) == (1, "1")
    assert "daemonset 'a' is paused: pods get it when they are deleted, or after" in ran.err
    assert "is paused" in ran.err.splitlines()[-2]
    assert set(images(kubectl).values()) == {"2"}
    assert kept(kubectl) == AT_ONCE
    kubectl.apply(daemonset("b", updateStrategy={"type": "OnDelete"}))
    settled(kubectl, "b")
    kubectl("set", "image", "ds/b", "agent=registry.example/agent:7")
    eventually(lambda: len(kubectl.json("get", "controllerrevisions", "-l", "app=b")["items"]) == 2)
    ran = dsctl("rollout", "undo", "b")
    assert (ran.code, ran.out) == (0, "daemonset.apps/b rolled back\n")
    assert "daemonset 'b' updates on deletion (OnDelete): pods wait for it" in ran.err


def test_nodes_that_a_revision_gains_and_loses_are_counted(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A nodeSelector comes or goes with the template: eligible nodes are others."""
    apply(dsctl, kubectl, 1)
    nodes = rolled_out(kubectl)
    narrow = daemonset("a", "registry.example/agent:2")
    narrow["spec"]["template"]["spec"]["nodeSelector"] = {
        "kubernetes.io/hostname": next(iter(pods(kubectl)))
    }
    dsctl("apply", "-f", "-", input=text(narrow))
    assert rolled_out(kubectl) == 1
    ran = dsctl("rollout", "undo", "a")
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == (
        f"daemonset 'a' goes back to revision 1: 1 node gets another pod, {nodes - 1} nodes get one"
    )
    rolled_out(kubectl)
    assert (
        dsctl("rollout", "undo", "a")
        .err.splitlines()[-1]
        .endswith(f"1 node gets another pod, {nodes - 1} nodes lose theirs")
    )


def test_an_interrupted_wait_says_how_to_go_on(
    dsctl: Dsctl, sandbox: Sandbox, namespace: str
) -> None:
    """130; the rollback itself is done."""
    kubectl = Kubectl(sandbox, namespace)
    apply(dsctl, kubectl, 1, 2)
    kubectl("patch", "ds", "a", "-p", '{"spec":{"minReadySeconds":600}}')
    command = [sys.executable, "-m", "dsctl", "-n", namespace, "rollout", "undo", "a", "--wait"]
    with subprocess.Popen(
        command, env=sandbox.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline(), process.stdout.readline()]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert lines[0] == "daemonset.apps/a rolled back\n"
    assert process.returncode == 130
    assert "no longer waiting; the rollout goes on in the cluster" in err
    assert f"hint: dsctl -n {kubectl.namespace} rollout status a" in err
    assert image(kubectl) == "1"
