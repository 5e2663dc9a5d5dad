"""What becomes of orphans under a new DaemonSet, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.adoption import Action, AdoptionPlan, Around, next_generation, plan
from dsctl.domain.orphans import looks_daemon
from dsctl.domain.taints import DAEMON_TOLERATIONS

TEMPLATE = {
    "metadata": {"labels": {"app": "a"}},
    "spec": {"containers": [{"name": "c", "image": "i:1"}]},
}


def wanted(**spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "a", "namespace": "n"},
        "spec": {"selector": {"matchLabels": {"app": "a"}}, "template": TEMPLATE, **spec},
    }


def revision(name: str, template: Any = TEMPLATE, **metadata: Any) -> dict[str, Any]:
    labels = {"app": "a", "controller-revision-hash": name}
    data = {"spec": {"template": {"$patch": "replace", **template}}}
    return {"metadata": {"name": f"a-{name}", "labels": labels, **metadata}, "data": data}


def pod(name: str, node: str = "n1", *, hash: str = "h1", **changes: Any) -> dict[str, Any]:
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    return {
        "metadata": {
            "name": name,
            "namespace": "n",
            "uid": name,
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {
                "app": "a",
                "controller-revision-hash": hash,
                "pod-template-generation": "3",
            },
            **changes.pop("metadata", {}),
        },
        "spec": {
            "nodeName": node,
            "affinity": {"nodeAffinity": required},
            "tolerations": [
                {"key": key, "operator": "Exists", "effect": effect}
                for key, effect in DAEMON_TOLERATIONS
            ],
            **changes.pop("spec", {}),
        },
        "status": {"phase": "Running", **changes.pop("status", {})},
    }


def node(name: str, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {}}, "spec": spec}


def of(pods: list[dict[str, Any]], revisions: list[dict[str, Any]], **spec: Any) -> AdoptionPlan:
    return plan(wanted(**spec), Around(pods, revisions, [node("n1"), node("n2")]))


def actions(found: AdoptionPlan) -> dict[str, Action]:
    return {one.orphan.name: one.action for one in found.pods}


DELETED = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
OWNER = [{"kind": "DaemonSet", "name": "b", "uid": "u", "controller": True}]


@pytest.mark.parametrize(
    ("one", "revisions", "spec", "action", "reason"),
    [
        (pod("p"), [revision("h1")], {}, Action.ADOPT, "the same"),
        (pod("p", hash="h0"), [revision("h1")], {}, Action.ADOPT_AND_REPLACE, "another"),
        (pod("p"), [], {}, Action.ADOPT_AND_REPLACE, "no ControllerRevision"),
        (pod("p"), [revision("h1", ownerReferences=OWNER)], {}, Action.ADOPT_AND_REPLACE, "no C"),
        (pod("p"), [revision("h1", **DELETED)], {}, Action.ADOPT_AND_REPLACE, "no C"),
        (
            pod("p"),
            [revision("h1", {**TEMPLATE, "metadata": {**TEMPLATE["metadata"], "x": None}})],
            {},
            Action.ADOPT_AND_REPLACE,
            "no C",
        ),
        (pod("p"), [], {"updateStrategy": {"type": "OnDelete"}}, Action.ADOPT, "OnDelete"),
        (
            pod("p", status={"phase": "Failed"}),
            [revision("h1")],
            {},
            Action.ADOPT_AND_REPLACE,
            "ended",
        ),
        (pod("p", "n9"), [revision("h1")], {}, Action.ADOPT_AND_REPLACE, "there is no node n9"),
        (pod("p", metadata=DELETED), [revision("h1")], {}, Action.LEAVE, "being deleted"),
        (
            pod("p", metadata={"ownerReferences": OWNER}),
            [revision("h1")],
            {},
            Action.LEAVE,
            "DaemonSet b controls it",
        ),
        (
            pod("p", metadata={"labels": {"app": "z", "controller-revision-hash": "h1"}}),
            [revision("h1")],
            {},
            Action.LEAVE,
            "does not match",
        ),
    ],
)
def test_one_pod(
    one: dict[str, Any], revisions: list[Any], spec: dict[str, Any], action: Action, reason: str
) -> None:
    """Each rule of the controller, one at a time: nulls count, and owned revisions do not."""
    found = of([one], revisions, **spec).pods[0]
    assert found.action is action
    assert reason in found.reason


def test_of_two_pods_on_a_node_the_older_stays() -> None:
    """With surge it is the one of the new template, however young."""
    young = pod("young", metadata={"creationTimestamp": "2026-02-01T00:00:00Z"})
    old = pod("old", hash="h0")
    found = of([young, old], [revision("h1")])
    assert actions(found) == {
        "young": Action.ADOPT_AND_REPLACE,
        "old": Action.ADOPT_AND_REPLACE,
    }
    assert found.pods[1].reason == "removed: an older pod runs on the node"
    surge = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    found = of([young, old], [revision("h1")], updateStrategy=surge)
    assert actions(found)["young"] is Action.ADOPT


def test_equal_revisions_make_every_pod_count_as_updated() -> None:
    """The controller keeps one of them and gives its hash to all pods; the plan says so."""
    found = of([pod("p", hash="h0")], [revision("h1"), revision("h2")])
    assert actions(found) == {"p": Action.ADOPT}
    assert "2 ControllerRevisions record this template" in found.notes[0]


@pytest.mark.parametrize(
    ("generations", "own", "wanted_generation"),
    [
        (["1"], None, 2),
        (["4", "9"], None, 10),
        ([], None, 1),
        (["2"], "7", 7),
        (["7"], "7", 8),
        (["x", ""], None, 1),
        ([str(2**63 - 1)], None, 1),
    ],
)
def test_the_generation_is_above_every_orphans(
    generations: list[str], own: str | None, wanted_generation: int
) -> None:
    """So that no orphan counts as updated by it, now or after later changes."""
    daemonset = wanted()
    if own is not None:
        daemonset["metadata"]["annotations"] = {"deprecated.daemonset.template.generation": own}
    pods = [pod("p", metadata={"labels": {"pod-template-generation": g}}) for g in generations]
    owned = pod(
        "q", metadata={"labels": {"pod-template-generation": "99"}, "ownerReferences": OWNER}
    )
    assert next_generation(daemonset, [*pods, owned]) == wanted_generation


def test_what_a_daemonset_leaves_bears_three_marks() -> None:
    """Hash, affinity for one node, and tolerations for ever: without one it is someone else's."""
    assert looks_daemon(pod("p"))
    assert not looks_daemon(pod("p", metadata={"labels": {}}))
    assert not looks_daemon(pod("p", spec={"affinity": None}))
    assert not looks_daemon(pod("p", spec={"tolerations": None}))
    for_a_while = [
        {"key": k, "operator": "Exists", "effect": e, "tolerationSeconds": 300}
        for k, e in DAEMON_TOLERATIONS
    ]
    assert not looks_daemon(pod("p", spec={"tolerations": for_a_while}))
