"""Requests to one API server: sent once, or again only where that is harmless.

- A **read** is sent again when a kept-alive connection turned out dead, when the connection
  broke before the answer, and on 429 or 5xx with Retry-After (client-go ``with_retry.go``).
- A **write** is sent again only when the server can't have got it, or said 429 with
  Retry-After. If it was sent and its answer lost, ``LostAnswer`` is raised.
- 401 renews the credentials, once, where there may be better ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from dsctl import __version__
from dsctl.api.call import Call, Headers
from dsctl.api.client_config import ClientConfig
from dsctl.api.credentials import credentials_for, impersonation_headers
from dsctl.api.http1 import Broken, Connection, Head, read_all
from dsctl.api.pool import Pool

if TYPE_CHECKING:
    from dsctl.api.exchange import Exchange
    from dsctl.api.lost import Write
    from dsctl.api.wire import Source, Wire

_MAX_RETRIES = 10
_MAX_BROKEN = 2


class Answer:
    """An answer, read to its end."""

    __slots__ = ("body", "head")

    def __init__(self, head: Head, body: bytearray) -> None:
        self.head = head
        self.body = body

    @property
    def status(self) -> int:
        """The HTTP status code."""
        return self.head.status

    @property
    def content_type(self) -> str:
        """The Content-Type header."""
        return self.head.get("content-type")


class Stream:
    """An answer that is still coming. Close it: it owns its connection."""

    __slots__ = ("_connection", "_source", "head")

    def __init__(self, head: Head, source: Source, connection: Connection) -> None:
        self.head = head
        self._source = source
        self._connection = connection

    def read_some(self, seconds: float | None = None) -> bytes | None:
        """The next bytes; b"" at the end, None if none came within ``seconds``.

        Raises Broken or OSError when the connection did not hold.
        """
        self._connection.deadline = None if seconds is None else time.monotonic() + seconds
        try:
            return self._source.read_some()
        except TimeoutError:
            return None

    def close(self) -> None:
        """Hang up. Safe to repeat."""
        self._connection.close()

    def release(self) -> tuple[Wire, bytes]:
        """The socket of an upgraded connection, with what has come on it: now the caller's."""
        return self._connection.release()


