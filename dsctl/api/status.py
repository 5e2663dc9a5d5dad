"""The one translation of what a server answers into the error tree.

A Kubernetes API server explains a refusal in a ``Status`` object; its words are kept as they
are. What is no Status came from something that stands in between, and is said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.errors import (
    AlreadyExists,
    APIError,
    BadRequest,
    ClusterError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)

_BY_REASON: dict[str, type[APIError]] = {
    "NotFound": NotFound,
    "AlreadyExists": AlreadyExists,
    "Conflict": Conflict,
    "Invalid": Invalid,
    "BadRequest": BadRequest,
    "Unauthorized": Unauthorized,
    "Forbidden": Forbidden,
    "Gone": Gone,
    "Expired": Gone,
    "TooManyRequests": TooManyRequests,
}
_BY_CODE: dict[int, type[APIError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: TooManyRequests,
}
_SHOWN = 120


def error_from_status(status: Mapping[str, Any]) -> APIError:
    """The error that a ``Status`` object stands for: an answer's body, a watch's ERROR event."""
    code = status.get("code") or 0
    reason = status.get("reason") or ""
    message = one_line(status.get("message") or reason or f"the server answered {code}")
    kind = _BY_REASON.get(reason) or _BY_CODE.get(code, APIError)
    hint = None
    if kind is NotFound and (status.get("details") or {}).get("kind") == "namespaces":
        hint = "check -n/--namespace, or create the namespace first"
    return kind(message, hint=hint, code=code, reason=reason, status=status)


def error_from_answer(
    code: int, reason: str, content_type: str, body: bytes, address: str
) -> ClusterError:
    """The error for an answer that is not 2xx. ``address`` is the server's URL."""
    status = _status(content_type, body)
    if status is not None:
        return error_from_status({"code": code, **status})
    text = one_line(body[:4096].decode("utf-8", "replace"))
    if code == 400 and "HTTP request to an HTTPS server" in text:
        return Unreachable(
            f"the server {address} wants HTTPS", hint="write its address with https://"
        )
    if 300 <= code < 400:
        return Unreachable(
            f"{address} answered with a redirect ({code}) instead of the Kubernetes API",
            hint="is this the address of a web console or of a login page?",
        )
    words = f"{code} {reason}".rstrip()
    kind = _BY_CODE.get(code, APIError)
    if code == 404:
        return kind(f"the server {address} could not find the requested resource", code=code)
    if content_type.startswith("text/plain") and text:
        words += f": {text[:_SHOWN]}"
    return kind(f"the server {address} answered {words}", code=code)


def not_kubernetes(address: str, content_type: str, body: bytes) -> Unreachable:
    """The error for a 2xx answer that is not what was asked for."""
    text = one_line(body[:4096].decode("utf-8", "replace"))
    what = content_type.partition(";")[0] or "no content type"
    if what == "application/json":
        what = f"JSON cut short or broken, beginning {text[:40]!r}"
    return Unreachable(
        f"the answer of {address} is not from a Kubernetes API server ({what})",
        hint="is there a proxy or a login page in between?",
    )


def one_line(text: str) -> str:
    """The text with every run of white space that holds a line break made one space."""
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def _status(content_type: str, body: bytes) -> dict[str, Any] | None:
    if not content_type.startswith("application/json"):
        return None
    import json

    try:
        status = json.loads(body)
    except ValueError:
        return None
    if isinstance(status, dict) and status.get("kind") == "Status":
        return status
    return None
