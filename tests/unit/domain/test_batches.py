"""Batches and budgets as the user writes them."""

import pytest

from dsctl.domain.batches import budget, parse_batches
from dsctl.domain.hold import pause


@pytest.mark.parametrize(
    ("text", "desired", "targets"),
    [
        ("1,10%,50%,100%", 9, [1, 1, 5, 9]),
        ("1, 10% ,100%", 200, [1, 20, 200]),
        ("3", 2, [2]),
        ("1%", 1, [1]),
        ("50%", 0, [0]),
        ("5,5", 9, [5, 5]),
        ("33%", 10, [4]),
    ],
)
def test_targets_are_cumulative_and_percentages_round_up(text, desired, targets):
    """A target is never above the number of nodes; blanks are allowed."""
    assert [batch.target(desired) for batch in parse_batches(text)] == targets


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0", "'0' updates no node"),
        ("0%", "'0%' updates no node"),
        ("-1", "'-1' updates no node"),
        ("150%", "'150%' is more than all nodes"),
        ("50%,10%", "10% comes after 50%"),
        ("5,3", "3 comes after 5"),
        ("", "'' is neither a number"),
        ("1,,2", "'' is neither a number"),
        ("half", "'half' is neither a number"),
        ("1.5", "'1.5' is neither a number"),
        ("10 %", "'10 %' is neither a number"),
    ],
)
def test_what_makes_no_sense_is_refused(text, message):
    """In words that name the part that is wrong."""
    with pytest.raises(ValueError, match=message):
        parse_batches(text)


def test_a_number_and_a_percentage_can_be_compared_only_with_a_fleet():
    """3,10% is fine on 100 nodes, so it is no error on 9, where it comes to 3 and 1."""
    assert [batch.target(9) for batch in parse_batches("3,10%")] == [3, 1]


def strategy(unavailable, surge=0):
    rolling = {"maxUnavailable": unavailable, "maxSurge": surge}
    return {
        "metadata": {"name": "x"},
        "spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling}},
    }


@pytest.mark.parametrize(
    ("daemonset", "asked", "desired", "most"),
    [
        (pause(strategy(3)), None, 9, 3),
        (pause(strategy("20%")), None, 9, 2),
        (pause(strategy(0, surge=2)), None, 9, 1),
        ({"spec": {"updateStrategy": {"type": "OnDelete"}}}, None, 9, 1),
        (pause(strategy(3)), 2, 9, 2),
        (pause(strategy(3)), "50%", 9, 5),
        ({}, "1%", 9, 1),
    ],
)
def test_the_budget_is_what_was_asked_or_the_paused_strategys(daemonset, asked, desired, most):
    """Else 1, and never less: a pod goes before the next one can come."""
    assert budget(daemonset, asked, desired) == most
