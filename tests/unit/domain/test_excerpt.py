"""A line with a caret."""

from __future__ import annotations

import pytest

from dsctl.domain.excerpt import numbered, printable, with_caret


@pytest.mark.parametrize(
    ("text", "column", "shown"),
    [
        ("a: b", 4, ("a: b", "   ^")),
        ("", 1, ("", "^")),
        ("ab", 9, ("ab", "  ^")),
        ("\ta", 2, (" a", " ^")),
        ("a\x1b[31mb", 7, ("a\\x1b[31mb", "         ^")),
        ("x" * 50 + "y" + "z" * 50, 51, ("…" + "x" * 20 + "y" + "z" * 9 + "…", " " * 21 + "^")),
    ],
)
def test_the_caret_stands_under_the_column(text: str, column: int, shown: tuple[str, str]) -> None:
    """Also behind what is escaped, and in a line that is cut."""
    assert with_caret(text, column, width=30) == shown


def test_the_gutter_has_the_number() -> None:
    """Both lines are aligned."""
    assert numbered(12, "a: b", 4) == "   12 | a: b\n      |    ^"


def test_text_in_any_script_stays() -> None:
    """Only what a terminal would obey is escaped."""
    assert printable("grün 日本 \u202e\x07") == "grün 日本 \\u202e\\x07"
