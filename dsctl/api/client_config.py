"""What is needed to speak to one API server, resolved: no names, no files to merge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dsctl.errors import ConfigError

_PORTS = {"http": 80, "https": 443}


class Server(NamedTuple):
    """The parts of the server's address. ``prefix`` is "" or a path without its last slash."""

    scheme: str
    host: str
    port: int
    prefix: str

    @property
    def authority(self) -> str:
        """``host:port`` as it stands in a URL; without the port if it is the scheme's own."""
        if self.port == _PORTS[self.scheme]:
            return f"[{self.host}]" if ":" in self.host else self.host
        return self.endpoint

    @property
    def endpoint(self) -> str:
        """``host:port``, always with the port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address in full, for messages and exec plugins."""
        return f"{self.scheme}://{self.authority}{self.prefix}"


class TLS(NamedTuple):
    """How the server is checked and what certificate is shown to it. Data wins over files."""

    ca_file: str = ""
    ca_data: bytes = b""
    cert_file: str = ""
    cert_data: bytes = b""
    key_file: str = ""
    key_data: bytes = b""
    insecure: bool = False
    server_name: str = ""

    @property
    def has_client_certificate(self) -> bool:
        """Whether a certificate is shown to the server."""
        return bool(self.cert_file or self.cert_data)


class Auth(NamedTuple):
    """Who we say we are, beside the client certificate."""

    token: str = ""
    token_file: str = ""
    username: str = ""
    password: str = ""
    exec_plugin: dict[str, Any] | None = None
    auth_provider: dict[str, Any] | None = None


class Impersonation(NamedTuple):
    """``--as`` and its kin; empty when the request is made as oneself."""

    user: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


class ClientConfig(NamedTuple):
    """One cluster, one user, one namespace. Made by ``kubeconfig.load``.

    ``server`` is the address as configured; ``address`` its parts. ``timeout`` is seconds a
    request may take, None for no limit. ``namespace_given`` tells ``-n`` from a default.
    ``context``, ``user`` and ``cluster`` are names in ``source`` (the files), "" if there is
    none; ``user_missing``: the context names a user that no file has.
    """

    server: str
    namespace: str = "default"
    namespace_given: bool = False
    tls: TLS = TLS()
    auth: Auth = Auth()
    impersonate: Impersonation = Impersonation()
    proxy_url: str = ""
    timeout: float | None = None
    disable_compression: bool = False
    environ: Mapping[str, str] = {}
    context: str = ""
    user: str = ""
    cluster: str = ""
    source: str = ""
    user_missing: bool = False
    exec_cluster_config: Any = None

    @property
    def address(self) -> Server:
        """The server's address in parts. Raises ConfigError if it is none."""
        return parse_server(self.server, self.tls)


def parse_server(text: str, tls: TLS) -> Server:
    """An address as client-go reads it (``rest.DefaultServerURL``).

    Without a scheme it is ``https`` if anything about TLS is configured, else ``http``.
    Raises ConfigError for what is no address.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        if not parts.scheme or not parts.netloc:
            secure = tls.ca_file or tls.ca_data or tls.has_client_certificate or tls.insecure
            parts = urlsplit(("https://" if secure else "http://") + text)
            if parts.path not in ("", "/"):
                raise ValueError
        host, port = parts.hostname, parts.port
        if not host or parts.scheme not in ("http", "https"):
            raise ValueError
    except ValueError:
        raise ConfigError(
            f'"{text}" is not the address of a server',
            hint="write it as https://HOST:PORT",
        ) from None
    default = _PORTS[parts.scheme]
    return Server(parts.scheme, host, default if port is None else port, parts.path.rstrip("/"))
