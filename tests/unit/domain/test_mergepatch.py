"""Merge patches: what they say, and that applying one gives the wanted object."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsctl.domain.mergepatch import merge_patch


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        ({}, {}, {}),
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": True}, {"a": True}),
        ({"a": 1}, {}, {"a": None}),
        ({"a": None}, {}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, {"a": {"c": None}}),
        ({"a": [1, 2]}, {"a": [1]}, {"a": [1]}),
        ({"a": 1}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
    ],
)
def test_says_only_what_differs(
    old: dict[str, Any], new: dict[str, Any], patch: dict[str, Any]
) -> None:
    """What is equal on both sides is not in the patch; what is gone is null."""
    assert merge_patch(old, new) == patch


_leaves = st.integers() | st.booleans() | st.text(max_size=2) | st.lists(st.integers(), max_size=2)
_objects = st.recursive(
    st.dictionaries(st.sampled_from("abc"), _leaves, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | _leaves, max_size=3),
    max_leaves=8,
)


def _applied(old: Any, patch: Any) -> Any:
    """RFC 7386, section 2."""
    if not isinstance(patch, dict):
        return patch
    found = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = _applied(found.get(key), value)
    return found


@given(_objects, _objects)
def test_applied_it_gives_the_new_object(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Whatever the two objects are, the patch leads from one to the other."""
    assert _applied(old, merge_patch(old, new)) == new
