import pytest

from dsctl.domain import selectors
from dsctl.domain.selectors import EVERYTHING, NOTHING, Operator, Requirement, SelectorError


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("   ", ""),
        ("x=a,y=b,z=c", "x=a,y=b,z=c"),
        ("b=1,a=2", "a=2,b=1"),
        ("x==a", "x==a"),
        ("x!=a,y=b", "x!=a,y=b"),
        ("x=", "x="),
        ("x= ,z= ", "x=,z="),
        ("!x", "!x"),
        ("! x", "!x"),
        ("x", "x"),
        ("x>1,z<5", "x>1,z<5"),
        ("x in (b, a ,b)", "x in (a,b)"),
        ("x in ()", "x in ()"),
        ("x in (,)", "x in ()"),
        ("x in (a,)", "x in (,a)"),
        ("x in (a,,b),y,z notin ()", "x in (,a,b),y,z notin ()"),
        ("x\tin\n(a)", "x in (a)"),
        ("in=notin", "in=notin"),
        ("in in (in,notin)", "in in (in,notin)"),
        ("example.com/role=db", "example.com/role=db"),
        ("x=-1", None),
        ("x>-1", None),
    ],
)
def test_a_selector_string_is_read_and_printed_canonically(text, canonical):
    """Good strings print sorted by key, as upstream's String(); values are checked as labels."""
    if canonical is None:
        with pytest.raises(SelectorError):
            selectors.parse(text)
    else:
        assert str(selectors.parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("x=a||y=b", 6, "found '='"),
        ("x==a==b", 4, "found '=='"),
        ("!x=a", 2, "found '='"),
        ("x<a", 2, "must be an integer"),
        ("x=a,", 4, "identifier after ','"),
        (",x=a", 0, "found ','"),
        ("x in a", 5, "expected: '('"),
        ("x in (a", 7, "',' or ')'"),
        ("x in (a b)", 8, "found 'b'"),
        ("x in (=)", 6, "found '='"),
        ("x y", 2, "found 'y'"),
        ("x=a b", 4, "',' or 'end of string'"),
        ("a=b,-x=1", 4, "name part"),
        ("!", 1, "identifier"),
        ("a/b/c=d", 0, "at most one '/'"),
        ("/c=d", 0, "prefix part"),
        ("x=a,y=" + "v" * 64, 6, "63 bytes"),
        ("x=é", 2, "alphanumeric"),
    ],
)
def test_a_bad_selector_string_says_what_and_where(text, position, word):
    """Bad strings raise SelectorError with the offset of the word that can't stand there."""
    with pytest.raises(SelectorError) as caught:
        selectors.parse(text)
    assert (caught.value.position, word in str(caught.value)) == (position, True)
    assert f"(at character {position + 1})" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("", {"x": "y"}, True),
        ("", None, True),
        ("x=y,z=w", {"x": "y", "z": "w"}, True),
        ("x=y,z=w", {"x": "w", "z": "w"}, False),
        ("x=y", {}, False),
        ("x=", {"x": ""}, True),
        ("x=", {}, False),
        ("x!=y", {}, True),
        ("x!=y", {"x": "y"}, False),
        ("x notin (a,b)", {"x": "c"}, True),
        ("x notin (a,b)", {"x": "a"}, False),
        ("x notin (a,b)", {}, True),
        ("x in (a,b)", {"x": "b"}, True),
        ("x in (a,b)", {}, False),
        ("x", {"x": ""}, True),
        ("x", {"y": "z"}, False),
        ("!x", {"y": "z"}, True),
        ("!x", {"x": "z"}, False),
        ("x>1", {"x": "2"}, True),
        ("x>1", {"x": "1"}, False),
        ("x>1", {"x": "1e3"}, False),
        ("x>1", {"x": "0003"}, True),
        ("x>1", {"x": "+3"}, True),
        ("x>1", {"x": "1_000"}, False),
        ("x>1", {"x": " 3"}, False),
        ("x>1", {"x": "9223372036854775807"}, True),
        ("x>1", {"x": "9223372036854775808"}, False),
        ("x<1", {"x": "-5"}, True),
        ("x<1", {}, False),
        ("notin=in", {"notin": "in"}, True),
    ],
)
def test_matching_follows_the_label_rules(text, labels, expected):
    """Absent keys satisfy != and notin only; numbers are Go's int64, nothing looser."""
    assert selectors.parse(text).matches(labels) is expected


