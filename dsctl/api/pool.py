"""Connections to the server, kept alive between requests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dsctl.api.client_config import ClientConfig, Server
from dsctl.api.credentials import Credentials
from dsctl.api.dial import dial
from dsctl.api.http1 import Connection
from dsctl.errors import Unreachable

if TYPE_CHECKING:
    import ssl

    from dsctl.api.proxy import Proxy

CONNECT_SECONDS = 10.0
# A write is not sent on a connection that idled longer: the server may be about to close it.
_FRESH_SECONDS = 5.0


class Pool:
    """Threads may share it: a connection that was taken belongs to the taker alone."""

    def __init__(self, config: ClientConfig, credentials: Credentials) -> None:
        self._config = config
        self._credentials = credentials
        self._server = config.address
        self._proxy = _proxy(config, self._server)
        self._idle: list[Connection] = []
        self._context: ssl.SSLContext | None = None
        # A plain-HTTP proxy is told the whole URL; through a tunnel it never sees a request.
        by_proxy = self._proxy is not None and self._proxy.scheme != "socks5"
        self._to_proxy = by_proxy and self._server.scheme == "http"

    @property
    def target_prefix(self) -> str:
        """What stands before the path in the request line."""
        return self._server.url if self._to_proxy else self._server.prefix

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Headers that the way to the server needs."""
        if self._to_proxy and self._proxy is not None and self._proxy.authorization:
            return [("Proxy-Authorization", self._proxy.authorization)]
        return []

    def idle(self, *, for_write: bool) -> Connection | None:
        """A kept-alive connection that seems alive, if there is one."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            old = time.monotonic() - connection.idle_since > _FRESH_SECONDS
            if not (for_write and old) and not connection.is_stale():
                return connection
            connection.close()
        return None

    def connect(self, deadline: float | None) -> Connection:
        """A new connection, in ten seconds or until ``deadline``. Raises Unreachable."""
        seconds = CONNECT_SECONDS
        if deadline is not None:
            seconds = min(seconds, deadline - time.monotonic())
        if seconds <= 0:
            raise Unreachable(f"the server {self._server.url} did not answer in time")
        secure = self._server.scheme == "https"
        return Connection(
            dial(
                self._server,
                self._proxy,
                self._tls_context if secure else None,
                self._config.tls.server_name,
                seconds,
            )
        )

    def put(self, connection: Connection) -> None:
        """Give back a connection whose last answer was read to its end."""
        connection.idle_since = time.monotonic()
        self._idle.append(connection)

    def forget(self) -> None:
        """Close what is idle, and look at the certificates anew."""
        self._context = None
        while self._idle:
            self._idle.pop().close()

    def _tls_context(self) -> ssl.SSLContext:
        if self._context is None:
            from dsctl.api import tls

            self._context = tls.context_for(self._credentials.tls(self._config.tls))
        return self._context


def _proxy(config: ClientConfig, server: Server) -> Proxy | None:
    names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
    if not config.proxy_url and not any(name in config.environ for name in names):
        return None
    from dsctl.api.proxy import proxy_for

    return proxy_for(config, server)
