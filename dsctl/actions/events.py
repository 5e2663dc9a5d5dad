"""Read the events of a DaemonSet and of its pods, those that are gone included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.together import together
from dsctl.api.resources import EVENTS, PODS
from dsctl.domain.events import involved, newest_last, pods_named
from dsctl.domain.pods import owner_uid
from dsctl.errors import ClusterError, Forbidden, NotFound

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]
Event = dict[str, Any]

_IDENTITY = {"kind": "Event", "apiVersion": "v1"}


def of_daemonset(cluster: Cluster, daemonset: Object) -> list[Event]:
    """The events about the DaemonSet itself (kubectl's ``searchEvents``)."""
    metadata = daemonset["metadata"]
    return _listed(
        cluster,
        metadata["namespace"],
        f"involvedObject.kind=DaemonSet,involvedObject.uid={metadata['uid']},"
        f"involvedObject.name={metadata['name']}",
    )


def of_pods(
    cluster: Cluster,
    daemonset: Object,
    *,
    warnings_only: bool = False,
) -> list[Event]:
    """The events about pods whose name begins as this DaemonSet's do: ``belonging`` tells which.

    ``warnings_only``: for a fleet, where what went well fills megabytes.
    """
    metadata = daemonset["metadata"]
    prefix = f"{metadata['name']}-"
    selector = "involvedObject.kind=Pod"
    if warnings_only:
        selector += ",type=Warning"

    def cut(event: Event) -> Event | None:
        return event if str(involved(event).get("name") or "").startswith(prefix) else None

    return _listed(cluster, metadata["namespace"], selector, cut)


def belonging(events: Iterable[Event], uids: set[str], names: set[str]) -> list[Event]:
    """The events about these pods, by uid or by name, newest last."""
    found = (
        event
        for event in events
        if involved(event).get("uid") in uids or involved(event).get("name") in names
    )
    return [dict(event) for event in newest_last(found)]


def listed(cluster: Cluster, daemonset: Object, note: Callable[[str], None]) -> list[Event]:
    """All events of the DaemonSet and of its pods, newest last.

    Pods that are gone count where the DaemonSet's own events name them. Raises Forbidden where
    events may not be listed; where pods may not, ``note`` is told.
    """
    (own, about_pods), rows = together(
        lambda: (of_daemonset(cluster, daemonset), of_pods(cluster, daemonset)),
        lambda: _pods(cluster, daemonset, note),
    )
    found = belonging(about_pods, rows, pods_named(own))
    return [dict(event) for event in newest_last([*own, *found])]


def _pods(cluster: Cluster, daemonset: Object, note: Callable[[str], None]) -> set[str]:
    try:
        return {row.uid for row in owned.pods(cluster, daemonset)}
    except Forbidden:
        note("may not list pods: of pods, only those that the DaemonSet's events name are told of")
        return set()


class Feed:
    """What happens from now on: iterate for events as they come, the first batch newest last."""

    def __init__(
        self,
        cluster: Cluster,
        daemonset: Object,
        *,
        on_trouble: Callable[[ClusterError], None] | None = None,
    ) -> None:
        metadata = daemonset["metadata"]
        self._cluster = cluster
        self._namespace: str = metadata["namespace"]
        self._prefix = f"{metadata['name']}-"
        self._uid: str = metadata["uid"]
        #: by uid, whether a pod is the DaemonSet's
        self._known: dict[str, bool] = {}
        self._named: set[str] = set()
        self._following = cluster.follow(EVENTS, self._namespace, on_trouble=on_trouble)

    def __iter__(self) -> Iterator[list[Event]]:
        """Batches of events; the first is what there is, and may be empty."""
        with self._following as following:
            for count, batch in enumerate(following):
                events = [change.object for change in batch if change.type != "DELETED"]
                own = [e for e in events if involved(e).get("uid") == self._uid]
                self._named |= pods_named(own)
                found = [event for event in events if self._is_ours(event)]
                if found or not count:
                    yield [dict(event) for event in newest_last(found)]

    def _is_ours(self, event: Event) -> bool:
        about = involved(event)
        uid, name = str(about.get("uid") or ""), str(about.get("name") or "")
        if uid == self._uid:
            return True
        if about.get("kind") != "Pod" or not name.startswith(self._prefix):
            return False
        if name in self._named:
            return True
        if uid not in self._known:
            self._known[uid] = self._owns(name, uid)
        return self._known[uid]

    def _owns(self, name: str, uid: str) -> bool:
        try:
            pod = self._cluster.read(PODS, name, self._namespace)
        except (NotFound, Forbidden):
            return False
        return bool(pod["metadata"]["uid"] == uid and owner_uid(pod) == self._uid)


def _listed(
    cluster: Cluster,
    namespace: str,
    field_selector: str,
    cut: Callable[[Event], Event | None] | None = None,
) -> list[Event]:
    found = cluster.list(EVENTS, namespace, field_selector=field_selector, cut=cut)["items"]
    return [{**_IDENTITY, **event} for event in found]
