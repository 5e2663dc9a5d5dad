"""What it means that no answer came, or one that does not tell what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsctl.api.http1 import Broken
from dsctl.api.lost import LostAnswer, Write
from dsctl.errors import ClusterError, Unreachable

if TYPE_CHECKING:
    from dsctl.api.call import Call
    from dsctl.api.transport import Answer

# Answers of a gateway that can't tell whether the server applied the write.
_UNSURE = (502, 504)


def explain(call: Call, error: OSError | Broken, address: str) -> ClusterError:
    """The error for a connection that did not hold: LostAnswer after a write, else Unreachable."""
    why = _words(error)
    if call.write is not None and call.sent and not _refused_certificate(error):
        return LostAnswer(call.write, f"{why} before the answer of {address} came")
    if isinstance(error, TimeoutError):
        return Unreachable(
            f"the server {address} did not answer in time",
            hint="give it longer with --request-timeout",
        )
    if address.startswith("https:") and isinstance(error, OSError):
        from dsctl.api import tls

        if tls.is_tls_error(error):
            return tls.explain(error, address, "")
    return Unreachable(f"the connection to {address} broke: {why}")


def raise_if_unsure(answer: Answer, write: Write) -> None:
    """Raise LostAnswer for an answer that leaves open whether the write was applied."""
    # The server may give up on etcd, which stores the write all the same.
    gave_up = answer.status == 500 and b"etcdserver: request timed out" in answer.body
    if answer.status in _UNSURE or gave_up:
        raise LostAnswer(write, f"the answer was {answer.status} {answer.head.reason}".rstrip())


def _refused_certificate(error: OSError | Broken) -> bool:
    # With TLS 1.3 a server refuses a client certificate after the handshake, before it
    # reads the request.
    reason = getattr(error, "reason", None) or ""
    return isinstance(reason, str) and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason)


def _words(error: OSError | Broken) -> str:
    if isinstance(error, TimeoutError):
        return "the time was up"
    if isinstance(error, Broken):
        return str(error)
    return (error.strerror or type(error).__name__).lower()
