"""Lists in chunks, joined to one.

Ported from client-go ``tools/pager``: if the list expires half-way (410), the whole is
fetched at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dsctl.errors import Gone

DEFAULT_CHUNK = 500


def fetch_all(
    fetch: Callable[[dict[str, str]], dict[str, Any]],
    query: dict[str, str],
    key: str,
    chunk_size: int,
) -> dict[str, Any]:
    """What ``fetch`` returns for ``query``, with ``key`` (items, rows) of all chunks in it.

    ``chunk_size`` 0 asks for everything at once. The metadata are the last chunk's.
    """
    asked = dict(query)
    if chunk_size:
        asked["limit"] = str(chunk_size)
    whole: dict[str, Any] | None = None
    while True:
        try:
            part = fetch(asked)
        except Gone:
            if "continue" not in asked:
                raise
            asked, whole = dict(query), None
            continue
        rows = part.get(key) or []
        metadata = part.get("metadata") or {}
        if whole is None:
            whole = part
            whole[key] = rows
        else:
            whole[key] += rows
        whole["metadata"] = metadata
        asked["continue"] = metadata.pop("continue", "")
        metadata.pop("remainingItemCount", None)
        if not asked["continue"]:
            return whole
