"""The structural difference of two objects: op, path, both values."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsctl.domain.changes import Op, changes


def container(name, **fields):
    """A container."""
    return {"name": name, **fields}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("replace", "a", 1, 2)]),
        ({"a": 1}, {"a": True}, [("replace", "a", 1, True)]),
        ({"a": None}, {}, []),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, [("remove", "a.b", 1, None), ("add", "a.c", None, 1)]),
        (
            {"metadata": {"labels": {"x.y/z": "1"}}},
            {"metadata": {"labels": {"x.y/z": "2"}}},
            [("replace", "metadata.labels[x.y/z]", "1", "2")],
        ),
        (
            {"containers": [container("a", image="i:1"), container("b")]},
            {"containers": [container("new"), container("a", image="i:2"), container("b")]},
            [
                ("add", "containers[0]", None, container("new")),
                ("replace", "containers[1].image", "i:1", "i:2"),
            ],
        ),
        (
            {"containers": [container("a"), container("b")]},
            {"containers": [container("b")]},
            [("remove", "containers[0]", container("a"), None)],
        ),
        (
            {"env": [container("a"), container("b")]},
            {"env": [container("b"), container("a")]},
            [
                (
                    "replace",
                    "env",
                    [container("a"), container("b")],
                    [container("b"), container("a")],
                )
            ],
        ),
        (
            {"args": ["--a", "--b", "--c"]},
            {"args": ["--a", "--x", "--b", "--d"]},
            [("add", "args[1]", None, "--x"), ("replace", "args[3]", "--c", "--d")],
        ),
        (
            {"ports": [{"containerPort": 1}]},
            {"ports": [{"containerPort": 2}]},
            [("replace", "ports[0].containerPort", 1, 2)],
        ),
        ({"a": [1]}, {"a": {"b": 1}}, [("replace", "a", [1], {"b": 1})]),
    ],
)
def test_each_difference_once(old, new, expected):
    """Named items are compared by name, others in sequence, maps by key."""
    found = [(c.op.value, c.path, c.old, c.new) for c in changes(old, new)]
    assert found == expected


def test_paths_begin_where_asked():
    """A template is compared as the part of the DaemonSet that it is."""
    (change,) = changes({"a": [{"name": "x", "v": 1}]}, {"a": [{"name": "x"}]}, "spec.template")
    assert (change.op, change.path) == (Op.REMOVE, "spec.template.a[0].v")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("ab"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "name"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def without_nulls(value):
    """As changes sees it: a null is no field."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value


OBJECTS = st.dictionaries(st.sampled_from("xyz"), VALUES)


@given(OBJECTS, OBJECTS)
def test_none_means_the_same(old, new):
    """There is no change exactly where the objects are the same, types included."""
    same = json.dumps(without_nulls(old), sort_keys=True) == json.dumps(
        without_nulls(new), sort_keys=True
    )
    assert (not changes(old, new)) == same
    assert not changes(old, copy.deepcopy(old))
