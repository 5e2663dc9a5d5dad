"""WebSocket frames (RFC 6455) over a connection that was upgraded, without ever blocking.

Nothing here waits but ``wait``: one thread can read what comes and send what it has, however
slow the other side is at either.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dsctl.api.http1 import Broken
from dsctl.errors import Unreachable

if TYPE_CHECKING:
    from dsctl.api.session import Session
    from dsctl.api.wire import Wire

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_BINARY, _CLOSE, _PING, _PONG = 0x2, 0x8, 0x9, 0xA
_CHUNK = 32768
#: no server that we speak to sends frames anywhere near this
_MOST = 64 * 1024 * 1024


def connect(
    session: Session, path: str, query: Sequence[tuple[str, str]], protocols: str
) -> tuple[WebSocket, str]:
    """Ask the server to upgrade; the WebSocket, and the subprotocol that it chose.

    ``protocols``: the subprotocols, the best one first. Raises what a read raises.
    """
    import base64
    import hashlib

    key = base64.b64encode(os.urandom(16))
    headers = (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key.decode()),
        ("Sec-WebSocket-Protocol", protocols),
    )
    stream = session.upgrade(path, query, headers)
    digest = hashlib.sha1(key + _GUID, usedforsecurity=False).digest()
    if stream.head.get("sec-websocket-accept") != base64.b64encode(digest).decode():
        stream.close()
        raise Unreachable("what answered is no WebSocket server: is there a proxy in between?")
    return WebSocket(*stream.release()), stream.head.get("sec-websocket-protocol")


class WebSocket:
    """The client's end. ``received``: what came before the wire was handed over."""

    def __init__(self, wire: Wire, received: bytes) -> None:
        self._wire = wire
        self._in = bytearray(received)
        self._out = bytearray()
        self._message = bytearray()
        self.closed = False
        wire.settimeout(0)

    @property
    def unsent(self) -> int:
        """Bytes that wait to be sent: do not add to many of them."""
        return len(self._out)

    def send(self, data: bytes) -> None:
        """Put a binary message on its way."""
        self._put(_BINARY, data)

    def wait(self, other: int | None, seconds: float | None) -> bool:
        """Wait until something can be read or sent; whether ``other`` (a descriptor) is ready."""
        poll = select.poll()
        mine = self._wire.fileno()
        poll.register(mine, select.POLLIN | (select.POLLOUT if self._out else 0))
        if other is not None:
            poll.register(other, select.POLLIN)
        ready = poll.poll(None if seconds is None else seconds * 1000)
        if self._out:
            self._flush()
        return any(descriptor == other for descriptor, _ in ready)

    def messages(self) -> Iterator[bytes]:
        """The messages that have come. Raises Broken or OSError if the connection did not hold."""
        if not self.closed:
            self._fill()
        while (frame := self._frame()) is not None:
            final, kind, payload = frame
            if kind == _CLOSE:
                self.closed = True
                return
            if kind == _PING:
                self._put(_PONG, payload)
            if kind in (_PING, _PONG):
                continue
            self._message += payload
            if final:
                whole = bytes(self._message)
                self._message.clear()
                yield whole

    def close(self) -> None:
        """Hang up."""
        self._wire.close()

    def _put(self, kind: int, data: bytes) -> None:
        size = len(data)
        head = bytearray([0x80 | kind])
        if size < 126:
            head.append(0x80 | size)
        elif size < 65536:
            head.append(0x80 | 126)
            head += size.to_bytes(2, "big")
        else:
            head.append(0x80 | 127)
            head += size.to_bytes(8, "big")
        mask = os.urandom(4)
        self._out += head + mask + _masked(data, mask)
        self._flush()

    def _flush(self) -> None:
        send = getattr(self._wire, "send", None)
        if send is None:  # TLS inside TLS can only send all of it
            self._wire.settimeout(None)
            self._wire.sendall(bytes(self._out))
            self._out.clear()
            self._wire.settimeout(0)
            return
        while self._out:
            try:
                sent = send(bytes(self._out[:_CHUNK]))
            except OSError as error:
                if _not_now(error):
                    return
                raise
            del self._out[:sent]

    def _fill(self) -> None:
        while True:
            try:
                data = self._wire.recv(_CHUNK)
            except OSError as error:
                if _not_now(error):
                    return
                raise
            if not data:
                self.closed = True
                return
            self._in += data
            if len(self._in) > _CHUNK * 32:  # let what there is be dealt with first
                return

    def _frame(self) -> tuple[bool, int, bytes] | None:
        data = self._in
        if len(data) < 2:
            return None
        size, at = data[1] & 0x7F, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            if len(data) < at:
                return None
            size = int.from_bytes(data[2:at], "big")
        if size > _MOST or data[1] & 0x80:
            raise Broken("what came is no WebSocket frame")
        if len(data) < at + size:
            return None
        frame = bool(data[0] & 0x80), data[0] & 0x0F, bytes(data[at : at + size])
        del data[: at + size]
        return frame


def _masked(data: bytes, mask: bytes) -> bytes:
    """``data`` xor the mask, over and over: as one large number, which is fast."""
    size = len(data)
    stream = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def _not_now(error: OSError) -> bool:
    if isinstance(error, (BlockingIOError, InterruptedError)):
        return True
    return type(error).__name__ in ("SSLWantReadError", "SSLWantWriteError")
