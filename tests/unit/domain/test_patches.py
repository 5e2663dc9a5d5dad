"""Strategic, merge and JSON patches: what ``kubectl patch --local`` makes of the same."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from dsctl.domain import jsonpatch
from dsctl.domain.edits.patch import Kind, Patch
from dsctl.domain.strategicdiff import strategic_patch
from dsctl.domain.strategicmerge import strategic_merge
from dsctl.errors import AnswerIsNo
from tests.unit.render.kubectl import kubectl

OBJECT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {
        "name": "a",
        "labels": {"app": "a", "team": "infra"},
        "finalizers": ["example.com/one", "example.com/two"],
    },
    "spec": {
        "selector": {"matchLabels": {"app": "a"}},
        "template": {
            "metadata": {"labels": {"app": "a"}},
            "spec": {
                "nodeSelector": {"zone": "x", "disk": "ssd"},
                "tolerations": [{"key": "a"}, {"key": "b"}],
                "volumes": [
                    {"name": "host", "hostPath": {"path": "/var"}},
                    {"name": "tmp", "emptyDir": {"medium": "Memory"}},
                ],
                "containers": [
                    {
                        "name": "agent",
                        "image": "agent:1",
                        "args": ["-v", "-x"],
                        "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                        "ports": [{"containerPort": 80}, {"containerPort": 90}],
                        "volumeMounts": [{"name": "host", "mountPath": "/h"}],
                    },
                    {"name": "side", "image": "side:1"},
                    {"name": "third", "image": "third:1"},
                ],
            },
        },
    },
}

STRATEGIC = [
    {"metadata": {"labels": {"team": None, "new": "1"}}},
    {"metadata": {"labels": {"$patch": "replace", "only": "me"}}},
    {"metadata": {"labels": None}},
    {"metadata": {"finalizers": ["example.com/three", "example.com/one"]}},
    {"metadata": {"$deleteFromPrimitiveList/finalizers": ["example.com/one"]}},
    {"metadata": {"$setElementOrder/finalizers": ["example.com/two", "example.com/one"]}},
]
POD = [
    {"containers": [{"name": "agent", "image": "agent:2"}]},
    {"containers": [{"name": "new", "image": "new:1", "env": [{"name": "X", "value": None}]}]},
    {"containers": [{"name": "third"}, {"name": "new"}, {"name": "agent"}]},
    {"containers": [{"$patch": "delete", "name": "side"}]},
    {"containers": [{"$patch": "replace"}, {"name": "only", "image": "only:1"}]},
    {"containers": [{"name": "agent", "env": [{"name": "C", "value": "3"}, {"name": "A"}]}]},
    {"containers": [{"name": "agent", "env": [{"$patch": "delete", "name": "A"}]}]},
    {"containers": [{"name": "agent", "args": ["-q"], "ports": [{"containerPort": 70}]}]},
    {"containers": [{"name": "agent", "env": None, "ports": None}]},
    {
        "$setElementOrder/containers": [{"name": "third"}, {"name": "side"}, {"name": "agent"}],
        "containers": [{"name": "side", "image": "side:2"}],
    },
    {
        "$setElementOrder/containers": [{"name": "new"}, {"name": "side"}],
        "containers": [{"name": "new", "image": "n"}],
    },
    {"nodeSelector": {"$patch": "replace", "arch": "arm"}},
    {"nodeSelector": {"$patch": "delete"}},
    {"nodeSelector": None, "tolerations": [{"key": "c"}]},
    {"volumes": [{"name": "tmp", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/t"}}]},
    {"volumes": [{"name": "tmp", "$patch": "delete"}, {"name": "z", "emptyDir": {}}]},
    {"initContainers": [{"name": "setup", "image": "setup:1"}]},
]
JSON_PATCHES = [
    [{"op": "add", "path": "/metadata/labels/x~1y", "value": "1"}],
    [{"op": "remove", "path": "/metadata/labels/team"}],
    [{"op": "replace", "path": "/spec/minReadySeconds", "value": 3}],
    [{"op": "add", "path": "/spec/template/spec/containers/-", "value": {"name": "z"}}],
    [{"op": "add", "path": "/spec/template/spec/containers/0", "value": {"name": "z"}}],
    [{"op": "remove", "path": "/spec/template/spec/containers/1"}],
    [{"op": "move", "from": "/metadata/labels/team", "path": "/metadata/labels/squad"}],
    [{"op": "copy", "from": "/metadata/labels", "path": "/metadata/annotations"}],
    [
        {"op": "test", "path": "/metadata/labels/app", "value": "a"},
        {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "agent:9"},
    ],
]


def by_kubectl(kind: Kind, patch: Any) -> Any:
    ran = kubectl(
        "patch", "--local", "-f", "-", "-o", "json", f"--type={kind}", "-p", json.dumps(patch),
        stdin=json.dumps(OBJECT),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    "patch", [*STRATEGIC, *({"spec": {"template": {"spec": pod}}} for pod in POD)], ids=json.dumps
)
def test_a_strategic_patch_comes_to_the_same(patch: dict[str, Any]) -> None:
    """Lists are merged by their keys, directives hold, and the order is kubectl's."""
    before = copy.deepcopy(patch)
    assert strategic_merge(OBJECT, patch) == by_kubectl("strategic", patch)
    assert patch == before


