"""Waiting for one uid, over a server that answers by a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dsctl.actions import leaving
from dsctl.actions.delete import Deleted
from dsctl.actions.targets import Target
from dsctl.api.client import Cluster
from dsctl.errors import DeadlineExceeded
from tests.unit.api.loopback import Loopback, Peer

TARGET = Target("ns", "one", "1")
Watch = Callable[..., list[leaving.Going]]


def listed(*uids: str) -> dict[str, Any]:
    metadata = {"name": "one", "namespace": "ns", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    items = [{"metadata": {**metadata, "uid": uid, "finalizers": ["a/b"]}} for uid in uids]
    return {"metadata": {"resourceVersion": "7"}, "items": items}


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Wait for uid 1 at a server that lists ``answer`` and then has nothing more to say."""
    made: list[tuple[Loopback, Cluster]] = []

    def run(answer: dict[str, Any], timeout: float, uid: str | None = "1") -> list[leaving.Going]:
        def script(peer: Peer) -> None:
            while True:
                request = peer.request()
                if "watch=true" in request.target:
                    peer.start_chunks()
                else:
                    peer.answer(answer)

        server = Loopback(script)
        cluster = Cluster(server.config(), on_warning=lambda text: None)
        made.append((server, cluster))
        return list(leaving.watch(cluster, [Deleted(TARGET, uid)], timeout))

    yield run
    for server, cluster in made:
        cluster.close()
        server.stop()


@pytest.mark.parametrize("answer", [listed(), listed("2")])
def test_gone_or_replaced_is_the_end(watch: Watch, answer: dict[str, Any]) -> None:
    """No object, or one of another uid: the deleted one is gone."""
    assert [going.obj for going in watch(answer, 30)] == [None]


def test_where_the_uid_is_not_known_any_object_counts(watch: Watch) -> None:
    """Without a uid the name must be free; the finalizers that keep it are named."""
    with pytest.raises(DeadlineExceeded, match=r"on daemonsets/one: finalizer a/b$"):
        watch(listed("2"), 0.3, uid=None)
