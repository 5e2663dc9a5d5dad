"""From the global flags to a cluster: the one place where the command line meets the API door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsctl.api.client import Cluster
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


def connect(env: Env) -> Cluster:
    """Read the kubeconfig and make the (still silent) client. Raises ConfigError, UsageError."""
    flags = env.flags
    kubeconfig = flags.kubeconfig
    if flags.sandbox is not None:
        from dsctl.sandbox.paths import kubeconfig_path

        kubeconfig = str(kubeconfig_path(flags.sandbox, env.environ))
    options = ConnectionOptions(
        kubeconfig=kubeconfig,
        context=flags.context,
        cluster=flags.cluster,
        user=flags.user,
        namespace=flags.namespace,
        server=flags.server,
        token=flags.token,
        tls_server_name=flags.tls_server_name,
        certificate_authority=flags.certificate_authority,
        client_certificate=flags.client_certificate,
        client_key=flags.client_key,
        as_user=flags.impersonate_user,
        as_uid=flags.impersonate_uid,
        as_groups=flags.impersonate_groups,
        as_user_extra=flags.impersonate_extra,
        insecure_skip_tls_verify=flags.insecure_skip_tls_verify,
        disable_compression=flags.disable_compression,
        request_timeout=flags.request_timeout,
    )
    level = _verbosity(flags.verbosity)
    log = None
    if level:
        from dsctl.cli.requestlog import logger

        log = logger(env, level)
    return Cluster(load(options, env.environ), on_warning=env.warn, log=log)


def _verbosity(text: str | None) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"-v takes a number, not {text!r}")
    return int(text)
