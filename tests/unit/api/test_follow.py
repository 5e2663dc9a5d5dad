"""List, then watch: what a follower sees when the server, or the way to it, fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from dsctl.api.client import Cluster
from dsctl.api.follow import Change, Follow
from dsctl.api.resources import DAEMONSETS, PODS
from dsctl.errors import ClusterError, Forbidden, Gone, NotFound, Unreachable
from tests.unit.api.loopback import Loopback, Peer, status

Serve = Callable[..., Loopback]
At = Callable[..., Cluster]


def pod(name: str, version: int, uid: str = "") -> dict[str, Any]:
    """A pod with as little as a follower needs."""
    metadata = {"namespace": "ns", "name": name, "uid": uid or name}
    return {"metadata": metadata | {"resourceVersion": str(version)}}


def pods(version: int, *items: dict[str, Any]) -> dict[str, Any]:
    """A PodList."""
    metadata = {"resourceVersion": str(version)}
    return {"kind": "PodList", "apiVersion": "v1", "metadata": metadata, "items": list(items)}


def _told(batch: list[Change]) -> list[tuple[str, str]]:
    """A batch in short: type and name of each change."""
    found = []
    for change in batch:
        item = change.object if "metadata" in change.object else change.object["object"]
        found.append((change.type, item["metadata"]["name"]))
    return found


def _versions(server: Loopback) -> list[str]:
    """The resource versions of the watches that came in."""
    return [
        request.target.partition("resourceVersion=")[2].partition("&")[0]
        for request in server.requests
        if "watch=true" in request.target
    ]


def _follow(cluster: Cluster, **options: Any) -> Follow:
    options.setdefault("timeout", 10)
    options.setdefault("sleep", lambda seconds: None)
    return cluster.follow(PODS, "ns", **options)


def test_list_then_changes(serve: Serve, cluster_at: At) -> None:
    """The first batch is what is there; then each change, and the state beside it."""

    def listing(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10, pod("a", 1), pod("b", 2)))
        peer.request()
        peer.start_chunks()
        peer.event("MODIFIED", pod("a", 11))
        peer.event("DELETED", pod("b", 12))
        peer.event("ADDED", pod("c", 13))

    server = serve(listing)
    follow = _follow(cluster_at(server), label_selector="app=x")
    batches = iter(follow)
    assert _told(next(batches)) == [("ADDED", "a"), ("ADDED", "b")]
    seen: list[tuple[str, str]] = []
    while len(seen) < 3:
        seen += _told(next(batches))
    assert seen == [("MODIFIED", "a"), ("DELETED", "b"), ("ADDED", "c")]
    assert sorted(name for _, name in follow.objects) == ["a", "c"]
    assert follow.objects["ns", "a"]["metadata"]["resourceVersion"] == "11"
    assert all("labelSelector=app%3Dx" in request.target for request in server.requests)
    batches.close()


def test_objects_of_a_list_get_their_kind(serve: Serve, cluster_at: At) -> None:
    """Items of a list have no kind on the wire; a follower's have."""

    def listing(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10, pod("a", 1)))

    (change,) = next(iter(_follow(cluster_at(serve(listing)))))
    assert (change.object["apiVersion"], change.object["kind"]) == ("v1", "Pod")


def test_one_object_by_name(serve: Serve, cluster_at: At) -> None:
    """``name`` narrows list and watch to one object."""

    def listing(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))

    server = serve(listing)
    assert next(iter(_follow(cluster_at(server), name="a"))) == []
    assert "fieldSelector=metadata.name%3Da" in server.requests[0].target


