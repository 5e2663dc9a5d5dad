"""The TLS and credential part of a kubeconfig, with the flags laid over it.

Ported from client-go ``clientcmd.DirectClientConfig`` (``getAuthInfo``, ``getCluster``) and
``clientcmd/validation.go``.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any

from dsctl.api.client_config import TLS, Auth, Impersonation
from dsctl.api.kubeconfig_files import Entry, beside, flag_field, text_field
from dsctl.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from dsctl.api.kubeconfig import ConnectionOptions

_EXEC_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
_INTERACTIVE_MODES = ("Never", "IfAvailable", "Always")


def read_tls(
    options: ConnectionOptions, cluster: Entry, cluster_name: str, user: Entry, user_name: str
) -> TLS:
    """CA, client certificate and checks. Raises ConfigError or UsageError."""
    where = f'{cluster.origin}: cluster "{cluster_name}"'
    ca_data = _data(cluster, "certificate-authority-data", where)
    ca_file = "" if ca_data else _path(cluster, "certificate-authority", where)
    insecure = flag_field(cluster.value, "insecure-skip-tls-verify", where)
    server_name = text_field(cluster.value, "tls-server-name", where)
    if options.insecure_skip_tls_verify or options.certificate_authority:
        insecure = bool(options.insecure_skip_tls_verify)
        ca_data, ca_file = b"", options.certificate_authority or ""
    if options.tls_server_name or options.server:
        server_name = options.tls_server_name or ""
    if insecure and (ca_data or ca_file):
        message = "a certificate authority and insecure-skip-tls-verify exclude each other"
        if options.certificate_authority:
            raise UsageError(f"--certificate-authority: {message}")
        raise ConfigError(f"{where}: {message}")
    _must_open(ca_file, options.certificate_authority, "--certificate-authority", where)
    tls = TLS(ca_file=ca_file, ca_data=ca_data, insecure=insecure, server_name=server_name)
    return _with_client_certificate(tls, options, user, f'{user.origin}: user "{user_name}"')


def _with_client_certificate(tls: TLS, options: ConnectionOptions, user: Entry, where: str) -> TLS:
    cert_data = _data(user, "client-certificate-data", where)
    cert_file = "" if cert_data else _path(user, "client-certificate", where)
    key_data = _data(user, "client-key-data", where)
    key_file = "" if key_data else _path(user, "client-key", where)
    if options.client_certificate:
        cert_data, cert_file = b"", options.client_certificate
    if options.client_key:
        key_data, key_file = b"", options.client_key
    if not (cert_data or cert_file):
        return tls
    if not (key_data or key_file):
        if options.client_certificate:
            raise UsageError("--client-certificate needs --client-key")
        raise ConfigError(f"{where}: the client certificate has no client-key")
    _must_open(cert_file, options.client_certificate, "--client-certificate", where)
    _must_open(key_file, options.client_key, "--client-key", where)
    return tls._replace(
        cert_file=cert_file, cert_data=cert_data, key_file=key_file, key_data=key_data
    )


def read_auth(options: ConnectionOptions, user: Entry, user_name: str) -> Auth:
    """Token, password or plugin of the user. Raises ConfigError or UsageError."""
    where = f'{user.origin}: user "{user_name}"'
    token = options.token or text_field(user.value, "token", where)
    username = text_field(user.value, "username", where)
    password = text_field(user.value, "password", where)
    if token and (username or password):
        message = "a token and a username exclude each other"
        if options.token:
            raise UsageError(f"--token: {where} has a username, and {message}")
        raise ConfigError(f"{where}: {message}")
    plugin = _mapping(user, "exec", where)
    provider = _mapping(user, "auth-provider", where)
    if plugin is not None:
        if provider is not None:
            raise ConfigError(f"{where}: exec and auth-provider exclude each other")
        plugin = _read_exec(plugin, user.origin, where)
    return Auth(
        token=token,
        token_file="" if options.token else _path(user, "tokenFile", where),
        username=username,
        password=password,
        exec_plugin=plugin,
        auth_provider=provider,
    )


def read_impersonation(options: ConnectionOptions, user: Entry, user_name: str) -> Impersonation:
    """``--as`` and its kin over ``as``, ``as-uid``, ``as-groups``, ``as-user-extra``."""
    where = f'{user.origin}: user "{user_name}"'
    groups = options.as_groups or _strings(user.value, "as-groups", where)
    extra = _extra_from_flags(options) or _mapping(user, "as-user-extra", where) or {}
    found = Impersonation(
        user=options.as_user or text_field(user.value, "as", where),
        uid=options.as_uid or text_field(user.value, "as-uid", where),
        groups=groups,
        extra=tuple(
            (key, _strings(extra, key, f"{where}: as-user-extra")) for key in sorted(extra)
        ),
    )
    if not found.user and (found.uid or found.groups or found.extra):
        if options.as_groups or options.as_uid or options.as_user_extra:
            raise UsageError("--as-group, --as-uid and --as-user-extra need --as")
        raise ConfigError(f"{where}: as-groups, as-uid and as-user-extra need as")
    return found


def _extra_from_flags(options: ConnectionOptions) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in options.as_user_extra:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise UsageError(f'--as-user-extra "{text}" is not KEY=VALUE')
        found.setdefault(key, []).append(value)
    return found


def _read_exec(plugin: dict[str, Any], origin: str, where: str) -> dict[str, Any]:
    """The plugin with its defaults set and its command resolved."""
    where = f"{where}: exec"
    command = text_field(plugin, "command", where)
    version = text_field(plugin, "apiVersion", where)
    mode = text_field(plugin, "interactiveMode", where)
    if not command:
        raise ConfigError(f"{where}: command is missing")
    if version not in _EXEC_VERSIONS:
        raise ConfigError(
            f'{where}: apiVersion "{version}" is not supported',
            hint=f"the plugin must speak {' or '.join(_EXEC_VERSIONS)}",
        )
    if not mode and version.endswith("/v1beta1"):
        mode = "IfAvailable"
    if mode not in _INTERACTIVE_MODES:
        raise ConfigError(
            f'{where}: interactiveMode must be Never, IfAvailable or Always, not "{mode}"'
        )
    variables = []
    for item in plugin.get("env") or []:
        name = text_field(item, "name", where) if isinstance(item, dict) else ""
        if not name:
            raise ConfigError(f"{where}: an env entry has no name")
        variables.append({"name": name, "value": text_field(item, "value", where)})
    return {
        # Only a bare name is sought in PATH.
        "command": beside(origin, command) if "/" in command else command,
        "args": list(_strings(plugin, "args", where)),
        "env": variables,
        "apiVersion": version,
        "interactiveMode": mode,
        "installHint": text_field(plugin, "installHint", where),
        "provideClusterInfo": flag_field(plugin, "provideClusterInfo", where),
    }


def _data(entry: Entry, field: str, where: str) -> bytes:
    text = text_field(entry.value, field, where)
    if not text:
        return b""
    try:
        # Line breaks are fine, as in Go; anything else that is not base64 is not.
        return binascii.a2b_base64("".join(text.splitlines()), strict_mode=True)
    except binascii.Error as error:
        raise ConfigError(f"{where}: {field} is not base64") from error


def _path(entry: Entry, field: str, where: str) -> str:
    path = text_field(entry.value, field, where)
    return beside(entry.origin, path) if path else ""


def _must_open(path: str, flag_value: str | None, flag: str, where: str) -> None:
    if not path:
        return
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        if path == flag_value:
            raise UsageError(f'{flag} "{path}": {error.strerror}') from error
        raise ConfigError(f'{where}: cannot read "{path}": {error.strerror}') from error


def _mapping(entry: Entry, field: str, where: str) -> dict[str, Any] | None:
    found = entry.value.get(field)
    if found is None or isinstance(found, dict):
        return found
    raise ConfigError(f"{where}: {field} must be a mapping")


def _strings(value: dict[str, Any], field: str, where: str) -> tuple[str, ...]:
    found = value.get(field) or ()
    if not isinstance(found, list | tuple) or not all(isinstance(item, str) for item in found):
        raise ConfigError(f"{where}: {field} must be a list of strings")
    return tuple(found)
