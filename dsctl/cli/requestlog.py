"""``-v=6..9``: every request on stderr as it ends, with what kubectl shows at that level.

6: method, address, status, time. 7: the request's headers. 8: headers of the answer, and bodies,
cut. 9: as a curl command, bodies whole. Credentials are masked at every level.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dsctl.render.text import escape

if TYPE_CHECKING:
    from dsctl.api.exchange import Exchange
    from dsctl.cli.env import Env

REQUESTS, HEADERS, BODIES, WHOLE = 6, 7, 8, 9

#: so many characters of a body are shown below 9
_CUT = 1024
#: what is said to these is secret whatever its form: tokens, reviews of tokens, Secrets
_SECRET_PATHS = re.compile(r"/secrets(?:/|\?|$)|/token(?:\?|$)|/tokenre(?:views|quests)(?:\?|$)")
_SECRET_KEYS = re.compile(
    r'("(?:token|id-token|refresh-token|access_token|password|client-key-data|clientKeyData)"'
    r'\s*:\s*)"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)


def logger(env: Env, level: int) -> Callable[[Exchange], None] | None:
    """What is called with every exchange; None where the level asks for nothing."""
    if level < REQUESTS:
        return None

    def log(exchange: Exchange) -> None:
        # One call: requests may run side by side.
        env.say("\n".join(escape(line) for line in lines(exchange, level)))

    return log


def lines(exchange: Exchange, level: int) -> Iterator[str]:
    """The lines of one exchange."""
    outcome = exchange.error or str(exchange.status)
    took = f"{exchange.seconds * 1000:.0f} ms"
    if level >= WHOLE:
        yield _curl(exchange)
    yield f"{exchange.method} {exchange.url} {outcome} in {took}"
    if level in (HEADERS, BODIES):
        yield "Request Headers:"
        yield from (f"    {name}: {value}" for name, value in exchange.request_headers())
    if level < BODIES:
        return
    if exchange.sent and level < WHOLE:
        yield f"Request Body: {_body(exchange.sent, exchange.url, _CUT)}"
    yield "Response Headers:"
    yield from (f"    {name}: {value}" for name, value in exchange.response_headers())
    if exchange.body:
        most = _CUT if level < WHOLE else None
        yield f"Response Body: {_body(exchange.body, exchange.url, most)}"


def _curl(exchange: Exchange) -> str:
    words = ["curl", "-v", f"-X{exchange.method}"]
    for name, value in exchange.request_headers():
        words += ["-H", f"{name}: {value}"]
    if exchange.sent:
        words += ["-d", _body(exchange.sent, exchange.url, None)]
    return shlex.join([*words, exchange.url])


def _body(data: bytes | bytearray, url: str, most: int | None) -> str:
    if _SECRET_PATHS.search(url):
        return f"<masked: {len(data)} bytes>"
    text = _SECRET_KEYS.sub(r'\1"<masked>"', data.decode("utf-8", "replace")).rstrip("\n")
    if most is None or len(text) <= most:
        return text
    return f"{text[:most]} [truncated {len(text) - most} chars]"
