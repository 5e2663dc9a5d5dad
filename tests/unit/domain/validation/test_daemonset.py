"""The rules of the DaemonSet itself: selector, template, strategy."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.validation import validate_daemonset
from tests.unit.domain.validation.sample import daemonset


def fields(obj: Any) -> list[tuple[str, str]]:
    """Rule and path of every error."""
    return [(problem.rule, problem.path) for problem in validate_daemonset(obj)]


def test_plain_daemonset_is_valid() -> None:
    """The smallest complete DaemonSet has no error."""
    assert fields(daemonset()) == []


def test_missing_selector_is_reported_at_the_template_labels() -> None:
    """The server names only the template labels when there is no selector."""
    obj = daemonset()
    del obj["spec"]["selector"]
    assert fields(obj) == [("selector-required", "spec.template.metadata.labels")]


def test_empty_selector() -> None:
    """An empty selector matches, but is not allowed."""
    assert fields(daemonset(selector={})) == [("selector-empty", "spec.selector")]


def test_invalid_selector_is_not_matched() -> None:
    """Labels are not compared with a selector that does not parse."""
    broken = {"matchExpressions": [{"key": "app", "operator": "Is", "values": ["x"]}]}
    path = "spec.selector.matchExpressions[0].operator"
    assert fields(daemonset(selector=broken)) == [("selector-operator-invalid", path)]


@pytest.mark.parametrize(
    ("rolling", "expected"),
    [
        ({}, None),
        ({"maxSurge": 1}, ("max-surge-with-unavailable", "maxSurge")),
        ({"maxSurge": 1, "maxUnavailable": 0}, None),
        ({"maxUnavailable": 0}, ("max-unavailable-zero", "maxUnavailable")),
        ({"maxUnavailable": "0%"}, ("max-unavailable-zero", "maxUnavailable")),
        ({"maxUnavailable": "101%"}, ("strategy-over-100-percent", "maxUnavailable")),
        ({"maxUnavailable": -1}, ("max-unavailable-invalid", "maxUnavailable")),
        ({"maxUnavailable": "1"}, ("max-unavailable-invalid", "maxUnavailable")),
    ],
)
def test_rolling_update_numbers(rolling: dict[str, Any], expected: tuple[str, str] | None) -> None:
    """Exactly one of maxUnavailable (1 by default) and maxSurge is non-zero."""
    found = fields(daemonset(updateStrategy={"rollingUpdate": rolling}))
    wanted = [(expected[0], f"spec.updateStrategy.rollingUpdate.{expected[1]}")] if expected else []
    assert found == wanted


def test_rolling_update_beside_on_delete_is_ignored() -> None:
    """OnDelete accepts any rollingUpdate."""
    strategy = {"type": "OnDelete", "rollingUpdate": {"maxSurge": 5}}
    assert fields(daemonset(updateStrategy=strategy)) == []


@pytest.mark.parametrize("junk", [None, 1, "x", [], {"spec": 3}, {"spec": {"template": [1]}}])
def test_wrong_types_count_as_absent(junk: Any) -> None:
    """Nothing raises on JSON-like junk; what is missing is reported."""
    assert ("containers-required", "spec.template.spec.containers") in fields(junk)