def test_watch_resumes_from_the_last_version_seen(serve: Serve, cluster_at: At) -> None:
    """After a broken connection, events and bookmarks count; nothing is listed again."""

    def first(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        peer.request()
        peer.start_chunks()
        peer.event("ADDED", pod("a", 11))
        peer.event("BOOKMARK", {"metadata": {"resourceVersion": "40"}})
        peer.hang_up()

    def second(peer: Peer) -> None:
        peer.request()
        peer.start_chunks()
        peer.event("ADDED", pod("b", 41))

    server = serve(first, second)
    seen: list[tuple[str, str]] = []
    for batch in _follow(cluster_at(server)):
        seen += _told(batch)
        if len(seen) == 2:
            break
    assert seen == [("ADDED", "a"), ("ADDED", "b")]
    assert _versions(server) == ["10", "40"]
    assert len([request for request in server.requests if "watch" not in request.target]) == 1


def test_quiet_end_of_a_watch_is_no_trouble(serve: Serve, cluster_at: At) -> None:
    """A server ends each watch after a while; the next one follows without a pause or a word."""
    troubles: list[ClusterError] = []

    def watching(peer: Peer, *versions: int) -> None:
        peer.request()
        peer.start_chunks()
        for version in versions:
            peer.event("MODIFIED", pod("a", version))
        peer.send(b"0\r\n\r\n")

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10, pod("a", 1)))
        watching(peer, 11)
        peer.hang_up()

    server = serve(script, lambda peer: watching(peer, 12))
    seen: list[Any] = []
    for batch in _follow(cluster_at(server), on_trouble=troubles.append):
        seen += batch
        if len(seen) == 3:
            break
    assert [change.object["metadata"]["resourceVersion"] for change in seen] == ["1", "11", "12"]
    assert _versions(server)[:2] == ["10", "11"]
    assert troubles == []


@pytest.mark.parametrize("form", ["event", "status"])
def test_410_lists_again_and_reports_the_difference(
    serve: Serve, cluster_at: At, form: str
) -> None:
    """What happened unseen is told: gone, changed, new, and replaced under the same name."""
    gone = status(410, "Expired", "too old resource version: 10 (99)")

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10, pod("a", 1), pod("b", 2), pod("c", 3), pod("d", 4)))
        peer.request()
        if form == "status":
            peer.answer(gone, 410)
        else:
            peer.start_chunks()
            peer.event("ERROR", gone)
            peer.hang_up()
            return
        rest(peer)

    def rest(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(100, pod("a", 1), pod("c", 50), pod("d", 60, "d2"), pod("e", 70)))
        peer.request()
        peer.start_chunks()

    server = serve(script, rest)
    troubles: list[ClusterError] = []
    follow = _follow(cluster_at(server), on_trouble=troubles.append)
    batches = iter(follow)
    next(batches)
    assert _told(next(batches)) == [
        ("DELETED", "b"),
        ("DELETED", "d"),
        ("MODIFIED", "c"),
        ("ADDED", "d"),
        ("ADDED", "e"),
    ]
    assert sorted(name for _, name in follow.objects) == ["a", "c", "d", "e"]
    assert troubles == []
    batches.close()


def test_restarted_server_is_waited_for(serve: Serve, cluster_at: At) -> None:
    """While nothing listens, tries go on with growing pauses; then the watch resumes."""
    naps: list[float] = []
    troubles: list[ClusterError] = []

    def first(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10, pod("a", 1)))
        peer.request()
        peer.start_chunks()
        peer.event("MODIFIED", pod("a", 11))

    server = serve(first)
    cluster = cluster_at(server)
    started: list[Loopback] = []

    def after(peer: Peer) -> None:
        peer.request()
        peer.start_chunks()
        peer.event("MODIFIED", pod("a", 12))

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 4:
            started.append(Loopback(after, port=server.port))

    seen: list[Any] = []
    for batch in _follow(cluster, sleep=nap, on_trouble=troubles.append):
        seen += batch
        if len(seen) == 2:
            server.stop()
        if len(seen) == 3:
            break
    started[0].stop()
    assert seen[-1].object["metadata"]["resourceVersion"] == "12"
    assert _versions(started[0]) == ["11"]
    assert len(naps) == 4
    for nap_, low in zip(naps, (0.2, 0.4, 0.8, 1.6), strict=True):
        assert low <= nap_ <= low * 1.5
    assert any("refused" in error.message for error in troubles)


def test_patience_has_an_end(serve: Serve, cluster_at: At) -> None:
    """A server that does not come back is reported as unreachable."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))

    server = serve(script)
    batches = iter(_follow(cluster_at(server), patience=0.0))
    next(batches)
    server.stop()
    with pytest.raises(Unreachable):
        for _ in batches:
            pass


def test_first_list_fails_at_once(serve: Serve, cluster_at: At) -> None:
    """Nothing is tried twice before there was a first answer."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(status(403, "Forbidden", "no"), 403)

    server = serve(script)
    with pytest.raises(Forbidden):
        next(iter(_follow(cluster_at(server))))
    assert len(server.requests) == 1


