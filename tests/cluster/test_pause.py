"""``dsctl rollout pause`` and ``resume`` on a real controller: what is held stays put."""

from __future__ import annotations

import copy
import json

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, eventually
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.holds import (
    ROLLING,
    images,
    kept,
    live,
    owners,
    pods,
    second_writer,
    settled,
    spec,
)

NEW = "registry.example/agent:2"
STRATEGY = ("spec", "updateStrategy", "type")


def strategy(kubectl: Kubectl) -> object:
    return live(kubectl)["spec"]["updateStrategy"]


def test_pausing_in_the_middle_holds_and_resuming_goes_on(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """No pod is replaced while it is paused; the spec comes back byte for byte, and the rest rolls.

    A node that the update has not reached keeps the pod that it had, by uid.
    """
    slow = daemonset("a", minReadySeconds=1, updateStrategy=ROLLING)
    dsctl("apply", "-f", "-", input=text(slow))
    count = settled(kubectl)
    slow["spec"]["template"]["spec"]["containers"][0]["image"] = NEW
    dsctl("apply", "-f", "-", input=text(slow))
    before = spec(kubectl)
    eventually(lambda: "2" in images(kubectl).values())
    paused = dsctl("rollout", "pause", "a")
    assert (paused.code, paused.out) == (0, "daemonset.apps/a paused\n")
    assert f"of {count} pods run the newest template" in paused.err
    assert strategy(kubectl) == {"type": "OnDelete"}
    assert kept(kubectl) == ROLLING
    assert owners(kubectl, *STRATEGY) >= {"dsctl-hold"}
    settled(kubectl)
    held = {node: pod["metadata"]["uid"] for node, pod in pods(kubectl).items()}
    old = [node for node, image in images(kubectl).items() if image == "1"]
    assert old
    # A pod that is deleted gets the new template, as pause says; the others stay.
    kubectl("delete", "pod", pods(kubectl)[old[0]]["metadata"]["name"])
    eventually(lambda: images(kubectl).get(old[0]) == "2")
    settled(kubectl)
    now = {node: pod["metadata"]["uid"] for node, pod in pods(kubectl).items()}
    assert {node for node in now if now[node] != held[node]} == {old[0]}
    assert dsctl("get", "a").out.splitlines()[1].endswith("Paused")
    status = dsctl("rollout", "status", "a", "-o", "json")
    assert (status.code, status.json()["phase"], status.json()["paused"]) == (1, "Paused", True)

    again = dsctl("rollout", "pause", "a")
    assert (again.code, again.out) == (0, "daemonset.apps/a already paused\n")
    resumed = dsctl("rollout", "resume", "a")
    assert (resumed.code, resumed.out) == (0, "daemonset.apps/a resumed\n")
    assert spec(kubectl) == before
    assert kept(kubectl) is None
    assert "dsctl-hold" not in owners(kubectl)
    assert dsctl("rollout", "status", "a", "--timeout=50s").code == 0
    assert set(images(kubectl).values()) == {"2"}
    last = dsctl("rollout", "resume", "a")
    assert (last.code, last.out) == (0, "daemonset.apps/a not paused\n")


def test_apply_and_replace_keep_the_pause(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The manifest's strategy goes into the annotation, OnDelete stays, stderr says so.

    After resume the spec is what an apply without a pause makes it, and apply owns it again.
    """
    plain = daemonset("a", updateStrategy={"rollingUpdate": {"maxUnavailable": 2}})
    dsctl("apply", "-f", "-", input=text(plain))
    dsctl("rollout", "pause", "a")
    changed = daemonset("a", image=NEW, updateStrategy=ROLLING)
    trial = dsctl("apply", "-f", "-", "--dry-run=server", "-o", "json", input=text(changed))
    assert json.loads(trial.json()["metadata"]["annotations"]["dsctl/paused-strategy"]) == ROLLING
    assert trial.json()["spec"]["updateStrategy"] == {"type": "OnDelete"}
    assert kept(kubectl) != ROLLING
    for command, word in (("apply", "configured"), ("replace", "replaced"), ("apply", "unchanged")):
        ran = dsctl(command, "-f", "-", input=text(changed))
        assert (ran.code, ran.out) == (0, f"daemonset.apps/a {word}\n")
        assert "is paused and keeps OnDelete" in ran.err
        assert f"dsctl -n {kubectl.namespace} rollout resume a" in ran.err
        assert (strategy(kubectl), kept(kubectl)) == ({"type": "OnDelete"}, ROLLING)
    bad = copy.deepcopy(changed)
    bad["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"] = "ten"
    refused = dsctl("apply", "-f", "-", input=text(bad))
    assert refused.code == 3
    assert "maxUnavailable" in refused.err
    assert kept(kubectl) == ROLLING
    dump = dsctl("get", "a", "-o", "yaml").out
    assert dsctl("replace", "-f", "-", input=dump).code == 0
    assert kept(kubectl) == ROLLING
    dsctl("rollout", "resume", "a")
    assert strategy(kubectl) == ROLLING
    held = spec(kubectl)
    assert dsctl("apply", "-f", "-", input=text(changed)).out == "daemonset.apps/a unchanged\n"
    assert spec(kubectl) == held
    # Who applied it before owns it still: what the manifest drops goes.
    assert dsctl("apply", "-f", "-", input=text(daemonset("a", image=NEW))).code == 0
    default = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}
    assert strategy(kubectl) == default


def test_a_foreign_strategy_is_not_overwritten(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """resume names who changed it and refuses; --force puts the kept one back. pause warned."""
    manifest = daemonset("a", updateStrategy=ROLLING)
    kubectl("apply", "--server-side", "--field-manager=argocd", "-f", "-", input=text(manifest))
    paused = dsctl("rollout", "pause", "a")
    assert "warning: field manager argocd owns the strategy" in paused.err
    foreign = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 5, "maxSurge": 0}}
    manifest["spec"]["updateStrategy"] = foreign
    again = ("apply", "--server-side", "--field-manager=argocd", "--force-conflicts", "-f", "-")
    kubectl(*again, input=text(manifest))
    refused = dsctl("rollout", "resume", "a")
    assert (refused.code, refused.out) == (1, "")
    assert "changed while it was paused by argocd" in refused.err
    assert "--force" in refused.err
    assert strategy(kubectl) == foreign
    assert not dsctl("get", "a").out.splitlines()[1].endswith("Paused")
    assert dsctl("rollout", "resume", "a", "--force").code == 0
    assert (strategy(kubectl), kept(kubectl)) == (ROLLING, None)


def test_pausing_a_surge_says_how_many_pods_go(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The second pods on their nodes are removed by the controller, and pause counted them."""
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 3, "maxUnavailable": 0}}
    never = daemonset("a", updateStrategy=surge)
    dsctl("apply", "-f", "-", input=text(never))
    count = settled(kubectl)
    # Three new pods that fit nowhere beside the old ones: the surge stands still.
    container = never["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "9000"}}
    dsctl("apply", "-f", "-", input=text(never))

    def alive() -> int:
        items = kubectl.json("get", "pods", "-l", "app=a")["items"]
        return sum("deletionTimestamp" not in p["metadata"] for p in items)

    eventually(lambda: alive() == count + 3)
    paused = dsctl("rollout", "pause", "a")
    assert "3 surged pods are removed" in paused.err
    eventually(lambda: alive() == count)
    assert set(images(kubectl).values()) == {"1"}
    assert dsctl("rollout", "resume", "a").code == 0
    assert strategy(kubectl) == surge


def test_there_is_nothing_to_hold_with_on_delete(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Nothing is written, and it is said; exit 0, since nothing rolls."""
    dsctl("apply", "-f", "-", input=text(daemonset("a", updateStrategy={"type": "OnDelete"})))
    before = live(kubectl)["metadata"]["generation"]
    ran = dsctl("rollout", "pause", "a")
    assert (ran.code, ran.out) == (0, "daemonset.apps/a not paused\n")
    assert "there is nothing to hold" in ran.err
    assert live(kubectl)["metadata"]["generation"] == before
    assert kept(kubectl) is None


@pytest.mark.parametrize("mode", ["client", "server"])
def test_a_dry_run_changes_nothing(dsctl: Dsctl, kubectl: Kubectl, mode: str) -> None:
    """Of pause, resume, suspend and unsuspend: the word, the object, and no write."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    suffix = {"client": "(dry run)", "server": "(server dry run)"}[mode]
    for command, word in ((("rollout", "pause"), "paused"), (("suspend",), "suspended")):
        before = live(kubectl)["metadata"]
        ran = dsctl(*command, "a", f"--dry-run={mode}")
        assert (ran.code, ran.out) == (0, f"daemonset.apps/a {word} {suffix}\n")
        assert live(kubectl)["metadata"]["generation"] == before["generation"]
    shown = dsctl("rollout", "pause", "a", f"--dry-run={mode}", "-o", "json")
    assert shown.json()["spec"]["updateStrategy"] == {"type": "OnDelete"}
    assert kept(kubectl) is None


def test_another_writer_is_never_overwritten(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Pause, apply, suspend and their releases, while someone writes labels all the time."""
    manifest = daemonset("a", updateStrategy=ROLLING)
    dsctl("apply", "-f", "-", input=text(manifest))
    before = spec(kubectl)
    with second_writer(kubectl) as written:
        for command in (
            ("rollout", "pause", "a"),
            ("apply", "-f", "-"),
            ("suspend", "a"),
            ("replace", "-f", "-"),
            ("unsuspend", "a"),
            ("rollout", "resume", "a"),
        ):
            manifest["metadata"]["labels"].pop("counter", None)
            ran = dsctl(*command, input=text(manifest))
            assert ran.code == 0, ran.err
            if command[0] == "apply":
                assert strategy(kubectl) == {"type": "OnDelete"}
    assert len(written) > 2
    assert spec(kubectl) == before
    assert live(kubectl)["metadata"]["labels"]["counter"] == written[-1]
