"""The error tree and the exit codes. Imports nothing of ours.

::

    DsctlError                 message, hint, exit_code
    ├── AnswerIsNo        (1)  it ran, and the answer is no
    ├── UsageError        (2)  bad flag, bad argument, unreadable path
    │   └── ManifestError (2)  input of a command that changes something can't be parsed
    ├── ClusterError      (3)  the cluster could not be asked, or said no
    │   ├── ConfigError   (3)  no usable kubeconfig
    │   ├── Unreachable   (3)  no answer from the server
    │   └── APIError      (3)  the server's Status, translated once in ``api/``
    │       ├── NotFound · AlreadyExists · Conflict · Invalid · BadRequest
    │       ├── Unauthorized · Forbidden · Gone · TooManyRequests
    │       └── MaybeApplied   the answer to a write was lost
    └── DeadlineExceeded (124) a --timeout passed

Commands raise; ``main`` alone prints an error and chooses the exit code.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What a dsctl process can end with (README, "Exit codes")."""

    OK = 0
    NO = 1
    USAGE = 2
    CLUSTER = 3
    TIMEOUT = 124
    INTERRUPTED = 130
    PIPE_CLOSED = 141


class DsctlError(Exception):
    """An error for the user: one line of ``message`` and at most one line of ``hint``.

    ``detail`` is printed as it stands between the two, such as a line of a file with a caret.
    """

    exit_code = ExitCode.NO

    def __init__(self, message: str, *, hint: str | None = None, detail: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail


class AnswerIsNo(DsctlError):
    """The command ran and the answer is no: invalid, different, stalled, declined."""


class UsageError(DsctlError):
    """A bad flag, a bad argument, or a path that can't be read."""

    exit_code = ExitCode.USAGE


class ManifestError(UsageError):
    """A manifest that a changing command was given can't be parsed."""


class ClusterError(DsctlError):
    """The cluster could not be asked, or said no."""

    exit_code = ExitCode.CLUSTER


class ConfigError(ClusterError):
    """There is no kubeconfig to work with, or what it says can't be used."""


class Unreachable(ClusterError):
    """The server did not answer. ``refused``: it never got the request."""

    def __init__(self, message: str, *, hint: str | None = None, refused: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.refused = refused


class APIError(ClusterError):
    """A Status of the API server. ``status`` is its body, ``code`` the HTTP code."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        code: int = 0,
        reason: str = "",
        status: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.reason = reason
        self.status: Mapping[str, Any] = status or {}

    @property
    def causes(self) -> list[dict[str, Any]]:
        """``status.details.causes``: field, reason and message of each; may be empty."""
        return list((self.status.get("details") or {}).get("causes") or [])


class NotFound(APIError):
    """404: no such object, or no such resource."""


class AlreadyExists(APIError):
    """409 AlreadyExists: the name is taken."""


class Conflict(APIError):
    """409 Conflict: someone else changed it, or owns the field."""


class Invalid(APIError):
    """422 Invalid: the server's validation refused the object."""


class BadRequest(APIError):
    """400: the server could not decode the request."""


class Unauthorized(APIError):
    """401: the credentials are missing, wrong or expired."""


class Forbidden(APIError):
    """403: the user may not do this, or admission or quota refused it."""


class Gone(APIError):
    """410: the resource version or the continue token is too old."""


class TooManyRequests(APIError):
    """429: the server asks to come back later."""


class MaybeApplied(APIError):
    """A write was sent, its answer was lost, and reading back did not settle it."""


class DeadlineExceeded(DsctlError):
    """A --timeout passed."""

    exit_code = ExitCode.TIMEOUT
