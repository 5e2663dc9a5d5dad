"""A connected socket to the server: names, addresses, proxies, TLS, all within one deadline."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dsctl.api.client_config import Server
from dsctl.api.http1 import Broken, Connection
from dsctl.errors import Unreachable

if TYPE_CHECKING:
    import ssl

    from dsctl.api.proxy import Proxy
    from dsctl.api.tunnel import Tunnel
    from dsctl.api.wire import Wire

# Idle time before the kernel asks whether the other side is still there, between two such
# questions, and how many may go unanswered: a dead peer is noticed within a minute.
_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


def dial(
    server: Server,
    proxy: Proxy | None,
    context: Callable[[], ssl.SSLContext] | None,
    server_name: str,
    seconds: float,
) -> Wire:
    """Connect, through the proxy if there is one, and shake hands if ``context`` is given.

    Raises Unreachable after at most ``seconds``; ``refused`` is set where the server can't
    have seen us.
    """
    deadline = time.monotonic() + seconds
    if proxy is None:
        sock = _connect(server.host, server.port, deadline, f"the server {server.url}")
    else:
        sock = _through(proxy, server, deadline)
    if context is None:
        return sock
    try:
        return _handshake(sock, context(), server, server_name, deadline)
    except BaseException:
        sock.close()
        raise


def _connect(host: str, port: int, deadline: float, what: str) -> socket.socket:
    """The first of the host's addresses that answers (ported from Go's ``dialSerial``)."""
    addresses = _resolve(host, port, deadline, what)
    failure: OSError | None = None
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        try:
            # One deaf address must not use up the time of the others.
            sock.settimeout(min(left, max(left / (len(addresses) - index), 2.0)))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
            continue
        _tune(sock)
        return sock
    raise _not_connected(failure, what)


def _resolve(host: str, port: int, deadline: float, what: str) -> list[Any]:
    try:
        return socket.getaddrinfo(
            _plain(host),
            port,
            0,
            socket.SOCK_STREAM,
            0,
            socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
    except socket.gaierror:
        return _resolve_name(host, port, deadline, what)


def _resolve_name(host: str, port: int, deadline: float, what: str) -> list[Any]:
    """Ask the resolver, which knows no timeout of its own that we could set."""
    import threading

    outcome: list[Any] = []

    def ask() -> None:
        try:
            outcome.append(socket.getaddrinfo(_plain(host), port, 0, socket.SOCK_STREAM))
        except OSError as error:
            outcome.append(error)
        except UnicodeError:
            outcome.append(OSError("not a host name"))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(deadline - time.monotonic(), 0))
    if not outcome:
        raise Unreachable(f'{what}: no answer for the name "{host}" in time', refused=True)
    if isinstance(outcome[0], OSError):
        words = outcome[0].strerror or str(outcome[0])
        raise Unreachable(f'{what}: cannot find the host "{host}" ({words})', refused=True)
    found: list[Any] = outcome[0]
    return found


def _plain(host: str) -> str | bytes:
    """The host in a form for which Python does not import its IDNA codec (3 ms) in vain."""
    return host.encode("ascii") if host.isascii() else host


def _tune(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _not_connected(failure: OSError | None, what: str) -> Unreachable:
    if failure is None or isinstance(failure, TimeoutError):
        return Unreachable(f"{what} does not answer", refused=True)
    if isinstance(failure, ConnectionRefusedError):
        return Unreachable(
            f"{what} refused the connection",
            hint="is it running, and are host and port right?",
            refused=True,
        )
    return Unreachable(f"{what} can't be reached: {failure.strerror or failure}", refused=True)


def _handshake(
    sock: socket.socket, context: ssl.SSLContext, server: Server, name: str, deadline: float
) -> Wire:
    import ssl

    from dsctl.api import tls

    name = name or server.host
    secure: ssl.SSLSocket | Tunnel
    if isinstance(sock, ssl.SSLSocket):
        from dsctl.api.tunnel import Tunnel

        secure = Tunnel(sock, context, _plain(name))
    else:
        secure = context.wrap_socket(
            sock, server_hostname=_plain(name), do_handshake_on_connect=False
        )
    try:
        secure.settimeout(max(deadline - time.monotonic(), 0.001))
        secure.do_handshake()
    except OSError as error:
        secure.close()
        if isinstance(error, TimeoutError):
            raise Unreachable(
                f"the server {server.url} accepts connections but does not answer", refused=True
            ) from error
        explained = tls.explain(error, server.url, name)
        explained.refused = True
        raise explained from error
    return secure


def _through(proxy: Proxy, server: Server, deadline: float) -> socket.socket:
    """A socket that the proxy has connected to the server."""
    what = f"the proxy {proxy.url} (for {server.url})"
    sock = _connect(proxy.host, proxy.port, deadline, what)
    try:
        if proxy.scheme == "socks5":
            _socks5(sock, proxy, server, deadline, what)
            return sock
        if proxy.scheme == "https":
            sock = _handshake_with_proxy(sock, proxy, deadline)
        if server.scheme == "https":
            _ask_for_tunnel(sock, proxy, server, deadline, what)
    except (OSError, Broken) as error:
        sock.close()
        words = "does not answer" if isinstance(error, TimeoutError) else f"failed: {error}"
        raise Unreachable(f"{what} {words}", refused=True) from error
    except Unreachable:
        sock.close()
        raise
    return sock


def _handshake_with_proxy(sock: socket.socket, proxy: Proxy, deadline: float) -> socket.socket:
    """TLS to the proxy itself, which the system's authorities must know, as in Go."""
    import ssl

    from dsctl.api import tls

    context = ssl.create_default_context()
    secure = context.wrap_socket(sock, server_hostname=proxy.host, do_handshake_on_connect=False)
    try:
        secure.settimeout(max(deadline - time.monotonic(), 0.001))
        secure.do_handshake()
    except OSError as error:
        secure.close()
        if not tls.is_tls_error(error):
            raise
        explained = tls.explain(error, proxy.url, proxy.host)
        explained.refused = True
        raise explained from error
    return secure


