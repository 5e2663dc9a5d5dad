"""Which server, as whom, in which namespace: the rules of kubectl.

Ported from client-go ``tools/clientcmd``: ``client_config.go`` (what flags override),
``validation.go`` (what may not stand together) and ``merged_client_builder.go`` (when a
pod's own service account is used). Reading and merging files is ``kubeconfig_files``.

Where kubectl would fall back to ``http://localhost:8080``, dsctl says what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dsctl.api.client_config import TLS, Auth, ClientConfig, Impersonation, parse_server
from dsctl.api.kubeconfig_files import (
    Entry,
    Kubeconfig,
    flag_field,
    listed,
    load_files,
    text_field,
)
from dsctl.api.kubeconfig_user import read_auth, read_impersonation, read_tls
from dsctl.errors import ConfigError, DsctlError, UsageError

_EMPTY = Entry({}, "")


class ConnectionOptions(NamedTuple):
    """What the connection flags say; None or () where one was not given.

    ``as_user_extra`` holds KEY=VALUE, a key as often as it has values.
    """

    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None
    server: str | None = None
    token: str | None = None
    tls_server_name: str | None = None
    certificate_authority: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    insecure_skip_tls_verify: bool | None = None
    as_user: str | None = None
    as_uid: str | None = None
    as_groups: tuple[str, ...] = ()
    as_user_extra: tuple[str, ...] = ()
    request_timeout: str | None = None
    disable_compression: bool | None = None


def load(options: ConnectionOptions, environ: Mapping[str, str]) -> ClientConfig:
    """The connection that the flags and the environment ask for.

    Raises UsageError where a flag is wrong (a path that can't be read, a name that is not in
    the kubeconfig), ConfigError where the files are, or where there are none.
    """
    timeout = _timeout(options.request_timeout)
    files = load_files(options.kubeconfig, environ)
    if not files.found and (options.context or options.cluster or options.user):
        raise _no_server(files, "", "", environ)
    context_name, context = _context(options, files)
    cluster_name, cluster = _cluster(options, files, context_name, context)
    server = (
        options.server
        or text_field(cluster.value, "server", _where("cluster", cluster_name, cluster))
        or environ.get("KUBERNETES_MASTER", "")
    )
    if not server and _in_pod(environ):
        return _in_cluster(options, environ, timeout)
    if not server:
        raise _no_server(files, context_name, cluster_name, environ)
    user_name, user, missing = _user(options, files, context)
    namespace = options.namespace or text_field(
        context.value, "namespace", _where("context", context_name, context)
    )
    if not namespace and _in_pod(environ):
        from dsctl.api import incluster

        namespace = incluster.namespace(environ)
    tls = read_tls(options, cluster, cluster_name, user, user_name)
    secure = parse_server(server, tls).scheme == "https"
    return ClientConfig(
        server=server,
        namespace=namespace or "default",
        namespace_given=bool(options.namespace),
        # Credentials are never sent in the clear, as in client-go.
        tls=tls if secure else TLS(),
        auth=read_auth(options, user, user_name) if secure else Auth(),
        impersonate=read_impersonation(options, user, user_name),
        proxy_url=_proxy_url(cluster, cluster_name),
        timeout=timeout,
        disable_compression=bool(options.disable_compression)
        or flag_field(cluster.value, "disable-compression", cluster.origin),
        environ=environ,
        context=context_name,
        user=user_name,
        cluster=cluster_name,
        source=files.where if files.found else "",
        user_missing=missing,
        exec_cluster_config=_exec_extension(cluster),
    )


def _timeout(text: str | None) -> float | None:
    if not text:
        return None
    from dsctl.api.duration import parse_request_timeout

    return parse_request_timeout(text)


def _in_pod(environ: Mapping[str, str]) -> bool:
    if "KUBERNETES_SERVICE_HOST" not in environ:
        return False
    from dsctl.api import incluster

    return incluster.possible(environ)


def _context(options: ConnectionOptions, files: Kubeconfig) -> tuple[str, Entry]:
    name = options.context or files.current_context
    if name in files.contexts:
        return name, files.contexts[name]
    if options.context:
        raise UsageError(_absent("context", name, files, files.contexts))
    # --cluster alone is enough to know where to go, and --server is too.
    if name and not (options.cluster or options.server):
        raise ConfigError(
            f'the current context "{name}" does not exist in {files.where}'
            f" ({listed(files.contexts)})",
            hint="choose one with --context, or with `kubectl config use-context`",
        )
    return name, _EMPTY


def _cluster(
    options: ConnectionOptions, files: Kubeconfig, context_name: str, context: Entry
) -> tuple[str, Entry]:
    name = options.cluster or text_field(
        context.value, "cluster", _where("context", context_name, context)
    )
    if name in files.clusters:
        return name, files.clusters[name]
    if options.cluster:
        raise UsageError(_absent("cluster", name, files, files.clusters))
    if name and not options.server:
        raise ConfigError(
            f'context "{context_name}" names the cluster "{name}", which is not in {files.where}'
            f" ({listed(files.clusters)})"
        )
    return name, _EMPTY


def _user(options: ConnectionOptions, files: Kubeconfig, context: Entry) -> tuple[str, Entry, bool]:
    """Name, entry, and whether the context names a user that isn't there.

    kubectl goes on without credentials in that case, which a server may accept; so do we.
    """
    name = options.user or text_field(context.value, "user", context.origin)
    if name in files.users:
        return name, files.users[name], False
    if options.user:
        raise UsageError(_absent("user", name, files, files.users))
    return name, _EMPTY, bool(name)


def _absent(kind: str, name: str, files: Kubeconfig, there: Mapping[str, Any]) -> str:
    return f'--{kind} "{name}" does not exist in {files.where} ({listed(there)})'


def _where(kind: str, name: str, entry: Entry) -> str:
    return f'{entry.origin}: {kind} "{name}"'


def _no_server(
    files: Kubeconfig, context_name: str, cluster_name: str, environ: Mapping[str, str]
) -> DsctlError:
    if not files.found:
        variable = " (from KUBECONFIG)" if environ.get("KUBECONFIG") else ""
        where = ", ".join(files.looked) or "the empty KUBECONFIG"
        return ConfigError(
            f"no kubeconfig: looked for {where}{variable}, and this is not a pod",
            hint="name one with --kubeconfig or KUBECONFIG, or a server with --server",
        )
    if cluster_name:
        return ConfigError(f'{files.where}: cluster "{cluster_name}" has no server')
    if context_name:
        return ConfigError(f'{files.where}: context "{context_name}" names no cluster')
    return ConfigError(
        f"no current context is set in {files.where} ({listed(files.contexts)})",
        hint="choose one with --context, or with `kubectl config use-context`",
    )


def _proxy_url(cluster: Entry, name: str) -> str:
    url = text_field(cluster.value, "proxy-url", _where("cluster", name, cluster))
    if url and url.partition("://")[0].lower() not in ("http", "https", "socks5"):
        raise ConfigError(
            f'{_where("cluster", name, cluster)}: proxy-url "{url}" must begin with'
            " http://, https:// or socks5://"
        )
    return url


def _exec_extension(cluster: Entry) -> Any:
    """What the cluster tells exec plugins (``extensions``, a reserved name)."""
    for item in cluster.value.get("extensions") or []:
        if isinstance(item, dict) and item.get("name") == "client.authentication.k8s.io/exec":
            return item.get("extension")
    return None


def _in_cluster(
    options: ConnectionOptions, environ: Mapping[str, str], timeout: float | None
) -> ClientConfig:
    """A pod's own service account; --token and --certificate-authority win over its files."""
    from dsctl.api import incluster

    tls = incluster.tls()
    if options.certificate_authority:
        tls = tls._replace(ca_file=options.certificate_authority)
    return ClientConfig(
        server=incluster.server(environ),
        namespace=options.namespace or incluster.namespace(environ),
        namespace_given=bool(options.namespace),
        tls=tls,
        auth=Auth(token=options.token) if options.token else incluster.auth(),
        impersonate=Impersonation(options.as_user or "", options.as_uid or "", options.as_groups),
        timeout=timeout,
        disable_compression=bool(options.disable_compression),
        environ=environ,
        source="the pod's service account",
    )
