"""From the global flags to a cluster: the one place where the command line meets the API door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsctl.api.client import Cluster
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsctl.api.exchange import Exchange
    from dsctl.cli.env import Env

#: The ``-v`` from which requests are logged, as with kubectl.
LOG_REQUESTS = 6


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
    log = _log(env) if _verbosity(flags.verbosity) >= LOG_REQUESTS else None
    return Cluster(load(options, env.environ), on_warning=env.warn, log=log)


def _verbosity(text: str | None) -> int:
    if text is None:
        return 0
    if not text.isdigit():
        raise UsageError(f"-v takes a number, not {text!r}")
    return int(text)


def _log(env: Env) -> Callable[[Exchange], None]:
    """A line on stderr for every request: method, address, outcome and time."""

    def log(exchange: Exchange) -> None:
        outcome = exchange.error or str(exchange.status)
        milliseconds = f"{exchange.seconds * 1000:.0f}"
        env.say(f"{exchange.method} {exchange.url} {outcome} in {milliseconds} ms")

    return log
