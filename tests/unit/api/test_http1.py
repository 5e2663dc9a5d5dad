"""HTTP/1.1 on the wire: odd but legal answers, and answers that are neither."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsctl.api.http1 import Broken, Connection, read_all


@pytest.fixture
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    """A Connection and the other end of its socket."""
    ours, theirs = socket.socketpair()
    connection = Connection(ours, time.monotonic() + 5)
    yield connection, theirs
    connection.close()
    theirs.close()


def _read(connection: Connection, method: str = "GET") -> bytes:
    head = connection.read_head()
    return bytes(read_all(connection.body(method, head)))


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 200\r\ncontent-length:3\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 200 OK\ncontent-length: 3\n\nabc", b"abc"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n0A\r\n0123456789\r\n"
         b"0\r\na: b\r\n\r\n", b"0123456789"),
    ],
)  # fmt: skip
def test_bodies_have_their_end(
    pair: tuple[Connection, socket.socket], raw: bytes, body: bytes
) -> None:
    """Each framing ends where it says, so that the next answer can follow at once."""
    connection, peer = pair
    peer.sendall(raw + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext")
    assert _read(connection) == body
    assert _read(connection) == b"next"


def test_body_without_length_ends_with_the_connection(
    pair: tuple[Connection, socket.socket],
) -> None:
    """An HTTP/1.0 answer is read to the end, and its connection not kept."""
    connection, peer = pair
    peer.sendall(b"HTTP/1.0 200 OK\r\n\r\nall of it")
    peer.shutdown(socket.SHUT_WR)
    head = connection.read_head()
    assert bytes(read_all(connection.body("GET", head))) == b"all of it"
    assert not head.keep_alive


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a" * 300000,
    ],
)
def test_broken_answers_are_broken(pair: tuple[Connection, socket.socket], raw: bytes) -> None:
    """Whatever is cut short or not HTTP raises Broken; nothing hangs or slips through."""
    connection, peer = pair
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    peer.sendall(raw)
    peer.shutdown(socket.SHUT_WR)
    with pytest.raises(Broken):
        _read(connection)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    chunks=st.lists(st.binary(min_size=1, max_size=40), max_size=6),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
def test_any_split_of_a_chunked_body_reads_the_same(chunks: list[bytes], cuts: list[int]) -> None:
    """Timeouts between any two bytes of an answer change nothing of what is read."""
    raw = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    raw += b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    ours, peer = socket.socketpair()
    connection = Connection(ours)
    try:
        edges = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
        pieces = [raw[start:end] for start, end in itertools.pairwise(edges)]
        head, body, got = None, None, b""
        while body is None or not body.done:
            connection.deadline = time.monotonic() + 0.002
            try:
                if body is None:
                    head = head or connection.read_head()
                    body = connection.body("GET", head)
                got += body.read_some()
            except TimeoutError:
                peer.sendall(pieces.pop(0))
    finally:
        connection.close()
        peer.close()
    assert got == b"".join(chunks)


def test_answer_that_came_before_the_request_was_out(
    pair: tuple[Connection, socket.socket],
) -> None:
    """A server that refuses early and hangs up is heard, though sending to it fails."""
    connection, peer = pair
    peer.sendall(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno")
    peer.close()
    connection.send("PUT", "/x", [("Host", "h")], b"x" * 1000)
    assert _read(connection) == b"no"


def test_sending_to_nobody_fails(pair: tuple[Connection, socket.socket]) -> None:
    """Where the other side hung up without a word, the failure to send is what is raised."""
    connection, peer = pair
    peer.close()
    with pytest.raises(BrokenPipeError):
        connection.send("PUT", "/x", [("Host", "h")], b"x")


class Slow:
    """A socket that a reader does not leave before it is let."""

    def __init__(self) -> None:
        self.entered, self.leave = Event(), Event()
        self.closed = False

    def settimeout(self, seconds: float | None) -> None: ...

    def shutdown(self, how: int) -> None: ...

    def sendall(self, data: bytes) -> None: ...

    def fileno(self) -> int:
        return -1

    def recv(self, size: int) -> bytes:
        self.entered.set()
        self.leave.wait(5)
        return b""

    def close(self) -> None:
        self.closed = True


def test_hanging_up_leaves_the_descriptor_to_a_reader_in_another_thread() -> None:
    """Let go at once, it would be the next connection's, whose bytes the reader would take."""
    slow = Slow()
    connection = Connection(slow)

    def read() -> None:
        with pytest.raises(Broken):
            connection.wait(None)

    reader = Thread(target=read, daemon=True)
    reader.start()
    assert slow.entered.wait(5)
    connection.close()
    assert not slow.closed
    slow.leave.set()
    reader.join(5)
    assert slow.closed