def test_no_server_at_the_beginning_is_no_server(serve: Serve, cluster_at: At) -> None:
    """A server that never answered is not waited for."""
    server = serve(lambda peer: None)
    server.stop()
    with pytest.raises(Unreachable):
        next(iter(_follow(cluster_at(server), on_trouble=pytest.fail)))


def test_server_that_answered_before_is_waited_for(serve: Serve, cluster_at: At) -> None:
    """One that is away at the first list may come back, and then learn its roles."""

    def first(peer: Peer) -> None:
        peer.request()
        peer.answer(pod("a", 1))

    def after(peer: Peer) -> None:
        peer.request()
        peer.answer(status(403, "Forbidden", "no"), 403)
        peer.request()
        peer.answer(pods(10))

    server = serve(first)
    cluster = cluster_at(server)
    cluster.read(PODS, "a", "ns")
    server.stop()
    naps: list[float] = []
    started: list[Loopback] = []
    troubles: list[ClusterError] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 2:
            started.append(Loopback(after, port=server.port))

    batches = iter(_follow(cluster, sleep=nap, tick=0.01, on_trouble=troubles.append))
    assert next(batches) == []
    started[0].stop()
    assert "refused" in troubles[0].message
    assert isinstance(troubles[-1], Forbidden)


def test_hopeless_refusal_of_a_watch_is_raised(serve: Serve, cluster_at: At) -> None:
    """A watch that can never be had is not asked for again."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        peer.request()
        peer.answer(status(404, "NotFound", "no such resource"), 404)

    server = serve(script)
    batches = iter(_follow(cluster_at(server)))
    next(batches)
    with pytest.raises(NotFound):
        next(batches)
    assert len(server.requests) == 2


def test_server_that_forgot_its_roles_is_given_time(serve: Serve, cluster_at: At) -> None:
    """403 right after a restart is tried three times before it is believed."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        while True:
            peer.request()
            peer.answer(status(403, "Forbidden", "RBAC: not yet"), 403)

    server = serve(script)
    batches = iter(_follow(cluster_at(server)))
    next(batches)
    with pytest.raises(Forbidden):
        for _ in batches:
            pass
    assert len([request for request in server.requests if "watch" in request.target]) >= 3


def test_watch_that_ends_at_once_is_not_hammered(serve: Serve, cluster_at: At) -> None:
    """A proxy that cuts every watch makes pauses, not a busy loop."""
    naps: list[float] = []

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        while True:
            peer.request()
            peer.answer(b"")

    server = serve(script)
    with pytest.raises(Unreachable, match="as soon as it had begun"):
        for _ in _follow(cluster_at(server), sleep=naps.append, patience=0.3):
            time.sleep(0.01)
    assert naps
    assert max(naps) > 0.2


def test_ticks_come_when_nothing_else_does(serve: Serve, cluster_at: At) -> None:
    """An empty batch every ``tick`` seconds lets a caller look at its clocks."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        peer.request()
        peer.start_chunks()

    started = time.monotonic()
    batches = iter(_follow(cluster_at(serve(script)), tick=0.05))
    assert [next(batches) for _ in range(4)] == [[], [], [], []]
    assert 0.14 < time.monotonic() - started < 3
    batches.close()


def test_timeout_ends_the_iteration(serve: Serve, cluster_at: At) -> None:
    """After ``timeout`` the loop ends, and ``timed_out`` says why."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        peer.request()
        peer.start_chunks()

    follow = _follow(cluster_at(serve(script)), timeout=0.2)
    started = time.monotonic()
    assert list(follow) == [[]]
    assert follow.timed_out
    assert time.monotonic() - started < 3


def test_timeout_holds_while_the_server_is_away(serve: Serve, cluster_at: At) -> None:
    """The end comes in the middle of a pause too."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))

    server = serve(script)
    follow = _follow(cluster_at(server), timeout=0.5, sleep=time.sleep)
    batches = iter(follow)
    next(batches)
    server.stop()
    started = time.monotonic()
    list(batches)
    assert follow.timed_out
    assert time.monotonic() - started < 3


def test_silent_server_does_not_outlast_the_timeout(serve: Serve, cluster_at: At) -> None:
    """A server that accepts the watch and says nothing at all is left in time."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        peer.request()

    follow = _follow(cluster_at(serve(script)), timeout=0.3)
    started = time.monotonic()
    list(follow)
    assert follow.timed_out
    assert time.monotonic() - started < 3