def test_random_strategic_patches_come_to_the_same() -> None:
    """Several parts of the table at once, with lists in any order."""
    rng = random.Random(7)
    for _ in range(12):
        containers = [
            {"name": name, "image": f"{name}:{rng.randrange(9)}"}
            for name in rng.sample(["agent", "side", "third", "x", "y"], rng.randrange(1, 5))
        ]
        pod = {"containers": containers, "nodeSelector": {"zone": rng.choice([None, "z"])}}
        if rng.random() < 0.5:
            names = rng.sample(["agent", "side", "third", "x", "y"], 5)
            ordered = sorted(containers, key=lambda c: names.index(c["name"]))
            pod["containers"] = ordered
            pod["$setElementOrder/containers"] = [{"name": name} for name in names]  # type: ignore[assignment]
        patch = {"spec": {"template": {"spec": pod}}}
        assert strategic_merge(OBJECT, patch) == by_kubectl("strategic", patch), patch


@pytest.mark.parametrize("patch", JSON_PATCHES, ids=json.dumps)
def test_a_json_patch_comes_to_the_same(patch: list[dict[str, Any]]) -> None:
    """Every operation, in lists and maps; the object that it is done to stays as it is."""
    before = copy.deepcopy(OBJECT)
    assert Patch("json", patch).applied(OBJECT) == by_kubectl("json", patch)
    assert before == OBJECT


def test_a_merge_patch_comes_to_the_same() -> None:
    """Null removes, a list is replaced as a whole."""
    patch = {
        "metadata": {"labels": {"team": None, "x": "1"}, "annotations": {"a": None, "b": "2"}},
        "spec": {"template": {"spec": {"tolerations": [{"operator": "Exists"}]}}},
    }
    assert Patch("merge", patch).applied(OBJECT) == by_kubectl("merge", patch)


