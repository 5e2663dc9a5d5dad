"""``dsctl migrate-selector``: another selector, the same pods by uid, whatever interrupts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dsctl.actions import migrate
from dsctl.actions.migrate_steps import Steps
from dsctl.errors import AnswerIsNo
from tests.cluster.conftest import Dsctl, Kubectl, Ran, Sandbox, eventually
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.holds import settled
from tests.cluster.leftovers import in_process, owners, uid, uids, with_labels, written

HASH = "controller-revision-hash"
OLD = with_labels(
    daemonset("a", updateStrategy={"rollingUpdate": {"maxUnavailable": 2}}),
    {"app": "a", "tier": "node"},
    {"app": "a"},
)
NEW = with_labels(OLD, {"role": "agent", "team": "x"}, {"role": "agent"})
#: the common case: the same key with another value, which no pod can have both of
RENAMED = with_labels(OLD, {"app": "b", "tier": "node"}, {"app": "b"})
STEPS = (
    "its manifest is kept in",
    "the migration is recorded in its",
    "got new labels and keep the old",
    "is deleted, its pods stay",  # where it is gone by the next run, so is the step for that
    "without an owner have the new labels",
    "is created, and held",
    "have the new owner",
    "count as updated",
    "are the same, by uid",
    "update strategy is as the manifest has it",
    "former ControllerRevision",
    "lost the old labels",
)


DYING = """
import os, signal, sys
from dsctl.cli.env import Env
from dsctl.main import entry
step, say = sys.argv.pop(1), Env.say
def say_and_die(self, text):
    say(self, text)
    if step in text:
        os.kill(os.getpid(), signal.SIGKILL)
Env.say = say_and_die
entry()
"""


class Hands:
    """migrate-selector in one namespace, with its kept manifests in a directory of its own."""

    def __init__(self, sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl, directory: Path) -> None:
        self.sandbox, self.directory = sandbox, directory
        self.dsctl, self.kubectl = dsctl, kubectl
        self.kept = directory / "kept.yaml"
        assert dsctl("create", "-f", "-", input=text(OLD)).code == 0
        settled(kubectl)
        self.before = uids(kubectl, HASH)
        self.former = uid(kubectl, "a")

    def command(self, manifest: dict[str, Any], *more: str, name: str = "a") -> list[str]:
        file = written(self.directory / "new.json", manifest)
        return ["migrate-selector", name, "-f", file, "--keep", str(self.kept), *more]

    def __call__(self, manifest: dict[str, Any], *more: str, name: str = "a") -> Ran:
        return self.dsctl(*self.command(manifest, *more, name=name))

    def labels(self, *keys: str) -> set[tuple[str | None, ...]]:
        items = self.kubectl.json("get", "pods", "-l", HASH)["items"]
        return {tuple(pod["metadata"]["labels"].get(key) for key in keys) for pod in items}

    def check(self, manifest: dict[str, Any]) -> None:
        """It is migrated as if it had always been so: the pods by uid, and nothing left over."""
        live = self.kubectl.json("get", "ds", "a")
        spec = live["spec"]
        assert spec["selector"] == manifest["spec"]["selector"]
        assert spec["updateStrategy"]["type"] == "RollingUpdate"
        assert spec["updateStrategy"]["rollingUpdate"]["maxUnavailable"] == 2
        assert not set(live["metadata"]["annotations"]) & {
            "dsctl/migrating",
            "dsctl/paused-strategy",
        }
        settled(self.kubectl)
        live = self.kubectl.json("get", "ds", "a")
        assert live["status"]["updatedNumberScheduled"] == len(self.before)
        assert uids(self.kubectl, HASH) == self.before
        assert set(owners(self.kubectl, HASH)) == {live["metadata"]["uid"]}
        revisions = self.kubectl.json("get", "controllerrevisions")["items"]
        assert [r["metadata"]["ownerReferences"][0]["uid"] for r in revisions] == [
            live["metadata"]["uid"]
        ]
        assert "dsctl/migrating" not in (revisions[0]["metadata"].get("annotations") or {})
        assert self.labels(HASH) == {(revisions[0]["metadata"]["labels"][HASH],)}

    def killed_after(self, step: str, manifest: dict[str, Any], *more: str) -> None:
        """Let it die by SIGKILL at the very moment at which it says that this step is done."""
        argv = ["-n", self.kubectl.namespace, *self.command(manifest, *more)]
        ran = subprocess.run(
            [sys.executable, "-c", DYING, step, *argv],
            env=self.sandbox.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == -signal.SIGKILL, ran.stderr
        assert step in ran.stderr.splitlines()[-1]


@pytest.fixture
def hands(sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl, tmp_path: Path) -> Hands:
    return Hands(sandbox, dsctl, kubectl, tmp_path)


def test_the_pods_keep_running_and_keep_their_labels(hands: Hands, kubectl: Kubectl) -> None:
    """The plan warns of a Service; the old labels go when asked for, later; apply agrees."""
    kubectl("create", "service", "clusterip", "s", "--tcp=80")
    kubectl("patch", "service", "s", "-p", '{"spec":{"selector":{"app":"a"}}}')
    plan = hands(NEW, "--plan")
    assert plan.code == 0
    assert "selector app=a becomes role=agent" in plan.out
    assert "former labels that are kept: app=a,tier=node" in plan.out
    assert "Service s selects a former label" in plan.err
    assert "nothing was sent: add --yes to go on" in plan.err
    assert uid(kubectl, "a") == hands.former
    ran = hands(NEW, "--plan", "--yes")
    assert ran.code == 0, ran.err
    assert ran.out.endswith("daemonset.apps/a migrated\n")
    hands.check(NEW)
    assert hands.labels("app", "role", "team") == {("a", "agent", "x")}
    kept = hands.kept.read_text()
    assert str(hands.kept) in ran.err
    assert "status" not in kept
    assert "uid" not in kept
    again = hands(NEW)
    assert (again.code, again.out) == (0, "daemonset.apps/a unchanged\n")
    dropped = hands(NEW, "--drop-old-labels")
    assert (dropped.code, dropped.out) == (0, "daemonset.apps/a migrated\n")
    assert hands.labels("app", "role") == {(None, "agent")}
    assert hands.dsctl("apply", "-f", "-", input=text(NEW)).out == "daemonset.apps/a unchanged\n"
    hands.check(NEW)


def test_another_value_of_the_same_label(hands: Hands) -> None:
    """It can't be kept, so the plan says so; the way back with the kept manifest is the same."""
    plan = hands(RENAMED, "--plan")
    assert "labels that change: app from a to b" in plan.out
    assert hands(RENAMED).code == 0
    hands.check(RENAMED)
    assert hands.labels("app") == {("b",)}
    back = hands.dsctl("migrate-selector", "a", "-f", str(hands.kept), "--keep", f"{hands.kept}.2")
    assert back.code == 0, back.err
    hands.check(OLD)
    assert hands.labels("app") == {("a",)}


