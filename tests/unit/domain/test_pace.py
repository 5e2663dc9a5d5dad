import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsctl.domain.pace import pace

ON_DELETE = {"type": "OnDelete"}


def rolling(unavailable=None, surge=None):
    """A RollingUpdate strategy with these limits."""
    limits = {"maxUnavailable": unavailable, "maxSurge": surge}
    return {"rollingUpdate": {k: v for k, v in limits.items() if v is not None}}


def of(strategy=None, replaced=(), unavailable=(), desired=10, unfit=(), down=(), unwell=(), **of):
    """The pace of a DaemonSet with this strategy; ``of``: its metadata."""
    daemonset = {"metadata": of, "spec": {"updateStrategy": strategy or {}}}
    return pace(daemonset, replaced, unavailable, desired, unfit, down, unwell)


def nodes(count):
    """Names of so many nodes."""
    return [f"n{i:02}" for i in range(count)]


@pytest.mark.parametrize(
    ("strategy", "at_a_time", "rounds", "how"),
    [
        (None, 1, "at least 7 rounds", "maxUnavailable 1"),
        (rolling(3), 3, "at least 3 rounds", "maxUnavailable 3"),
        (rolling("25%"), 3, "at least 3 rounds", "maxUnavailable 3"),
        (rolling("100%"), 10, "1 round", "maxUnavailable 10"),
        (rolling(0), 1, "at least 7 rounds", "maxUnavailable 1"),
        (rolling("0%", "0%"), 1, "at least 7 rounds", "maxUnavailable 1"),
        (rolling(0, 2), 2, "at least 4 rounds", "maxSurge 2"),
        (rolling(0, "11%"), 2, "at least 4 rounds", "maxSurge 2"),
    ],
)
def test_a_rolling_update_replaces_so_many_at_a_time(strategy, at_a_time, rounds, how):
    """Percentages of the desired pods round up; with surge the new pod comes first."""
    found = of(strategy, nodes(7))
    then = "the old pod goes, then the new one comes"
    if "Surge" in how:
        then = "the old pod goes once the new one is available"
    assert found.sentences() == [
        f"7 pods are replaced, {at_a_time} at a time in no fixed order, {rounds} ({how}: {then})"
    ]
    assert found.at_a_time == at_a_time


def test_pods_that_are_not_available_go_first_whatever_the_limits():
    """They are named, three at most, and the others follow in turn."""
    found = of(rolling(1), nodes(6), ["n04", "n01", "elsewhere"])
    assert found.sentences() == [
        "replaced at once, since the old pod is not available: n01, n04",
        "then 4 pods are replaced, 1 at a time in no fixed order, at least 4 rounds "
        "(maxUnavailable 1: the old pod goes, then the new one comes)",
    ]
    many = of(rolling(1), nodes(6), nodes(5))
    assert many.sentences() == [
        "replaced at once, since the old pod is not available: n00, n01, n02 and 2 more",
        "then 1 pod is replaced, 1 at a time in no fixed order, 1 round "
        "(maxUnavailable 1: the old pod goes, then the new one comes)",
    ]
    everyone = of(rolling(1), nodes(2), nodes(2))
    assert everyone.sentences() == [
        "replaced at once, since the old pod is not available: n00, n01"
    ]
    assert everyone.rounds == 0


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (1, "1 pod stays as it is until someone deletes: the strategy is OnDelete"),
        (4, "4 pods stay as they are until someone deletes: the strategy is OnDelete"),
    ],
)
def test_under_on_delete_old_pods_stay(count, sentence):
    """The unavailable ones too: the controller never deletes for the template there."""
    found = of(ON_DELETE, nodes(count), nodes(1))
    assert found.sentences() == [sentence]
    assert (found.at_once, found.in_turn) == ((), tuple(nodes(count)))
    assert (found.at_a_time, found.rounds, found.max_unavailable) == (None, None, None)


def test_a_paused_rollout_is_called_paused():
    """rollout pause sets OnDelete and keeps the real strategy in an annotation."""
    kept = {"dsctl/paused-strategy": '{"type":"RollingUpdate"}'}
    found = of(ON_DELETE, nodes(2), annotations=kept)
    assert found.sentences() == [
        "2 pods stay as they are until someone deletes: the rollout is paused"
    ]
    assert found.to_dict()["paused"] is True


@pytest.mark.parametrize("strategy", [None, rolling(0, 1), ON_DELETE])
def test_where_nothing_is_replaced_there_is_nothing_to_say(strategy):
    """No sentence, even where pods are not available."""
    found = of(strategy, (), nodes(3))
    assert found.sentences() == []
    assert (found.at_once, found.in_turn) == ((), ())


@pytest.mark.parametrize(
    "strategy", [rolling("many"), rolling("-50%"), rolling(-1), rolling(0, -2)]
)
def test_limits_that_the_server_would_refuse_give_no_numbers(strategy):
    """A plan from a dump gets to see such manifests; it must not call them OnDelete."""
    found = of(strategy, nodes(3))
    assert (found.at_a_time, found.rounds, found.in_turn) == (None, None, tuple(nodes(3)))
    assert found.sentences() == [
        "3 pods are replaced; how many at a time can't be told: "
        "the limits of the rolling update are not valid"
    ]


def test_the_report_has_the_public_fields():
    """As PlacementReport's update; names sorted, whatever order they came in."""
    assert of(rolling("30%"), ["c", "a", "b"], ["b"], desired=3).to_dict() == {
        "strategy": "RollingUpdate",
        "maxUnavailable": 1,
        "maxSurge": 0,
        "paused": False,
        "atOnce": ["b"],
        "inTurn": ["a", "c"],
        "atATime": 1,
        "rounds": 2,
        "stuck": [],
        "down": [],
        "unwell": [],
    }


