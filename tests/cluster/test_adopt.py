"""``dsctl adopt``: which pods a new DaemonSet takes, which of them roll, proved by uid."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cluster.admission import no_pods
from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.holds import images, settled
from tests.cluster.leftovers import orphaned, owners, uid, uids, with_labels, written
from tests.cluster.terminal import on_terminal

NEW = "registry.example/agent:2"
GENERATION = "deprecated.daemonset.template.generation"


def actions(report: Any) -> dict[str, str]:
    return {pod["uid"]: pod["action"] for pod in report["pods"]}


def test_the_same_template_restarts_none(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The plan says Adopt of each; afterwards each pod is there, by uid, and owned by the new one.

    A rollout that ended proves that the controller is done; applying again changes nothing.
    """
    manifest = daemonset("a")
    left = orphaned(dsctl, kubectl, manifest)
    plan = dsctl("adopt", "-f", "-", "--plan", "-o", "json", input=text(manifest))
    assert plan.code == 0
    assert plan.json()["kind"] == "AdoptionPlan"
    assert plan.json()["daemonSet"] == {"namespace": kubectl.namespace, "name": "a"}
    assert actions(plan.json()) == dict.fromkeys(left.values(), "Adopt")
    assert kubectl("get", "ds", "-o", "name") == ""
    local = dsctl("adopt", "-f", "-", "--plan", "--dry-run=client", input=text(manifest))
    assert "none of them replaced" in local.out
    ran = dsctl("adopt", "-f", "-", input=text(manifest))
    assert (ran.code, ran.out) == (0, "daemonset.apps/a created\n")
    assert f"{len(left)} pods adopted" in ran.err
    assert "replaced" not in ran.err
    settled(kubectl)
    assert dsctl("rollout", "status", "a", "--timeout=30s").code == 0
    assert uids(kubectl, "app=a") == left
    assert set(owners(kubectl, "app=a")) == {uid(kubectl, "a")}
    assert dsctl("apply", "-f", "-", input=text(manifest)).out == "daemonset.apps/a unchanged\n"
    taken = dsctl("adopt", "-f", "-", input=text(manifest))
    assert taken.code == 3
    assert "already exists" in taken.err