def test_killed_after_each_step_and_run_again(hands: Hands) -> None:
    """Each run carries on where the one before was killed; in the end each pod is there, by uid.

    A label changes its value, one comes, and one goes: every step has something to do.
    """
    wanted = with_labels(OLD, {"app": "b", "role": "agent"}, {"app": "b"})
    for step in STEPS:
        hands.killed_after(step, wanted, "--drop-old-labels")
        assert uids(hands.kubectl, HASH) == hands.before, f"killed after: {step}"
    ran = hands(wanted, "--drop-old-labels")
    assert ran.code == 0, ran.err
    hands.check(wanted)
    assert hands.labels("app", "role", "tier") == {("b", "agent", None)}


@pytest.mark.parametrize("step", [STEPS[4], STEPS[7]])
def test_the_way_back_from_the_middle(hands: Hands, step: str) -> None:
    """Killed without a DaemonSet, or with the new one held: the kept manifest restores all."""
    hands.killed_after(step, RENAMED)
    if step == STEPS[7]:
        early = hands.dsctl("rollout", "resume", "a")
        assert (early.code, "a migration to another selector is under way" in early.err) == (
            1,
            True,
        )
    back = hands.dsctl("migrate-selector", "a", "-f", str(hands.kept), "--keep", f"{hands.kept}.2")
    assert back.code == 0, back.err
    hands.check(OLD)
    assert hands.labels("app") == {("a",)}


