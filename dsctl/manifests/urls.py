"""Manifests behind http(s) URLs, fetched as kubectl fetches them (``readHttpWithRetries``)."""

from __future__ import annotations

import time
from collections.abc import Callable

from dsctl.errors import UsageError

#: How often kubectl asks, and how many seconds it waits before it asks again.
ATTEMPTS = 3
PAUSE = 1.0
#: Seconds that a connection may stand still, and that a whole download may take.
IDLE_TIMEOUT = 10.0
TOTAL_TIMEOUT = 60.0


def fetch(
    url: str,
    limit: int,
    *,
    pause: Callable[[float], None] = time.sleep,
    idle_timeout: float = IDLE_TIMEOUT,
    total_timeout: float = TOTAL_TIMEOUT,
) -> bytes:
    """The body behind ``url``, at most ``limit`` + 1 bytes of it.

    Tries again when there is no answer and after a 5xx. Raises UsageError.
    """
    error = UsageError(f"unable to read URL {url!r}")
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(PAUSE)
        try:
            return _get(url, limit, idle_timeout, time.monotonic() + total_timeout)
        except _Refused as refused:
            error = UsageError(f"unable to read URL {url!r}: {refused.reason}")
            if refused.final:
                break
    raise error


class _Refused(Exception):
    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


def _get(url: str, limit: int, idle_timeout: float, deadline: float) -> bytes:
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    try:
        request = Request(url, headers={"User-Agent": "dsctl", "Accept": "*/*"})
        with urlopen(request, timeout=idle_timeout) as answer:
            if answer.status != 200:
                raise _Refused(_reported(answer.status, answer.reason), final=True)
            return _body(answer.read1, limit, deadline)
    except HTTPError as error:
        final = not 500 <= error.code < 600
        raise _Refused(_reported(error.code, error.reason), final=final) from None
    except URLError as error:
        raise _Refused(_words(error.reason), final=False) from None
    except (HTTPException, OSError) as error:
        raise _Refused(_words(error), final=False) from None
    except ValueError as error:  # a URL without a host, or with a port that is no number
        raise _Refused(str(error), final=True) from None


def _words(reason: object) -> str:
    """What went wrong, without the number that the system has for it."""
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def _reported(code: int, reason: str) -> str:
    return f"server reported {code} {reason}, status code={code}"


def _body(read: Callable[[int], bytes], limit: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size <= limit:
        part = read(min(1 << 16, limit + 1 - size))
        if not part:
            break
        parts.append(part)
        size += len(part)
        if time.monotonic() > deadline:
            raise _Refused("the download takes too long", final=True)
    return b"".join(parts)
