from io import StringIO

from dsctl.render.live import Live
from dsctl.render.style import Style, Styled


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.time = 0.0

    def __call__(self):
        return self.time


def live(columns=20, rows=10, color=False):
    """A Live, what it writes and its clock."""
    stream, clock = StringIO(), Clock()
    return Live(stream, lambda: (columns, rows), Style(color), clock), stream, clock


def test_it_is_drawn_over_itself():
    """The second drawing goes up by the lines of the first and takes them away."""
    screen, stream, clock = live()
    screen.draw([["one"], ["two"]])
    clock.time = 1.0
    screen.draw([["three"]])
    screen.clear()
    assert stream.getvalue() == "one\ntwo\n\x1b[2F\x1b[Jthree\n\x1b[1F\x1b[J"


def test_at_most_ten_times_a_second():
    """A drawing that comes too soon is left out."""
    screen, stream, clock = live()
    drawn = 0
    for tick in range(1001):
        clock.time = tick / 1000
        drawn += screen.draw([["x"]])
    assert drawn == 10
    assert stream.getvalue().count("x") == drawn


def test_it_stays_within_the_terminal():
    """Lines are cut to the width, colour not counted, and no more of them than there are rows."""
    screen, stream, _ = live(columns=6, rows=3, color=True)
    screen.draw([[Styled("abc", "good"), "defgh"], ["two"], ["three"]])
    assert stream.getvalue() == "\x1b[32mabc\x1b[0md…\ntwo\n"