def test_a_step_that_fails_says_the_way_back(hands: Hands, kubectl: Kubectl) -> None:
    """Out of time while a finalizer holds the former one: 124, named; how to go on, and back."""
    hold = '{"metadata":{"finalizers":["example.com/hold"]}}'
    kubectl("patch", "ds", "a", "--type=merge", "-p", hold)
    ran = hands(NEW, "--timeout=2s")
    assert ran.code == 124
    why = "(finalizer example.com/hold)"
    assert f"timed out: the former DaemonSet is not gone yet {why}" in ran.err
    way = f"the way back: dsctl -n {kubectl.namespace} migrate-selector a -f {hands.kept} --yes"
    assert way in ran.err
    again = hands(NEW, "--timeout=2s")
    assert again.code == 124
    kubectl("patch", "ds", "a", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    assert hands(NEW).code == 0
    hands.check(NEW)


def test_what_is_refused(hands: Hands, kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Each refusal says why, and nothing has changed after it."""
    image = json.loads(json.dumps(NEW).replace("agent:1", "agent:2"))
    ran = hands(image)
    assert ran.code == 1
    assert "differs in more than labels: spec.template.spec.containers[0].image" in ran.err
    assert "roll the other changes out afterwards" in ran.err
    missing = hands(with_labels(daemonset("z"), {"role": "z"}, {"role": "z"}), name="z")
    assert missing.code == 3
    assert 'daemonsets.apps "z" not found' in missing.err
    other = hands(NEW, name="z")
    assert other.code == 2
    assert "must hold just the new manifest of daemonset 'z'" in other.err
    bad = hands(with_labels(OLD, {"role": "x"}, {"role": "y"}))
    assert bad.code == 3
    assert "selector" in bad.err

    dsctl("rollout", "pause", "a")
    paused = hands(NEW)
    assert (paused.code, "is paused" in paused.err) == (1, True)
    dsctl("rollout", "resume", "a")

    rival = with_labels(daemonset("r"), {"team": "x"}, {"team": "x"})
    rival["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
    kubectl.apply(rival)
    ran = hands(NEW)
    assert ran.code == 1
    assert "DaemonSet r selects these pods too (team=x)" in ran.err
    kubectl("delete", "ds", "r")

    stuck = '{"metadata":{"finalizers":["example.com/hold"]}}'
    assert uids(kubectl, HASH) == hands.before
    assert hands.labels("role") == {(None,)}
    kubectl("patch", "ds", "a", "--type=merge", "-p", stuck)
    kubectl("delete", "ds", "a", "--wait=false")
    try:
        ran = hands(NEW)
        assert ran.code == 1
        assert "is being deleted since" in ran.err
    finally:
        kubectl("patch", "ds", "a", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')


def test_a_change_of_someone_else_is_never_lost(
    hands: Hands, kubectl: Kubectl, sandbox: Sandbox
) -> None:
    """Between the look and the deletion: a new status does not matter, a new label ends it."""
    namespace = kubectl.namespace
    manifest = {**NEW, "metadata": {**NEW["metadata"], "namespace": namespace}}

    def keep(found: dict[str, Any]) -> str:
        hands.kept.write_text(json.dumps(found))
        return str(hands.kept)

    with in_process(sandbox) as cluster:
        scene = migrate.look(cluster, "a", manifest, namespace)
        steps = Steps(cluster, scene, keep, drop_old_labels=False, timeout=30)
        running = iter(steps)
        for _ in range(3):
            next(running)
        kubectl("label", "ds", "a", "owner=me")
        with pytest.raises(AnswerIsNo, match="changed by someone else meanwhile"):
            next(running)
        assert uid(kubectl, "a") == hands.former

        scene = migrate.look(cluster, "a", manifest, namespace)
        running = iter(Steps(cluster, scene, keep, drop_old_labels=False, timeout=30))
        for _ in range(3):
            next(running)
        version = kubectl("get", "ds", "a", "-o", "jsonpath={.metadata.resourceVersion}")
        status = '{"status":{"numberMisscheduled":7}}'
        kubectl("patch", "ds", "a", "--subresource=status", "--type=merge", "-p", status)
        assert version != kubectl("get", "ds", "a", "-o", "jsonpath={.metadata.resourceVersion}")
        for _ in running:
            pass
    assert json.loads(hands.kept.read_text())["metadata"]["labels"]["owner"] == "me"
    hands.check(NEW)


def test_two_daemonsets_of_one_template(hands: Hands, kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Another DaemonSet's pods, orphans and history are not touched, by uid."""
    other = with_labels(daemonset("o"), {"app": "o", "team": "y"}, {"app": "o"})
    assert dsctl("create", "-f", "-", input=text(other)).code == 0
    settled(kubectl, "o")
    mine = kubectl("get", "pods", "-l", "app=o", "-o", "jsonpath={.items[*].metadata.uid}")
    history = kubectl("get", "controllerrevisions", "-l", "app=o", "-o", "name")
    dsctl("delete", "o", "--cascade=orphan")
    eventually(lambda: set(owners(kubectl, "app=o")) == {None})
    wanted = with_labels(OLD, {"role": "agent"}, {"role": "agent"})
    assert hands(wanted, "--drop-old-labels").code == 0
    after = kubectl("get", "pods", "-l", "app=o", "-o", "jsonpath={.items[*].metadata.uid}")
    assert after == mine
    assert set(owners(kubectl, "app=o")) == {None}
    assert kubectl("get", "controllerrevisions", "-l", "app=o", "-o", "name") == history
    own = kubectl("get", "pods", "-l", "role=agent", "-o", "jsonpath={.items[*].metadata.uid}")
    assert set(own.split()) == set(hands.before.values())
