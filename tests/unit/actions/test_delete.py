"""Deleting over a connection that breaks: only what is known is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dsctl.actions.delete import Deleted, DeleteHow, NotDeleted, NotSent, each
from dsctl.actions.targets import Target
from dsctl.api.client import Cluster
from dsctl.errors import MaybeApplied, Unreachable
from tests.unit.api.loopback import Loopback, Peer, status

GONE = status(404, "NotFound", 'daemonsets.apps "one" not found')
Outcomes = list[Deleted | NotDeleted | NotSent]


def daemonset(uid: str, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": "one", "namespace": "ns", "uid": uid, **metadata}}


@pytest.fixture
def delete() -> Iterator[Callable[..., Outcomes]]:
    """Delete targets at a server that hangs up on every DELETE and answers a GET with ``then``."""
    made: list[tuple[Loopback, Cluster]] = []

    def run(*targets: Target, then: tuple[int, Any] | None) -> Outcomes:
        def script(peer: Peer) -> None:
            while (request := peer.request()).method == "GET" and then is not None:
                peer.answer(then[1], then[0])
            assert request.method in ("DELETE", "GET")
            peer.hang_up()

        server = Loopback(script)
        cluster = Cluster(server.config(), on_warning=lambda text: None)
        made.append((server, cluster))
        return list(each(cluster, targets, DeleteHow()))

    yield run
    for server, cluster in made:
        cluster.close()
        server.stop()


@pytest.mark.parametrize(
    ("uid", "then"),
    [
        ("1", (404, GONE)),
        ("1", (200, daemonset("2"))),
        ("1", (200, daemonset("1", deletionTimestamp="2026-01-01T00:00:00Z"))),
        (None, (200, daemonset("1", deletionTimestamp="2026-01-01T00:00:00Z"))),
    ],
)
def test_a_lost_answer_that_the_server_can_settle(
    delete: Callable[..., Outcomes], uid: str | None, then: tuple[int, Any]
) -> None:
    """Gone, replaced, or on its way out: it was deleted."""
    target = Target("ns", "one", uid)
    assert delete(target, then=then) == [Deleted(target, uid)]


@pytest.mark.parametrize(
    ("uid", "then"),
    [
        ("1", (200, daemonset("1"))),
        (None, (200, daemonset("1"))),
        (None, (404, GONE)),
        ("1", (403, status(403, "Forbidden", "no"))),
        ("1", None),
    ],
)
def test_a_lost_answer_that_stays_open(
    delete: Callable[..., Outcomes], uid: str | None, then: tuple[int, Any] | None
) -> None:
    """Still there, never known to be there, or not to be read: it may have been deleted."""
    (outcome,) = delete(Target("ns", "one", uid), then=then)
    assert isinstance(outcome, NotDeleted)
    assert isinstance(outcome.error, MaybeApplied)
    assert "may have been deleted" in outcome.error.message


def test_a_server_that_is_gone_ends_it() -> None:
    """What was not sent is told apart from what failed."""
    with Loopback(lambda peer: None) as server:
        config = server.config()
    cluster = Cluster(config, on_warning=lambda text: None)
    targets = [Target("ns", name) for name in ("one", "two", "three")]
    failed, rest = each(cluster, targets, DeleteHow())
    assert isinstance(failed, NotDeleted)
    assert isinstance(failed.error, Unreachable)
    assert rest == NotSent((targets[1], targets[2]))
