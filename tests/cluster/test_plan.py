"""``dsctl plan`` on a real control plane: what it says beforehand is what then happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Ran, Sandbox, eventually
from tests.cluster.daemonsets import text
from tests.cluster.placed import ONE, THREE, TWO, asking, hosts, labelled, on, rolled_out, row
from tests.cluster.terminal import on_terminal

OTHER = {"why-else": "here"}
POD = {"apiVersion": "v1", "kind": "Pod"}


def changes(ran: Ran) -> dict[str, str]:
    """Node to change, of those that change or keep."""
    return {n["node"]: n["change"] for n in ran.json()["nodes"] if n["change"]}


def uids(kubectl: Kubectl) -> dict[str, str]:
    """Node to the uid of its pod."""
    pods = kubectl.json("get", "pods")["items"]
    return {p["spec"]["nodeName"]: p["metadata"]["uid"] for p in pods if "nodeName" in p["spec"]}


def ds_status(kubectl: Kubectl) -> dict[str, Any]:
    """The status of DaemonSet a."""
    found: dict[str, Any] = kubectl.json("get", "ds", "a")["status"]
    return found


def test_a_new_daemonset_is_planned_before_anything_is_sent(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Who would run it, who is excluded, and where it would not fit; then exactly that happens."""
    manifest = on("a", containers=asking({"cpu": "1"}))
    with labelled(kubectl, ONE, TWO, "small-0005"):
        ran = dsctl("plan", "-f", "-", input=text(manifest))
        assert ran.code == 0, ran.err
        assert row(ran, ONE).split()[1:3] == ["WouldRun", "Gain"]
        assert row(ran, "small-0005").split()[1:3] == ["WouldNotFit", "Gain"]
        assert "of 500m is free" in row(ran, "small-0005")
        assert row(ran, THREE).split()[1:3] == ["Excluded", "-"]
        assert "1 of the new pods would not fit" in ran.out
        assert kubectl("get", "ds,pods", "-o", "name") == ""
        kubectl.apply(manifest)
        eventually(lambda: hosts(kubectl) == {ONE, TWO, ""})


