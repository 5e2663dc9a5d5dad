"""WebSocket frames over a pair of sockets: what is split comes together, nothing blocks."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from dsctl.api.http1 import Broken
from dsctl.api.websocket import WebSocket


@pytest.fixture
def ends() -> Iterator[tuple[WebSocket, socket.socket]]:
    """Our end as a WebSocket, and the other as it is."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        yield WebSocket(ours, b""), theirs


def received(web: WebSocket, count: int) -> list[bytes]:
    """So many messages."""
    found: list[bytes] = []
    while len(found) < count:
        found += web.messages()
        if len(found) < count:
            web.wait(None, 5)
    return found


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_a_message_of_any_size_arrives_whole(
    ends: tuple[WebSocket, socket.socket], size: int
) -> None:
    """Each of the three forms of a length, masked so that the server takes it."""
    web, theirs = ends
    data = bytes(range(256)) * (size // 256 + 1)
    web.send(data[:size])
    raw = b""
    while len(raw) < size + 6:
        web.wait(None, 0)
        raw += theirs.recv(1 << 20)
    length, at = raw[1] & 0x7F, 2
    assert raw[0] == 0x82
    assert raw[1] & 0x80
    if length >= 126:
        at = 4 if length == 126 else 10
        length = int.from_bytes(raw[2:at], "big")
    assert length == size
    while len(raw) < at + 4 + size:
        web.wait(None, 0)
        raw += theirs.recv(1 << 20)
    mask, payload = raw[at : at + 4], raw[at + 4 :]
    assert bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) == data[:size]


def test_fragments_and_split_frames_are_put_together(
    ends: tuple[WebSocket, socket.socket],
) -> None:
    """A byte at a time, with a ping in between, which is answered."""
    web, theirs = ends
    found: list[bytes] = []
    for byte in b"\x02\x03abc" + b"\x89\x01!" + b"\x80\x02de" + b"\x82\x01f":
        theirs.sendall(bytes([byte]))
        found += web.messages()
    assert found == [b"abcde", b"f"]
    pong = theirs.recv(7)
    assert pong[0] == 0x8A
    assert pong[6] ^ pong[2] == ord("!")


def test_the_end_is_seen(ends: tuple[WebSocket, socket.socket]) -> None:
    """A close frame, or a connection that ends, after what came before it."""
    web, theirs = ends
    theirs.sendall(b"\x82\x01a\x88\x00")
    assert list(web.messages()) == [b"a"]
    assert web.closed


def test_what_came_with_the_answer_is_not_lost() -> None:
    """The first frames may be in the same packet as the head of the answer."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        web = WebSocket(ours, b"\x82\x02h")
        theirs.sendall(b"i")
        assert received(web, 1) == [b"hi"]


def test_what_is_no_frame_is_refused(ends: tuple[WebSocket, socket.socket]) -> None:
    """A masked frame, which no server sends, and one of an absurd size."""
    web, theirs = ends
    theirs.sendall(b"\x82\xff" + b"\xff" * 8)
    web.wait(None, 5)
    with pytest.raises(Broken):
        list(web.messages())


def test_a_reader_that_is_slow_blocks_nobody(ends: tuple[WebSocket, socket.socket]) -> None:
    """What can't be sent yet waits here, and goes later."""
    web, theirs = ends
    web.send(b"x" * 5_000_000)
    assert web.unsent
    got = 0
    while got < 5_000_014:
        got += len(theirs.recv(1 << 20))
        web.wait(None, 0)
    assert not web.unsent
