"""One request on its way to a server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsctl.api.lost import Write

Headers = tuple[tuple[str, str], ...]


class Call:
    """One request on its way: what it is, and how far it got."""

    __slots__ = (
        "body",
        "deadline",
        "headers",
        "method",
        "once",
        "sent",
        "stream",
        "target",
        "write",
    )

    def __init__(
        self,
        method: str,
        target: str,
        headers: Headers,
        body: bytes,
        write: Write | None,
        timeout: float | None,
        stream: bool,
        once: bool = False,
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.write = write
        self.stream = stream
        self.once = once
        self.deadline = None if timeout is None else time.monotonic() + timeout
        self.sent = False

    @property
    def may_repeat(self) -> bool:
        """Whether sending it again can't do a thing twice."""
        return not self.sent or (self.write is None and not self.once)

    def has_time(self, seconds: float) -> bool:
        """Whether ``seconds`` from now there is still time."""
        return self.deadline is None or time.monotonic() + seconds < self.deadline
