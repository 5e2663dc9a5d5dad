"""The pure steps of a migration: what it remembers, and which labels a pod gets when."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dsctl.domain import migration
from dsctl.domain.selectors import from_label_selector
from dsctl.errors import AnswerIsNo

HASH = "controller-revision-hash"


def daemonset(labels: dict[str, str], **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "name": "a",
            "namespace": "n",
            "uid": "old",
            "resourceVersion": "7",
            "annotations": {
                "deprecated.daemonset.template.generation": "3",
                "team": "x",
            },
        },
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c"}]}},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}},
            **spec,
        },
        "status": {},
    }


def revision(live: dict[str, Any], name: str = "h") -> dict[str, Any]:
    data = {"spec": {"template": {"$patch": "replace", **live["spec"]["template"]}}}
    return {"metadata": {"labels": {HASH: name}}, "data": data, "revision": 1}


def pod(**labels: str) -> dict[str, Any]:
    found = {key.replace("_", "-"): value for key, value in labels.items()}
    return {"metadata": {"name": "p", "labels": found}}


OLD = daemonset({"app": "a"})


def test_what_is_remembered_makes_the_old_manifest_again() -> None:
    """Through the annotation and back, with the template of the ControllerRevision."""
    state = migration.begin(OLD, [revision(OLD)], [pod(controller_revision_hash="h")], None)
    again = migration.state_of({"metadata": {"annotations": {migration.STATE: state.text()}}})
    assert again == state
    assert (state.uid, state.hashes, state.turn) == ("old", ("h",), 1)
    manifest = migration.old_manifest(state, [revision(OLD)])
    assert manifest is not None
    assert manifest["spec"] == OLD["spec"]
    assert manifest["metadata"] == {"name": "a", "namespace": "n", "annotations": {"team": "x"}}
    assert migration.old_manifest(state, []) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"name":"a"}', '{"hashes":[]}'])
def test_an_annotation_that_says_nothing_is_none(text: str) -> None:
    """Whatever someone wrote there, nothing breaks."""
    obj = {"metadata": {"annotations": {migration.STATE: text}}}
    assert migration.state_of(obj) is None


def test_a_pod_updated_by_its_generation_counts_with_its_hash() -> None:
    """Such a pod would roll if its hash were not taken over too."""
    pods = [
        pod(controller_revision_hash="h"),
        pod(controller_revision_hash="g", pod_template_generation="3"),
    ]
    assert migration.begin(OLD, [revision(OLD)], pods, None).hashes == ("g", "h")


def test_held_and_half_rolled_out_are_refused() -> None:
    """Each with the command that ends it; with OnDelete old pods are no reason."""
    old_pod = pod(controller_revision_hash="g")
    with pytest.raises(AnswerIsNo, match="1 of 1 pods run an older template"):
        migration.begin(OLD, [revision(OLD)], [old_pod], None)
    manual = daemonset({"app": "a"}, updateStrategy={"type": "OnDelete"})
    assert migration.begin(manual, [revision(manual)], [old_pod], None).hashes == ("h",)
    paused = migration.new_daemonset(OLD, migration.begin(OLD, [revision(OLD)], [], None))
    with pytest.raises(AnswerIsNo, match="is paused"):
        migration.begin(paused, [revision(paused)], [], None)
    suspended = copy.deepcopy(OLD)
    suspended["spec"]["template"]["spec"]["nodeSelector"] = {"dsctl/suspended": "true"}
    with pytest.raises(AnswerIsNo, match="is suspended"):
        migration.begin(suspended, [revision(suspended)], [], None)
    with pytest.raises(AnswerIsNo, match="no ControllerRevision records its template"):
        migration.begin(OLD, [], [], None)


def test_a_half_migrated_one_goes_back_with_its_strategy() -> None:
    """What it keeps of itself is not the hold, and pods of both hashes count."""
    first = migration.begin(OLD, [revision(OLD)], [], None)
    half = migration.new_daemonset(daemonset({"app": "b"}), first)
    assert half["spec"]["updateStrategy"] == {"type": "OnDelete"}
    back = migration.begin(half, [revision(half, "k")], [], migration.state_of(half))
    assert (back.turn, back.hashes) == (2, ("h", "k"))
    rolling = {"maxUnavailable": 2, "maxSurge": 0}
    strategy = {"type": "RollingUpdate", "rollingUpdate": rolling}
    assert back.old["spec"]["updateStrategy"] == strategy
    assert back.old["metadata"]["annotations"] == {"team": "x"}


def test_only_labels_may_differ() -> None:
    """Each other field is named; what rollout restart left is carried over."""
    wanted = daemonset({"role": "b"})
    migration.refuse_other_changes(OLD["spec"]["template"], wanted)
    wanted["spec"]["template"]["spec"]["containers"][0]["image"] = "i:2"
    with pytest.raises(AnswerIsNo, match=r"more than labels: spec.template.spec.containers\[0\]"):
        migration.refuse_other_changes(OLD["spec"]["template"], wanted)
    restarted = {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "t"}}}
    found = migration.with_restart(restarted, daemonset({"role": "b"}))
    metadata = found["spec"]["template"]["metadata"]
    assert metadata["annotations"] == {"kubectl.kubernetes.io/restartedAt": "t"}
    assert metadata["labels"] == {"role": "b"}


def test_labels_early_late_and_dropped() -> None:
    """A label that the old selector needs changes only when no one holds the pod to it."""
    selector = from_label_selector({"matchLabels": {"app": "a"}})
    new = {"app": "b", "role": "x"}
    assert migration.early(pod(app="a"), selector, new) == {"role": "x"}
    assert migration.late(pod(app="a", role="x"), new) == {"app": "b"}
    picky = from_label_selector({"matchExpressions": [{"key": "role", "operator": "DoesNotExist"}]})
    assert migration.early(pod(app="a"), picky, new) == {}
    one, old = pod(app="b", t="1", u="mine"), {"app": "a", "t": "1", "u": "2"}
    assert migration.dropped(one, old, new) == {"t": None}
    assert migration.kept_labels({"app": "a", "t": "1"}, new) == {"t": "1"}
    assert migration.changed_labels({"app": "a", "t": "1"}, new) == {"app": ("a", "b")}


def test_a_selector_that_refuses_the_old_labels_is_refused() -> None:
    """The pods keep them, so it could never adopt them."""
    wanted = daemonset({"role": "x"})
    wanted["spec"]["selector"] = {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}
    with pytest.raises(AnswerIsNo, match="refuses pods that keep their former labels, such as p"):
        migration.refuse_unmatched([pod(app="a")], wanted)
