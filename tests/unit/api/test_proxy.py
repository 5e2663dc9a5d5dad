"""Proxies: which one is meant, and getting through it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest

from dsctl.api.client_config import TLS, ClientConfig
from dsctl.api.proxy import proxy_for
from dsctl.api.transport import Transport
from dsctl.errors import ConfigError, Unreachable
from tests.unit.api.certificates import Authority
from tests.unit.api.loopback import Loopback, Peer, answers

Serve = Callable[..., Loopback]
To = Callable[..., Transport]


def _proxy(server: str, **environ: str) -> str | None:
    config = ClientConfig(server=server, environ=environ)
    proxy = proxy_for(config, config.address)
    return proxy.url if proxy else None


@pytest.mark.parametrize(
    ("server", "no_proxy", "used"),
    [
        ("https://api.example.com", "", True),
        ("https://localhost:6443", "", False),
        ("https://127.0.0.1:6443", "", False),
        ("https://[::1]:6443", "", False),
        ("https://api.example.com", "*", False),
        ("https://api.example.com", "example.com", False),
        ("https://example.com", "example.com", False),
        ("https://example.com", ".example.com", True),
        ("https://api.example.com", " .Example.com , other", False),
        ("https://api.example.com", "*.example.com", False),
        ("https://notexample.com", "example.com", True),
        ("https://api.example.com:6443", "api.example.com:6443", False),
        ("https://api.example.com:6443", "api.example.com:443", True),
        ("https://10.1.2.3:6443", "10.0.0.0/8", False),
        ("https://10.1.2.3:6443", "10.1.2.3", False),
        ("https://10.1.2.3:6443", "10.1.2.3:6443", False),
        ("https://10.1.2.3:6443", "10.1.2.3:443", True),
        ("https://11.1.2.3:6443", "10.0.0.0/8,::/0", True),
        ("https://[fd00::1]:6443", "[fd00::1]:6443", False),
        ("https://[fd00::1]:6443", "fd00::/8", False),
        ("https://10.1.2.3", "2.3", True),
    ],
)
def test_no_proxy_is_read_as_in_go(server: str, no_proxy: str, used: bool) -> None:
    """Domains, addresses, networks and ports of NO_PROXY; never for loopback."""
    found = _proxy(server, HTTPS_PROXY="http://proxy:3128", NO_PROXY=no_proxy)
    assert found == ("http://proxy:3128" if used else None)


def test_variables_by_scheme_and_case() -> None:
    """HTTPS_PROXY is for https, HTTP_PROXY for http; lower case counts; a bare host is http."""
    assert _proxy("https://h", HTTP_PROXY="http://p:1") is None
    assert _proxy("http://h", HTTP_PROXY="http://p:1") == "http://p:1"
    assert _proxy("https://h", https_proxy="p:8080") == "http://p:8080"
    assert _proxy("https://h", HTTPS_PROXY="socks5://p") == "socks5://p:1080"
    assert _proxy("https://h", HTTPS_PROXY="http://p:1", no_proxy="h") is None


def test_proxy_url_of_the_kubeconfig_always_holds() -> None:
    """proxy-url is used even for loopback, and beats the environment."""
    config = ClientConfig(
        server="https://127.0.0.1:1", proxy_url="http://mine:1", environ={"HTTPS_PROXY": "http://p"}
    )
    proxy = proxy_for(config, config.address)
    assert proxy is not None
    assert proxy.url == "http://mine:1"


def test_bad_proxy_is_a_fault_of_the_configuration() -> None:
    """What is no address of a proxy names the variable it stands in."""
    with pytest.raises(ConfigError, match="HTTPS_PROXY: not the address of a proxy"):
        _proxy("https://h", HTTPS_PROXY="ftp://p")


class Relay:
    """A proxy on loopback: CONNECT, or SOCKS 5, to one fixed place whatever is asked for."""

    def __init__(self, target: int, kind: str, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[bytes] = []
        self._target = target
        self._kind = kind
        self._context = context
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        for sock in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
            self._sockets.append(sock)
            getattr(self, f"_{self._kind}")(sock)
            onward = socket.create_connection(("127.0.0.1", self._target))
            self._sockets.append(onward)
            threading.Thread(target=self._pump, args=(onward, sock), daemon=True).start()
            self._pump(sock, onward)

    def _connect(self, sock: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += sock.recv(1000)
        self.asked.append(data)
        if b"Proxy-Authorization: Basic dXNlcjpwQHNz" not in data:
            sock.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            raise OSError
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")

    def _socks5(self, sock: socket.socket) -> None:
        methods = sock.recv(100)
        assert methods[0] == 5
        if 2 in methods[2:]:
            sock.sendall(b"\x05\x02")
            self.asked.append(sock.recv(100))
            sock.sendall(b"\x01\x00")
        else:
            sock.sendall(b"\x05\x00")
        self.asked.append(sock.recv(100))
        sock.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def relay() -> Iterator[Callable[..., Relay]]:
    """Start relays; each is stopped at the end."""
    made: list[Relay] = []

    def start(server: Loopback, kind: str, context: ssl.SSLContext | None = None) -> Relay:
        made.append(Relay(server.port, kind, context))
        return made[-1]

    yield start
    for one in made:
        one.stop()


@pytest.fixture
def tls(authority: Authority) -> TLS:
    """Trust in the test CA, for a server of that name."""
    return TLS(ca_data=authority.certificate.read_bytes(), server_name="localhost")


def test_through_an_http_proxy(
    serve: Serve, transport_to: To, relay: Callable[..., Relay], authority: Authority, tls: TLS
) -> None:
    """CONNECT names the server, the password goes to the proxy alone, TLS is end to end."""
    server = serve(answers(1, 2), context=authority.server_context())
    proxy = relay(server, "connect")
    transport = transport_to(
        server,
        server="https://cluster.test:6443",
        tls=tls,
        environ={"https_proxy": f"http://user:p%40ss@127.0.0.1:{proxy.port}"},
    )
    assert [transport.request("GET", path).status for path in ("/a", "/b")] == [200, 200]
    assert len(proxy.asked) == 1
    assert proxy.asked[0].startswith(b"CONNECT cluster.test:6443 HTTP/1.1\r\n")
    assert server.requests[0].headers["host"] == "cluster.test:6443"
    assert "proxy-authorization" not in server.requests[0].headers


def test_through_an_https_proxy(
    serve: Serve,
    transport_to: To,
    relay: Callable[..., Relay],
    authority: Authority,
    tls: TLS,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TLS to the proxy, which the system's authorities vouch for, and TLS to the server in it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    big = "x" * 300_000
    server = serve(answers(big, 2), context=authority.server_context())
    proxy = relay(server, "connect", authority.server_context("proxy"))
    transport = transport_to(
        server, tls=tls, proxy_url=f"https://user:p%40ss@127.0.0.1:{proxy.port}"
    )
    assert len(transport.request("PUT", "/a", body=big.encode()).body) == len(big) + 2
    assert len(server.requests[0].body) == len(big)
    assert transport.request("GET", "/b").status == 200
    assert server.connections == 1


@pytest.mark.parametrize("userinfo", ["", "me:secret@"])
def test_through_a_socks_proxy(
    serve: Serve,
    transport_to: To,
    relay: Callable[..., Relay],
    authority: Authority,
    tls: TLS,
    userinfo: str,
) -> None:
    """SOCKS 5 gets the name, not an address, and the password if there is one."""
    server = serve(answers(1), context=authority.server_context())
    proxy = relay(server, "socks5")
    transport = transport_to(
        server,
        server="https://cluster.test:6443",
        tls=tls,
        proxy_url=f"socks5://{userinfo}127.0.0.1:{proxy.port}",
    )
    assert transport.request("GET", "/a").status == 200
    assert proxy.asked[-1] == b"\x05\x01\x00\x03\x0ccluster.test\x19\x2b"
    assert proxy.asked[:-1] == ([b"\x01\x02me\x06secret"] if userinfo else [])


def test_plain_http_asks_the_proxy_for_the_whole_url(serve: Serve, transport_to: To) -> None:
    """Without TLS there is no tunnel: the proxy gets an absolute URL."""
    server = serve(answers(1))
    transport = transport_to(server, server="http://cluster.test:8080", proxy_url=server.url)
    assert transport.request("GET", "/api?x=1").status == 200
    assert server.requests[0].target == "http://cluster.test:8080/api?x=1"
    assert server.requests[0].headers["host"] == "cluster.test:8080"


def test_proxy_that_refuses_is_named(
    serve: Serve, transport_to: To, relay: Callable[..., Relay], authority: Authority, tls: TLS
) -> None:
    """The proxy's own answer is told, and what to do about 407."""
    server = serve(answers(1), context=authority.server_context())
    proxy = relay(server, "connect")
    with pytest.raises(Unreachable) as caught:
        transport_to(server, tls=tls, proxy_url=f"http://127.0.0.1:{proxy.port}").request(
            "GET", "/a"
        )
    assert caught.value.message == (
        f"the proxy http://127.0.0.1:{proxy.port} (for {server.url})"
        " answered 407 Proxy Authentication Required"
    )
    assert "user name" in (caught.value.hint or "")
    assert caught.value.refused


def test_proxy_that_is_not_there_is_named(serve: Serve, transport_to: To, tls: TLS) -> None:
    """The error is about the proxy, not about the server."""
    gone = Loopback(answers())
    gone.stop()
    server = serve(answers(1))
    with pytest.raises(Unreachable, match=r"the proxy http://127\.0\.0\.1:\d+ .* refused"):
        transport_to(server, server="https://cluster.test", tls=tls, proxy_url=gone.url).request(
            "GET", "/a"
        )


def test_proxy_that_talks_nonsense(serve: Serve, transport_to: To, tls: TLS) -> None:
    """What is no HTTP proxy is said to have failed."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"what\r\n\r\n")

    nonsense = serve(script)
    with pytest.raises(Unreachable, match="failed: not HTTP"):
        transport_to(
            nonsense, server="https://cluster.test", tls=tls, proxy_url=nonsense.url
        ).request("GET", "/a")
