"""What a person sees while something takes its time."""

from __future__ import annotations

import io

import pytest

from dsctl.sandbox.progress import Progress, seconds


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "span,text",
    [(0.04, "0.0 s"), (3.44, "3.4 s"), (59.9, "59.9 s"), (60, "1 min 0 s"), (125, "2 min 5 s")],
)
def test_a_length_of_time_reads_well(span: float, text: str) -> None:
    """Tenths below a minute, minutes and seconds above."""
    assert seconds(span) == text


def test_a_step_in_a_pipe_is_one_line() -> None:
    """It starts with the step and ends with the time; what is fetched in between is not shown."""
    stream = io.StringIO()
    progress = Progress(stream)
    with progress.step("building x"):
        progress.detail("downloading y")
    assert stream.getvalue() == "building x ... 0.0 s\n"


def test_a_failed_step_says_so() -> None:
    """Its line ends, so that the error stands on a line of its own."""
    stream = io.StringIO()
    with pytest.raises(ValueError), Progress(stream).step("building x"):
        raise ValueError
    assert stream.getvalue() == "building x ... failed after 0.0 s\n"


def test_a_terminal_shows_the_step_once_when_it_is_done() -> None:
    """What was live is wiped out; the last line stays."""
    stream = Terminal()
    with Progress(stream).step("building x"):
        pass
    assert stream.getvalue().endswith("\r\033[Kbuilding x: 0.0 s\n")
