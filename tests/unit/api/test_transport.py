"""What is sent once, what is sent again, and what is said when an answer does not come."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from dsctl.api.lost import LostAnswer, Write
from dsctl.api.transport import Transport
from dsctl.errors import Unreachable
from tests.unit.api.conftest import Recorder
from tests.unit.api.loopback import Loopback, Peer, answers, status

Serve = Callable[..., Loopback]
To = Callable[..., Transport]

WRITE = Write("patch", "daemonsets.apps", "ns", "x")


def test_one_connection_serves_many_requests(serve: Serve, transport_to: To) -> None:
    """A second request goes out on the connection of the first."""
    server = serve(answers(1, 2))
    transport = transport_to(server)
    bodies = [bytes(transport.request("GET", f"/{n}").body) for n in (1, 2)]
    assert bodies == [b"1", b"2"]
    assert server.connections == 1
    assert [request.target for request in server.requests] == ["/1", "/2"]


def test_threads_have_connections_of_their_own(serve: Serve, transport_to: To) -> None:
    """Requests at the same time do not wait for each other."""
    together = threading.Barrier(3, timeout=5)

    def script(peer: Peer) -> None:
        request = peer.request()
        together.wait()  # passes only once three requests are under way
        peer.answer(request.target)

    server = serve(script)
    transport = transport_to(server)
    found: dict[int, Any] = {}
    threads = [
        threading.Thread(
            target=lambda n=n: found.update({n: json.loads(transport.request("GET", f"/{n}").body)})
        )
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert found == {n: f"/{n}" for n in range(3)}
    assert server.connections == 3


def test_read_survives_a_dead_kept_alive_connection(
    serve: Serve, transport_to: To, recorder: Recorder
) -> None:
    """A read that finds the kept-alive connection closed goes out on a new one, without a nap."""
    closed = threading.Event()

    def first(peer: Peer) -> None:
        peer.request()
        peer.answer(1)
        peer.request()
        peer.reset()
        closed.set()

    server = serve(first, answers(2))
    transport = transport_to(server)
    transport.request("GET", "/1")
    assert bytes(transport.request("GET", "/2").body) == b"2"
    assert [request.target for request in server.requests] == ["/1", "/2", "/2"]
    assert recorder.naps == []


def test_write_never_goes_out_on_a_connection_known_to_be_dead(
    serve: Serve, transport_to: To
) -> None:
    """A server that hung up between requests costs a write nothing: it is sent once, elsewhere."""
    gone = threading.Event()

    def first(peer: Peer) -> None:
        peer.request()
        peer.answer(1)
        peer.hang_up()
        gone.set()

    server = serve(first, answers({}))
    transport = transport_to(server)
    transport.request("GET", "/1")
    assert gone.wait(5)
    assert transport.request("PATCH", "/2", body=b"{}", write=WRITE).status == 200
    assert [request.target for request in server.requests] == ["/1", "/2"]


def test_write_whose_answer_is_lost_is_not_sent_again(serve: Serve, transport_to: To) -> None:
    """The error names what may have changed, and the server saw the request once."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.hang_up()

    server = serve(script)
    with pytest.raises(LostAnswer) as caught:
        transport_to(server).request("PATCH", "/x", body=b"{}", write=WRITE)
    assert caught.value.write == WRITE
    assert caught.value.message.startswith(
        'daemonsets.apps "x" in namespace "ns" may have been patched: the server closed'
    )
    assert len(server.requests) == 1


def test_write_cut_off_in_the_middle_of_its_answer_is_lost(serve: Serve, transport_to: To) -> None:
    """Half an answer is no answer."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        peer.hang_up()

    with pytest.raises(LostAnswer, match="cut short"):
        transport_to(serve(script)).request("PUT", "/x", body=b"{}", write=WRITE)


@pytest.mark.parametrize(
    ("code", "body"),
    [(502, b"bad gateway"), (504, b""), (500, b'{"message":"etcdserver: request timed out"}')],
)
def test_write_that_a_gateway_or_etcd_gave_up_on_may_have_been_applied(
    serve: Serve, transport_to: To, code: int, body: bytes
) -> None:
    """Answers that don't tell whether the write was stored are not taken for a no."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(body, code)

    with pytest.raises(LostAnswer):
        transport_to(serve(script)).request("PUT", "/x", body=b"{}", write=WRITE)


