"""``dsctl orphans`` and ``delete --orphans``: what nobody owns any more, and nothing else."""

from __future__ import annotations

from dsctl.actions import orphans as action
from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.holds import settled
from tests.cluster.leftovers import in_process, orphaned, owners, uid, uids, with_labels
from tests.cluster.terminal import on_terminal

STATEFUL = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "s"},
    "spec": {
        "serviceName": "s",
        "selector": {"matchLabels": {"app": "s"}},
        "template": {
            "metadata": {"labels": {"app": "s"}},
            "spec": {"containers": [{"name": "c", "image": "registry.example/c:1"}]},
        },
    },
}


def test_only_what_a_daemonset_left_is_an_orphan(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Pods of a live DaemonSet, of a StatefulSet (hash label too) and bare pods are none."""
    left = orphaned(dsctl, kubectl, daemonset("a"))
    kubectl.apply(daemonset("b"), STATEFUL)
    settled(kubectl, "b")
    eventually(lambda: kubectl("get", "pod", "s-0", "-o", "name", "--ignore-not-found"))
    kubectl("delete", "statefulset", "s", "--cascade=orphan")
    kubectl("run", "bare", "--image=registry.example/bare:1", "--labels=app=a")
    ran = dsctl("orphans", "-o", "json")
    report = ran.json()
    assert (ran.code, report["kind"]) == (0, "OrphanReport")
    assert {one["uid"] for one in report["orphans"]} == set(left.values())
    first = report["orphans"][0]
    assert first["namespace"] == kubectl.namespace
    assert left[first["node"]] == first["uid"]
    assert first["labels"]["controller-revision-hash"] == first["hash"]
    table = dsctl("orphans", "-l", "app in (a, b)").out.splitlines()
    assert table[0].split() == ["LABELS", "NODE", "POD", "HASH", "STATUS", "AGE"]
    assert len(table) == len(left) + 2
    assert table[-1] == f"{len(left)} orphans on {len(left)} nodes: app=a"
    assert kubectl.namespace in dsctl("orphans", "-A").out
    none = dsctl("orphans", "-l", "app=b")
    assert (none.code, none.out) == (0, "")
    assert none.err == f"No orphans found in {kubectl.namespace} namespace.\n"


def test_delete_orphans_touches_only_orphans(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """With overlapping labels: the pods of a live DaemonSet and bare pods keep their uids."""
    shared = {"app": "b", "team": "x"}
    kubectl.apply(with_labels(daemonset("b"), shared, {"app": "b"}))
    kubectl("run", "bare", "--image=registry.example/bare:1", "--labels=team=x")
    settled(kubectl, "b")
    mine = uids(kubectl, "app=b")
    left = orphaned(
        dsctl, kubectl, with_labels(daemonset("a"), {"app": "a", "team": "x"}, {"app": "a"})
    )
    for how in ("client", "server"):
        ran = dsctl("delete", "--orphans", "-l", "team=x", f"--dry-run={how}")
        assert (ran.code, len(ran.out.splitlines())) == (0, len(left))
        assert f"would delete {len(left)} orphans on {len(left)} nodes: app=a,team=x" in ran.err
        assert uids(kubectl, "app=a") == left
    ran = dsctl("delete", "--orphans", "-l", "team=x")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == len(left)
    assert ran.out.startswith('pod "a-')
    assert uids(kubectl, "app=a") == {}
    assert uids(kubectl, "app=b") == mine
    assert set(owners(kubectl, "app=b")) == {uid(kubectl, "b")}
    assert kubectl("get", "pod", "bare", "-o", "name")
    again = dsctl("delete", "--orphans")
    assert (again.code, again.out) == (0, "No resources found\n")


def test_delete_orphans_asks_on_a_terminal(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """A no deletes nothing and exits 1; --yes does not ask."""
    left = orphaned(dsctl, kubectl, daemonset("a"))
    args = ("-n", kubectl.namespace, "delete", "--orphans")
    ran = on_terminal(sandbox, "n\n", *args)
    assert (ran.code, ran.out) == (1, "")
    assert f"Delete {len(left)} pods? [y/N]" in ran.err
    assert uids(kubectl, "app=a") == left
    ran = on_terminal(sandbox, "", *args, "--yes", "-o", "name")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == len(left)
    assert uids(kubectl, "app=a") == {}


def test_what_does_not_go_is_named(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """At the end of --timeout: 124, with the pod, its node and the finalizer that holds it."""
    left = orphaned(dsctl, kubectl, daemonset("a"))
    node = min(left)
    name = kubectl(
        "get",
        "pods",
        f"--field-selector=spec.nodeName={node}",
        "-o",
        "jsonpath={.items[*].metadata.name}",
    )
    hold = '{"metadata":{"finalizers":["example.com/hold"]}}'
    kubectl("patch", "pod", name, "--type=merge", "-p", hold)
    try:
        ran = dsctl("delete", "--orphans", "--timeout=3s")
        assert ran.code == 124
        assert f"{name} on {node} (Terminating, finalizer example.com/hold)" in ran.err
    finally:
        kubectl("patch", "pod", name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')


def test_an_orphan_that_is_adopted_meanwhile_stays(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Between the question and the deletion a DaemonSet took them: none of them is deleted."""
    left = orphaned(dsctl, kubectl, daemonset("a"))
    with in_process(sandbox) as cluster:
        found = action.find(cluster, kubectl.namespace)
        assert dsctl("create", "-f", "-", input=text(daemonset("a"))).code == 0
        eventually(lambda: set(owners(kubectl, "app=a")) == {uid(kubectl, "a")})
        outcomes = list(action.delete_each(cluster, found))
    assert {type(one) for one in outcomes} == {action.Kept}
    assert {one.why for one in outcomes} == {"DaemonSet a has adopted it"}  # type: ignore[union-attr]
    assert uids(kubectl, "app=a") == left
