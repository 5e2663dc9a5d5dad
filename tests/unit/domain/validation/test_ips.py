"""IP addresses against the standard library, and where the server differs from it."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsctl.domain.validation.ips import canonical, parse_ip


@given(st.ip_addresses())
def test_every_address_is_read_and_printed(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """Printing gives RFC 5952; mapped addresses come out dotted, as Go prints them."""
    parsed = parse_ip(str(address))
    assert parsed is not None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    assert canonical(parsed) == str(mapped or address)
    if isinstance(address, ipaddress.IPv6Address):
        assert parse_ip(address.exploded.upper()) == parsed


@given(st.text("0123456789abcdefx:.%", max_size=16))
def test_what_the_library_refuses_is_refused(text: str) -> None:
    """But for leading zeros in dotted decimals, and for zones, both read the same texts."""
    try:
        ipaddress.ip_address(text)
        known = "%" not in text
    except ValueError:
        known = False
    parsed = parse_ip(text)
    assert known is (parsed is not None) or (parsed is not None and parsed.leading_zeros)


@pytest.mark.parametrize(
    "text", ["", "1.2.3", "1.2.3.4.5", ":::", "1::2::3", "fe80::1%eth0", "::x"]
)
def test_refused(text: str) -> None:
    """Zones, wrong counts and foreign characters are no addresses."""
    assert parse_ip(text) is None