def test_requests_that_a_limit_range_sets_are_counted(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A container that asks for nothing gets them, one with a limit asks for that: by trying."""
    default = {"type": "Container", "defaultRequest": {"cpu": "1"}, "default": {"cpu": "2"}}
    kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "defaults"},
            "spec": {"limits": [default]},
        }
    )
    silent, limited = on("a"), on("b", containers=asking({"memory": "1Mi"}))
    limited["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] = {"cpu": "100m"}
    with labelled(kubectl, ONE, "small-0005"):
        ran = dsctl("plan", "-f", "-", input=text(silent))
        assert row(ran, ONE).split()[1] == "WouldRun"
        assert row(ran, "small-0005").split()[1] == "WouldNotFit"
        assert "cpu: asks 1, 500m of 500m is free" in row(ran, "small-0005")
        ran = dsctl("plan", "-f", "-", input=text(limited))
        assert row(ran, "small-0005").split()[1] == "WouldRun"
        kubectl.apply(silent, limited)
        eventually(lambda: len(kubectl.json("get", "pods", "-l", "app=b")["items"]) == 2)
        eventually(lambda: hosts(kubectl) == {"", ONE, "small-0005"})
    with labelled(kubectl, ONE):
        eventually(lambda: hosts(kubectl) == {ONE})
        ran = dsctl("why", "a", "--label-node=small-0005=why=here")
        assert row(ran, "small-0005").split()[1:3] == ["Excluded", "WouldNotFit"]


def test_nodes_gain_lose_and_replace_as_planned(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A new selector and a new image: every node's change is what the plan said, by uid."""
    with labelled(kubectl, ONE, TWO), labelled(kubectl, TWO, THREE, label="why-else=here"):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        before = uids(kubectl)
        wanted = on("a", OTHER)
        wanted["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        told = dsctl("plan", "-f", "-", "-o", "json", input=text(wanted))
        assert changes(told) == {ONE: "Lose", TWO: "Replace", THREE: "Gain"}
        assert told.json()["update"]["atATime"] == 1
        assert dsctl("apply", "-f", "-", "--force-conflicts", input=text(wanted)).code == 0
        rolled_out(dsctl, "a")
        eventually(lambda: hosts(kubectl) == {TWO, THREE})
        assert uids(kubectl)[TWO] != before[TWO]


def test_a_pod_that_does_not_fit_uses_up_max_unavailable(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The plan says that the pods of the other nodes are not replaced, and they are not."""
    with labelled(kubectl, ONE, TWO, "small-0005"):
        made = on("a", containers=asking({"cpu": "600m"}))
        kubectl.apply(made)
        eventually(lambda: hosts(kubectl) == {ONE, TWO, ""})
        eventually(lambda: ds_status(kubectl).get("numberReady") == 2)
        before = uids(kubectl)
        made["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        ran = dsctl("plan", "-f", "-", "-o", "json", input=text(made))
        update = ran.json()["update"]
        assert (update["atOnce"], update["inTurn"]) == (["small-0005"], [ONE, TWO])
        assert (update["atATime"], update["rounds"], update["stuck"]) == (0, None, ["small-0005"])
        kubectl.apply(made)
        waiting = ("get", "pods", "--field-selector=spec.nodeName=")
        image = "jsonpath={.items[*].spec.containers[0].image}"
        eventually(lambda: kubectl(*waiting, "-o", image) == "agent:2")
        eventually(lambda: ds_status(kubectl)["updatedNumberScheduled"] == 1)
        assert uids(kubectl) == before


def test_without_a_template_change_pods_are_kept(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Defaults that the server fills in, and another strategy, restart nothing."""
    with labelled(kubectl, ONE):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        wanted = on("a")
        wanted["spec"]["updateStrategy"] = {"type": "OnDelete"}
        ran = dsctl("plan", "-f", "-", "-o", "json", input=text(wanted))
        assert changes(ran) == {ONE: "Keep"}
        wanted["spec"]["template"]["spec"]["hostNetwork"] = True
        ran = dsctl("plan", "-f", "-", input=text(wanted))
        assert row(ran, ONE).split()[2] == "Replace"
        assert "1 pod stays as it is until someone deletes: the strategy is OnDelete" in ran.out


def test_pods_that_are_of_the_version_already_are_kept(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Back to a version that most pods still have: only those of the failed one are replaced."""
    with labelled(kubectl, ONE, TWO, THREE):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        kubectl.apply(on("a", containers=asking({"cpu": "900"})))
        eventually(lambda: "" in hosts(kubectl) and len(uids(kubectl)) == 2)
        kept = uids(kubectl)
        ran = dsctl("plan", "-f", "-", "-o", "json", input=text(on("a")))
        three = (ONE, TWO, THREE)
        assert changes(ran) == {n: "Keep" if n in kept else "Replace" for n in three}
        diff = dsctl("diff", "-f", "-", input=text(on("a")))
        assert "pod replaced on 1 node\n" in diff.err
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        assert kept.items() <= uids(kubectl).items()


def test_old_pods_that_a_new_strategy_lets_go_are_replaced(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """From OnDelete to RollingUpdate with one template: the pods that waited go, and it says so."""
    manifest = on("a")
    manifest["spec"]["updateStrategy"] = {"type": "OnDelete"}
    with labelled(kubectl, ONE, TWO):
        kubectl.apply(manifest)
        rolled_out(dsctl, "a")
        old = uids(kubectl)
        manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        kubectl.apply(manifest)
        generation = kubectl.json("get", "ds", "a")["metadata"]["generation"]
        eventually(lambda: ds_status(kubectl)["observedGeneration"] == generation)
        ran = dsctl("plan", "-f", "-", input=text(manifest))
        assert "2 pods stay as they are until someone deletes" in ran.out
        manifest["spec"]["updateStrategy"] = {"type": "RollingUpdate"}
        ran = dsctl("plan", "-f", "-", "-o", "json", input=text(manifest))
        assert changes(ran) == {ONE: "Replace", TWO: "Replace"}
        diff = dsctl("diff", "-f", "-", input=text(manifest))
        assert "pods replaced on 2 nodes" in diff.err
        kubectl.apply(manifest)
        eventually(lambda: not old.items() & uids(kubectl).items() and len(uids(kubectl)) == 2)


def test_a_surge_that_can_never_roll_is_foreseen(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The new pod must fit beside the old one, which has the host port."""
    ports = [{"containerPort": 80, "hostPort": 18081}]
    manifest = on("a", containers=asking({"cpu": "1m"}, ports=ports))
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    manifest["spec"]["updateStrategy"] = surge
    with labelled(kubectl, ONE):
        kubectl.apply(manifest)
        rolled_out(dsctl, "a")
        manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        ran = dsctl("plan", "-f", "-", input=text(manifest))
        assert row(ran, ONE).split()[1:3] == ["WouldNotFit", "Replace"]
        assert f"host port 18081/TCP is taken by {kubectl.namespace}/a-" in row(ran, ONE)


def test_a_dump_gives_the_plan_of_the_live_cluster(
    dsctl: Dsctl, kubectl: Kubectl, tmp_path: Path
) -> None:
    """One file or two, with the DaemonSet in it; no server and no kubeconfig is looked at."""
    with labelled(kubectl, ONE, TWO):
        kubectl.apply(on("a"))
        rolled_out(dsctl, "a")
        wanted = on("a", {"kubernetes.io/os": "linux"}, containers=asking({"cpu": "1"}))
        live = dsctl("plan", "-f", "-", "-o", "json", input=text(wanted)).json()
        whole, nodes, pods = (tmp_path / name for name in ("whole", "nodes", "pods"))
        whole.write_text(kubectl("get", "nodes,pods,ds", "-A", "-o", "json"))
        nodes.write_text(kubectl("get", "nodes", "-o", "json"))
        pods.write_text(kubectl("get", "pods,ds", "-A", "-o", "json"))
        nowhere = {"KUBECONFIG": "/nonexistent", "HOME": "/nonexistent"}
        for dump in ([whole], [nodes, pods]):
            arguments = [f"--cluster-dump={path}" for path in dump]
            ran = dsctl(
                "plan", "-f", "-", "-o", "json", *arguments, input=text(wanted), environ=nowhere
            )
            assert ran.code == 0, ran.err
            assert ran.json()["nodes"] == live["nodes"]


def test_plan_of_apply_sends_nothing_without_a_yes(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """No terminal and no --yes: the plan, exit 0, and the object is as it was."""
    manifest = text(on("a"))
    for command in ("apply", "create"):
        ran = dsctl(command, "-f", "-", "--plan", input=manifest)
        assert (ran.code, ran.err) == (0, "nothing was sent: add --yes to go on\n")
        assert "0 would gain a pod" in ran.out
        assert kubectl("get", "ds", "-o", "name") == ""
    ran = dsctl("create", "-f", "-", "--plan", "--yes", input=manifest)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "daemonset.apps/a created")
    ran = dsctl("apply", "-f", "-", "--plan", "--yes", "-o", "name", input=manifest)
    assert (ran.code, ran.out) == (0, "daemonset.apps/a\n")
    assert "12 nodes" in ran.err


def test_plan_of_apply_shows_what_would_change_and_what_that_does(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """The diff with the live object first, then the nodes; nothing is changed."""
    with labelled(kubectl, ONE):
        assert dsctl("apply", "-f", "-", input=text(on("a"))).code == 0
        rolled_out(dsctl, "a")
        wanted = on("a")
        wanted["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        ran = dsctl("apply", "-f", "-", "--plan", input=text(wanted))
        lines = ran.out.splitlines()
        assert (ran.code, lines[0][:12]) == (0, "diff -u -N L")
        assert "+      - image: agent:2" in lines
        assert row(ran, ONE).split()[1:3] == ["WouldRun", "Replace"]
        image = "{.spec.template.spec.containers[0].image}"
        assert kubectl("get", "ds", "a", "-o", f"jsonpath={image}") != "agent:2"


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_plan_asks(
    answer: str, code: int, sandbox: Sandbox, kubectl: Kubectl, tmp_path: Path
) -> None:
    """A yes goes on; anything else exits 1 with nothing sent."""
    manifest = tmp_path / "a.yaml"
    manifest.write_text(text(on("a")))
    ran = on_terminal(
        sandbox, answer + "\n", "-n", kubectl.namespace, "apply", "-f", str(manifest), "--plan"
    )
    assert (ran.code, "Go on? [y/N]" in ran.err) == (code, True)
    assert kubectl("get", "ds", "-o", "name") == ("" if code else "daemonset.apps/a\n")
    if code:
        assert "error: answered no: nothing was sent" in ran.err


def test_a_selector_that_differs_can_t_be_planned(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The answer is no, with the way round it."""
    kubectl.apply(on("a"))
    other: dict[str, Any] = json.loads(json.dumps(on("a")).replace('"app": "a"', '"app": "b"'))
    ran = dsctl("plan", "-f", "-", input=text(other))
    assert (ran.code, ran.out) == (1, "")
    assert "spec.selector is immutable" in ran.err


def test_who_may_not_write_gets_a_plan_all_the_same(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Without the right to apply there is no dry run: the manifest is compared as it stands."""
    kubectl("create", "role", "see", "--verb=get,list", "--resource=daemonsets.apps,pods")
    kubectl("create", "rolebinding", "see", "--role=see", "--user=joe")
    name = f"see-nodes-{kubectl.namespace}"
    kubectl("create", "clusterrole", name, "--verb=get,list", "--resource=nodes,pods")
    kubectl("create", "clusterrolebinding", name, f"--clusterrole={name}", "--user=joe")
    try:
        with labelled(kubectl, ONE):
            kubectl.apply(on("a"))
            rolled_out(dsctl, "a")
            same = dsctl("plan", "-f", "-", "-o", "json", "--as=joe", input=text(on("a")))
            assert changes(same) == {ONE: "Keep"}
            assert "no dry run" in same.err
            wanted = on("a", containers=asking({"cpu": "1m"}))
            ran = dsctl("plan", "-f", "-", "-o", "json", "--as=joe", input=text(wanted))
            assert changes(ran) == {ONE: "Replace"}
            none = dsctl("plan", "-f", "-", "--as=jane", input=text(on("b")))
            assert (none.code, "cannot" in none.err) == (3, True)
    finally:
        kubectl("delete", "clusterrole,clusterrolebinding", name)


def test_what_only_server_side_apply_refuses_is_planned(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A name twice in env, which create and kubectl's apply take: as it stands, with a note."""
    with labelled(kubectl, ONE):
        env = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
        made = on("a", containers=asking({"cpu": "1m"}, env=env))
        new = dsctl("plan", "-f", "-", "-o", "json", input=text(made))
        assert (new.code, changes(new)) == (0, {ONE: "Gain"})
        assert "no dry run" in new.err
        kubectl.apply(made)
        rolled_out(dsctl, "a")
        assert changes(dsctl("plan", "-f", "-", "-o", "json", input=text(made))) == {ONE: "Keep"}
        env[0]["value"] = "3"
        ran = dsctl("plan", "-f", "-", "-o", "json", input=text(made))
        assert changes(ran) == {ONE: "Replace"}


def test_pods_that_the_scheduler_evicts_are_named(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """One of lower priority gives way, as the plan said; one of the same priority does not."""
    with labelled(kubectl, ONE, TWO):
        for node, priority in ((ONE, ""), (TWO, "system-node-critical")):
            spec: dict[str, Any] = {"nodeName": node, "priorityClassName": priority}
            spec["containers"] = asking({"cpu": "5"})
            kubectl.apply({**POD, "metadata": {"name": f"on-{node}"}, "spec": spec})
        made = on("a", containers=asking({"cpu": "4"}), priorityClassName="system-node-critical")
        ran = dsctl("plan", "-f", "-", input=text(made))
        assert row(ran, ONE).split()[1] == row(ran, TWO).split()[1] == "WouldNotFit"
        evicted = row(ran, ONE).partition("which the scheduler may evict: ")[2]
        assert f"{kubectl.namespace}/on-{ONE}" in evicted
        assert f"{kubectl.namespace}/on-{TWO}" not in row(ran, TWO).partition("evict: ")[2]
        kubectl.apply(made)
        eventually(lambda: uids(kubectl).keys() == {ONE, TWO} and hosts(kubectl) == {ONE, TWO, ""})
        left = kubectl("get", "pods", f"on-{ONE}", f"on-{TWO}", "--ignore-not-found", "-o", "name")
        assert left == f"pod/on-{TWO}\n"
