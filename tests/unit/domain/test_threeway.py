"""Three-way merges: the user's changes, done to what is there now, or named where they clash."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsctl.domain.edits.threeway import Clash, merge

BASE: dict[str, Any] = {
    "metadata": {"name": "a", "resourceVersion": "1", "labels": {"app": "a"}},
    "spec": {
        "minReadySeconds": 1,
        "tolerations": [{"key": "a"}],
        "containers": [{"name": "one", "image": "i:1"}, {"name": "two", "image": "j:1"}],
        "ports": [{"containerPort": 53, "protocol": "TCP"}, {"containerPort": 53}],
    },
}


def changed(**changes: Any) -> dict[str, Any]:
    """BASE with values at paths: ``spec__containers__0__image``; None removes."""
    obj = copy.deepcopy(BASE)
    for path, value in changes.items():
        *way, last = [int(s) if s.isdigit() else s for s in path.split("__")]
        parent = obj
        for step in way:
            parent = parent[step]
        if value is None:
            del parent[last]
        else:
            parent[last] = value
    return obj


@pytest.mark.parametrize(
    ("edited", "live", "merged"),
    [
        ({"spec__minReadySeconds": 2}, {}, {"spec__minReadySeconds": 2}),
        ({}, {"spec__minReadySeconds": 2}, {"spec__minReadySeconds": 2}),
        (
            {"spec__minReadySeconds": 2},
            {"metadata__labels__x": "1", "metadata__resourceVersion": "9"},
            {
                "spec__minReadySeconds": 2,
                "metadata__labels__x": "1",
                "metadata__resourceVersion": "9",
            },
        ),
        (
            {"spec__containers__0__image": "i:2"},
            {"spec__containers__1__image": "j:2"},
            {"spec__containers__0__image": "i:2", "spec__containers__1__image": "j:2"},
        ),
        ({"spec__minReadySeconds": 2}, {"spec__minReadySeconds": 2}, {"spec__minReadySeconds": 2}),
        ({"spec__minReadySeconds": None}, {"metadata__labels__x": "1"}, {
            "spec__minReadySeconds": None, "metadata__labels__x": "1"
        }),
        ({"metadata__annotations": {"a": "1"}}, {"metadata__annotations": {"b": "2"}}, {
            "metadata__annotations": {"b": "2", "a": "1"}
        }),
        ({"metadata__resourceVersion": "7", "metadata__generation": 5}, {}, {}),
    ],
)  # fmt: skip
def test_changes_of_two_people_are_both_there(
    edited: dict[str, Any], live: dict[str, Any], merged: dict[str, Any]
) -> None:
    """Where they did not change the same field, or changed it to the same."""
    found, clashes = merge(BASE, changed(**edited), changed(**live))
    assert clashes == ()
    assert found == changed(**merged)


@pytest.mark.parametrize(
    ("edited", "live", "clash"),
    [
        (
            {"spec__minReadySeconds": 2},
            {"spec__minReadySeconds": 3},
            Clash("spec.minReadySeconds", 1, 2, 3),
        ),
        (
            {"spec__minReadySeconds": None},
            {"spec__minReadySeconds": 3},
            Clash("spec.minReadySeconds", 1, None, 3),
        ),
        (
            {"spec__containers__0__image": "i:2"},
            {"spec__containers__0__image": "i:3"},
            Clash("spec.containers[name=one].image", "i:1", "i:2", "i:3"),
        ),
        (
            {"spec__tolerations": [{"key": "b"}]},
            {"spec__tolerations": []},
            Clash("spec.tolerations", [{"key": "a"}], [{"key": "b"}], []),
        ),
        (
            {"spec__containers__0": None},
            {"spec__containers__0__image": "i:3"},
            Clash(
                "spec.containers[name=one]",
                {"name": "one", "image": "i:1"},
                None,
                {"name": "one", "image": "i:3"},
            ),
        ),
    ],
)
def test_the_same_field_changed_twice_is_a_clash(
    edited: dict[str, Any], live: dict[str, Any], clash: Clash
) -> None:
    """It is named with what was seen, what was written, and what is there; live stays."""
    found, clashes = merge(BASE, changed(**edited), changed(**live))
    assert clashes == (clash,)
    assert found == changed(**live)


def test_a_list_with_a_repeated_key_is_taken_as_a_whole() -> None:
    """Two ports 53 can't be told apart by their merge key."""
    edited = changed(spec__ports__0__protocol="UDP")
    found, clashes = merge(BASE, edited, changed(spec__minReadySeconds=9))
    assert (clashes, found["spec"]["ports"]) == ((), edited["spec"]["ports"])
    _, clashes = merge(BASE, edited, changed(spec__ports__1__protocol="UDP"))
    assert [clash.path for clash in clashes] == ["spec.ports"]


def test_items_that_were_moved_and_added() -> None:
    """The user's order holds, and what someone else added is at the end."""
    one, two = BASE["spec"]["containers"]
    three, four = {"name": "three"}, {"name": "four"}
    edited = changed(spec__containers=[two, three, one])
    found, clashes = merge(BASE, edited, changed(spec__containers=[one, two, four]))
    assert clashes == ()
    assert found["spec"]["containers"] == [two, three, one, four]


VALUES = st.recursive(
    st.one_of(st.integers(0, 2), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
        st.lists(inner, max_size=2),
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(["spec", "env", "x"]), VALUES, max_size=3)


@given(OBJECTS, OBJECTS)
def test_without_a_second_writer_it_is_what_the_user_wrote(
    base: dict[str, Any], edited: dict[str, Any]
) -> None:
    """For any two objects; and without a change of the user's, it is what is there."""
    bare = {"metadata": {}}
    assert merge({**base, **bare}, {**edited, **bare}, {**base, **bare}) == ({**edited, **bare}, ())
    assert merge({**base, **bare}, {**base, **bare}, {**edited, **bare}) == ({**edited, **bare}, ())