def _ask_for_tunnel(
    sock: socket.socket, proxy: Proxy, server: Server, deadline: float, what: str
) -> None:
    connection = Connection(sock, deadline)
    headers = [("Host", server.endpoint)]
    if proxy.authorization:
        headers.append(("Proxy-Authorization", proxy.authorization))
    connection.send("CONNECT", server.endpoint, headers, b"")
    head = connection.read_head()
    if not 200 <= head.status < 300:
        hint = "it wants a user name and a password in its URL" if head.status == 407 else None
        raise Unreachable(
            f"{what} answered {head.status} {head.reason}".rstrip(), hint=hint, refused=True
        )


def _socks5(sock: socket.socket, proxy: Proxy, server: Server, deadline: float, what: str) -> None:
    """RFC 1928, with a user name and password (RFC 1929) where the proxy's URL has them."""
    sock.settimeout(max(deadline - time.monotonic(), 0.001))
    sock.sendall(b"\x05\x02\x00\x02" if proxy.username else b"\x05\x01\x00")
    method = _exactly(sock, 2)[1]
    if method == 2 and proxy.username:
        user, password = proxy.username.encode(), proxy.password.encode()
        sock.sendall(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
        if _exactly(sock, 2)[1]:
            raise Unreachable(f"{what} refused the password", refused=True)
    elif method:
        raise Unreachable(f"{what} wants a way to log in that is not offered", refused=True)
    name = server.host.encode("idna")
    request = b"\x05\x01\x00\x03" + bytes([len(name)]) + name + server.port.to_bytes(2, "big")
    sock.sendall(request)
    answer = _exactly(sock, 4)
    if answer[1]:
        raise Unreachable(f"{what} could not reach the server (code {answer[1]})", refused=True)
    size = {1: 4, 4: 16}.get(answer[3]) or _exactly(sock, 1)[0]
    _exactly(sock, size + 2)


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (more := sock.recv(size - len(data))):
            raise Broken("it closed the connection")
        data += more
    return data
