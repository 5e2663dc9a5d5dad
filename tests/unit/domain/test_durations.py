"""Go's durations."""

import pytest

from dsctl.domain.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("-0", 0.0),
        ("30s", 30.0),
        ("1h30m", 5400.0),
        ("300ms", 0.3),
        ("-1.5s", -1.5),
        ("+5m", 300.0),
        (".5h", 1800.0),
        ("1.s", 1.0),
        ("1us1µs1μs1ns", 0.000003001),
        ("0.3333333333333333333h", 1200.0),
        ("2562047h47m16.854775807s", 9223372036.854775807),
    ],
)
def test_durations_read_as_go_reads_them(text: str, seconds: float) -> None:
    """Signs, fractions, several units and the largest value."""
    assert parse_duration(text) == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'time: invalid duration ""'),
        ("30", 'time: missing unit in duration "30"'),
        ("1..5s", 'time: missing unit in duration "1..5s"'),
        ("5 m", 'time: unknown unit " m" in duration "5 m"'),
        ("1d", 'time: unknown unit "d" in duration "1d"'),
        ("-", 'time: invalid duration "-"'),
        (".s", 'time: invalid duration ".s"'),
        ("--5s", 'time: invalid duration "--5s"'),
        ("soon", 'time: invalid duration "soon"'),
        ("9223372036855s", 'time: invalid duration "9223372036855s"'),
    ],
)
def test_refusals_are_in_gos_words(text: str, message: str) -> None:
    """What is not a duration raises ValueError, saying what is wrong with it."""
    with pytest.raises(ValueError) as caught:
        parse_duration(text)
    assert str(caught.value) == message
