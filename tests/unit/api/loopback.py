"""A server on loopback that answers by a script, so that transport behaviour can be seen.

It knows no Kubernetes: each test says, request by request, which bytes come back.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

from dsctl.api.client_config import ClientConfig


class Request:
    """One request as it came in."""

    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, server: Loopback) -> None:
        self.socket = sock
        self._server = server
        self._file = sock.makefile("rb")

    def request(self) -> Request:
        """Read the next request. EOFError when the client has hung up."""
        line = self._file.readline().decode()
        if not line:
            raise EOFError
        method, target, _ = line.split(" ", 2)
        headers: dict[str, str] = {}
        while (line := self._file.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            key = name.lower()
            headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
        body = self._file.read(int(headers.get("content-length", 0)))
        request = Request(method, target, headers, body)
        self._server.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def answer(self, value: Any = None, status: int = 200, **headers: str) -> None:
        """Send a JSON answer with its length. ``retry_after="1"`` is a header."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        head = {"content-type": "application/json", "content-length": str(len(body))}
        head |= {key.replace("_", "-"): text for key, text in headers.items()}
        lines = "".join(f"{key}: {text}\r\n" for key, text in head.items())
        self.send(f"HTTP/1.1 {status} Reason\r\n{lines}\r\n".encode() + body)

    def chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body."""
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def start_chunks(self, **headers: str) -> None:
        """Send the head of a chunked JSON answer."""
        extra = "".join(f"{key.replace('_', '-')}: {text}\r\n" for key, text in headers.items())
        self.send(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
            b"transfer-encoding: chunked\r\n" + extra.encode() + b"\r\n"
        )

    def event(self, type_: str, obj: dict[str, Any]) -> None:
        """Send one watch event as a chunk."""
        self.chunk(json.dumps({"type": type_, "object": obj}).encode() + b"\n")

    def hang_up(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self.socket.close()

    def reset(self) -> None:
        """Close the connection with a reset."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._file.close()
        self.socket.close()


Script = Callable[[Peer], None]


class Loopback:
    """Runs one script per connection, in the order in which connections come.

    The last script serves all further connections. A script that ends without hanging up
    leaves the connection open until the server stops. What a script raises fails the test
    (``stop`` raises it), except EOFError: the client hung up.
    """

    def __init__(
        self, *scripts: Script, context: ssl.SSLContext | None = None, port: int = 0
    ) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._scripts = list(scripts)
        self._context = context
        self._failures: list[BaseException] = []
        self._peers: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    @property
    def url(self) -> str:
        """The server's address."""
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def config(self, **fields: Any) -> ClientConfig:
        """A configuration that leads here."""
        return ClientConfig(**({"server": self.url} | fields))

    def stop(self) -> None:
        """Close everything; raise what a script raised."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
            peer.close()
        for thread in self._threads:
            thread.join(5)
        if self._failures:
            raise self._failures[0]

    def __enter__(self) -> Loopback:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            self._start(self._serve, sock, script)

    def _serve(self, sock: socket.socket, script: Script) -> None:
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
            self._peers.append(sock)
            script(Peer(sock, self))
        except (EOFError, OSError):
            with contextlib.suppress(OSError):
                sock.close()
        except BaseException as error:  # noqa: BLE001
            self._failures.append(error)


def answers(*values: Any, **headers: str) -> Script:
    """A script that answers each request of a connection with the next value."""

    def script(peer: Peer) -> None:
        for value in values:
            peer.request()
            peer.answer(value, **headers)

    return script


def status(code: int, reason: str, message: str, **details: Any) -> dict[str, Any]:
    """A Status object as an API server sends it."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details,
        "code": code,
    }