def test_read_is_sent_again_when_the_connection_breaks(
    serve: Serve, transport_to: To, recorder: Recorder
) -> None:
    """Twice, with a growing pause; then it succeeds."""

    def broken(peer: Peer) -> None:
        peer.request()
        peer.hang_up()

    server = serve(broken, broken, answers("there"))
    assert json.loads(transport_to(server).request("GET", "/x").body) == "there"
    assert recorder.naps == [0.5, 1.0]


def test_read_gives_up_when_every_connection_breaks(serve: Serve, transport_to: To) -> None:
    """Three broken connections are enough."""

    def broken(peer: Peer) -> None:
        peer.request()
        peer.hang_up()

    server = serve(broken)
    with pytest.raises(Unreachable, match="broke: the server closed the connection"):
        transport_to(server).request("GET", "/x")
    assert server.connections == 3


def test_refused_connection_is_tried_once(transport_to: To, recorder: Recorder) -> None:
    """The error has the address, says that nothing was sent, and comes without a nap."""
    server = Loopback(answers())
    server.stop()
    with pytest.raises(Unreachable) as caught:
        transport_to(server).request("PUT", "/x", body=b"{}", write=WRITE)
    assert caught.value.message == f"the server {server.url} refused the connection"
    assert caught.value.refused
    assert recorder.naps == []


@pytest.mark.parametrize("write", [None, WRITE])
def test_429_with_retry_after_is_tried_again(
    serve: Serve, transport_to: To, recorder: Recorder, write: Write | None
) -> None:
    """Reads and writes alike wait as long as the server says."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(status(429, "TooManyRequests", "later"), 429, retry_after="3")
        peer.request()
        peer.answer({})

    server = serve(script)
    answer = transport_to(server).request("PUT", "/x", body=b"{}", write=write)
    assert answer.status == 200
    assert recorder.naps == [3.0]
    assert len(server.requests) == 2


def test_429_without_retry_after_is_final(serve: Serve, transport_to: To) -> None:
    """An eviction that a disruption budget forbids is not hammered."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(status(429, "TooManyRequests", "budget"), 429)

    server = serve(script)
    assert transport_to(server).request("POST", "/x", body=b"{}", write=WRITE).status == 429
    assert len(server.requests) == 1


def test_503_with_retry_after_repeats_reads_only(serve: Serve, transport_to: To) -> None:
    """A write that got 503 may have been seen by a server behind the proxy."""

    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.answer(b"", 503, retry_after="1")

    server = serve(script)
    transport = transport_to(server)
    assert transport.request("PUT", "/w", body=b"{}", write=WRITE).status == 503
    assert len(server.requests) == 1
    assert transport.request("GET", "/r").status == 503
    assert len(server.requests) == 1 + 11


def test_a_wait_beyond_the_timeout_is_not_begun(
    serve: Serve, transport_to: To, recorder: Recorder
) -> None:
    """Retry-After longer than --request-timeout: the refusal is the answer."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(status(429, "TooManyRequests", "later"), 429, retry_after="60")

    assert transport_to(serve(script), timeout=5.0).request("GET", "/x").status == 429
    assert recorder.naps == []


def test_request_timeout_bounds_a_silent_server(serve: Serve, transport_to: To) -> None:
    """--request-timeout holds when the server accepts and says nothing."""

    def script(peer: Peer) -> None:
        peer.request()

    started = time.monotonic()
    with pytest.raises(Unreachable, match="did not answer in time"):
        transport_to(serve(script), timeout=0.2).request("GET", "/x")
    assert 0.15 < time.monotonic() - started < 3


def test_request_timeout_bounds_a_slow_body(serve: Serve, transport_to: To) -> None:
    """It bounds the whole answer, not the time between two bytes."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.start_chunks()
        while True:
            peer.chunk(b" ")
            time.sleep(0.02)

    started = time.monotonic()
    with pytest.raises(Unreachable, match="did not answer in time"):
        transport_to(serve(script), timeout=0.3).request("GET", "/x")
    assert time.monotonic() - started < 3


