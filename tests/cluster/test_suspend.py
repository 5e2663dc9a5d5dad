"""``dsctl suspend`` and ``unsuspend``: off every node, and back as it was."""

from __future__ import annotations

from typing import Any

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually, started
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.fates import fate, fated
from tests.cluster.holds import live, owners, pods, settled, spec

NODE_SELECTOR = ("spec", "template", "spec", "nodeSelector")
KEY = "dsctl/suspended"
LINUX = {"kubernetes.io/os": "linux"}


def nodes(kubectl: Kubectl) -> Any:
    return live(kubectl)["spec"]["template"]["spec"].get("nodeSelector")


def revisions(kubectl: Kubectl) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kubectl.json("get", "controllerrevisions", "-l", "app=a")["items"]
    return sorted(found, key=lambda one: one["revision"])


def on_linux(image: str = "registry.example/agent:1") -> dict[str, Any]:
    obj = daemonset("a", image=image)
    obj["spec"]["template"]["spec"]["nodeSelector"] = dict(LINUX)
    return obj


def test_suspended_and_back_byte_for_byte(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """All pods go and come, the spec is as it was, whether it had a nodeSelector or none.

    The change cause stays with its revision, and history has no trace of the suspension.
    """
    for manifest in (daemonset("a"), on_linux()):
        dsctl("apply", "-f", "-", "--change-cause=why", input=text(manifest))
        dsctl("rollout", "status", "a", "--timeout=50s")
        count, before = settled(kubectl), spec(kubectl)
        causes = [
            r["metadata"]["annotations"]["kubernetes.io/change-cause"] for r in revisions(kubectl)
        ]
        uids = {pod["metadata"]["uid"] for pod in pods(kubectl).values()}
        ran = dsctl("suspend", "a", "--wait", "--timeout=50s")
        assert (ran.code, ran.out) == (0, "daemonset.apps/a suspended\n")
        assert f"{count} pods go away" in ran.err
        assert pods(kubectl) == {}
        wanted = manifest["spec"]["template"]["spec"].get("nodeSelector", {})
        assert nodes(kubectl) == {**wanted, KEY: "true"}
        assert "dsctl-hold" in owners(kubectl, *NODE_SELECTOR)
        assert dsctl("get", "a").out.splitlines()[1].endswith("Suspended")
        again = dsctl("suspend", "a")
        assert (again.code, again.out) == (1, "")
        assert "suspended already" in again.err

        back = dsctl("unsuspend", "a", "--wait", "--timeout=50s")
        assert (back.code, back.out) == (0, "daemonset.apps/a unsuspended\n")
        assert spec(kubectl) == before
        assert KEY not in live(kubectl)["metadata"]["annotations"]
        assert "dsctl-hold" not in owners(kubectl)
        assert len(pods(kubectl)) == count
        assert not uids & {pod["metadata"]["uid"] for pod in pods(kubectl).values()}
        found = revisions(kubectl)
        assert [r["metadata"]["annotations"]["kubernetes.io/change-cause"] for r in found] == causes
    last = dsctl("unsuspend", "a")
    assert (last.code, last.out) == (0, "daemonset.apps/a not suspended\n")


def test_kubectl_undo_after_it_does_not_empty_the_fleet(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The suspended revision would be the last but one: it is gone, and undo goes to version 1."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    settled(kubectl)
    dsctl("apply", "-f", "-", input=text(daemonset("a", image="registry.example/agent:2")))
    assert dsctl("rollout", "status", "a", "--timeout=50s").code == 0
    dsctl("suspend", "a")
    eventually(lambda: len(revisions(kubectl)) == 3)
    ran = dsctl("unsuspend", "a")
    assert "taken out of the history: revision 3 (suspended)" in ran.err
    assert len(revisions(kubectl)) == 2
    kubectl("rollout", "undo", "ds/a")
    assert nodes(kubectl) is None
    eventually(lambda: dsctl("rollout", "status", "a", "--timeout=50s").code == 0)
    assert settled(kubectl) > 0
    image = "{.spec.template.spec.containers[0].image}"
    assert kubectl("get", "ds", "a", "-o", f"jsonpath={image}") == "registry.example/agent:1"


def test_a_revision_that_a_pod_carries_stays_until_it_is_gone(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """unsuspend says so, and does the rest when it is run again."""
    kubectl("label", "node", "worker-0001", f"{KEY}=true")
    try:
        dsctl("apply", "-f", "-", input=text(daemonset("a", updateStrategy={"type": "OnDelete"})))
        settled(kubectl)
        dsctl("suspend", "a")
        eventually(lambda: set(pods(kubectl)) == {"worker-0001"})
        kubectl("delete", "pod", pods(kubectl)["worker-0001"]["metadata"]["name"])
        eventually(lambda: set(pods(kubectl)) == {"worker-0001"})
        ran = dsctl("unsuspend", "a")
        assert ran.code == 0
        assert "1 pod carries it" in ran.err
        assert len(revisions(kubectl)) == 2
        kubectl("delete", "pod", pods(kubectl)["worker-0001"]["metadata"]["name"])
        ran = dsctl("unsuspend", "a")
        assert ran.out == "daemonset.apps/a not suspended\n"
        assert "taken out of the history" in ran.err
        assert len(revisions(kubectl)) == 1
    finally:
        kubectl("label", "node", "worker-0001", f"{KEY}-")


def test_apply_and_replace_keep_it_suspended(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Other keys of the nodeSelector are the manifest's, a new image waits; stderr says so."""
    dsctl("apply", "-f", "-", input=text(on_linux()))
    settled(kubectl)
    dsctl("suspend", "a", "--wait", "--timeout=50s")
    arm = daemonset("a", image="registry.example/agent:2")
    arm["spec"]["template"]["spec"]["nodeSelector"] = {"kubernetes.io/arch": "arm64"}
    changes = (("apply", arm), ("apply", daemonset("a")), ("replace", on_linux()), ("replace", arm))
    for command, manifest in changes:
        wanted = manifest["spec"]["template"]["spec"].get("nodeSelector", {})
        ran = dsctl(command, "-f", "-", input=text(manifest))
        assert ran.code == 0, ran.err
        assert (
            f"is suspended and stays so: dsctl -n {kubectl.namespace} unsuspend a releases it"
            in ran.err
        )
        assert nodes(kubectl) == {**wanted, KEY: "true"}
    forced = dsctl("replace", "--force", "-f", "-", input=text(arm))
    assert forced.code == 0, forced.err
    assert nodes(kubectl) == {"kubernetes.io/arch": "arm64", KEY: "true"}
    assert dsctl("apply", "-f", "-", input=text(daemonset("a"))).code == 0
    assert nodes(kubectl) == {KEY: "true"}
    assert dsctl("unsuspend", "a", "--wait", "--timeout=50s").code == 0
    assert nodes(kubectl) is None
    # What was applied before is still the applier's: a dropped nodeSelector goes.
    dsctl("apply", "-f", "-", input=text(on_linux()))
    dsctl("suspend", "a")
    dsctl("unsuspend", "a")
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    assert nodes(kubectl) is None


def test_status_says_who_undid_it(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Another tool took the key away: status names it; unsuspend tidies up what is left."""
    dsctl("apply", "-f", "-", input=text(on_linux()))
    dsctl("suspend", "a", "--wait", "--timeout=50s")
    held = dsctl("rollout", "status", "a", "--no-watch")
    assert f"is suspended, on no node until: dsctl -n {kubectl.namespace} unsuspend a" in held.err
    forced = ("--server-side", "--force-conflicts", "--field-manager=argocd")
    kubectl("apply", *forced, "-f", "-", input=text(on_linux()))
    assert nodes(kubectl) == LINUX
    said = dsctl("rollout", "status", "a", "--timeout=50s")
    assert said.code == 0
    assert "was suspended, and argocd took dsctl/suspended out of its nodeSelector" in said.err
    ran = dsctl("unsuspend", "a")
    assert (ran.code, nodes(kubectl), len(revisions(kubectl))) == (0, LINUX, 1)
    assert dsctl("rollout", "status", "a", "--timeout=50s").err == ""


def test_status_says_who_replaced_it(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A plain kubectl replace takes every mark from the object: the history still has one."""
    dsctl("apply", "-f", "-", input=text(on_linux()))
    dsctl("suspend", "a", "--wait", "--timeout=50s")
    kubectl("replace", "-f", "-", input=text(on_linux()))
    said = dsctl("rollout", "status", "a", "--timeout=50s")
    assert said.code == 0
    assert (
        f"was suspended, and kubectl-replace wrote over it: dsctl -n {kubectl.namespace} suspend a"
        in said.err
    )
    assert "unsuspend takes revision 2 (suspended) out of the history" in said.err
    once = dsctl("rollout", "status", "a", "--no-watch")
    assert (once.code, once.err) == (0, said.err.splitlines()[-1] + "\n")
    assert dsctl("unsuspend", "a").code == 0
    assert dsctl("rollout", "status", "a", "--timeout=50s").err == ""


def test_waiting_says_what_is_left(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A pod that a finalizer holds is named at the end of --timeout, with its node: 124."""
    dsctl("apply", "-f", "-", input=text(on_linux()))
    settled(kubectl)
    stuck = pods(kubectl)["worker-0004"]["metadata"]["name"]
    hold = '{"metadata":{"finalizers":["example.com/hold"]}}'
    kubectl("patch", "pod", stuck, "--type=merge", "-p", hold)
    try:
        ran = dsctl("suspend", "a", "--wait", "--timeout=3s")
        assert (ran.code, ran.out) == (124, "daemonset.apps/a suspended\n")
        assert "a pod is left: worker-0004 (being deleted, held by finalizer" in ran.err
    finally:
        kubectl("patch", "pod", stuck, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')


def test_waiting_for_one_that_is_deleted_ends(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Its pods never come back: exit 1, without a --timeout too."""
    with fate(kubectl, "never-ready") as name:
        kubectl.apply(fated(daemonset("a"), name))
        dsctl("suspend", "a", "--wait", "--timeout=50s")
        late = dsctl("unsuspend", "a", "--wait", "--timeout=2s")
        assert late.code == 124
        assert "timed out waiting for the pods of 'a' to be back: " in late.err
        dsctl("suspend", "a")
        with started(sandbox, kubectl.namespace, "unsuspend", "a", "--wait") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "daemonset.apps/a unsuspended\n"
            kubectl("delete", "ds", "a")
            _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err.endswith('error: object has been deleted: daemonsets.apps "a"\n')