class Transport:
    """The way to the server of ``config``. Threads may share it.

    ``answered`` is whether the server has answered anything yet. ``on_warning`` gets each
    warning's text once in the life of the transport. ``log`` gets an Exchange for each attempt.
    ``sleep`` is for tests.
    """

    def __init__(
        self,
        config: ClientConfig,
        *,
        on_warning: Callable[[str], None],
        log: Callable[[Exchange], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.config = config
        self.answered = False
        self.address = config.address.url
        self.credentials = credentials_for(config)
        self._pool = Pool(config, self.credentials)
        self._on_warning = on_warning
        self._warned: set[str] = set()
        self._log = log
        self._sleep = sleep
        self._headers = [
            ("Host", config.address.authority),
            ("User-Agent", f"dsctl/{__version__}"),
            *impersonation_headers(config.impersonate),
            *self._pool.headers,
        ]
        if not config.disable_compression:
            self._headers.append(("Accept-Encoding", "gzip"))

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: Headers = (),
        body: bytes = b"",
        write: Write | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Send a request and read its answer, whatever its status.

        ``target`` is path and query below the server's address. ``write`` says what the
        request changes; without it, it may be sent twice. ``timeout`` (seconds, default
        ``--request-timeout``) bounds it all. Raises Unreachable or LostAnswer.
        """
        timeout = timeout or self.config.timeout
        answer = self._send(Call(method, target, headers, body, write, timeout, False))
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self, target: str, *, headers: Headers = (), timeout: float | None = None
    ) -> Stream | Answer:
        """Send a GET whose answer is read as it comes; an Answer if its status is not 200.

        ``timeout`` bounds the time to the answer's head.
        """
        timeout = timeout or self.config.timeout
        return self._send(Call("GET", target, headers, b"", None, timeout, True))

    def upgrade(self, target: str, *, headers: Headers) -> Stream | Answer:
        """Send a GET that asks for another protocol, once; an Answer if it was not granted (101).

        A process may be started by it: it is never repeated once it was sent.
        """
        return self._send(Call("GET", target, headers, b"", None, self.config.timeout, True, True))

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.forget()

    def _send(self, call: Call) -> Answer | Stream:
        renewed = False
        retries = 0
        while True:
            answer = self._until_answered(call)
            if isinstance(answer, Stream):
                return answer
            if answer.status == 401 and not renewed and self.credentials.renew():
                renewed = True
                self._pool.forget()
                continue
            wait = _retry_after(answer.head, call.write)
            if wait is None or retries == _MAX_RETRIES or not call.has_time(wait):
                break
            retries += 1
            self._sleep(wait)
        if call.write is not None and answer.status >= 500:
            from dsctl.api import failure

            failure.raise_if_unsure(answer, call.write)
        return answer

    def _until_answered(self, call: Call) -> Answer | Stream:
        """Send until an answer comes, as often as that is harmless."""
        broken = 0
        while True:
            connection = self._pool.idle(for_write=call.once or call.write is not None)
            reused = connection is not None
            if connection is None:
                connection = self._pool.connect(call.deadline)
            try:
                return self._once(connection, call)
            except (OSError, Broken) as error:
                connection.close()
                broken += not reused
                if (
                    isinstance(error, TimeoutError)
                    or not call.may_repeat
                    or broken > _MAX_BROKEN
                    or not call.has_time(0.5 * broken)
                ):
                    from dsctl.api import failure

                    raise failure.explain(call, error, self.address) from error
                if broken:
                    self._sleep(0.5 * broken)
            except BaseException:
                connection.close()
                raise

    def _once(self, connection: Connection, call: Call) -> Answer | Stream:
        """Send and read once. Raises OSError or Broken if the connection did not hold."""
        call.sent = False
        headers = [*self._headers, *call.headers]
        if authorization := self.credentials.authorization():
            headers.append(("Authorization", authorization))
        if call.body or call.method in ("POST", "PUT", "PATCH"):
            headers.append(("Content-Length", str(len(call.body))))
        exchange = self._exchange(call, headers) if self._log else None
        try:
            connection.deadline = call.deadline
            target = self._pool.target_prefix + call.target
            connection.send(call.method, target, headers, call.body)
            call.sent = True
            head = connection.read_head()
            self.answered = True
            source: Source = connection.body(call.method, head)
            if head.get("content-encoding") == "gzip":
                from dsctl.api.gunzip import Gunzip

                source = Gunzip(source)
            if exchange:
                exchange.status, exchange.received = head.status, head.headers
            self._pass_on_warnings(head)
            if call.stream and head.status == (101 if call.once else 200):
                return Stream(head, source, connection)
            body = read_all(source)
            if exchange:
                exchange.body = body
        except (OSError, Broken) as error:
            if exchange:
                exchange.error = str(error) or type(error).__name__
            raise
        finally:
            if exchange and self._log:
                exchange.ended()
                self._log(exchange)
        if head.keep_alive:
            self._pool.put(connection)
        else:
            connection.close()
        return Answer(head, body)

    def _exchange(self, call: Call, headers: list[tuple[str, str]]) -> Exchange:
        from dsctl.api.exchange import Exchange

        return Exchange(call.method, self.address + call.target, headers, call.body)

    def _pass_on_warnings(self, head: Head) -> None:
        if not (headers := head.get_all("warning")):
            return
        from dsctl.api.warning_header import warning_texts

        for text in warning_texts(headers):
            if text not in self._warned:
                self._warned.add(text)
                self._on_warning(text)


def _retry_after(head: Head, write: Write | None) -> float | None:
    """Seconds to wait before another try is welcome; None if it is not."""
    welcome = head.status == 429 or (head.status >= 500 and write is None)
    seconds = head.get("retry-after")
    return float(seconds) if welcome and seconds.isdecimal() else None
