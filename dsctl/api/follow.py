"""List, then watch: the state of a collection, kept up to date for as long as it takes.

Built after client-go's reflector. A watch that ends or breaks is taken up where it stood; if
the server no longer knows that point (410 Gone), everything is listed again and the
difference reported, deletions that nobody saw included. So an API server may be restarted
meanwhile, and nothing is missed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dsctl.api.client import Cluster, IncludeObject
from dsctl.api.http1 import Broken
from dsctl.api.resources import Resource
from dsctl.api.trouble import Trouble
from dsctl.errors import APIError, ClusterError, Gone, Unreachable

if TYPE_CHECKING:
    from dsctl.api.watch import Event, Watch

# The server shall say within this time that a watch has begun.
_OPEN_SECONDS = 30.0
# A watch that ends sooner, with nothing seen, was cut off by something in between.
_SHORT_LIFE = 1.0


class Change(NamedTuple):
    """``type`` is ADDED, MODIFIED or DELETED; ``object`` the object, or the row of a Table."""

    type: str
    object: dict[str, Any]


class Follow:
    """Iterate: the first batch is what is there, as ADDED; each later one what changed since.

    An empty batch is a tick: nothing changed for ``tick`` seconds, or the first list was
    empty. ``objects`` holds the state after each batch, keyed by (namespace, name). With
    ``table`` ("Metadata" or "Object") they are Table rows, and ``columns`` their definitions.
    Objects have ``apiVersion`` and ``kind`` set; ``slim`` is that of ``Cluster.list``, and so is
    ``cut``, which must leave the metadata's name, namespace, uid and resourceVersion.

    ``settle`` gathers changes for that many seconds after the first, so that a burst is one
    batch. Iteration ends after ``timeout`` seconds (``timed_out``) or when closed. The first
    list raises what ``Cluster.list`` raises; but if the server answered something before,
    that it is away now is trouble like any later one: reported to ``on_trouble`` and tried
    again with growing pauses, and raised after ``patience`` seconds without success, or at
    once where trying can't help. Where the time is over before the first list came, there is
    no batch.
    """

    def __init__(
        self,
        cluster: Cluster,
        resource: Resource,
        namespace: str | None = None,
        *,
        name: str | None = None,
        all_namespaces: bool = False,
        label_selector: str | None = None,
        field_selector: str | None = None,
        table: IncludeObject | None = None,
        slim: bool = False,
        cut: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        tick: float | None = None,
        timeout: float | None = None,
        settle: float = 0.0,
        patience: float = 300.0,
        on_trouble: Callable[[ClusterError], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if name is not None:
            by_name = f"metadata.name={name}"
            field_selector = f"{field_selector},{by_name}" if field_selector else by_name
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.columns: list[dict[str, Any]] = []
        self.timed_out = False
        self._cluster = cluster
        self._resource = resource
        self._namespace = namespace
        self._table = table
        self._what: dict[str, Any] = {
            "all_namespaces": all_namespaces,
            "label_selector": label_selector,
            "field_selector": field_selector,
        }
        self._slim = slim
        self._cut = cut
        self._tick = tick
        self._settle = settle
        self._trouble = Trouble(patience)
        self._on_trouble = on_trouble
        self._sleep = sleep
        self._end = None if timeout is None else time.monotonic() + timeout
        self._version = ""
        self._watch: Watch | None = None
        # When the watch was opened; 0 once it has brought something.
        self._opened = 0.0
        self._closed = False

    def __iter__(self) -> Iterator[list[Change]]:
        """The batches."""
        try:
            first = self._first()
            if first is None:
                return
            yield first
            while not self._is_over():
                try:
                    changes = self._next()
                except (OSError, Broken, ClusterError) as error:
                    self._hang_up()
                    if not self._is_over():
                        yield from self._recover(error)
                    continue
                self._trouble.over()
                if changes or not self._is_over():
                    yield changes
        finally:
            self._hang_up()

    def close(self) -> None:
        """End the iteration, from another thread too."""
        self._closed = True
        self._hang_up()

    def __enter__(self) -> Follow:
        """Itself, to be closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the iteration."""
        self.close()

    def _first(self) -> list[Change] | None:
        """The first list, however many tries it takes; no ticks before it."""
        away = False
        while True:
            try:
                found = self._list()
            except ClusterError as error:
                unreachable = isinstance(error, Unreachable)
                if unreachable and self._is_over():  # the end of the time may have cut it off
                    return None
                away = away or (unreachable and self._cluster.answered)
                if not away:
                    raise
                for _ in self._recover(error):
                    pass
                if self._is_over():
                    return None
            else:
                self._trouble.over()
                return found

    def _next(self) -> list[Change]:
        """One batch; [] for a tick, and where the watch came to its end in peace."""
        if not self._version:
            return self._list()
        watch = self._watch or self._open()
        events = watch.read(self._seconds(self._tick))
        if events and self._settle:
            events += self._more(watch)
        if events:
            self._opened = 0.0
        if watch.ended:
            self._hang_up()
            if time.monotonic() - self._opened < _SHORT_LIFE:
                raise Broken("the watch ended as soon as it had begun")
        return self._apply(events)

    def _open(self) -> Watch:
        self._opened = time.monotonic()
        self._watch = self._cluster.watch(
            self._resource,
            self._namespace,
            resource_version=self._version,
            table=self._table,
            slim=self._slim,
            timeout=self._seconds(_OPEN_SECONDS),
            **self._what,
        )
        return self._watch

    def _more(self, watch: Watch) -> list[Event]:
        """What else comes within ``settle`` seconds."""
        more: list[Event] = []
        until = time.monotonic() + self._settle
        while (left := until - time.monotonic()) > 0 and not watch.ended:
            more += watch.read(left)
        return more

    def _list(self) -> list[Change]:
        """Everything anew; the difference to what was known."""
        asked = {**self._what, "timeout": self._seconds(None)}
        if self._table is None:
            whole = self._cluster.list(
                self._resource, self._namespace, slim=self._slim, cut=self._cut, **asked
            )
            found = whole["items"]
            for item in found:
                item.setdefault("apiVersion", self._resource.api_version)
                item.setdefault("kind", self._resource.kind)
        else:
            whole = self._cluster.table(
                self._resource, self._namespace, include_object=self._table, **asked
            )
            found = whole["rows"]
            self.columns = whole["columnDefinitions"]
        self._version = whole["metadata"]["resourceVersion"]
        before, self.objects = self.objects, {_key(item): item for item in found}
        return list(_difference(before, self.objects))

    def _apply(self, events: list[Event]) -> list[Change]:
        changes = []
        for event in events:
            # A Table has the resource version of its one row.
            metadata = event.object.get("metadata") or {}
            self._version = metadata.get("resourceVersion") or self._version
            if event.type == "BOOKMARK":
                continue
            rows = [event.object] if self._table is None else event.object.get("rows") or []
            for item in rows if self._cut is None else map(self._cut, rows):
                if event.type == "DELETED":
                    self.objects.pop(_key(item), None)
                else:
                    self.objects[_key(item)] = item
                changes.append(Change(event.type, item))
        return changes

    def _recover(self, error: Exception) -> Iterator[list[Change]]:
        """Wait before the next try, ticking; raise if there shall be none."""
        seconds = self._trouble.another(error)
        if isinstance(error, Gone) or (isinstance(error, APIError) and self._trouble.count > 2):
            self._version = ""
        if self._on_trouble and not isinstance(error, Gone):
            self._on_trouble(self._trouble.latest)
        while seconds > 0 and not self._is_over():
            nap = min(seconds, self._seconds(self._tick) or seconds)
            self._sleep(nap)
            seconds -= nap
            if seconds > 0 and self._tick:
                yield []

    def _seconds(self, most: float | None) -> float | None:
        """``most``, but not beyond the end; None for no limit."""
        if self._end is None:
            return most
        left = max(self._end - time.monotonic(), 0.001)
        return left if most is None else min(most, left)

    def _is_over(self) -> bool:
        if self._end is not None and time.monotonic() >= self._end:
            self.timed_out = True
        return self._closed or self.timed_out

    def _hang_up(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()


def _metadata(item: dict[str, Any]) -> dict[str, Any]:
    """An object's metadata, or those of the object of a row."""
    metadata = item.get("metadata") or (item.get("object") or {}).get("metadata")
    return metadata or {}


def _key(item: dict[str, Any]) -> tuple[str, str]:
    metadata = _metadata(item)
    return metadata.get("namespace") or "", metadata.get("name") or ""


def _difference(
    before: dict[tuple[str, str], dict[str, Any]], after: dict[tuple[str, str], dict[str, Any]]
) -> Iterator[Change]:
    """What happened between two lists: deletions first, then the rest in the list's order."""
    for key, item in before.items():
        if key not in after or _metadata(item).get("uid") != _metadata(after[key]).get("uid"):
            yield Change("DELETED", item)
    for key, item in after.items():
        old, new = _metadata(before.get(key, {})), _metadata(item)
        if old.get("uid") != new.get("uid") or key not in before:
            yield Change("ADDED", item)
        elif old.get("resourceVersion") != new.get("resourceVersion"):
            yield Change("MODIFIED", item)