@pytest.mark.parametrize(
    ("unfit", "replaced", "sentence"),
    [
        (
            ["n00"],
            nodes(7),
            "then 6 pods are replaced, 1 at a time in no fixed order, at least 6 rounds "
            "(maxUnavailable 2: the old pod goes, then the new one comes; "
            "1 taken by n00, where the new pod does not fit)",
        ),
        (
            ["n00", "gains"],
            nodes(7),
            "then 6 pods are not replaced until the new pod fits on gains, n00: "
            "pods that are not available use up maxUnavailable 2",
        ),
        (
            ["n00", "gains"],
            nodes(2),
            "then 1 pod is not replaced until the new pod fits on gains, n00: "
            "pods that are not available use up maxUnavailable 2",
        ),
    ],
)
def test_a_new_pod_that_does_not_fit_keeps_its_share_of_max_unavailable(unfit, replaced, sentence):
    """Whether it follows an old pod or is the node's first: it stays unavailable."""
    found = of(rolling(2), replaced, ["n00"], unfit=unfit)
    assert found.sentences()[1:] == [sentence]
    assert (found.at_a_time, found.rounds) == ((1, 6) if len(unfit) == 1 else (0, None))
    assert found.stuck == tuple(sorted(unfit))


def test_an_update_that_is_to_get_stuck_is_said_not_to_end():
    """The pods that fit are well now, so that nothing is used up before their turn comes."""
    found = of(rolling(2), nodes(7), unfit=["n03", "n05"])
    assert found.at_a_time == 2
    assert found.sentences()[1:] == [
        "it can't end: the new pod does not fit on n03, n05, and uses up maxUnavailable 2 there"
    ]
    assert len(of(rolling(3), nodes(7), unfit=["n03", "n05"]).sentences()) == 1


def test_a_node_that_is_down_keeps_its_share_of_max_unavailable():
    """Its pod neither goes nor becomes available, whether a new one is to come or not."""
    found = of(rolling(1), nodes(3), ["n00"], down=["n00"])
    assert found.sentences()[1:] == [
        "then 2 pods are not replaced until n00 is ready again or deleted: "
        "pods that are not available use up maxUnavailable 1"
    ]
    assert (found.at_a_time, found.down) == (0, ("n00",))
    found = of(rolling(3), nodes(5), unfit=["gains"], down=["x"])
    assert found.sentences()[0].endswith(
        "1 taken by gains, where the new pod does not fit; 1 taken by x, which is not ready)"
    )
    assert (found.at_a_time, found.rounds) == (1, 5)
    found = of(rolling(2), nodes(5), unfit=["gains"], down=["x"])
    assert "until the new pod fits on gains or x is ready again or deleted" in found.sentences()[0]
    found = of(rolling(2), nodes(5), unfit=["n01"], down=["x"])
    assert found.sentences()[1] == (
        "it can't end: the new pod does not fit on n01, and x is not ready, "
        "which uses up maxUnavailable 2"
    )
    assert of(rolling(0, 1), nodes(3), down=["n00"]).at_a_time == 1


def test_a_pod_that_stays_and_is_not_available_counts_too():
    """Halfway through an update it is a new one that fails; a surge counts pairs only."""
    found = of(rolling(1), nodes(3), unwell=["x"])
    assert found.sentences() == [
        "3 pods are not replaced until the pod that stays on x is available: "
        "pods that are not available use up maxUnavailable 1"
    ]
    found = of(rolling(2), nodes(3), unwell=["x"])
    assert found.sentences()[0].endswith("1 taken by x, where the pod that stays is not available)")
    assert (found.at_a_time, found.unwell) == (1, ("x",))
    assert of(rolling(2), nodes(3), unfit=["x"], unwell=["x"]).at_a_time == 1
    assert of(rolling(0, 1), nodes(3), unwell=["x"]).at_a_time == 1


def test_a_surge_counts_only_nodes_with_an_old_pod_that_is_well():
    """A first pod that does not fit takes no part of maxSurge; one beside an old pod does."""
    assert of(rolling(0, 1), nodes(3), unfit=["gains"]).at_a_time == 1
    found = of(rolling(0, 1), nodes(3), ["n02"], unfit=["n01", "n02"])
    assert (found.at_a_time, found.stuck) == (1, ("n01",))
    assert found.sentences()[-1] == (
        "it can't end: the new pod does not fit on n01, and uses up maxSurge 1 there"
    )


@settings(max_examples=200, deadline=None)
@given(
    strategy=st.sampled_from([None, ON_DELETE])
    | st.builds(rolling, st.integers(0, 12) | st.integers(0, 100).map("{}%".format))
    | st.builds(rolling, st.just(0), st.integers(1, 12) | st.integers(1, 100).map("{}%".format)),
    replaced=st.sets(st.sampled_from(nodes(12))),
    unavailable=st.sets(st.sampled_from(nodes(12))),
)
def test_every_replaced_pod_goes_at_once_or_in_turn(strategy, replaced, unavailable):
    """Never both, never another; and the rounds suffice for those in turn, with none to spare."""
    found = of(strategy, replaced, unavailable, desired=12)
    assert sorted([*found.at_once, *found.in_turn]) == sorted(replaced)
    if found.at_a_time is not None:
        assert set(found.at_once) == replaced & unavailable
        assert (found.rounds or 0) * found.at_a_time >= len(found.in_turn)
        assert ((found.rounds or 0) - 1) * found.at_a_time < len(found.in_turn) or not found.rounds
