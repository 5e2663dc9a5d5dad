"""What writes have in common."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.actions import writes
from dsctl.actions.writes import Done, Failed, NotSent
from dsctl.errors import AnswerIsNo, Invalid, Unreachable, UsageError
from dsctl.manifests.documents import Document, made


def document(name: str, namespace: str | None = None) -> Document:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return made({"kind": "DaemonSet", "metadata": metadata})


@pytest.mark.parametrize(
    ("whole", "part", "answer"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": {"b": [1, {"c": 2, "d": 3}]}}, {"a": {"b": [1, {"c": 2}]}}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"b": None}, True),
        (None, {"a": 1}, False),
    ],
)
def test_defaults_that_the_server_adds_are_no_difference(
    whole: Any, part: Any, answer: bool
) -> None:
    """Maps may hold more, lists must have the same length."""
    assert writes.contains(whole, part) is answer


def test_a_refusal_does_not_stop_the_others() -> None:
    """As with kubectl."""

    def write(doc: Document) -> Done:
        if doc.name == "b":
            raise Invalid("no")
        return Done(doc.name or "", "created", {})

    outcomes = list(writes.each([document("a"), document("b"), document("c")], write))
    assert [type(outcome) for outcome in outcomes] == [Done, Failed, Done]


def test_a_server_that_is_gone_ends_it_and_the_rest_is_named() -> None:
    """Nothing more is tried: no other document would fare better."""

    def write(doc: Document) -> Done:
        if doc.name == "b":
            raise Unreachable("gone")
        return Done(doc.name or "", "created", {})

    *_, last = writes.each([document(n) for n in "abcd"], write)
    assert isinstance(last, NotSent)
    assert [doc.name for doc in last.documents] == ["c", "d"]


def test_a_namespace_flag_must_agree_with_the_manifest() -> None:
    """Without the flag the manifest's own namespace wins."""
    assert writes.namespace_of(document("a"), "here", explicit=True) == "here"
    assert writes.namespace_of(document("a", "there"), "here", explicit=False) == "there"
    with pytest.raises(UsageError, match="'there'"):
        writes.namespace_of(document("a", "there"), "here", explicit=True)


LIVE = {
    "metadata": {"name": "a"},
    "spec": {"selector": {"matchLabels": {"app": "a"}}},
}


@pytest.mark.parametrize(
    "selector",
    [
        {"matchLabels": {"app": "b"}},
        {"matchLabels": {"app": "a", "tier": "x"}},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a"]}]},
        {},
    ],
)
def test_any_other_selector_is_a_change(selector: dict[str, Any]) -> None:
    """Another spelling of the same selector too: the server compares the fields."""
    with pytest.raises(AnswerIsNo, match="immutable: it is app=a"):
        writes.refuse_selector_change(LIVE, {"spec": {"selector": selector}})


@pytest.mark.parametrize(
    "manifest",
    [
        {"spec": {"selector": {"matchLabels": {"app": "a"}, "matchExpressions": []}}},
        {"spec": {"selector": {"matchLabels": True}}},
        {"spec": {"selector": {"matchExpressions": [3]}}},
        {"spec": {}},
        {},
    ],
)
def test_the_same_selector_or_none_is_left_to_the_server(manifest: dict[str, Any]) -> None:
    """A manifest without a selector is invalid, but that is the server's to say."""
    writes.refuse_selector_change(LIVE, manifest)
