"""dsctl's own tables."""

import io
from typing import Any

from dsctl.render.style import Style, Styled
from dsctl.render.table import print_table


def shown(headers: list[str], rows: list[list[Any]], **options: Any) -> str:
    """What ``print_table`` writes."""
    stream = io.StringIO()
    print_table(headers, rows, stream, **options)
    return stream.getvalue()


def test_cells_are_padded_and_the_last_is_not() -> None:
    """Columns are at least six wide, three spaces apart; None is an empty cell."""
    rows: list[list[Any]] = [["a", 1, "x"], ["longer-name", None, ""]]
    assert shown(["NODE", "N", "REASON"], rows) == (
        "NODE          N     REASON\na             1     x\nlonger-name         \n"
    )


def test_without_rows_there_is_nothing() -> None:
    """An empty table prints no headers either."""
    assert shown(["A", "B"], []) == ""
    assert shown(["A", "B"], [["1", "2"]], no_headers=True) == "1     2\n"


def test_a_terminal_cuts_the_named_column_only() -> None:
    """Too long a cell ends in an ellipsis, in columns of the terminal, not characters."""
    rows = [["node-1", "Taint: not tolerated", "1m"], ["node-2", "中文中文中文中文", "2m"]]
    headers = ["NODE", "WHY", "AGE"]
    assert shown(headers, rows, max_width=25, cut="WHY") == (
        "NODE     WHY          AGE\nnode-1   Taint: no…   1m\nnode-2   中文中文…    2m\n"
    )
    assert shown(["NODE", "WHY"], [r[:2] for r in rows], max_width=20, cut="WHY") == (
        "NODE     WHY\nnode-1   Taint: not…\nnode-2   中文中文中…\n"
    )
    assert "tolerated" in shown(headers, rows, cut="WHY")
    assert "tolerated" in shown(headers, rows, max_width=25)


def test_a_cut_column_stays_readable_and_keeps_its_colour() -> None:
    """At least eight columns are left of it, however narrow the terminal."""
    rows = [["a" * 30, Styled("not tolerated", "bad")]]
    printed = shown(["NODE", "WHY"], rows, max_width=20, cut="WHY", style=Style(True))
    assert printed.endswith("   \x1b[31mnot tol…\x1b[0m\n")


def test_foreign_text_cannot_draw_on_the_terminal() -> None:
    """Escape sequences, line breaks and direction marks in a cell are spelled out."""
    rows = [["\x1b[2Jx", "a\tb", "c\u202ed"], ["e\nf", "", ""]]
    printed = shown(["A", "B", "C"], rows, style=Style(True))
    assert printed == ("A        B      C\n^[[2Jx   a\\tb   c\\u202ed\ne...            \n")


def test_colour_does_not_move_columns() -> None:
    """A painted cell is padded by what is seen of it, and plain without colour."""
    rows = [[Styled("Ready", "good"), "x"], [Styled("中", "bad"), "y"]]
    assert shown(["S", "T"], rows, style=Style(True)) == (
        "S       T\n\x1b[32mReady\x1b[0m   x\n\x1b[31m中\x1b[0m      y\n"
    )
    assert "\x1b" not in shown(["S", "T"], rows, style=Style(False))
    assert "\x1b" not in shown(["S", "T"], rows)
