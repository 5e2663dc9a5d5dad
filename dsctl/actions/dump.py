"""A cluster out of files: nodes, pods and DaemonSets that were saved with kubectl."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.errors import UsageError

Object = Mapping[str, Any]


@dataclass(slots=True)
class Dump:
    """What the files hold. ``pods`` is None where there is not one pod: they were not saved."""

    nodes: list[Object] = field(default_factory=list)
    pods: list[Object] | None = None
    daemonsets: list[Object] = field(default_factory=list)

    def live(self, namespace: str, name: str) -> Object | None:
        """The DaemonSet of this name; None where it was not saved, or there was none."""
        for found in self.daemonsets:
            metadata = found.get("metadata") or {}
            if (metadata.get("namespace"), metadata.get("name")) == (namespace, name):
                return found
        return None

    def owner_uid(self, namespace: str, name: str) -> str | None:
        """The uid of the DaemonSet of this name, as its pods have it."""
        for pod in self.pods or ():
            metadata = pod.get("metadata") or {}
            if metadata.get("namespace") != namespace:
                continue
            for owner in metadata.get("ownerReferences") or ():
                same = owner.get("kind") == "DaemonSet" and owner.get("name") == name
                if same and owner.get("controller"):
                    return pod_of.owner_uid(pod)
        return None


def read(files: Iterable[tuple[str, bytes]]) -> Dump:
    """The dump of these files (path, content); of a node that is there twice the last.

    Raises UsageError for a file that can't be read as one, and where there is no node.
    """
    from dsctl.api.saved import objects
    from dsctl.domain.validation.decode import decode, without_gaps

    found = Dump()
    nodes: dict[str, Object] = {}
    pods: list[Object] = []
    names = []
    for source, data in files:
        names.append(source)
        for kind, obj in objects(data, source):
            if kind == "Node" and (obj.get("metadata") or {}).get("name"):
                nodes[node_of.name(obj)] = obj
            elif kind == "Pod":
                pods.append(obj)
            elif kind == "DaemonSet":
                found.daemonsets.append(without_gaps(decode(obj)))
    if not nodes:
        raise UsageError(
            f"{', '.join(names)}: no node in it",
            hint="make it with: kubectl get nodes,pods -A -o json > FILE",
        )
    found.nodes = list(nodes.values())
    found.pods = pods or None
    return found
