from dsctl.domain.placement_report import Change, NodePlacement, Verdict
from dsctl.render.nodemap import node_map
from dsctl.render.style import Style

PLAIN, COLOURED = Style(False), Style(True)


def node(name, verdict=Verdict.READY, change=None):
    """A node with this outcome."""
    return NodePlacement(name, True, True, True, verdict, (), (), None, change)


def fleet(count, verdict=Verdict.READY):
    """So many nodes with the same outcome."""
    return [node(f"n{i:03}", verdict) for i in range(count)]


MIXED = [
    node("a1"),
    node("a2", Verdict.NOT_READY),
    node("a3", Verdict.UNSCHEDULED),
    node("b1", Verdict.MISSING),
    node("b2", Verdict.MISSCHEDULED),
    node("b3", Verdict.EXCLUDED),
    node("b4"),
    node("x"),
]
ZONES = {"a1": "zone-a", "a2": "zone-a", "a3": "zone-a", "x": "", **dict.fromkeys(
    ("b1", "b2", "b3", "b4"), "zone-b"
)}  # fmt: skip


def test_each_node_is_a_cell_in_the_row_of_its_group():
    """A character a verdict, so that it reads without colour; nodes without the label come last."""
    assert node_map(MIXED, ZONES, 80, PLAIN) == (
        "zone-a  #!?\n"
        "zone-b  ox.#\n"
        "<none>  #\n"
        "\n"
        "# Ready 3  ! NotReady 1  ? Unscheduled 1  o Missing 1  x Misscheduled 1  . Excluded 1\n"
    )


def test_with_colour_the_text_is_the_same():
    """Green for what is well, red for what is not there; escape codes take no room."""
    shown = node_map(MIXED, ZONES, 80, COLOURED)
    assert shown.splitlines()[:3] == [
        "zone-a  \x1b[32m#\x1b[0m\x1b[33m!\x1b[0m\x1b[31m?\x1b[0m",
        "zone-b  \x1b[31mo\x1b[0m\x1b[33mx\x1b[0m\x1b[2m.\x1b[0m\x1b[32m#\x1b[0m",
        "<none>  \x1b[32m#\x1b[0m",
    ]
    for code in ("32", "33", "31", "2", "0"):
        shown = shown.replace(f"\x1b[{code}m", "")
    assert shown == node_map(MIXED, ZONES, 80, PLAIN)


def test_a_group_wider_than_the_terminal_goes_on_below():
    """Under its own first cell, and no line is wider than the terminal."""
    shown = node_map(fleet(25), {f"n{i:03}": "z" for i in range(25)}, 13, PLAIN)
    assert shown == (
        "z  ##########\n"
        "   ##########\n"
        "   #####\n"
        "\n"
        "# Ready 25\n"
    )  # fmt: skip
    exact = node_map(fleet(10), {}, 18, PLAIN)
    assert exact.splitlines()[0] == "<none>  ##########"


def test_a_terminal_too_narrow_still_gets_ten_cells_a_line():
    """Less would be no map any more."""
    shown = node_map(fleet(12), {}, 5, PLAIN)
    assert shown.splitlines()[:2] == ["<none>  ##########", "        ##"]


def test_groups_are_in_order_of_their_value():
    """Whatever the order of their nodes, and wide characters take two columns."""
    nodes = [node("1"), node("2"), node("3")]
    shown = node_map(nodes, {"1": "東京", "2": "b", "3": "a"}, 40, PLAIN)
    assert shown.splitlines()[:3] == ["a     #", "b     #", "東京  #"]


def test_a_long_value_is_cut_and_a_hostile_one_spelled_out():
    """Labels come from the cluster: nothing of them reaches the terminal as a command."""
    groups = {"1": "z" * 40, "2": "\x1b[31mred\nline"}
    shown = node_map([node("1"), node("2")], groups, 80, PLAIN)
    assert "\x1b" not in shown
    lines = shown.splitlines()
    assert lines[0] == "^[[31mred\\nline           #"
    assert lines[1] == "z" * 23 + "…  #"


def test_a_plan_shows_what_changes():
    """Where nothing does the verdict is shown, and where the new pod would not fit."""
    nodes = [
        node("1", Verdict.WOULD_RUN, Change.GAIN),
        node("2", Verdict.EXCLUDED, Change.LOSE),
        node("3", Verdict.WOULD_RUN, Change.REPLACE),
        node("4", Verdict.WOULD_RUN, Change.KEEP),
        node("5", Verdict.EXCLUDED),
        node("6", Verdict.WOULD_NOT_FIT, Change.GAIN),
    ]
    assert node_map(nodes, {}, 80, PLAIN, planned=True) == (
        "<none>  +-~=.!\n\n"
        "+ Gain 1  - Lose 1  ~ Replace 1  = Keep 1  . Excluded 1  ! WouldNotFit 1\n"
    )
    assert node_map(nodes, {}, 80, PLAIN).startswith("<none>  #.##.!\n")
    assert node_map(nodes, {}, 80, COLOURED, planned=True).startswith(
        "<none>  \x1b[32m+\x1b[0m\x1b[31m-\x1b[0m\x1b[33m~\x1b[0m\x1b[2m=\x1b[0m\x1b[2m.\x1b[0m"
    )


def test_every_verdict_of_a_kind_of_report_has_a_character_of_its_own():
    """Two that looked the same could not be told apart without colour."""
    for kinds in (
        [
            Verdict(v)
            for v in ("Misscheduled", "Excluded", "Missing", "Unscheduled", "NotReady", "Ready")
        ],
        [Verdict(v) for v in ("Excluded", "WouldNotFit", "WouldRun")],
    ):
        cells = {node_map([node("n", verdict)], {}, 80, PLAIN)[8] for verdict in kinds}
        assert len(cells) == len(kinds)


def test_without_nodes_there_is_no_map():
    """Not even a legend."""
    assert node_map([], {}, 80, PLAIN) == ""
