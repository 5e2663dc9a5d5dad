"""When client and server are too far apart."""

from __future__ import annotations

import pytest

from dsctl.domain.skew import minor_version, warning

KNOWN = ((1, 34), (1, 35), (1, 36), (1, 37))


@pytest.mark.parametrize("server", ["v1.33.0", "v1.34.4", "1.37.2+k3s1", "v1.38.0-rc.1", "odd", ""])
def test_near_servers_and_odd_ones_bring_no_warning(server: str) -> None:
    """One minor version from the nearest that dsctl knows; what can't be read is not judged."""
    assert warning(KNOWN, server) is None


@pytest.mark.parametrize(
    ("server", "client", "said"),
    [("v1.32.9", "1.34", "1.32"), ("v1.39.0", "1.37", "1.39"), ("v2.37.0", "1.37", "2.37")],
)
def test_far_servers_are_warned_of_in_kubectls_words(server: str, client: str, said: str) -> None:
    """The sentence of kubectl version."""
    assert warning(KNOWN, server) == (
        f"version difference between client ({client}) and server ({said}) exceeds the supported "
        "minor version skew of +/-1"
    )


def test_versions_are_read_as_servers_write_them() -> None:
    """With or without v, and with whatever a vendor adds."""
    assert minor_version("v1.37.2-gke.100") == (1, 37)
    assert minor_version("1.37+") == (1, 37)
    assert minor_version("v1") is None
