"""Name forms against the regular expressions that the server checks them by."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsctl.domain.validation import names

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_UNDERSCORE = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_FORMS: list[tuple[Callable[[str], object], str, int]] = [
    (names.dns1123_label, _LABEL, 63),
    (names.dns1123_subdomain, rf"{_LABEL}(\.{_LABEL})*", 253),
    (names.dns1123_subdomain_with_underscore, rf"{_UNDERSCORE}(\.{_UNDERSCORE})*", 253),
    (names.label_value, f"({_KEY})?", 63),
    (names.percent, "[0-9]+%", 9999),
    (names.http_header_name, "[-A-Za-z0-9]+", 9999),
]
_TEXTS = st.text("aZ09-._/%= é\n", max_size=12) | st.sampled_from(
    ["a" * 63, "a" * 64, "a." * 126 + "a", "a" * 254, "é" * 40, "0%", "-0", "a\n"]
)


@pytest.mark.parametrize(("check", "pattern", "limit"), _FORMS)
@given(text=_TEXTS)
def test_form_is_that_of_the_pattern(
    check: Callable[[str], object], pattern: str, limit: int, text: str
) -> None:
    """What passes is what the server's pattern and length in bytes let pass."""
    wanted = bool(re.fullmatch(pattern, text)) and len(text.encode()) <= limit
    assert (not check(text)) is wanted


@given(text=_TEXTS)
def test_qualified_name_is_a_name_after_an_optional_prefix(text: str) -> None:
    """A label key has at most one slash, before it a DNS subdomain."""
    prefix, slash, name = text.rpartition("/")
    good = bool(re.fullmatch(_KEY, name)) and len(name) <= 63
    if slash:
        good = good and not names.dns1123_subdomain(prefix)
    assert (not names.qualified_name(text)) is good


@given(text=_TEXTS)
def test_port_name(text: str) -> None:
    """A port name is short, lower case, with a letter, and hyphens only between others."""
    good = re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", text) and re.search("[a-z]", text)
    assert (not names.port_name(text)) is (bool(good) and len(text) <= 15)


def test_dots_in_a_label_are_told_apart() -> None:
    """A name that is a subdomain but no label is told so."""
    assert names.dns1123_label("a.b") == ["must not contain dots"]


def test_generated_names_may_end_in_a_dash() -> None:
    """generateName is judged as the beginning of a name."""
    assert names.name_is_subdomain("agent-", prefix=True) == []
    assert names.name_is_subdomain("agent-") != []
