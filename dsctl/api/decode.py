"""JSON in, plain dicts out, by whichever decoder is sooner done."""

from __future__ import annotations

import sys
from typing import Any

from dsctl.errors import UsageError

# Below this many bytes json is done before ``import msgspec`` has paid off (15 ms; for whole
# objects it is a quarter faster, 16 ms for a megabyte against 12).
_MSGSPEC_PAYS = 4_000_000


def decode(body: bytes | bytearray) -> Any:
    """The value that ``body`` holds. Raises ValueError if it is not JSON."""
    if len(body) < _MSGSPEC_PAYS and "msgspec" not in sys.modules:
        import json

        return json.loads(body)
    import msgspec

    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:  # a ValueError in newer releases only
        raise ValueError(str(error)) from None


def encode(value: Any) -> bytes:
    """``value`` as JSON, without white space. Raises UsageError for text that UTF-8 has not."""
    import json

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        wrong = text[max(error.start - 20, 0) : error.end]
        raise UsageError(f"this is not UTF-8 and can't be sent: {wrong!r}") from None
