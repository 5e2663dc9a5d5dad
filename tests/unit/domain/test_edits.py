"""The edits of label, annotate and set, where the control plane would be slow to show them."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.edits import env, envrefs, podspec
from dsctl.domain.edits.image import set_images
from dsctl.domain.edits.labels import annotate, label
from dsctl.domain.edits.pairs import Pairs
from dsctl.errors import AnswerIsNo, UsageError

OBJECT: dict[str, Any] = {
    "metadata": {"name": "a", "labels": {"app": "a"}, "annotations": {"x[b]": "y"}, "uid": "u"},
    "spec": {
        "template": {
            "spec": {
                "containers": [{"name": "agent", "image": "i"}, {"name": "agent-2", "image": "j"}],
                "initContainers": [{"name": "setup", "image": "k"}],
            }
        }
    },
}


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("agent", "*", True),
        ("agent", "agent", True),
        ("agent", "age", False),
        ("agent", "a*", True),
        ("agent", "*t", True),
        ("agent", "*x*", False),
        ("agent", "g*", True),
        ("agent", "*ge*", True),
        ("agent", "", False),
        ("", "", True),
    ],
)
def test_wildcards_of_containers(name: str, pattern: str, expected: bool) -> None:
    """``selectString`` of kubectl's set: a pattern need not match from the start."""
    assert podspec.matches(name, pattern) is expected


def test_an_edit_leaves_what_it_was_given() -> None:
    """Edits may be done again from another state: they must not change the object."""
    import copy

    before = copy.deepcopy(OBJECT)
    label(OBJECT, Pairs({"k": "v"}, ("app",)), overwrite=True)
    annotate(OBJECT, Pairs({"k": "v"}, ("x[b]",)), overwrite=True)
    set_images(OBJECT, {"*": "new"})
    env.set_env(OBJECT, env.read(["A=1"], ()), "*", overwrite=True)
    assert before == OBJECT


def test_an_unknown_container_changes_nothing() -> None:
    """Not even the containers that are there; the error lists these."""
    with pytest.raises(AnswerIsNo) as caught:
        set_images(OBJECT, {"agent": "new", "nope": "new"})
    assert '"nope"' in caught.value.message
    assert "agent, agent-2, setup" in (caught.value.hint or "")


def test_the_change_cause_may_be_overwritten() -> None:
    """As in kubectl, without --overwrite."""
    obj = {"metadata": {"annotations": {"kubernetes.io/change-cause": "old", "x": "old"}}}
    found = annotate(obj, Pairs({"kubernetes.io/change-cause": "new"}), overwrite=False)
    assert found.obj["metadata"]["annotations"]["kubernetes.io/change-cause"] == "new"
    with pytest.raises(AnswerIsNo):
        annotate(obj, Pairs({"x": "new"}), overwrite=False)


def test_env_of_stdin_and_of_arguments() -> None:
    """Lines of stdin in their place; # begins a comment; names there are not checked."""
    changes = env.read(["A=1", "-", "B-"], ["X=2 # no\n", "# nothing\n", "word\n", "Y=a=b\n"])
    assert [(v["name"], v["value"]) for v in changes.new] == [
        ("A", "1"), ("X", "2 "), ("Y", "a=b"),
    ]  # fmt: skip
    assert changes.removed == ("B",)


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        (["1A=x"], '"1A" is not a valid key name: a valid environment variable name must consist'),
        ([".=x"], "\".\" is not a valid key name: must not be '.'"),
        (["..a=x"], "must not start with '..'"),
        (["=x"], '"" is not a valid key name'),
        (["A=1", "A-"], "can not both modify and remove the same environment variable"),
        (["word"], "unknown environment variable: word"),
    ],
)
def test_bad_variables(specs: list[str], message: str) -> None:
    """In kubectl's words."""
    with pytest.raises(UsageError) as caught:
        env.read(specs, ())
    assert message in caught.value.message


def test_a_repeated_variable_is_one_afterwards() -> None:
    """``updateEnv``: the first of the new replaces all of that name, the last word is removal."""
    obj = {
        "metadata": {"name": "a"},
        "spec": {
            "template": {
                "spec": {
                    "containers": [
                        {
                            "name": "c",
                            "env": [
                                {"name": "A", "value": "1"},
                                {"name": "B", "value": "1"},
                                {"name": "A", "value": "2"},
                            ],
                        }
                    ]
                }
            }
        },
    }
    found = env.set_env(obj, env.read(["A=3", "A=4", "C="], ()), "*", overwrite=True).obj
    assert podspec.spec_of(found)["containers"][0]["env"] == [
        {"name": "A", "value": "3"},
        {"name": "B", "value": "1"},
        {"name": "C"},
    ]


def test_references_and_what_they_are() -> None:
    """With ``fetch`` the values are shown; what is not resolved stays a reference, and is told."""
    container = {
        "name": "c",
        "resources": {"limits": {"cpu": "1500m", "memory": "1Gi"}},
        "env": [
            {"name": "PLAIN", "value": "1"},
            {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            {"name": "GONE", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "x"}}},
            {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
            {"name": "LABELS", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}},
            {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
            {
                "name": "MEM",
                "valueFrom": {
                    "resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"},
                },
            },
        ],
    }
    obj = {**OBJECT, "spec": {"template": {"spec": {"containers": [container]}}}}

    def fetch(kind: str, name: str) -> dict[str, Any]:
        return {"data": {"k": "aGk="} if kind == "Secret" else {"other": "1"}}

    found = envrefs.listing(obj, "*", fetch)
    assert found.lines == [
        "# DaemonSet a, container c",
        "PLAIN=1",
        "SECRET=hi",
        "# GONE from configmap m, key x",
        "LABEL=a",
        'LABELS=app="a"',
        "# NODE from field path spec.nodeName",
        "CPU=2",
        "MEM=1024",
    ]
    assert found.errors == ["cannot resolve GONE: key x not found in config map m"]
    assert found.notes == ["NODE: known once a pod runs (spec.nodeName)"]
    assert envrefs.listing(obj, "*", None).lines[2] == "# SECRET from secret s, key k"