def test_an_absent_label_selector_matches_nothing_and_an_empty_one_everything():
    """LabelSelectorAsSelector: nil is Nothing (no query must be sent), {} is Everything."""
    nothing, everything = selectors.from_label_selector(None), selectors.from_label_selector({})
    assert (nothing, everything) == (NOTHING, EVERYTHING)
    assert (nothing.query(), everything.query()) == (None, "")
    assert (nothing.matches({"a": "b"}), everything.matches({})) == (False, True)
    assert (nothing.everything, everything.everything) == (False, True)
    assert (
        selectors.from_label_selector({"matchLabels": None, "matchExpressions": []}) == EVERYTHING
    )


def test_a_label_selector_object_becomes_kubectls_string():
    """FormatLabelSelector: matchLabels and expressions in one canonical, sorted string."""
    selector = {
        "matchLabels": {"z": "1", "app": "fluentd"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["b", "a", "b"]},
            {"key": "gpu", "operator": "DoesNotExist"},
            {"key": "role", "operator": "NotIn", "values": ["db"]},
            {"key": "m", "operator": "Exists", "values": []},
        ],
    }
    assert (
        selectors.format_label_selector(selector)
        == "app=fluentd,!gpu,m,role notin (db),tier in (a,b,b),z=1"
    )
    assert selectors.format_label_selector(None) == "<none>"
    assert selectors.format_label_selector({}) == "<none>"


@pytest.mark.parametrize(
    "expression",
    [
        {"key": "a", "operator": "Gt", "values": ["1"]},
        {"key": "a", "operator": "in", "values": ["1"]},
        {"key": "a", "operator": "In", "values": []},
        {"key": "a", "operator": "Exists", "values": ["1"]},
        {"key": "a b", "operator": "Exists"},
        {"key": "a", "operator": "In", "values": [1]},
        {"operator": "Exists"},
    ],
)
def test_an_invalid_label_selector_object_is_refused(expression):
    """Operators and counts of values are checked, and kubectl's <error> is printed for it."""
    selector = {"matchExpressions": [expression]}
    with pytest.raises(SelectorError) as caught:
        selectors.from_label_selector(selector)
    assert caught.value.position is None
    assert selectors.format_label_selector(selector) == "<error>"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a=1,b=2", "b==2,a in (1)", True),
        ("a!=1", "a notin (1)", True),
        ("a in (1,2)", "a in (2,1,2)", True),
        ("a=1,a=1", "a=1", True),
        ("a=1", "a=1,b", False),
        ("a", "!a", False),
        ("a>1", "a<1", False),
    ],
)
def test_two_selectors_are_the_same_when_their_conditions_are(one, other, expected):
    """Spelling, order and repeats don't matter; a different condition does."""
    assert selectors.parse(one).same_as(selectors.parse(other)) is expected


def test_nothing_is_only_the_same_as_nothing():
    """Nothing and everything share the empty string, yet differ."""
    assert NOTHING.same_as(NOTHING)
    assert not NOTHING.same_as(EVERYTHING)


def test_a_selector_can_be_put_into_words():
    """The description names each condition for people."""
    text = "app=x,zone in (b,a),tier notin (c,d),gpu,!edge,cores>4,ram<8,env!=dev,e="
    assert selectors.parse(text).describe() == (
        'app is x and cores is above 4 and e is "" and edge is not set and env is not dev and '
        "gpu is set and ram is below 8 and tier is not c or d and zone is a or b"
    )
    assert (NOTHING.describe(), EVERYTHING.describe()) == ("nothing", "everything")


def test_labels_become_a_selector_unchecked():
    """SelectorFromSet takes what it gets, and none at all matches everything."""
    assert selectors.from_labels({"b": "x y", "a": ""}).requirements == (
        Requirement("a", Operator.EQUALS, ("",)),
        Requirement("b", Operator.EQUALS, ("x y",)),
    )
    assert selectors.from_labels(None) == EVERYTHING
