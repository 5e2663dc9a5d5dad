import pytest

from dsctl.actions.placement import FEW
from dsctl.actions.rollout_nodes import NodeBook
from dsctl.errors import Forbidden, NotFound
from tests.unit.domain.fleet import node

FLEET = [node(f"n{i:02}", ready=i != 3) for i in range(40)]
NAMES = [f"n{i:02}" for i in range(40)]


class Answers:
    """Gives the nodes of FLEET, and counts how it was asked."""

    def __init__(self, forbidden=False):
        self.asked = []
        self.forbidden = forbidden

    def read(self, resource, name):
        self.asked.append(name)
        if self.forbidden:
            raise Forbidden("nodes is forbidden")
        found = [one for one in FLEET if one["metadata"]["name"] == name]
        if not found:
            raise NotFound(f"no {name}")
        return found[0]

    def list(self, resource, *, slim, cut):
        self.asked.append("all")
        return {"items": [one for one in map(cut, FLEET) if one is not None]}


@pytest.fixture
def notes():
    return []


def names(book):
    return [one["metadata"]["name"] for one in book.nodes]


def test_a_few_are_read_one_by_one(notes):
    """Only those that are wanted, again after a pause at the earliest; one that is gone is none."""
    answers = Answers()
    book = NodeBook(answers, notes.append)
    assert book.nodes is None
    assert not book.refresh((), NAMES, missing=False)
    assert book.refresh(("n03", "gone"), NAMES, missing=False)
    assert (names(book), book.gone, book.whole) == (["n03"], {"gone"}, False)
    assert not book.refresh(("n03",), NAMES, missing=False)
    assert answers.asked == ["gone", "n03"]


@pytest.mark.parametrize("missing", [False, True])
def test_many_are_read_as_one_list_and_only_what_matters_is_kept(notes, missing):
    """Nodes not ready and nodes without a pod; in a thread, unless it can't wait."""
    answers = Answers()
    book = NodeBook(answers, notes.append)
    wanted = NAMES[:1] if missing else NAMES[: FEW + 1]
    book.refresh(wanted, [*NAMES[:38], "gone"], missing=missing)
    assert book.refresh(wanted, NAMES[:38], missing=missing, now=True)
    assert (names(book), book.gone, book.whole) == (["n03", "n38", "n39"], {"gone"}, True)
    assert answers.asked == ["all"]


def test_the_last_look_does_not_wait(notes):
    """What was not asked before is read at once, however short ago the last reading was."""
    book = NodeBook(Answers(), notes.append)
    assert book.refresh(("n01",), NAMES, missing=False)
    assert book.refresh(("n03",), NAMES, missing=False, now=True)
    assert names(book) == ["n03"]


def test_who_may_not_read_nodes_is_told_once(notes):
    """And nobody asks again."""
    answers = Answers(forbidden=True)
    book = NodeBook(answers, notes.append)
    for _ in range(3):
        assert not book.refresh(("n03",), NAMES, missing=False, now=True)
    assert answers.asked == ["n03"]
    assert notes == ["may not read nodes: whether one is not ready can't be told"]
