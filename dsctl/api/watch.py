"""One watch request: the server's events as they come, and nothing more.

``follow`` is what commands want: it lists first, and goes on where a watch breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dsctl.api.client import Cluster, IncludeObject, selection
from dsctl.api.decode import decode
from dsctl.api.http1 import Broken
from dsctl.api.resources import Resource
from dsctl.api.session import JSON, TABLE
from dsctl.api.status import error_from_status

if TYPE_CHECKING:
    from dsctl.api.transport import Stream


class Event(NamedTuple):
    """``type`` is ADDED, MODIFIED, DELETED or BOOKMARK; ``object`` as the server sent it.

    Of a watch in Table form the object is a Table with one row; only the first of a watch has
    column definitions.
    """

    type: str
    object: dict[str, Any]


class Watch:
    """Events of one resource from ``resource_version`` on, until the server ends the watch.

    ``table`` asks for rows instead of objects. ``seconds`` is how long the server shall keep
    it up (its own choice without), ``timeout`` how long it may take to begin. ``slim`` is
    that of ``Cluster.list``. Iterate, or call ``read`` to wait with a limit. Use it as a context
    manager, or close it. Opening raises what a list raises.
    """

    def __init__(
        self,
        cluster: Cluster,
        resource: Resource,
        namespace: str | None = None,
        *,
        resource_version: str = "",
        all_namespaces: bool = False,
        label_selector: str | None = None,
        field_selector: str | None = None,
        table: IncludeObject | None = None,
        seconds: int | None = None,
        timeout: float | None = None,
        slim: bool = False,
    ) -> None:
        query = {"watch": "true", "allowWatchBookmarks": "true"}
        if resource_version:
            query["resourceVersion"] = resource_version
        if seconds is not None:
            query["timeoutSeconds"] = str(seconds)
        if table is not None:
            query["includeObject"] = str(table)
        query |= selection(label_selector, field_selector)
        path = cluster.collection(resource, namespace, all_namespaces)
        self._stream: Stream = cluster.stream(
            path, query=query, headers=JSON if table is None else TABLE, timeout=timeout
        )
        self._parse: Callable[[bytes], Any] = decode
        if slim and table is None:
            from dsctl.api.slim import event_parser

            self._parse = event_parser(resource)
        self._rest = b""
        self.ended = False

    def read(self, seconds: float | None = None) -> list[Event]:
        """What has come, at least one event; none after ``seconds``, or when it ``ended``.

        Raises the error that the server reports (Gone, if the resource version is too old),
        and Broken or OSError when the connection did not hold.
        """
        while not self.ended:
            data = self._stream.read_some(seconds)
            if data is None:
                return []
            if not data:
                self.ended = True
                break
            *lines, self._rest = (self._rest + data).split(b"\n")
            if events := [self._event(line) for line in lines if line]:
                return events
        return []

    def close(self) -> None:
        """Hang up. Safe to repeat."""
        self._stream.close()

    def __iter__(self) -> Iterator[Event]:
        """The events, one by one, to the end of the watch."""
        while events := self.read():
            yield from events

    def __enter__(self) -> Watch:
        """Itself, to be closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self.close()

    def _event(self, line: bytes) -> Event:
        try:
            event = self._parse(line)
            found = Event(event["type"], event["object"])
        except (ValueError, KeyError, TypeError) as error:
            raise Broken("a watch event that is not JSON") from error
        if found.type == "ERROR":
            raise error_from_status(found.object)
        return found
