"""TLS inside TLS: to a server through a proxy that itself is spoken to over https.

``SSLContext.wrap_socket`` takes the file descriptor of what it wraps, so it can't go on top of
another TLS socket; two memory buffers in between can.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any


class Tunnel:
    """What ``http1.Connection`` needs of a socket, with TLS through ``outer``."""

    def __init__(
        self, outer: ssl.SSLSocket, context: ssl.SSLContext, server_name: str | bytes
    ) -> None:
        self._outer = outer
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)

    def do_handshake(self) -> None:
        """Shake hands with the server. Raises as a TLS socket does."""
        self._until_done(self._tls.do_handshake)

    def recv(self, size: int) -> bytes:
        """At least one byte, b"" at the end."""
        try:
            return bytes(self._until_done(self._tls.read, size))
        except ssl.SSLZeroReturnError:
            return b""

    def sendall(self, data: bytes) -> None:
        """Send it all."""
        self._until_done(self._tls.write, data)

    def settimeout(self, seconds: float | None) -> None:
        """Seconds that each wait for the proxy may take."""
        self._outer.settimeout(seconds)

    def shutdown(self, how: int) -> None:
        """Hang up, waking whoever reads."""
        self._outer.shutdown(how)

    def close(self) -> None:
        """Let go of the socket."""
        self._outer.close()

    def fileno(self) -> int:
        """For poll."""
        return self._outer.fileno()

    def _until_done(self, call: Callable[..., Any], *arguments: Any) -> Any:
        while True:
            try:
                result = call(*arguments)
            except ssl.SSLWantReadError:
                self._flush()
                if data := self._outer.recv(65536):
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
                continue
            except ssl.SSLError:
                self._flush()  # the alert that says why
                raise
            self._flush()
            return result

    def _flush(self) -> None:
        if data := self._outgoing.read():
            self._outer.sendall(data)
