"""What is said about the user in each request, and what to do when it is refused.

Precedence as in client-go: a client certificate is always shown; of the rest, a token (its
file, re-read, before its text) or a password; a plugin only where none of them is given.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from dsctl.errors import ConfigError

if TYPE_CHECKING:
    from dsctl.api.client_config import TLS, Auth, ClientConfig, Impersonation


class Credentials:
    """None at all, or what a client certificate says. The base of the others.

    ``stdin_in_use`` is set while standard input holds a manifest: no plugin may ask there.
    """

    stdin_in_use = False

    def authorization(self) -> str:
        """The Authorization header's value, "" for none. Raises ConfigError."""
        return ""

    def tls(self, tls: TLS) -> TLS:
        """``tls`` with the client certificate to show."""
        return tls

    def renew(self) -> bool:
        """The server refused them (401): whether there are others worth one more try."""
        return False

    @property
    def what(self) -> str:
        """In a word or two, for a message: ``token``, ``exec plugin …``."""
        return ""

    @property
    def remedy(self) -> str:
        """What to try when the server refuses them, for a hint."""
        return "it may have expired: get a new one"


class _Fixed(Credentials):
    def __init__(self, header: str, what: str) -> None:
        self._header = header
        self._what = what

    def authorization(self) -> str:
        return self._header

    @property
    def what(self) -> str:
        return self._what


class _TokenFile(Credentials):
    """A token that something else renews in its file; the file is read for each request."""

    def __init__(self, path: str, fallback: str) -> None:
        self._path = path
        self._fallback = fallback
        self._last = ""

    def authorization(self) -> str:
        try:
            with open(self._path, encoding="utf-8") as file:
                token = file.read().strip()
        except (OSError, UnicodeDecodeError) as error:
            if not self._fallback:
                words = getattr(error, "strerror", None) or "it is not text"
                raise ConfigError(f'cannot read the token file "{self._path}": {words}') from error
            token = self._fallback
        self._last = token or self._fallback
        return _bearer(self._last)

    def renew(self) -> bool:
        before = self._last
        self.authorization()
        return self._last != before

    @property
    def what(self) -> str:
        return f"token in {self._path}"


def credentials_for(config: ClientConfig) -> Credentials:
    """The credentials that ``config`` asks for. Raises ConfigError."""
    auth = config.auth
    if auth.token_file:
        return _TokenFile(auth.token_file, auth.token)
    if auth.token:
        return _Fixed(_bearer(auth.token), "token")
    if auth.username or auth.password:
        pair = f"{auth.username}:{auth.password}".encode()
        header = "Basic " + binascii.b2a_base64(pair, newline=False).decode()
        return _Fixed(header, f'password of "{auth.username}"')
    if config.tls.has_client_certificate:
        return _Certificate()
    return _from_plugin(config, auth)


def fixed_token(token: str, what: str) -> Credentials:
    """A token that stays as it is. Raises ConfigError if no header may hold it."""
    return _Fixed(_bearer(token), what)


class _Certificate(Credentials):
    @property
    def what(self) -> str:
        return "client certificate"

    @property
    def remedy(self) -> str:
        return "does it belong to another cluster, or to one that was set up anew?"


def _from_plugin(config: ClientConfig, auth: Auth) -> Credentials:
    if auth.exec_plugin is not None:
        from dsctl.api.exec_plugin import ExecCredentials

        return ExecCredentials(auth.exec_plugin, config)
    if auth.auth_provider is not None:
        from dsctl.api.auth_provider import provider_credentials

        return provider_credentials(auth.auth_provider, config)
    return Credentials()


def _bearer(token: str) -> str:
    if not token.isprintable():
        raise ConfigError("the token holds characters that no header may hold")
    return f"Bearer {token}"


def impersonation_headers(who: Impersonation) -> list[tuple[str, str]]:
    """The headers of ``--as`` (client-go ``transport.impersonatingRoundTripper``)."""
    if not who.user:
        return []
    if not all(text.isprintable() for text in (who.user, who.uid, *who.groups)):
        raise ConfigError("a user or group to impersonate holds characters that no header may hold")
    headers = [("Impersonate-User", who.user)]
    if who.uid:
        headers.append(("Impersonate-Uid", who.uid))
    headers += [("Impersonate-Group", group) for group in who.groups]
    if who.extra:
        from urllib.parse import quote

        for key, values in who.extra:
            name = "Impersonate-Extra-" + quote(key, safe="!#$&'*+-.^_`|~")
            headers += [(name, value) for value in values]
    return headers
