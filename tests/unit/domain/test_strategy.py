import pytest

from dsctl.domain import strategy
from dsctl.domain.strategy import Limits


def daemonset(update=None, **annotations):
    """A DaemonSet with this updateStrategy."""
    return {"metadata": {"annotations": annotations}, "spec": {"updateStrategy": update}}


def rolling(unavailable=None, surge=None):
    """A RollingUpdate strategy."""
    return {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": surge},
    }


@pytest.mark.parametrize(
    ("update", "desired", "expected"),
    [
        (None, 10, Limits(1, 0)),
        ({"type": "RollingUpdate"}, 10, Limits(1, 0)),
        (rolling(3, 0), 10, Limits(3, 0)),
        (rolling("10%", 0), 10, Limits(1, 0)),
        (rolling("10%", 0), 11, Limits(2, 0)),
        (rolling("25%", 0), 3, Limits(1, 0)),
        (rolling("100%", 0), 7, Limits(7, 0)),
        (rolling(0, "30%"), 10, Limits(0, 3)),
        (rolling(0, "1%"), 10, Limits(0, 1)),
        (rolling(0, 0), 10, Limits(1, 0)),
        (rolling("0%", "0%"), 10, Limits(1, 0)),
        (rolling("10%", 0), 0, Limits(0, 0)),
        ({"type": "OnDelete"}, 10, None),
        ({"type": "OnDelete", "rollingUpdate": {"maxUnavailable": 3}}, 10, None),
    ],
)
def test_limits_come_from_the_strategy_with_the_controllers_rounding(update, desired, expected):
    """Percentages round up, defaults are filled in, and nothing allowed means one."""
    assert strategy.limits(daemonset(update), desired) == expected


@pytest.mark.parametrize("bad", ["3", "ten%", "%", "1.5%", " 5%"])
def test_a_limit_that_is_no_number_or_percentage_is_refused(bad):
    """Text is a percentage or an error, as GetScaledValueFromIntOrPercent has it."""
    with pytest.raises(ValueError, match="neither a number nor a percentage"):
        strategy.limits(daemonset(rolling(bad)), 10)


def test_the_strategy_is_rolling_update_unless_it_says_otherwise():
    """A manifest may leave it out."""
    assert strategy.strategy(daemonset()) == strategy.strategy({}) == "RollingUpdate"
    assert strategy.strategy(daemonset({"type": "OnDelete"})) == "OnDelete"
    assert (strategy.rolls({}), strategy.rolls(daemonset({"type": "OnDelete"}))) == (True, False)


def test_a_hold_is_read_from_its_annotation():
    """Paused where the annotation is there, and nothing rolls; the content if it is a strategy."""
    held = {"type": "OnDelete"}
    good = daemonset(held, **{"dsctl/paused-strategy": '{"type":"RollingUpdate"}'})
    bad = daemonset(held, **{"dsctl/paused-strategy": "{"})
    other = daemonset(held, **{"dsctl/paused-strategy": "[]"})
    rolls = daemonset(**{"dsctl/paused-strategy": "{}"})
    assert [strategy.paused(d) for d in (good, bad, other, {})] == [True, True, True, False]
    assert (strategy.paused(rolls), strategy.has_paused_strategy(rolls)) == (False, True)
    assert [strategy.paused_strategy(d) for d in (good, bad, other, {})] == [
        {"type": "RollingUpdate"},
        None,
        None,
        None,
    ]


def test_suspension_is_a_node_selector_key():
    """Whatever its value; other keys don't count."""
    suspended = {"spec": {"template": {"spec": {"nodeSelector": {"dsctl/suspended": "true"}}}}}
    other = {"spec": {"template": {"spec": {"nodeSelector": {"a": "true"}}}}}
    assert [strategy.suspended(d) for d in (suspended, other, {})] == [True, False, False]
