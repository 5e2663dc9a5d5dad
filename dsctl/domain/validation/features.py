"""Feature gates that are on by default, by Kubernetes version (pkg/features/kube_features.go)."""

from __future__ import annotations

OLDEST = (1, 34)
NEWEST = (1, 37)

_ON_SINCE: dict[str, tuple[int, int]] = {}


def gates(version: tuple[int, int]) -> frozenset[str]:
    """The gates on in ``version``; an older or newer version counts as the nearest known one."""
    known = min(max(version, OLDEST), NEWEST)
    return frozenset(name for name, since in _ON_SINCE.items() if since <= known)
