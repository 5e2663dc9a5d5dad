"""What keeps a deleted DaemonSet, in words."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.deletion import PodLeft, left

GOING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}


def pod(name: str, **changes: Any) -> PodLeft:
    return PodLeft(name, f"node-{name}", terminating=True, **changes)


@pytest.mark.parametrize(
    ("metadata", "pods", "text"),
    [
        ({}, (), "it is not being deleted"),
        (GOING, (), ""),
        ({**GOING, "finalizers": ["a/b", "c/d"]}, (), "finalizer a/b; finalizer c/d"),
        (
            {**GOING, "finalizers": ["orphan"]},
            (),
            "waits for the garbage collector to release its pods (orphan)",
        ),
        (
            {**GOING, "finalizers": ["foregroundDeletion"]},
            (pod("a"), PodLeft("b", None, terminating=False)),
            "waits for its pods (foreground deletion); "
            "2 pods left: a on node-a (Terminating), b (not yet deleted)",
        ),
        (
            {**GOING, "finalizers": ["foregroundDeletion"]},
            (pod("d", node_ready=True), pod("c"), pod("b"), pod("a", node_ready=False), pod("e")),
            "waits for its pods (foreground deletion); 5 pods left: "
            "a on node-a (Terminating, node NotReady), b on node-b (Terminating), "
            "c on node-c (Terminating) and 2 more",
        ),
        (
            {**GOING, "finalizers": ["foregroundDeletion"]},
            (pod("a", finalizers=("x/y",)), pod("b", node_ready=False, node_gone=True)),
            "waits for its pods (foreground deletion); 2 pods left: "
            "b on node-b (Terminating, the node is gone), a on node-a (Terminating, finalizer x/y)",
        ),
    ],
)
def test_what_is_left(metadata: dict[str, Any], pods: tuple[PodLeft, ...], text: str) -> None:
    """Finalizers come first, then the pods, those on dead nodes before the others."""
    assert left({"metadata": metadata}, pods).describe() == text