def test_generation_one_pods_with_a_new_image_roll(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A plain create warns, and takes them for up to date; adopt does not, and rolls every one."""
    left = orphaned(dsctl, kubectl, daemonset("a"))
    new = daemonset("a", image=NEW)
    plain = dsctl("create", "-f", "-", input=text(new))
    assert plain.code == 0
    count = len(left)
    assert f"warning: {count} pods that the selector matches have no controller" in plain.err
    assert f"{count} of template generation 1 count as up to date whatever they run" in plain.err
    eventually(lambda: set(owners(kubectl, "app=a")) == {uid(kubectl, "a")})
    settled(kubectl)
    assert uids(kubectl, "app=a") == left
    assert set(images(kubectl).values()) == {"1"}
    dsctl("delete", "a", "--cascade=orphan")

    plan = dsctl("adopt", "-f", "-", "--plan", "-o", "json", input=text(new)).json()
    # The plain create recorded a revision for the new template, which no pod has.
    assert actions(plan) == dict.fromkeys(left.values(), "AdoptAndReplace")
    assert plan["templateGeneration"] == 2
    ran = dsctl("adopt", "-f", "-", input=text(new))
    assert ran.code == 0
    assert f"{count} to be replaced: dsctl -n {kubectl.namespace} rollout status a" in ran.err
    assert dsctl("rollout", "status", "a", "--timeout=50s").code == 0
    assert set(images(kubectl).values()) == {"2"}
    assert not set(uids(kubectl, "app=a").values()) & set(left.values())
    live = kubectl.json("get", "ds", "a")
    assert live["metadata"]["annotations"][GENERATION] == "2"


def test_mixed_versions_only_what_differs_rolls(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Pods of two revisions: those of the manifest's own stay by uid, the others are replaced."""
    held = {"updateStrategy": {"type": "OnDelete"}}
    dsctl("create", "-f", "-", input=text(daemonset("a", **held)))
    settled(kubectl)
    dsctl("apply", "-f", "-", input=text(daemonset("a", image=NEW, **held)))
    chosen = kubectl(
        "get", "pods", "--field-selector=spec.nodeName=worker-0004", "-o", "name"
    ).strip()
    kubectl("delete", chosen)
    eventually(lambda: images(kubectl).get("worker-0004") == "2")
    settled(kubectl)
    before = uids(kubectl, "app=a")
    dsctl("delete", "a", "--cascade=orphan")
    plan = dsctl("adopt", "-f", "-", "--plan", "-o", "json", input=text(daemonset("a", image=NEW)))
    wanted = dict.fromkeys(before.values(), "AdoptAndReplace")
    assert actions(plan.json()) == {**wanted, before["worker-0004"]: "Adopt"}
    on_delete = dsctl("adopt", "-f", "-", "--plan", input=text(daemonset("a", image=NEW, **held)))
    assert "OnDelete keeps it until it is deleted" in on_delete.out
    assert "none of them replaced" in on_delete.out
    ran = dsctl("adopt", "-f", "-", "--plan", "--yes", input=text(daemonset("a", image=NEW)))
    assert ran.code == 0
    assert dsctl("rollout", "status", "a", "--timeout=50s").code == 0
    after = uids(kubectl, "app=a")
    assert {node for node in after if after[node] == before[node]} == {"worker-0004"}
    assert set(images(kubectl).values()) == {"2"}


def test_what_others_own_is_left_alone(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """An overlapping selector takes only orphans; pods of a live DaemonSet stay its own, by uid."""
    shared = {"app": "b", "team": "x"}
    kubectl.apply(with_labels(daemonset("b"), shared, {"app": "b"}))
    settled(kubectl, "b")
    mine = uids(kubectl, "app=b")
    wide = with_labels(daemonset("a"), {"app": "a", "team": "x"}, {"team": "x"})
    nothing = dsctl("adopt", "-f", "-", input=text(wide))
    assert nothing.code == 1
    assert "there is nothing to adopt" in nothing.err
    assert "DaemonSet b controls it" in nothing.err
    assert kubectl("get", "ds", "a", "--ignore-not-found") == ""

    left = orphaned(
        dsctl, kubectl, with_labels(daemonset("a"), {"app": "a", "team": "x"}, {"app": "a"})
    )
    plan = dsctl("adopt", "-f", "-", "--plan", "-o", "json", input=text(wide)).json()
    assert actions(plan) == {
        **dict.fromkeys(left.values(), "Adopt"),
        **dict.fromkeys(mine.values(), "Leave"),
    }
    ran = dsctl("adopt", "-f", "-", input=text(wide))
    assert ran.code == 0, ran.err
    assert f"{len(left)} pods adopted" in ran.err
    settled(kubectl, "a")
    assert uids(kubectl, "app=a") == left
    assert uids(kubectl, "app=b") == mine
    assert set(owners(kubectl, "app=b")) == {uid(kubectl, "b")}
    assert dsctl("delete", "a", "--wait").code == 0
    eventually(lambda: uids(kubectl, "app=a") == {})
    assert uids(kubectl, "app=b") == mine


def test_pods_on_excluded_nodes_and_without_a_match(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The plan tells of a pod whose node the manifest excludes, and of orphans it misses."""
    left = orphaned(dsctl, kubectl, daemonset("a"))
    narrow = daemonset("a")
    narrow["spec"]["template"]["spec"]["nodeSelector"] = {"kubernetes.io/hostname": "worker-0004"}
    plan = dsctl("adopt", "-f", "-", "--plan", "-o", "json", input=text(narrow)).json()
    reasons = {pod["node"]: pod["reason"] for pod in plan["pods"]}
    assert "removed: the node is excluded" in reasons["worker-0001"]
    assert "removed" not in reasons["worker-0004"]
    other = dsctl("adopt", "-f", "-", "--plan", "-o", "json", input=text(daemonset("z"))).json()
    assert actions(other) == dict.fromkeys(left.values(), "Leave")
    assert {pod["reason"] for pod in other["pods"]} == {"the selector does not match its labels"}


def test_the_plan_is_asked_on_a_terminal(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl, tmp_path: Any
) -> None:
    """A no exits 1, no terminal and no --yes exits 0: nothing is sent in either."""
    orphaned(dsctl, kubectl, daemonset("a"))
    file = tmp_path / "a.yaml"
    file.write_text(text(daemonset("a")))
    args = ("-n", kubectl.namespace, "adopt", "-f", str(file), "--plan")
    ran = on_terminal(sandbox, "n\n", *args)
    assert ran.code == 1
    assert "Go on? [y/N]" in ran.err
    ran = sandbox.dsctl(*args)
    assert ran.code == 0
    assert "nothing was sent: add --yes to go on" in ran.err
    assert kubectl("get", "ds", "a", "--ignore-not-found") == ""
    ran = on_terminal(sandbox, "y\n", *args)
    assert ran.code == 0
    assert "pods adopted" in ran.err


def test_whatever_creates_it_tells_of_the_orphans(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Apply creates as create does; a plan that says that nodes gain a pod is not the whole."""
    manifest = daemonset("a")
    count = len(orphaned(dsctl, kubectl, manifest))
    changed = text(daemonset("a", image=NEW))
    told = f"warning: {count} pods that the selector matches have no controller"
    stuck = f"{count} of template generation 1 count as up to date whatever they run"
    for command in (("create", "--plan"), ("apply", "--plan"), ("plan",), ("apply",)):
        ran = dsctl(*command, "-f", "-", input=changed)
        assert ran.code == 0
        assert (ran.err.count(told), ran.err.count(stuck)) == (1, 1), command
    settled(kubectl)
    assert told not in dsctl("apply", "-f", "-", input=changed).err


def test_one_that_is_deleted_while_its_pods_are_waited_for(
    sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl, tmp_path: Path
) -> None:
    """What would adopt them is gone: exit 1 says so, long before the time is up."""
    manifest = daemonset("a")
    left = orphaned(dsctl, kubectl, manifest)
    file = written(tmp_path / "a.json", manifest)
    with no_pods(kubectl, "UPDATE", "no pod is adopted here"):
        command = [sys.executable, "-m", "dsctl", "-n", kubectl.namespace, "adopt", "-f", file]
        with subprocess.Popen(
            command, env=sandbox.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "daemonset.apps/a created\n"
            kubectl("delete", "ds", "a", "--cascade=orphan")
            _, err = process.communicate(timeout=40)
    assert process.returncode == 1
    assert err.splitlines()[-1] == ("error: daemonset 'a' is created, but it was deleted meanwhile")
    assert uids(kubectl, "app=a") == left
