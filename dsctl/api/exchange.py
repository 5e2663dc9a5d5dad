"""One request and its answer, as ``-v`` may show it: nothing secret in it.

Headers are masked only when they are asked for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

_SECRET = ("authorization", "proxy-authorization", "cookie", "set-cookie")


class Exchange:
    """What the ``log`` hook is called with, once per attempt.

    ``status`` is 0 where no answer came, and ``error`` says why. ``seconds`` counts to the
    end of the answer; for a stream, to its head. ``body`` is what came, unpacked; ``sent``
    what went out.
    """

    __slots__ = (
        "_headers",
        "_started",
        "body",
        "error",
        "method",
        "received",
        "seconds",
        "sent",
        "status",
        "url",
    )

    def __init__(
        self, method: str, url: str, headers: Sequence[tuple[str, str]], sent: bytes
    ) -> None:
        self.method = method
        self.url = url
        self.sent = sent
        self.status = 0
        self.error = ""
        self.body: bytes | bytearray = b""
        self.received: Sequence[tuple[str, str]] = ()
        self.seconds = 0.0
        self._headers = headers
        self._started = time.monotonic()

    def ended(self) -> None:
        """Stop the clock."""
        self.seconds = time.monotonic() - self._started

    def request_headers(self) -> list[tuple[str, str]]:
        """The headers sent, credentials masked."""
        return [(name, _masked(name, value)) for name, value in self._headers]

    def response_headers(self) -> list[tuple[str, str]]:
        """The headers received, cookies masked."""
        return [(name, _masked(name, value)) for name, value in self.received]


def _masked(name: str, value: str) -> str:
    if name.lower() not in _SECRET:
        return value
    scheme, space, _ = value.partition(" ")
    # The scheme tells a token from a password and is no secret (client-go: maskValue).
    return f"{scheme} <masked>" if space and scheme in ("Bearer", "Basic") else "<masked>"
