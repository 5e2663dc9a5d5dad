"""Durations and Warning headers: grammars ported from Go."""

from __future__ import annotations

import pytest

from dsctl.api.duration import go_duration, parse_request_timeout
from dsctl.api.warning_header import warning_texts


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("1s", 1.0),
        ("1h2m3s", 3723.0),
        ("1.5h", 5400.0),
        (".5s", 0.5),
        ("5.s", 5.0),
        ("-1m", -60.0),
        ("+2s", 2.0),
        ("100ms", 0.1),
        ("3us", 3e-6),
        ("7µs", 7e-6),
        ("1", None),
        ("", None),
        (".s", None),
        ("1d", None),
        ("s", None),
        ("1s ", None),
        ("1e3s", None),
    ],
)
def test_go_durations(text: str, seconds: float | None) -> None:
    """What time.ParseDuration takes, and nothing else."""
    assert go_duration(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(("text", "seconds"), [("5", 5.0), ("+5", 5.0), ("0s", None), ("2m", 120)])
def test_request_timeouts(text: str, seconds: float | None) -> None:
    """A bare number is seconds, and zero is no limit."""
    assert parse_request_timeout(text) == seconds


@pytest.mark.parametrize(
    ("headers", "texts"),
    [
        (['299 - "a"'], ["a"]),
        (['299 kube "a" "Wed, 21 Oct 2015 07:28:00 GMT"'], ["a"]),
        (['  299 - "a",299 - "b" , 299 - "c"'], ["a", "b", "c"]),
        (['299 - "say \\"hi\\" \\\\ ok"'], ['say "hi" \\ ok']),
        (['199 - "other code"', '299 - "b"'], ["b"]),
        (['299 - "a, b; c"'], ["a, b; c"]),
        (['299 - "a" rubbish, 299 - "b"', '299 - "c"'], ["c"]),
        (['299 - "unterminated'], []),
        (["299 -", "299", "", "x y z"], []),
        (['299 - ""'], []),
        (['299 - "bell\x07"'], []),
        (['299 - "ümlaut"'], ["ümlaut"]),
    ],
)
def test_warning_headers(headers: list[str], texts: list[str]) -> None:
    """As ParseWarningHeaders reads them; a malformed one spoils only what follows it."""
    assert warning_texts(headers) == texts
