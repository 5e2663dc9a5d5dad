"""Which proxy stands between us and the server, by the rules of Go.

Ported from ``golang.org/x/net/http/httpproxy``: HTTPS_PROXY for https servers, HTTP_PROXY
for http ones, either case, NO_PROXY with domains, addresses and networks, never for
localhost and loopback addresses. A ``proxy-url`` of the kubeconfig wins over all of it.
"""

from __future__ import annotations

import binascii
import ipaddress
from collections.abc import Mapping
from typing import NamedTuple

from dsctl.api.client_config import ClientConfig, Server
from dsctl.errors import ConfigError


class Proxy(NamedTuple):
    """A proxy's address. ``authorization`` is a Basic header's value, or ""."""

    scheme: str
    host: str
    port: int
    authorization: str
    username: str
    password: str

    @property
    def url(self) -> str:
        """The address without the password, for messages."""
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def proxy_for(config: ClientConfig, server: Server) -> Proxy | None:
    """The proxy to use, or None for a direct connection. Raises ConfigError for a bad one."""
    if config.proxy_url:
        return _parse(config.proxy_url, "proxy-url")
    variable = "HTTPS_PROXY" if server.scheme == "https" else "HTTP_PROXY"
    url = _either(config.environ, variable)
    if not url or not _applies(server, _either(config.environ, "NO_PROXY")):
        return None
    return _parse(url if "://" in url else f"http://{url}", variable)


def _either(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.lower()) or ""


def _parse(url: str, origin: str) -> Proxy:
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    default = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}.get(parts.scheme)
    if not host or default is None:
        raise ConfigError(
            f"{origin}: not the address of a proxy",
            hint="write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT",
        )
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    authorization = ""
    if username or password:
        pair = f"{username}:{password}".encode()
        authorization = "Basic " + binascii.b2a_base64(pair, newline=False).decode()
    scheme = "socks5" if parts.scheme == "socks5h" else parts.scheme
    return Proxy(scheme, host, port or default, authorization, username, password)


def _applies(server: Server, no_proxy: str) -> bool:
    host = server.host.lower()
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return False
    return not any(
        _exempts(entry.strip().lower(), host, address, server.port)
        for entry in no_proxy.split(",")
        if entry.strip()
    )


def _exempts(
    entry: str,
    host: str,
    address: ipaddress.IPv4Address | ipaddress.IPv6Address | None,
    port: int,
) -> bool:
    """Whether one entry of NO_PROXY is about this host and port."""
    if entry == "*":
        return True
    if "/" in entry:
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, entry_port = _split_port(entry)
    if entry_port and entry_port != str(port):
        return False
    if address is not None:
        return _address(name) == address
    name = name.removeprefix("*")
    if name.startswith("."):
        return host.endswith(name)
    return bool(name) and (host == name or host.endswith("." + name))


def _split_port(entry: str) -> tuple[str, str]:
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        return host, rest.removeprefix(":")
    if entry.count(":") == 1:
        host, _, port = entry.partition(":")
        return host, port
    return entry, ""


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