def test_write_that_timed_out_may_have_been_applied(serve: Serve, transport_to: To) -> None:
    """A timeout after sending is a lost answer."""

    def script(peer: Peer) -> None:
        peer.request()

    with pytest.raises(LostAnswer, match="the time was up"):
        transport_to(serve(script), timeout=0.2).request("PUT", "/x", body=b"{}", write=WRITE)


def test_connecting_is_bounded(transport_to: To, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener whose backlog is full never answers; connecting gives up."""
    monkeypatch.setattr("dsctl.api.pool.CONNECT_SECONDS", 0.3)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        full = [socket.socket() for _ in range(4)]
        for sock in full:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        server = Loopback(answers())
        server.stop()
        server.port = port
        started = time.monotonic()
        with pytest.raises(Unreachable, match="does not answer") as caught:
            transport_to(server).request("GET", "/x")
        for sock in full:
            sock.close()
    assert caught.value.refused
    assert time.monotonic() - started < 5


def test_gzip_and_chunks_are_unpacked(serve: Serve, transport_to: To) -> None:
    """A gzip body in odd chunks arrives whole, and the connection lives on."""
    text = json.dumps(list(range(5000))).encode()
    packed = gzip.compress(text)

    def script(peer: Peer) -> None:
        request = peer.request()
        assert request.headers["accept-encoding"] == "gzip"
        peer.start_chunks(content_encoding="gzip")
        for at in range(0, len(packed), 777):
            peer.chunk(packed[at : at + 777])
        peer.send(b"0\r\nx-trailer: 1\r\n\r\n")
        peer.request()
        peer.answer(2)

    server = serve(script)
    transport = transport_to(server)
    assert bytes(transport.request("GET", "/x").body) == text
    assert bytes(transport.request("GET", "/y").body) == b"2"
    assert server.connections == 1


def test_gzip_cut_short_is_noticed(serve: Serve, transport_to: To) -> None:
    """Half a gzip stream in a complete HTTP answer is broken."""
    half = gzip.compress(b"x" * 100000)[:40]

    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.answer(half, content_encoding="gzip")

    with pytest.raises(Unreachable, match="cut short"):
        transport_to(serve(script)).request("GET", "/x")


def test_compression_can_be_switched_off(serve: Serve, transport_to: To) -> None:
    """With disable-compression gzip is not asked for."""
    server = serve(answers(1))
    transport_to(server, disable_compression=True).request("GET", "/x")
    assert "accept-encoding" not in server.requests[0].headers


def test_interim_answers_are_passed_over(serve: Serve, transport_to: To) -> None:
    """100 Continue is not the answer."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        peer.answer("real")

    assert transport_to(serve(script)).request("PUT", "/x", body=b"1").status == 200


def test_connection_close_is_obeyed(serve: Serve, transport_to: To) -> None:
    """After ``Connection: close`` the next request opens a connection of its own."""
    server = serve(answers(1, connection="close"))
    transport = transport_to(server)
    transport.request("GET", "/1")
    transport.request("GET", "/2")
    assert server.connections == 2


def test_what_is_not_http_is_said_to_be_broken(serve: Serve, transport_to: To) -> None:
    """An SSH server at that port does not hang the client."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

    with pytest.raises(Unreachable, match="not HTTP"):
        transport_to(serve(script)).request("GET", "/x")


def test_warnings_are_passed_on_once(serve: Serve, transport_to: To, recorder: Recorder) -> None:
    """Each warning text is handed over once in the life of a transport."""

    def script(peer: Peer) -> None:
        for _ in range(2):
            peer.request()
            peer.answer({}, warning='299 - "spec.x is deprecated", 299 - "and \\"y\\" too"')

    transport = transport_to(serve(script))
    transport.request("GET", "/1")
    transport.request("GET", "/2")
    assert recorder.warnings == ["spec.x is deprecated", 'and "y" too']


def test_exchanges_are_logged_without_secrets(
    serve: Serve, transport_to: To, recorder: Recorder
) -> None:
    """Method, URL, status and bodies are there; the token is not."""
    from dsctl.api.client_config import Auth

    def script(peer: Peer) -> None:
        assert peer.request().headers["authorization"] == "Bearer s3cret"
        peer.answer({"a": 1}, set_cookie="session=s3cret")

    server = serve(script)
    transport_to(server, auth=Auth(token="s3cret")).request("PUT", "/x?y=1", body=b"{}")
    (exchange,) = recorder.exchanges
    assert (exchange.method, exchange.url, exchange.status) == ("PUT", f"{server.url}/x?y=1", 200)
    assert (exchange.sent, bytes(exchange.body)) == (b"{}", b'{"a": 1}')
    assert ("Authorization", "Bearer <masked>") in exchange.request_headers()
    assert ("set-cookie", "<masked>") in exchange.response_headers()
    assert 0 < exchange.seconds < 5


def test_failed_exchanges_are_logged_too(
    serve: Serve, transport_to: To, recorder: Recorder
) -> None:
    """A broken connection is an exchange with status 0 and its reason."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.hang_up()

    with pytest.raises(LostAnswer):
        transport_to(serve(script)).request("PUT", "/x", body=b"1", write=WRITE)
    assert recorder.exchanges[0].status == 0
    assert "closed the connection" in recorder.exchanges[0].error


def test_requests_say_who_they_are(serve: Serve, transport_to: To) -> None:
    """User-Agent and the impersonation headers, groups repeated, extra keys escaped."""
    from dsctl.api.client_config import Impersonation

    server = serve(answers(1))
    who = Impersonation("jane", "42", ("a", "b"), (("example.org/Scope", ("x",)),))
    transport_to(server, impersonate=who).request("GET", "/x")
    headers = server.requests[0].headers
    assert headers["user-agent"].startswith("dsctl/")
    assert headers["impersonate-user"] == "jane"
    assert headers["impersonate-uid"] == "42"
    assert headers["impersonate-group"] == "a, b"
    assert headers["impersonate-extra-example.org%2fscope"] == "x"


def test_impersonation_cannot_smuggle_headers(serve: Serve, transport_to: To) -> None:
    """A line break in --as is refused before anything is sent."""
    from dsctl.api.client_config import Impersonation
    from dsctl.errors import ConfigError

    with pytest.raises(ConfigError, match="no header may hold"):
        transport_to(serve(answers(1)), impersonate=Impersonation("a\r\nx: y"))


def test_server_behind_a_path(serve: Serve, transport_to: To) -> None:
    """A path in the server's address stands before every request's."""
    server = serve(answers(1))
    transport_to(server, server=f"{server.url}/k8s/clusters/c-1/").request(
        "GET", "/api/v1/nodes?limit=1"
    )
    assert server.requests[0].target == "/k8s/clusters/c-1/api/v1/nodes?limit=1"


def test_stream_waits_in_steps(serve: Serve, transport_to: To) -> None:
    """A stream can be read with a limit again and again without losing a byte."""
    go = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.start_chunks()
        peer.send(b"5\r\nhal")  # a chunk that comes in two parts
        assert go.wait(5)
        peer.send(b"lo\r\n0\r\n\r\n")

    stream = transport_to(serve(script)).stream("/log")
    assert stream.read_some(5) == b"hal"
    assert stream.read_some(0.05) is None
    assert stream.read_some(0.05) is None
    go.set()
    assert stream.read_some(5) == b"lo"
    assert stream.read_some(5) == b""
    stream.close()
