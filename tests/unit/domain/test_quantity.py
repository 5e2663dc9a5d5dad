"""Quantities parse, round, compare and print as apimachinery's do.

Expected values were printed by resource.ParseQuantity of k8s.io/apimachinery v0.37.2.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsctl.domain.quantity import ZERO, Quantity, QuantityError, parse


@pytest.mark.parametrize(
    ("text", "canonical", "value", "milli"),
    [
        ("0", "0", 0, 0),
        ("100m", "100m", 1, 100),
        ("0.1", "100m", 1, 100),
        ("1.5", "1500m", 2, 1500),
        ("1.500", "1.500", 2, 1500),
        ("1000m", "1", 1, 1000),
        ("1000", "1k", 1000, 1000000),
        ("+5", "+5", 5, 5000),
        ("1Ki", "1Ki", 1024, 1024000),
        ("1024", "1024", 1024, 1024000),
        ("1024Ki", "1Mi", 1048576, 1048576000),
        ("1.5Gi", "1536Mi", 1610612736, 1610612736000),
        ("0.5Ki", "512", 512, 512000),
        ("0.1Ki", "102400m", 103, 102400),
        ("1e3", "1e3", 1000, 1000000),
        ("12e5", "1200e3", 1200000, 1200000000),
        ("1E", "1E", 10**18, 10**21),
        ("1E3", "1E3", 1000, 1000000),
        ("1n", "1n", 1, 1),
        ("0.1n", "1n", 1, 1),
        (".5", "500m", 1, 500),
        ("1.", "1.", 1, 1000),
        (".", "0", 0, 0),
        ("m", "0", 0, 0),
        ("9Ei", "9223372036854775807", 2**63 - 1, (2**63 - 1) * 1000),
        (" 1 ", "1", 1, 1000),
    ],
)
def test_parse(text: str, canonical: str, value: int, milli: int) -> None:
    """Suffixes, exponents, signs and fractions read as the server reads them."""
    quantity = parse(text)
    assert (str(quantity), quantity.value, quantity.milli) == (canonical, value, milli)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "regular expression"),
        ("1 Gi", "regular expression"),
        ("--1", "suffix"),
        ("1.1.1", "regular expression"),
        ("abc", "regular expression"),
        ("1Mb", "regular expression"),
        ("1e", "suffix"),
        ("1mi", "suffix"),
        ("1K", "suffix"),
        ("1e99999999999999999999", "suffix"),
        (".Ei", "numeric"),
    ],
)
def test_parse_refuses(text: str, message: str) -> None:
    """What is no quantity raises with the server's own words."""
    with pytest.raises(QuantityError, match=message):
        parse(text)


def test_rounding_to_milli() -> None:
    """Resource lists lose what is finer than a thousandth, upwards, away from zero."""
    assert str(parse("1u").rounded_to_milli()) == "1m"
    assert str(parse("-1500u").rounded_to_milli()) == "-2m"
    assert str(parse("100m").rounded_to_milli()) == "100m"


def test_comparison_is_by_value() -> None:
    """Different spellings of one amount are equal; order ignores the unit."""
    assert parse("1Gi") == parse("1024Mi")
    assert hash(parse("1000m")) == hash(parse("1"))
    assert parse("1G") < parse("1Gi") <= parse("1.1Gi")
    assert parse("-1") < ZERO


def test_sum_takes_the_format_of_what_is_not_zero() -> None:
    """Adding keeps the format; a zero takes the other's."""
    assert str(ZERO + parse("1Gi") + parse("1Gi")) == "2Gi"
    assert str(parse("1Gi") - parse("512Mi")) == "512Mi"
    assert str(parse("500m") + parse("1")) == "1500m"


@pytest.mark.parametrize(
    "text", ["1e2000000000", "1e-2000000000", "9" * 100_000, "0." + "1" * 100_000]
)
def test_absurd_numbers_cost_nothing(text: str) -> None:
    """Giant exponents and digit strings neither hang nor raise."""
    start = time.perf_counter()
    quantity = parse(text)
    assert str(quantity)
    assert quantity > ZERO
    assert time.perf_counter() - start < 1


@given(st.integers(-(10**17), 10**17), st.sampled_from(["", "m", "k", "Mi", "Gi", "e3"]))
def test_canonical_form_keeps_the_value(number: int, suffix: str) -> None:
    """Printing and parsing again gives the same amount."""
    quantity = parse(f"{number}{suffix}")
    assert parse(str(Quantity(quantity.nanos, quantity.format))) == quantity
