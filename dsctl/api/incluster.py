"""The configuration that a pod finds in its own file system and environment.

Ported from client-go ``rest.InClusterConfig`` and ``clientcmd.inClusterClientConfig``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from dsctl.api.client_config import TLS, Auth

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


def possible(environ: Mapping[str, str]) -> bool:
    """Whether this process runs in a pod that has a service account."""
    return bool(
        environ.get("KUBERNETES_SERVICE_HOST")
        and environ.get("KUBERNETES_SERVICE_PORT")
        and os.path.isfile(os.path.join(SERVICE_ACCOUNT, "token"))
    )


def server(environ: Mapping[str, str]) -> str:
    """The address of the API server that this pod's cluster names."""
    host = environ["KUBERNETES_SERVICE_HOST"]
    return f"https://{f'[{host}]' if ':' in host else host}:{environ['KUBERNETES_SERVICE_PORT']}"


def tls() -> TLS:
    """The cluster's CA, if it is there."""
    path = os.path.join(SERVICE_ACCOUNT, "ca.crt")
    return TLS(ca_file=path if os.path.isfile(path) else "")


def auth() -> Auth:
    """The service account's token, which the kubelet renews in its file."""
    return Auth(token_file=os.path.join(SERVICE_ACCOUNT, "token"))


def namespace(environ: Mapping[str, str]) -> str:
    """POD_NAMESPACE, else the service account's namespace, else ``default``."""
    if given := environ.get("POD_NAMESPACE"):
        return given
    try:
        with open(os.path.join(SERVICE_ACCOUNT, "namespace"), encoding="utf-8") as file:
            return file.read().strip() or "default"
    except OSError:
        return "default"
