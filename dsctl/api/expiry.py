"""Since when a credential has expired, if it says so itself."""

from __future__ import annotations

import binascii
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsctl.api.client_config import TLS

_FORMAT = "%Y-%m-%d %H:%M:%S UTC"


def of_token(token: str) -> str | None:
    """When a JSON Web Token expired; None if it has not, or is none."""
    import json

    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        padded = parts[1].translate({45: 43, 95: 47}) + "=" * (-len(parts[1]) % 4)
        expires = json.loads(binascii.a2b_base64(padded)).get("exp")
    except (ValueError, AttributeError):
        return None
    if not isinstance(expires, int | float) or expires > time.time():
        return None
    return time.strftime(_FORMAT, time.gmtime(expires))


def of_certificate(tls: TLS) -> str | None:
    """When the client certificate expired; None if it has not, or can't be read."""
    try:
        pem = tls.cert_data or open(tls.cert_file, "rb").read()  # noqa: SIM115
        body = pem.partition(b"-----BEGIN CERTIFICATE-----")[2].partition(b"-----END")[0]
        expires = _not_after(binascii.a2b_base64(body))
    except (OSError, ValueError, IndexError):
        return None
    return expires if expires < time.strftime(_FORMAT, time.gmtime()) else None


def _not_after(der: bytes) -> str:
    """The ``notAfter`` of an X.509 certificate (RFC 5280): Certificate, tbsCertificate, then
    [0] version, serialNumber, signature, issuer, validity, of which it is the second."""
    at = _into(der, _into(der, 0))
    if der[at] == 0xA0:
        at = _past(der, at)
    for _ in range(3):
        at = _past(der, at)
    at = _past(der, _into(der, at))
    tag, start, end = der[at], _into(der, at), _past(der, at)
    digits = der[start:end].decode("ascii").rstrip("Z")
    if tag == 0x17:  # UTCTime: two digits for the year, 1950 to 2049
        digits = ("19" if digits >= "50" else "20") + digits
    when = time.strptime(digits, "%Y%m%d%H%M%S")
    return time.strftime(_FORMAT, when)


def _into(der: bytes, at: int) -> int:
    """Where the content of the element at ``at`` begins."""
    length = der[at + 1]
    return at + 2 + (length & 0x7F if length & 0x80 else 0)


def _past(der: bytes, at: int) -> int:
    """Where the element after the one at ``at`` begins."""
    start = _into(der, at)
    length = der[at + 1]
    if length & 0x80:
        length = int.from_bytes(der[at + 2 : start], "big")
    return start + length
