"""JSON in, plain dicts out, by whichever decoder is sooner done."""

from __future__ import annotations

from typing import Any

# ``import msgspec`` costs as much as json needs for about this many bytes more.
_MSGSPEC_PAYS = 1_500_000


def decode(body: bytes | bytearray) -> Any:
    """The value that ``body`` holds. Raises ValueError if it is not JSON."""
    if len(body) < _MSGSPEC_PAYS:
        import json

        return json.loads(body)
    import msgspec

    return msgspec.json.decode(body)  # its DecodeError is a ValueError


def encode(value: Any) -> bytes:
    """``value`` as JSON, without white space."""
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
