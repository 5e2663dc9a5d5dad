"""HTTP/1.1 over one socket: what a Kubernetes API server and its proxies speak.

``http.client`` would do, but it imports the ``email`` package (12 ms of the 150 that
``dsctl get`` may take), and a timeout in the middle of a watch leaves it unusable. Here a
read that timed out can simply be tried again: nothing is consumed before it is complete.
"""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsctl.api.wire import Source, Wire

_RECEIVE = 65536
_MAX_LINE = 65536
_MAX_HEADERS = 256


class Broken(Exception):
    """The connection ended or was reset, or what came is not HTTP."""


class Head:
    """Status line and headers of an answer. Header names are compared in lower case."""

    __slots__ = ("headers", "keep_alive", "reason", "status")

    def __init__(
        self, status: int, reason: str, headers: list[tuple[str, str]], keep_alive: bool
    ) -> None:
        self.status = status
        self.reason = reason
        self.headers = headers
        self.keep_alive = keep_alive

    def get(self, name: str) -> str:
        """The first header of that (lower-case) name, or ""."""
        return next((value for key, value in self.headers if key == name), "")

    def get_all(self, name: str) -> list[str]:
        """Every header of that (lower-case) name, in order."""
        return [value for key, value in self.headers if key == name]


class Connection:
    """One socket that requests go out on, one after the other.

    ``deadline`` (``time.monotonic``) bounds every read and write; None waits for ever.
    Everything raises TimeoutError when it has passed, Broken or OSError when the
    connection did not hold.
    """

    __slots__ = ("_buffer", "_closed", "_reading", "_socket", "deadline", "idle_since")

    def __init__(self, sock: Wire, deadline: float | None = None) -> None:
        self._socket = sock
        self._buffer = bytearray()
        self._reading = threading.Lock()
        self._closed = False
        self.deadline = deadline
        self.idle_since = 0.0

    def send(
        self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes
    ) -> None:
        """Send one request whole. If it raises, the server can't have got all of it."""
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers]
        head = "\r\n".join(lines) + "\r\n\r\n"
        self._arm()
        try:
            self._socket.sendall(head.encode("utf-8") + body)
        except TimeoutError:
            raise
        except OSError as error:
            self._take_last_words(error)

    def read_head(self) -> Head:
        """The next answer's head; interim answers (1xx) are passed over."""
        while True:
            head = self._one_head()
            if head.status >= 200 or head.status == 101:
                return head

    def body(self, method: str, head: Head) -> Body:
        """The body that follows ``head``, to be read to its end before the next request."""
        if method == "HEAD" or head.status in (204, 304) or head.status < 200:
            return Body(self, 0)
        if head.get("transfer-encoding").lower().endswith("chunked"):
            return Body(self, None, chunked=True)
        length = head.get("content-length")
        if not length:
            head.keep_alive = False
            return Body(self, None)
        if not length.isdecimal():
            raise Broken(f"Content-Length {length[:40]!r}")
        return Body(self, int(length))

    def is_stale(self) -> bool:
        """Whether the server has hung up, or said something unasked, on an idle connection."""
        if self._buffer:
            return True
        poll = select.poll()
        poll.register(self._socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Hang up, and wake whoever reads in another thread. Safe to repeat."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(2)
        self._let_go()

    def release(self) -> tuple[Wire, bytes]:
        """The socket, and what has come on it and was not read: this connection is done with."""
        received = bytes(self._buffer)
        self._buffer.clear()
        return self._socket, received

    def wait(self, seconds: float | None) -> bool:
        """Whether anything came within ``seconds`` (None: however long it takes)."""
        if self._buffer:
            return True
        self.deadline = None if seconds is None else time.monotonic() + seconds
        try:
            self._fill()
        except TimeoutError:
            return False
        return True

    def take(self, limit: int | None) -> bytes:
        """Some bytes, at least one and at most ``limit``; b"" when the server hung up."""
        if not self._buffer:
            self._arm()
            size = _RECEIVE if limit is None else min(limit, _RECEIVE)
            return self._receive(size)
        size = len(self._buffer) if limit is None else min(limit, len(self._buffer))
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def line(self) -> bytes:
        """One line without its end."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _MAX_LINE:
                raise Broken("a header line without end")
            self._fill()
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return line

    def _one_head(self) -> Head:
        # Everything up to the empty line must be there before any of it is consumed.
        while not (self._buffer.startswith((b"\r\n", b"\n")) or self._head_is_complete()):
            if len(self._buffer) > _MAX_LINE * 4:
                raise Broken("a header without end")
            self._fill()
        first = self.line().decode("latin-1")
        version, _, rest = first.partition(" ")
        code, _, reason = rest.partition(" ")
        if not version.startswith("HTTP/1.") or len(code) != 3 or not code.isdecimal():
            raise Broken(f"not HTTP: {first[:60]!r}")
        headers: list[tuple[str, str]] = []
        while line := self.line():
            name, _, value = line.decode("utf-8", "replace").partition(":")
            headers.append((name.strip().lower(), value.strip()))
            if len(headers) > _MAX_HEADERS:
                raise Broken("too many headers")
        head = Head(int(code), reason, headers, version != "HTTP/1.0")
        connection = head.get("connection").lower()
        if connection in ("close", "keep-alive"):
            head.keep_alive = connection == "keep-alive"
        return head

    def _head_is_complete(self) -> bool:
        return b"\r\n\r\n" in self._buffer or b"\n\n" in self._buffer

    def _fill(self) -> None:
        self._arm()
        data = self._receive(_RECEIVE)
        if not data:
            raise Broken("the server closed the connection")
        self._buffer += data

    def _receive(self, size: int) -> bytes:
        try:
            with self._reading:
                return b"" if self._closed else self._socket.recv(size)
        finally:
            if self._closed:
                self._let_go()

    def _let_go(self) -> None:
        # Not under a reader: the next connection gets its descriptor, and it would read from that.
        if self._reading.acquire(blocking=False):
            self._socket.close()
            self._reading.release()

    def _take_last_words(self, error: OSError) -> None:
        """A server that refuses early answers, or sends an alert, before it hangs up."""
        self._socket.settimeout(0.2)
        try:
            data = self._socket.recv(_RECEIVE)
        except OSError as alert:
            raise (alert if getattr(alert, "reason", None) else error) from None
        if not data:
            raise error
        self._buffer += data

    def _arm(self) -> None:
        if self.deadline is None:
            self._socket.settimeout(None)
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


class Body:
    """The rest of one answer. ``read_some`` may be called again after a TimeoutError."""

    __slots__ = ("_chunked", "_connection", "_in_trailer", "_left", "_seen_chunk", "done")

    def __init__(self, connection: Connection, left: int | None, *, chunked: bool = False) -> None:
        self._connection = connection
        self._left = left
        self._chunked = chunked
        self._seen_chunk = False
        self._in_trailer = False
        self.done = left == 0

    def read_some(self) -> bytes:
        """The next bytes, at least one; b"" at the end. Broken if the end did not come."""
        if self.done:
            return b""
        if self._chunked and not self._left and not self._next_chunk():
            self.done = True
            return b""
        data = self._connection.take(self._left)
        if self._left is None:
            self.done = not data
            return data
        if not data:
            raise Broken("the answer was cut short")
        self._left -= len(data)
        self.done = self._left == 0 and not self._chunked
        return data

    def _next_chunk(self) -> bool:
        """Read the next chunk's size into ``_left``; False after the last one."""
        if self._seen_chunk:
            if self._connection.line():
                raise Broken("a chunk longer than it said")
            self._seen_chunk = False
        if not self._in_trailer:
            size = self._connection.line().partition(b";")[0].strip()
            try:
                self._left = int(size, 16)
            except ValueError:
                raise Broken(f"chunk size {size[:20]!r}") from None
            self._in_trailer = self._left == 0
            self._seen_chunk = not self._in_trailer
        if not self._in_trailer:
            return True
        while self._connection.line():
            pass
        return False


def read_all(source: Source) -> bytearray:
    """The whole body."""
    whole = bytearray()
    while data := source.read_some():
        whole += data
    return whole
