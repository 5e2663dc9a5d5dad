"""Whether a client of one Kubernetes version may be used with a server of another.

Ported from kubectl's ``cmd/version/skew_warning.go``; a client that knows several versions is
measured from the nearest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Version = tuple[int, int]

#: minor versions that client and server may be apart
SUPPORTED = 1
_VERSION = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:[.+-]|$)")


def minor_version(text: str) -> Version | None:
    """Major and minor of ``v1.37.2+k3s1``; None for what is no version."""
    match = _VERSION.match(text)
    return None if match is None else (int(match.group(1)), int(match.group(2)))


def warning(known: Sequence[Version], server: str) -> str | None:
    """kubectl's warning where the server is too far from all ``known`` versions, oldest first."""
    found = minor_version(server)
    if found is None:
        return None
    nearest = min(known, key=lambda version: (version[0] != found[0], abs(version[1] - found[1])))
    if nearest[0] == found[0] and abs(nearest[1] - found[1]) <= SUPPORTED:
        return None
    return (
        f"version difference between client ({nearest[0]}.{nearest[1]}) and server "
        f"({found[0]}.{found[1]}) exceeds the supported minor version skew of +/-{SUPPORTED}"
    )
