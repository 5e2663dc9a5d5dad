"""What ``wait --for`` takes, and when an object meets it."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.conditions import Form, describe, parse
from tests.unit.domain.fleet import ON_DELETE, daemonset


def with_conditions(*conditions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    obj = daemonset(**changes)
    obj["status"]["conditions"] = list(conditions)
    return obj


@pytest.mark.parametrize("form", list(Form))
def test_words_are_read_in_any_case(form: Form) -> None:
    """create, delete and dsctl's own words, as kubectl reads its two."""
    assert parse(form.value).form is form
    assert parse(form.value.upper()).form is form


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'unrecognized condition: ""'),
        ("foo", 'unrecognized condition: "foo"'),
        ("Condition=Ready", 'unrecognized condition: "Condition=Ready"'),
        ("jsonpath=", "jsonpath expression cannot be empty"),
        ("jsonpath={.a", "unexpected path string, expected"),
        ("jsonpath={.a}{.b}", "unexpected path string, expected"),
        ("jsonpath={.a}==3", "unexpected path string, expected"),
        ("jsonpath={.a}=", "jsonpath wait has to have a value after equal sign"),
        ("jsonpath={.a}=''", "jsonpath wait has to have a value after equal sign"),
        ("jsonpath={.a}=1=2", "jsonpath wait format must be"),
        ("jsonpath={.a[x]}=1", "invalid array index x"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    """In kubectl's words."""
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("jsonpath={.status.desiredNumberScheduled}=3", True),
        ("jsonpath=.status.desiredNumberScheduled=3", True),
        ("jsonpath=status.desiredNumberScheduled='3'", True),
        ("jsonpath={status.desiredNumberScheduled}= 3 ", True),
        ("jsonpath={.status.desiredNumberScheduled}=4", False),
        ("jsonpath={.status.desiredNumberScheduled}", True),
        ("jsonpath={.status.nothing}", False),
        ("jsonpath={.status.nothing}=0", False),
        ("jsonpath={.spec.updateStrategy}", True),
        ('jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', True),
        ('jsonpath={.status.conditions[?(@.type=="Ready")].on}=true', True),
        ('jsonpath={.status.conditions[?(@.type=="Other")].status}=True', False),
    ],
)
def test_jsonpath_compares_text(text: str, met: bool) -> None:
    """The value found, as text, is the one given; without one, anything found will do."""
    obj = with_conditions({"type": "Ready", "status": "True", "on": True}, desired=3)
    assert parse(text).met(obj) is met


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "jsonpath={.spec.updateStrategy}=x",
            "jsonpath leads to a nested object or list which is not supported",
        ),
        (
            "jsonpath={.status.conditions[*].type}=a",
            "given jsonpath expression matches more than one value",
        ),
        ("jsonpath={.status.conditions[7].type}=a", "array index out of bounds"),
    ],
)
def test_jsonpath_that_finds_no_single_value(text: str, message: str) -> None:
    """Waiting would be in vain: it fails in kubectl's words."""
    obj = with_conditions({"type": "a"}, {"type": "b"})
    with pytest.raises(ValueError, match=message):
        parse(text).met(obj)


@pytest.mark.parametrize(
    ("text", "condition", "met"),
    [
        ("condition=Ready", {"type": "ready", "status": "TRUE"}, True),
        ("condition=Ready=false", {"type": "Ready", "status": "False"}, True),
        ("condition=Ready=", {"type": "Ready", "status": "True"}, False),
        ("condition=Ready", {"type": "Ready", "status": "False"}, False),
        ("condition=Ready", {"type": "Ready"}, False),
        ("condition=Ready", {"type": "Other", "status": "True"}, False),
        ("condition=Ready", {"type": "Ready", "status": "True", "observedGeneration": 1}, False),
        ("condition=Ready", {"type": "Ready", "status": "True", "observedGeneration": 2}, True),
    ],
)
def test_a_condition_of_the_status(text: str, condition: dict[str, Any], met: bool) -> None:
    """Type and status in any case; one about an older generation does not count."""
    assert parse(text).met(with_conditions(condition, generation=2)) is met


def test_a_condition_of_an_unobserved_generation_does_not_count() -> None:
    """Where the condition says no generation, the status's own decides."""
    obj = with_conditions({"type": "Ready", "status": "True"}, generation=2, observed=1)
    assert not parse("condition=Ready").met(obj)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (daemonset(), "rolled-out ready available placed"),
        (daemonset(spec=ON_DELETE), "rolled-out ready available placed"),
        (daemonset(updated=1, spec=ON_DELETE), "ready available placed"),
        (daemonset(updated=1), "ready available placed"),
        (daemonset(available=1), "placed"),
        (daemonset(desired=0, updated=0, available=0), "rolled-out ready available placed"),
        (daemonset(observed=1), ""),
    ],
)
def test_dsctls_own_words(what: dict[str, Any], words: str) -> None:
    """True of a status about the newest generation alone; desired 0 meets all of them."""
    own = [Form.ROLLED_OUT, Form.READY, Form.AVAILABLE, Form.PLACED]
    assert " ".join(form.value for form in own if parse(form.value).met(what)) == words


def test_ready_and_placed_are_no_promise_of_more() -> None:
    """Pods that are there but not ready, and ready but not yet available (minReadySeconds)."""
    obj = daemonset(desired=3, updated=3, available=1)
    obj["status"] |= {"numberReady": 3}
    assert parse("ready").met(obj)
    assert not parse("available").met(obj)
    assert not parse("rolled-out").met(obj)
    obj["status"] |= {"currentNumberScheduled": 2}
    assert not parse("placed").met(obj)
    assert describe(parse("placed"), obj) == "2 of 3 nodes have their pod"
    assert describe(parse("available"), obj) == "1 of 3 pods are available"
    assert describe(parse("rolled-out"), obj) == "3 of 3 pods are updated, 1 available"


def test_what_is_missing_is_said() -> None:
    """Where there is no object, and where its status is about an older generation."""
    assert describe(parse("ready"), None) == "it does not exist"
    assert describe(parse("delete"), None) == ""
    old = "the controller has not seen its newest generation yet"
    assert describe(parse("ready"), daemonset(observed=1)) == old
    assert describe(parse("condition=Ready"), daemonset()) == ""
