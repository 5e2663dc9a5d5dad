"""Which revision is gone back to, what the object then is, and how many nodes that is."""

import copy

import pytest

from dsctl.domain import versions
from dsctl.domain.undo import Consequence, choose, consequence, moves, sentences, undone
from dsctl.errors import AnswerIsNo, NotFound
from tests.unit.domain import fleet

HELD = {"nodeSelector": {"dsctl/suspended": "true"}}


def daemonset(image, **spec):
    """One that runs this image now."""
    found = fleet.daemonset(template={"containers": [{"name": "a", "image": image}], **spec})
    found["metadata"]["uid"] = "uid"
    return found


def revision(number, image, **spec):
    """A ControllerRevision of this image."""
    template = copy.deepcopy(daemonset(image, **spec)["spec"]["template"])
    return {
        "metadata": {
            "name": f"agent-{number}",
            "labels": {"controller-revision-hash": f"h{number}"},
        },
        "revision": number,
        "data": {"spec": {"template": {"$patch": "replace", **template}}},
    }


@pytest.mark.parametrize(
    ("live", "known", "expected"),
    [
        (daemonset("2"), [revision(1, "1"), revision(2, "2")], 1),
        (daemonset("3"), [revision(1, "1"), revision(2, "2")], 2),
        (daemonset("1"), [revision(2, "2"), revision(3, "1")], 2),
        (daemonset("2"), [revision(1, "1"), revision(2, "2"), revision(3, "2", **HELD)], 1),
        (daemonset("2", **HELD), [revision(1, "1"), revision(2, "2"), revision(3, "2", **HELD)], 1),
        (daemonset("3"), [revision(1, "1"), revision(2, "2", **HELD), revision(3, "3")], 1),
    ],
    ids=["last", "not recorded yet", "undone before", "unsuspended", "suspended", "passed over"],
)
def test_the_newest_other_template_that_is_not_suspended(live, known, expected):
    """By what the templates are, and not by their place in the list."""
    assert choose(live, known, 0, yes=False)["revision"] == expected


@pytest.mark.parametrize(
    ("known", "number", "error", "message"),
    [
        ([], 0, AnswerIsNo, "no last revision to roll back to"),
        ([revision(1, "2")], 0, AnswerIsNo, "no last revision to roll back to"),
        (
            [revision(1, "1", **HELD), revision(2, "2")],
            0,
            AnswerIsNo,
            "no last revision to roll back to: revision 1 is suspended",
        ),
        ([revision(1, "1", **HELD), revision(2, "2")], 1, AnswerIsNo, "revision 1 is suspended"),
        ([revision(2, "2")], 1, NotFound, "unable to find specified revision 1 in history"),
    ],
)
def test_nothing_to_go_back_to(known, number, error, message):
    """No history, one template, a suspended one, a number that is not there."""
    with pytest.raises(error, match=message):
        choose(daemonset("2"), known, number, yes=False)


def test_what_it_then_is():
    """Nothing is left of the live template, and nothing else changes; a suspension is kept."""
    live = daemonset("2", hostNetwork=True)
    live["spec"]["minReadySeconds"] = 5
    found = undone(live, revision(1, "1"))
    assert found["spec"]["template"]["spec"] == {"containers": [{"name": "a", "image": "1"}]}
    assert found["spec"]["minReadySeconds"] == 5
    assert found["metadata"] == live["metadata"]
    held = undone(daemonset("2", nodeSelector={"x": "y", **HELD["nodeSelector"]}), revision(1, "1"))
    assert held["spec"]["template"]["spec"]["nodeSelector"] == HELD["nodeSelector"]


def test_how_many_nodes():
    """Pods of the revision stay; where eligibility moves, nodes come and go."""
    pods = [fleet.pod("a", "n1", hash="h1"), fleet.pod("b", "n2", hash="h2")]
    live, narrow = daemonset("2"), daemonset("1", nodeSelector={"disk": "ssd"})
    assert not moves(live, daemonset("1"))
    assert consequence(live, daemonset("1"), "h1", pods, None) == Consequence(1, None, None)
    nodes = [fleet.node("n1"), fleet.node("n2", labels={"disk": "ssd"}), fleet.node("n3")]
    assert moves(live, narrow)
    assert consequence(live, narrow, "h1", pods, nodes) == Consequence(1, 0, 2)
    assert consequence(narrow, live, "h1", pods, nodes) == Consequence(1, 2, 0)


def test_what_is_said():
    """The extent in words, in the plural where there are several."""
    live = daemonset("2")
    for found, words in (
        (None, ""),
        (Consequence(0, None, None), ": no nodes get another pod"),
        (Consequence(1, 0, 2), ": 1 node gets another pod, 2 nodes lose theirs"),
        (Consequence(2, 1, 1), ": 2 nodes get another pod, 1 node gets one, 1 node loses theirs"),
    ):
        assert (
            sentences(live, live, 4, found)[0]
            == f"daemonset 'agent' goes back to revision 4{words}"
        )


def test_versions_to_compare():
    """The revision before the one that it has; the live template where none is recorded."""
    known = [revision(1, "1"), revision(2, "2"), revision(5, "3")]
    pair = versions.pair(daemonset("3"), known, None, None)
    assert [(str(v), v.number) for v in pair] == [("revision 2", 2), ("revision 5", 5)]
    pair = versions.pair(daemonset("4"), known, None, None)
    assert [str(v) for v in pair] == ["revision 5", "not recorded yet"]
    pair = versions.pair(daemonset("3"), known, 5, 1)
    assert [v.number for v in pair] == [5, 1]
    with pytest.raises(NotFound, match="no earlier revision"):
        versions.pair(daemonset("1"), [revision(1, "1")], None, None)
