"""Foreign text, made safe and measured."""

import pytest

from dsctl.render.text import cell, clip, display_width, escape, escape_lines


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("plain é 中文 \U0001f600 \\n", "plain é 中文 \U0001f600 \\n"),
        ("\x1b[31mred\x1b[0m", "^[[31mred^[[0m"),
        ("\x9b31m\x07\x7f\x00", "\\x9b31m\\x07\\x7f\\x00"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("user\u202etxt.exe\u2066", "user\\u202etxt.exe\\u2066"),
        ("a\u2028b\ufeff", "a\\u2028b\\ufeff"),
        ("half \ud83d", "half \\ud83d"),
        ("nbsp\xa0x", "nbsp\xa0x"),
    ],
)
def test_escape_leaves_nothing_that_moves_a_cursor(raw: str, safe: str) -> None:
    """Controls, direction marks, separators and lone surrogates are spelled out, no more."""
    assert escape(raw) == safe


def test_lines_keep_their_breaks() -> None:
    """Text of several lines keeps newlines and tabs and loses the rest."""
    assert escape_lines("a\r\n\tb\x1b[1m\rc") == "a\n\tb^[[1m\\rc"


def test_cells_print_as_kubectl_prints_them() -> None:
    """One line, kubectl's three dots for more, Go's numbers and booleans."""
    values = ["x", "a\nb", "\n", None, True, False, 3, 1.0, 0.5, 1e6, 1e21, "a\fb"]
    shown = ["x", "a...", "...", "", "true", "false", "3", "1", "0.5", "1e+06"]
    shown += ["1e+21", "a..."]
    assert [cell(v) for v in values] == shown


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("中文", 4), ("\U0001f600", 2), ("ｱ", 1)],
)
def test_width_is_what_a_terminal_shows(text: str, width: int) -> None:
    """East Asian wide characters and emoji take two columns, combining marks none."""
    assert display_width(text) == width


def test_clip_never_exceeds_its_width() -> None:
    """Cut text ends in an ellipsis and fits, wide characters included."""
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abcdefg", 6) == "abcde…"
    assert clip("中文中", 4) == "中…"
    assert clip("abc", 1) == "…"
    assert clip("abc", 0) == ""
