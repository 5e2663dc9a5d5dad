"""401 and 403 in words: whose credentials were refused, and what may be wrong with them."""

from __future__ import annotations

from dsctl.api.client_config import ClientConfig
from dsctl.api.credentials import Credentials
from dsctl.errors import APIError, ClusterError, Forbidden, Unauthorized


def explain(error: ClusterError, config: ClientConfig, credentials: Credentials) -> ClusterError:
    """``error`` with the user, the context and a remedy where the server names none."""
    if isinstance(error, Unauthorized):
        return _unauthorized(error, config, credentials)
    if isinstance(error, Forbidden) and '"system:anonymous"' in error.message:
        error.hint = _why_anonymous(config)
    return error


def _unauthorized(error: APIError, config: ClientConfig, credentials: Credentials) -> Unauthorized:
    said = f" ({error.reason or 'Unauthorized'})"
    server = config.address.url
    if not credentials.what:
        message = f"the server {server} wants credentials, and none were sent{said}"
        hint: str | None = _why_anonymous(config)
    else:
        whose = f' of user "{config.user}"' if config.user else ""
        context = f', context "{config.context}"' if config.context else ""
        message = f"the server {server} refused the {credentials.what}{whose}{context}{said}"
        hint = _why_refused(config, credentials)
    return Unauthorized(
        message, hint=hint, code=401, reason=error.reason or "Unauthorized", status=error.status
    )


def _why_anonymous(config: ClientConfig) -> str:
    if config.user_missing:
        names = f'context "{config.context}" names the user "{config.user}"'
        return f"{names}, which is not in {config.source}"
    if config.address.scheme == "http":
        return "credentials are not sent over plain http"
    if config.user:
        return f'the user "{config.user}" in {config.source} has no credentials'
    return "name a user with --user, or give a --token"


def _why_refused(config: ClientConfig, credentials: Credentials) -> str:
    from dsctl.api import expiry

    if config.tls.has_client_certificate and (when := expiry.of_certificate(config.tls)):
        return f"the client certificate expired on {when}"
    header = credentials.authorization()
    if header.startswith("Bearer ") and (when := expiry.of_token(header[7:])):
        return f"the token expired on {when}"
    return credentials.remedy
