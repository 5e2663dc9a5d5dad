"""``dsctl why``: what is asked of the server, what if, and what can't be told."""

from __future__ import annotations

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, eventually
from tests.cluster.daemonsets import text
from tests.cluster.placed import ONE, THREE, TWO, hosts, labelled, on, rolled_out, row


def test_who_may_not_list_nodes_is_told_what_the_pods_tell(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Verdicts of the pods that are there, a warning on stderr, and no failure of ``get``."""
    kubectl("create", "role", "see", "--verb=get,list", "--resource=daemonsets.apps,pods,events")
    kubectl("create", "rolebinding", "see", "--role=see", "--user=jane")
    with labelled(kubectl, ONE, TWO):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        ran = dsctl("why", "a", "--as=jane")
        assert ran.code == 0, ran.err
        assert [line.split()[:2] for line in ran.out.splitlines()[1:3]] == [
            [ONE, "Ready"],
            [TWO, "Ready"],
        ]
        assert "may not list nodes" in ran.err
        assert "By .status, 2 should run it" in ran.err
        one = dsctl("why", "a", "--node", ONE, "--as=jane")
        assert (one.code, row(one, ONE).split()[1]) == (0, "Ready")
        none = dsctl("why", "a", "--node", THREE, "--as=jane")
        assert none.code == 3
        assert "cannot get resource" in none.err
        some = dsctl("why", "a", "--node-selector", "no=such", "--as=jane")
        assert (some.code, some.out) == (3, "")
        shown = dsctl("get", "a", "--pods", "--as=jane")
        assert shown.code == 0
        assert "excluded" not in shown.out
        assert "may not list nodes" in shown.err


def test_one_node_takes_two_requests(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The node, and the pods on it: whether the pod is there or not, no list of everything."""
    with labelled(kubectl, ONE):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        asked = dsctl("why", "a", "--node", ONE, "-v=6").err.splitlines()
        paths = [line.split()[1].partition("/api/v1/")[2] for line in asked]
        assert [p.partition("&")[0] for p in paths if p] == [
            f"nodes/{ONE}",
            f"pods?fieldSelector=spec.nodeName%3D{ONE}",
        ]


def test_a_node_that_does_not_exist_is_told_with_near_names(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Exit 3 in the server's words, and the names that resemble it."""
    kubectl.apply(on("a"))
    ran = dsctl("why", "a", "--node", "worker-001")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith('error: nodes "worker-001" not found\nhint: did you mean worker-00')


def test_a_selector_that_matches_no_node_says_so(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Nothing is wrong with nothing: exit 0 and a line on stderr."""
    kubectl.apply(on("a"))
    ran = dsctl("why", "a", "--node-selector", "why=nowhere")
    assert (ran.code, ran.err) == (0, "No nodes match why=nowhere.\n")


@pytest.mark.parametrize(("effect", "note"), [("NoSchedule", "the pod stays"), ("NoExecute", "")])
def test_a_pod_that_should_not_be_there_stays_or_goes(
    effect: str, note: str, dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """A taint that comes later: dsctl tells what is true at once, and that the status is old."""
    with labelled(kubectl, ONE, TWO):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        told = dsctl("why", "a", "--taint-node", f"{ONE}=why=out:{effect}", "-o", "json").json()
        change = next(n["change"] for n in told["nodes"] if n["node"] == ONE)
        assert change == ("Keep" if note else "Lose")
        kubectl("taint", "node", ONE, f"why=out:{effect}")
        try:
            if not note:
                eventually(lambda: row(dsctl("why", "a"), ONE).split()[1] == "Excluded")
                assert dsctl("why", "a").code == 0
                return
            ran = dsctl("why", "a")
            assert (ran.code, row(ran, ONE).split()[1]) == (1, "Misscheduled")
            assert note in row(ran, ONE)
            assert "desiredNumberScheduled still says 2: it is 1 now" in ran.err
            kubectl("annotate", "ds", "a", "touched=yes")
            eventually(lambda: "still says" not in dsctl("why", "a").err)
            assert kubectl.json("get", "ds", "a")["status"]["numberMisscheduled"] == 1
        finally:
            kubectl("taint", "node", ONE, "why-")


def test_what_if_is_what_then_happens(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A label moved from one node to another, on paper and then for real: the same nodes."""
    with labelled(kubectl, ONE, TWO):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        edits = (f"--unlabel-node={TWO}=why", f"--label-node={THREE}=why=here")
        ran = dsctl("why", "a", *edits)
        assert ran.code == 0
        assert row(ran, TWO).split()[1:4] == ["Ready", "Excluded", "Lose"]
        assert row(ran, THREE).split()[1:4] == ["Excluded", "WouldRun", "Gain"]
        assert len(ran.out.splitlines()) == 4
        told = dsctl("why", "a", *edits, "-o", "json").json()["nodes"]
        expected = {n["node"] for n in told if n["change"] in ("Gain", "Keep")}
        kubectl("label", "node", TWO, "why-")
        with labelled(kubectl, THREE):
            eventually(lambda: hosts(kubectl) == expected)
        kubectl("label", "node", TWO, "why=here")


def test_a_daemonset_that_is_being_deleted_is_called_so(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Why its nodes have no pod, and what a plan is worth then."""
    held = on("a")
    held["metadata"]["finalizers"] = ["test/hold"]
    with labelled(kubectl, ONE):
        kubectl.apply(held)
        rolled_out(dsctl, "a")
        kubectl("delete", "ds", "a", "--cascade=foreground", "--wait=false")
        try:
            eventually(lambda: not kubectl.json("get", "pods")["items"])
            ran = dsctl("why", "a")
            assert (ran.code, row(ran, ONE).split()[1]) == (1, "Missing")
            assert "the DaemonSet is being deleted" in row(ran, ONE)
            planned = dsctl("plan", "-f", "-", input=text(on("a")))
            assert "note: the live DaemonSet is being deleted" in planned.err
        finally:
            kubectl("patch", "ds", "a", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')


def test_a_node_that_is_gone_is_told_of(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A pod whose node was deleted has no row, and is not passed over in silence."""
    with labelled(kubectl, ONE):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        pod = kubectl.json("get", "pods")["items"][0]
        stray = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "stray",
                "labels": pod["metadata"]["labels"],
                "ownerReferences": pod["metadata"]["ownerReferences"],
                "finalizers": ["example.com/keep"],
            },
            "spec": {"nodeName": "ghost", "containers": [{"name": "agent", "image": "agent:1"}]},
        }
        kubectl.apply(stray)
        try:
            ran = dsctl("why", "a")
            assert "note: node ghost is gone: its pod stray goes with it" in ran.err
        finally:
            patch = '{"metadata":{"finalizers":null}}'
            kubectl("patch", "pod", "stray", "--type=merge", "-p", patch)