@pytest.mark.parametrize(
    ("kind", "patch", "said"),
    [
        ("json", [{"op": "remove", "path": "/spec/x"}], "operation 1 (remove /spec/x): it is not"),
        ("json", [{"op": "add", "path": "/x/y", "value": 1}], "there is no '/x'"),
        ("json", [{"op": "test", "path": "/kind", "value": "X"}], 'it is "DaemonSet"'),
        ("json", [{"op": "test", "path": "/x", "value": 1}], "it is absent"),
        (
            "json",
            [{"op": "remove", "path": "/spec/template/spec/containers/7"}],
            "the list has no index 7",
        ),
        ("json", [{"op": "replace", "path": "", "value": 1}], "the patch leaves no object"),
        (
            "strategic",
            {"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}},
            "an item of the patch has no 'name'",
        ),
        ("strategic", {"metadata": {"$patch": "what"}}, "unknown patch type 'what'"),
    ],
)
def test_what_does_not_apply_is_explained(kind: Kind, patch: Any, said: str) -> None:
    """The operation and what is there instead: the server says only that it refused."""
    with pytest.raises(AnswerIsNo) as caught:
        Patch(kind, patch).applied(OBJECT)
    assert said in caught.value.message


@pytest.mark.parametrize(
    "patch",
    [None, {}, "x", [1], [{}], [{"op": 1, "path": ""}], [{"op": "add", "path": 1, "value": 1}]],
)
def test_what_is_no_json_patch(patch: Any) -> None:
    """Nothing JSON-like makes the check itself fail."""
    assert jsonpatch.problem(patch)


def test_annotations_join_any_patch() -> None:
    """A change cause goes into the same write, whatever the patch's type is."""
    extra = {"metadata": {"annotations": {"kubernetes.io/change-cause": "why"}}}
    merged = Patch("merge", {"metadata": {"annotations": {"a": "1"}}}).with_annotations(extra)
    assert merged.body["metadata"]["annotations"] == {
        "a": "1",
        "kubernetes.io/change-cause": "why",
    }
    operations = Patch("json", []).with_annotations(extra).body
    assert operations == [
        {"op": "add", "path": "/metadata/annotations/kubernetes.io~1change-cause", "value": "why"}
    ]
    gone = Patch("json", []).with_annotations({"metadata": {"annotations": {"x": None}}}).body
    assert gone == [{"op": "remove", "path": "/metadata/annotations/x"}]


@pytest.mark.parametrize(
    "pod", [pod for pod in POD if not any(key.startswith("$") for key in pod)], ids=json.dumps
)
def test_the_patch_between_two_objects_leads_from_one_to_the_other(pod: dict[str, Any]) -> None:
    """In both directions, and by kubectl too."""
    other = strategic_merge(OBJECT, {"spec": {"template": {"spec": pod}}})
    forth, back = strategic_patch(OBJECT, other), strategic_patch(other, OBJECT)
    assert by_kubectl("strategic", forth) == other
    assert strategic_merge(other, back) == OBJECT
    assert strategic_patch(OBJECT, OBJECT) == {}


def test_the_patch_between_two_objects_is_kubectls() -> None:
    """What ``kubectl edit --output-patch`` prints: order, deletions, and the keys that stay."""
    other = strategic_merge(
        OBJECT,
        {
            "metadata": {"labels": {"team": None}, "finalizers": ["example.com/three"]},
            "spec": {
                "template": {
                    "spec": {
                        "containers": [
                            {"name": "agent", "image": "agent:2"},
                            {"$patch": "delete", "name": "side"},
                        ],
                        "volumes": [{"name": "tmp", "emptyDir": {"medium": "Other"}}],
                    }
                }
            },
        },
    )
    assert strategic_patch(OBJECT, other) == {
        "metadata": {
            "$setElementOrder/finalizers": other["metadata"]["finalizers"],
            "finalizers": ["example.com/three"],
            "labels": {"team": None},
        },
        "spec": {
            "template": {
                "spec": {
                    "$setElementOrder/containers": [{"name": "agent"}, {"name": "third"}],
                    "$setElementOrder/volumes": [{"name": "host"}, {"name": "tmp"}],
                    "containers": [
                        {"image": "agent:2", "name": "agent"},
                        {"$patch": "delete", "name": "side"},
                    ],
                    "volumes": [
                        {
                            "$retainKeys": ["emptyDir", "name"],
                            "emptyDir": {"medium": "Other"},
                            "name": "tmp",
                        }
                    ],
                }
            }
        },
    }
