"""Credentials from a program that the kubeconfig names (exec plugins).

The protocol ``client.authentication.k8s.io`` v1 and v1beta1, ported from client-go
``plugin/pkg/client/auth/exec``. What a plugin answers is kept in this process until it
expires or is refused, as kubectl does; plugins that are slow to ask keep a cache of their own.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from dsctl.api.client_config import TLS, ClientConfig
from dsctl.api.credentials import Credentials
from dsctl.api.decode import encode
from dsctl.errors import ConfigError


class ExecCredentials(Credentials):
    """A token, a client certificate, or both, from the plugin; asked when first needed."""

    def __init__(self, plugin: dict[str, Any], config: ClientConfig) -> None:
        import threading

        self._plugin = plugin
        self._config = config
        self._lock = threading.Lock()
        self._token = ""
        self._certificate = b""
        self._key = b""
        self._expires: float | None = None
        self._asked = False

    def authorization(self) -> str:
        """The plugin's token as a header's value, "" if it gives a certificate alone."""
        self._ensure()
        return f"Bearer {self._token}" if self._token else ""

    def tls(self, tls: TLS) -> TLS:
        """``tls`` with the plugin's certificate, if it gives one."""
        self._ensure()
        if not self._certificate:
            return tls
        return tls._replace(cert_data=self._certificate, key_data=self._key)

    def renew(self) -> bool:
        """Ask the plugin again, whatever it said before."""
        with self._lock:
            self._ask()
        return True

    @property
    def what(self) -> str:
        """The credential's name in messages."""
        return f"credentials of the exec plugin {self._plugin['command']}"

    @property
    def remedy(self) -> str:
        """What to try when they are refused."""
        return "you may have to log in again with the plugin's own tool"

    @property
    def expired(self) -> bool:
        """Whether what the plugin gave must not be used any more."""
        return self._expires is not None and time.time() > self._expires

    def _ensure(self) -> None:
        with self._lock:
            if not self._asked or self.expired:
                self._ask()

    def _ask(self) -> None:
        status = _run(self._plugin, self._config, self.stdin_in_use)
        token = status.get("token") or ""
        certificate = status.get("clientCertificateData") or ""
        key = status.get("clientKeyData") or ""
        name = self._plugin["command"]
        if not all(isinstance(text, str) for text in (token, certificate, key)):
            raise ConfigError(f"exec plugin {name}: token and certificate must be strings")
        if bool(certificate) != bool(key):
            raise ConfigError(f"exec plugin {name} gave only one of certificate and key")
        if not token and not certificate:
            raise ConfigError(f"exec plugin {name} gave neither a token nor a certificate")
        if not token.isprintable():
            raise ConfigError(f"exec plugin {name} gave a token that no header may hold")
        self._token, self._certificate, self._key = token, certificate.encode(), key.encode()
        self._expires = _expiry(status.get("expirationTimestamp"), name)
        self._asked = True


def _run(plugin: dict[str, Any], config: ClientConfig, stdin_in_use: bool) -> dict[str, Any]:
    """Run the plugin; the ``status`` that it prints. Raises ConfigError."""
    import subprocess

    name = plugin["command"]
    interactive = _is_interactive(plugin, stdin_in_use)
    environ = dict(config.environ or os.environ)
    environ |= {item["name"]: item["value"] for item in plugin["env"]}
    environ["KUBERNETES_EXEC_INFO"] = _exec_info(plugin, config, interactive)
    try:
        done = subprocess.run(
            [name, *plugin["args"]],
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=environ,
            check=False,
        )
    except FileNotFoundError as error:
        hint = " ".join(_visible(plugin["installHint"]).split())
        raise ConfigError(
            f'exec plugin "{name}" is not installed', hint=hint or "it must be in the PATH"
        ) from error
    except OSError as error:
        raise ConfigError(f'exec plugin "{name}" can\'t be run: {error.strerror}') from error
    if done.returncode:
        raise ConfigError(
            f'exec plugin "{name}" failed with exit code {done.returncode}',
            hint="what it says itself stands above, if anything",
        )
    return _status(done.stdout, plugin)


def _status(output: bytes, plugin: dict[str, Any]) -> dict[str, Any]:
    from dsctl.api.decode import decode

    name = plugin["command"]
    try:
        credential = decode(output)
    except ValueError as error:
        raise ConfigError(f'exec plugin "{name}" did not print an ExecCredential') from error
    if not isinstance(credential, dict) or credential.get("kind") != "ExecCredential":
        raise ConfigError(f'exec plugin "{name}" did not print an ExecCredential')
    version = credential.get("apiVersion")
    if version != plugin["apiVersion"]:
        raise ConfigError(
            f'exec plugin "{name}" answered in {version}, the kubeconfig says'
            f" {plugin['apiVersion']}"
        )
    status = credential.get("status")
    if not isinstance(status, dict):
        raise ConfigError(f'exec plugin "{name}" gave no status')
    return status


def _exec_info(plugin: dict[str, Any], config: ClientConfig, interactive: bool) -> str:
    spec: dict[str, Any] = {"interactive": interactive}
    if plugin["provideClusterInfo"]:
        spec["cluster"] = _cluster_info(config)
    info = {"kind": "ExecCredential", "apiVersion": plugin["apiVersion"], "spec": spec}
    return encode(info).decode()


def _cluster_info(config: ClientConfig) -> dict[str, Any]:
    """The cluster as ``rest.ConfigToExecCluster`` has it: absent where empty."""
    import binascii

    tls = config.tls
    ca = tls.ca_data
    if not ca and tls.ca_file:
        with open(tls.ca_file, "rb") as file:
            ca = file.read()
    info: dict[str, Any] = {
        "server": config.server,
        "tls-server-name": tls.server_name,
        "insecure-skip-tls-verify": tls.insecure,
        "certificate-authority-data": binascii.b2a_base64(ca, newline=False).decode(),
        "proxy-url": config.proxy_url,
        "disable-compression": config.disable_compression,
        "config": config.exec_cluster_config,
    }
    return {key: value for key, value in info.items() if value or key == "config"}


def _is_interactive(plugin: dict[str, Any], stdin_in_use: bool) -> bool:
    mode = plugin["interactiveMode"]
    if mode == "Never":
        return False
    terminal = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
    if mode == "Always" and (stdin_in_use or not terminal):
        why = "is used for a manifest" if stdin_in_use else "is not a terminal"
        raise ConfigError(
            f'exec plugin "{plugin["command"]}" wants to ask on a terminal; standard input {why}'
        )
    return terminal and not stdin_in_use


def _expiry(text: Any, name: str) -> float | None:
    if text is None:
        return None
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError) as error:
        raise ConfigError(f'exec plugin "{name}": expirationTimestamp is no time') from error


def _visible(text: str) -> str:
    """Without the control characters that could change a terminal's state."""
    return "".join(
        letter if letter.isprintable() or letter.isspace() else f"U+{ord(letter):04X}"
        for letter in text
    )