def test_first_list_that_does_not_come_in_time_ends_it(serve: Serve, cluster_at: At) -> None:
    """Time that is over before there was an answer is no failure: there is no batch."""
    follow = _follow(cluster_at(serve(lambda peer: peer.request())), timeout=0.2)
    assert list(follow) == []
    assert follow.timed_out


def test_burst_is_one_batch_with_settle(serve: Serve, cluster_at: At) -> None:
    """``settle`` gathers what comes shortly after one another."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        peer.request()
        peer.start_chunks()
        for number in range(20):
            peer.event("ADDED", pod(f"p{number}", 11 + number))
            time.sleep(0.005)

    batches = iter(_follow(cluster_at(serve(script)), settle=1.0))
    next(batches)
    assert len(next(batches)) == 20
    batches.close()


def test_close_from_another_thread_ends_the_wait(serve: Serve, cluster_at: At) -> None:
    """A follower that waits for ever can be woken up."""
    watching = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        peer.request()
        peer.start_chunks()
        watching.set()

    follow = _follow(cluster_at(serve(script)), timeout=None)
    batches = iter(follow)
    next(batches)
    ended: list[Any] = []
    thread = threading.Thread(target=lambda: ended.append(list(batches)), daemon=True)
    thread.start()
    assert watching.wait(5)
    time.sleep(0.05)  # let it block in its read
    follow.close()
    thread.join(5)
    assert ended == [[]]


def test_interrupt_closes_the_watch(serve: Serve, cluster_at: At) -> None:
    """Ctrl-C in the consumer's loop leaves no connection behind."""
    closed = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(pods(10))
        peer.request()
        peer.start_chunks()
        peer.event("ADDED", pod("a", 11))
        if not peer.socket.recv(1):
            closed.set()

    with pytest.raises(KeyboardInterrupt), _follow(cluster_at(serve(script))) as follow:
        for batch in follow:
            if batch:
                raise KeyboardInterrupt
    assert closed.wait(5)


def _table(version: int, columns: Any, *rows: tuple[str, int]) -> dict[str, Any]:
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": str(version)},
        "columnDefinitions": columns,
        "rows": [{"cells": [name], "object": pod(name, number)} for name, number in rows],
    }


def test_tables_are_followed_row_by_row(serve: Serve, cluster_at: At) -> None:
    """With ``table`` the state is rows, and a bookmark's empty row is none of them."""
    columns = [{"name": "Name"}]

    def script(peer: Peer) -> None:
        request = peer.request()
        assert "as=Table" in request.headers["accept"]
        peer.answer(_table(10, columns, ("a", 1), ("b", 2)))
        peer.request()
        peer.start_chunks()
        bookmark = _table(20, None, ("", 20))
        peer.event("BOOKMARK", bookmark)
        peer.event("MODIFIED", _table(21, columns, ("a", 21)))
        peer.event("DELETED", _table(22, None, ("b", 22)))

    server = serve(script)
    follow = cluster_at(server).follow(DAEMONSETS, "ns", table="Metadata", timeout=10)
    batches = iter(follow)
    assert _told(next(batches)) == [("ADDED", "a"), ("ADDED", "b")]
    seen: list[tuple[str, str]] = []
    while len(seen) < 2:
        seen += _told(next(batches))
    assert seen == [("MODIFIED", "a"), ("DELETED", "b")]
    assert follow.columns == columns
    assert list(follow.objects) == [("ns", "a")]
    batches.close()


def test_plain_watch_ends_when_the_server_ends_it(serve: Serve, cluster_at: At) -> None:
    """``Cluster.watch`` gives the events of one watch, bookmarks included, and then stops."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.start_chunks()
        peer.event("ADDED", pod("a", 1))
        peer.event("BOOKMARK", {"metadata": {"resourceVersion": "5"}})
        peer.send(b"0\r\n\r\n")

    with cluster_at(serve(script)).watch(PODS, "ns", resource_version="0") as watch:
        assert [event.type for event in watch] == ["ADDED", "BOOKMARK"]
        assert watch.ended


def test_plain_watch_raises_what_the_server_reports(serve: Serve, cluster_at: At) -> None:
    """An ERROR event is the error that it describes."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.start_chunks()
        peer.event("ERROR", status(410, "Expired", "too old"))

    with cluster_at(serve(script)).watch(PODS, "ns") as watch, pytest.raises(Gone, match="too old"):
        watch.read(5)
