"""What HTTP is spoken over, and what a body is read from: shapes, for the type checker alone."""

from __future__ import annotations

from typing import Protocol


class Wire(Protocol):
    """What is needed of a socket; a plain, a TLS and a tunnelled one all have it."""

    def recv(self, size: int, /) -> bytes:
        """At least one byte, b"" at the end."""

    def sendall(self, data: bytes, /) -> None:
        """Send it all."""

    def settimeout(self, seconds: float | None, /) -> None:
        """How long each of the two may wait."""

    def shutdown(self, how: int, /) -> None:
        """Hang up, waking whoever reads."""

    def close(self) -> None:
        """Let go of the descriptor."""

    def fileno(self) -> int:
        """For poll."""


class Source(Protocol):
    """Where a body comes from, piece by piece."""

    def read_some(self) -> bytes:
        """At least one byte, b"" at the end; raises as Connection does."""
