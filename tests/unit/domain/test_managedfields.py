"""Field ownership: sets, the migration to server-side apply, conflicts."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain import managedfields

LAST_APPLIED_TRIE = {
    "f:metadata": {
        "f:annotations": {"f:kubectl.kubernetes.io/last-applied-configuration": {}, ".": {}}
    }
}


def entry(manager: str, operation: str, fields: dict[str, Any], **more: str) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "apps/v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        **more,
    }


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        ({}, {"f:a": {}}, {"f:a": {}}),
        ({"f:a": {}}, {}, {"f:a": {}}),
        ({"f:a": {}}, {"f:b": {}}, {"f:a": {}, "f:b": {}}),
        ({"f:a": {}}, {"f:a": {"f:b": {}}}, {"f:a": {"f:b": {}, ".": {}}}),
        ({"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}, {"f:a": {"f:b": {}, "f:c": {}}}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {"f:b": {}}}, {"f:a": {".": {}, "f:b": {}}}),
        ({"f:a": {}}, {"f:a": {}}, {"f:a": {}}),
    ],
)
def test_the_union_owns_what_either_owns(
    left: dict[str, Any], right: dict[str, Any], both: dict[str, Any]
) -> None:
    """An empty child owns the path itself; beside children that is the child ``.``."""
    assert managedfields.union(left, right) == both
    assert managedfields.union(right, left) == both


def test_an_update_entry_becomes_the_apply_entry() -> None:
    """Without an Apply entry, the manager's newest Update entry is turned into it."""
    entries = [entry("dsctl", "Update", {"f:spec": {}}, time="t")]
    assert managedfields.upgrade(entries, {"dsctl"}, "dsctl") == [
        entry("dsctl", "Apply", {"f:spec": {}}, time="t")
    ]


def test_an_update_entry_is_merged_into_the_apply_entry() -> None:
    """Both sets in one entry; entries of others and of subresources are left alone."""
    others = [
        entry("kubectl-create", "Update", {"f:x": {}}),
        entry("dsctl", "Update", {"f:status": {}}, subresource="status"),
    ]
    entries = [
        entry("dsctl", "Apply", {"f:a": {}}),
        entry("dsctl", "Update", {"f:b": {}}),
        *others,
    ]
    assert managedfields.upgrade(entries, {"dsctl"}, "dsctl") == [
        entry("dsctl", "Apply", {"f:a": {}, "f:b": {}}),
        *others,
    ]


def test_an_update_entry_of_another_version_is_dropped() -> None:
    """As upstream: only the Apply entry's API version can be merged."""
    old = entry("kubectl-client-side-apply", "Update", {"f:b": {}}, apiVersion="extensions/v1beta1")
    entries = [entry("dsctl", "Apply", {"f:a": {}}), old]
    assert managedfields.upgrade(entries, {"kubectl-client-side-apply"}, "dsctl") == [
        entry("dsctl", "Apply", {"f:a": {}})
    ]


def test_nothing_to_move_is_no_change() -> None:
    """None, so that no request is sent."""
    entries = [entry("dsctl", "Apply", {"f:a": {}}), entry("helm", "Update", {"f:b": {}})]
    assert managedfields.upgrade(entries, {"dsctl", "kubectl"}, "dsctl") is None


def test_the_managers_of_the_last_applied_annotation_are_found() -> None:
    """Update operations only: an Apply entry that owns it is no client-side apply."""
    entries = [
        entry("kubectl-client-side-apply", "Update", LAST_APPLIED_TRIE),
        entry("ci", "Update", LAST_APPLIED_TRIE),
        entry("kubectl", "Apply", LAST_APPLIED_TRIE),
        entry("helm", "Update", {"f:metadata": {"f:annotations": {}}}),
    ]
    assert managedfields.owners_of_last_applied(entries) == {"kubectl-client-side-apply", "ci"}


def test_conflicts_are_read_from_the_causes() -> None:
    """The field is given, the manager stands in quotes in the message."""
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "kubectl-create" using apps/v1',
            "field": ".spec.x",
        },
        {"reason": "FieldValueInvalid", "message": "no", "field": "y"},
    ]
    assert managedfields.conflicts(causes) == [(".spec.x", "kubectl-create")]


PATH = ("spec", "updateStrategy")


def test_a_field_that_a_change_took_away_is_given_back() -> None:
    """Those who owned it own the new value; an entry that had nothing else comes back."""
    own = {"f:spec": {"f:updateStrategy": {"f:type": {}}}}
    before = [entry("dsctl", "Apply", {"f:a": {}, **own}), entry("kubectl-create", "Update", own)]
    after = [entry("dsctl", "Apply", {"f:a": {}}), entry("dsctl-hold", "Update", own)]
    value = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}}
    whole = {"f:spec": {"f:updateStrategy": {"f:type": {}, "f:rollingUpdate": {"f:maxSurge": {}}}}}
    assert managedfields.shared(before, after, PATH, value) == [
        entry("dsctl", "Apply", {"f:a": {}, **whole}),
        after[1],
        entry("kubectl-create", "Update", whole),
    ]


def test_a_manager_can_be_taken_off_a_field() -> None:
    """With all that is below it; an entry that owns nothing any more goes."""
    own = {"f:spec": {"f:updateStrategy": {"f:type": {}, "f:rollingUpdate": {}}}}
    more = {"f:spec": {**own["f:spec"], "f:x": {}}}
    others = entry("dsctl", "Apply", own)
    assert managedfields.without([others, entry("h", "Update", own)], "h", PATH) == [others]
    assert managedfields.without([entry("h", "Update", more)], "h", PATH) == [
        entry("h", "Update", {"f:spec": {"f:x": {}}})
    ]
    assert managedfields.owns(others, PATH)
    assert not managedfields.owns(others, (*PATH, "type", "x"))
    assert not managedfields.owns(others, ("spec",) * 3)
