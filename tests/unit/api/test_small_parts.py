"""``--request-timeout`` and Warning headers: grammars ported from Go."""

from __future__ import annotations

import pytest

from dsctl.api.duration import parse_request_timeout
from dsctl.api.warning_header import warning_texts


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
