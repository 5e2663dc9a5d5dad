"""Requests whose answers are decoded, and whose refusals are raised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dsctl.api.call import Headers
from dsctl.api.decode import decode
from dsctl.api.transport import Answer, Stream, Transport

if TYPE_CHECKING:
    from dsctl.api.client_config import ClientConfig
    from dsctl.api.exchange import Exchange
    from dsctl.api.lost import Write
    from dsctl.errors import ClusterError

Parse = Callable[[bytes | bytearray], Any]

JSON: Headers = (("Accept", "application/json"),)
TABLE: Headers = (("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"),)


class Session:
    """One server, one user. ``transport`` is what is below the decoding."""

    def __init__(
        self,
        config: ClientConfig,
        *,
        on_warning: Callable[[str], None],
        log: Callable[[Exchange], None] | None = None,
    ) -> None:
        self._config = config
        self.transport = Transport(config, on_warning=on_warning, log=log)

    def get(
        self,
        path: str,
        query: dict[str, str] | None = None,
        headers: Headers = JSON,
        timeout: float | None = None,
        parse: Parse = decode,
    ) -> dict[str, Any]:
        """The object at ``path``, or the Table if ``headers`` ask for one."""
        answer = self.transport.request(
            "GET", target(path, query), headers=headers, timeout=timeout
        )
        return self._object(answer, "Table" if headers is TABLE else None, parse)

    def write(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: bytes,
        content_type: str,
        write: Write,
    ) -> dict[str, Any]:
        """Change something; the object in the answer. A dry run changes nothing."""
        answer = self.transport.request(
            method,
            target(path, query),
            headers=(*JSON, ("Content-Type", content_type)),
            body=body,
            write=None if "dryRun" in query else write,
        )
        return self._object(answer)

    def raw(
        self, method: str, path: str, query: dict[str, str] | None, body: bytes, headers: Headers
    ) -> bytes:
        """The body of the answer. For reads: it may be sent twice."""
        answer = self.transport.request(method, target(path, query), headers=headers, body=body)
        self._check(answer)
        return bytes(answer.body)

    def stream(
        self,
        path: str,
        query: dict[str, str] | None,
        headers: Headers,
        timeout: float | None,
    ) -> Stream:
        """A GET whose answer is read as it comes."""
        answer = self.transport.stream(target(path, query), headers=headers, timeout=timeout)
        if isinstance(answer, Answer):
            self._check(answer)
            raise self._not_kubernetes(answer)
        return answer

    def upgrade(self, path: str, query: Sequence[tuple[str, str]], headers: Headers) -> Stream:
        """A connection that speaks another protocol from now on. Raises what a read raises."""
        answer = self.transport.upgrade(target(path, query), headers=headers)
        if isinstance(answer, Answer):
            self._check(answer)
            raise self._not_kubernetes(answer)
        return answer

    def _check(self, answer: Answer) -> None:
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)

    def _object(
        self, answer: Answer, kind: str | None = None, parse: Parse = decode
    ) -> dict[str, Any]:
        self._check(answer)
        try:
            value = parse(answer.body)
        except ValueError:
            value = None
        if not isinstance(value, dict) or (kind and value.get("kind") != kind):
            raise self._not_kubernetes(answer)
        return value

    def _not_kubernetes(self, answer: Answer) -> ClusterError:
        from dsctl.api import status

        start = bytes(answer.body[:4096])
        return status.not_kubernetes(self.transport.address, answer.content_type, start)

    def _refusal(self, answer: Answer) -> ClusterError:
        from dsctl.api import status

        error = status.error_from_answer(
            answer.status,
            answer.head.reason,
            answer.content_type,
            bytes(answer.body),
            self.transport.address,
        )
        if answer.status in (401, 403):
            from dsctl.api import refusal

            return refusal.explain(error, self._config, self.transport.credentials)
        return error


def target(path: str, query: dict[str, str] | Sequence[tuple[str, str]] | None) -> str:
    """Path and query as they stand in the request line."""
    if not query:
        return path
    from urllib.parse import urlencode

    return f"{path}?{urlencode(query, errors='surrogateescape')}"
