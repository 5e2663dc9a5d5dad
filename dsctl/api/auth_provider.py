"""Auth providers, the way to log in that came before exec plugins.

``oidc`` is the one that kubectl still has; its token is renewed by the ``kubernetes``
package. The others were removed in 1.26, and the error says what took their place.
"""

from __future__ import annotations

from typing import Any

from dsctl.api.client_config import ClientConfig
from dsctl.api.credentials import Credentials, fixed_token
from dsctl.errors import ConfigError

_SUCCESSORS = {
    "gcp": "use the exec plugin gke-gcloud-auth-plugin instead",
    "azure": "use the exec plugin kubelogin instead",
}


def provider_credentials(provider: dict[str, Any], config: ClientConfig) -> Credentials:
    """The credentials of the user's ``auth-provider``. Raises ConfigError."""
    name = provider.get("name")
    if name != "oidc":
        raise ConfigError(
            f'the user "{config.user}" in {config.source} logs in with the auth provider'
            f' "{name}", which kubectl no longer has',
            hint=_SUCCESSORS.get(str(name)),
        )
    return fixed_token(_oidc_token(provider, config), "OIDC token")


def _oidc_token(provider: dict[str, Any], config: ClientConfig) -> str:
    """A valid id-token, renewed in memory if it has expired."""
    from kubernetes.config.kube_config import KubeConfigLoader

    document = {
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": config.server}}],
        "users": [{"name": "u", "user": {"auth-provider": provider}}],
    }
    try:
        loader: Any = KubeConfigLoader(document)  # type: ignore[no-untyped-call]
        loader._load_authentication()
        token = str(getattr(loader, "token", "") or "")
    except Exception as error:
        raise ConfigError(
            f'the OIDC token of user "{config.user}" can\'t be renewed: {error}'
        ) from error
    if not token:
        raise ConfigError(f'the OIDC settings of user "{config.user}" give no id-token')
    return token.removeprefix("Bearer ")
