"""The resources that dsctl speaks of, and their paths."""

from __future__ import annotations

from typing import NamedTuple

from dsctl.errors import UsageError


class Resource(NamedTuple):
    """One kind as the API serves it; ``plural`` is its name in paths and messages."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """``apps/v1``; ``v1`` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """As the server's messages name it: ``daemonsets.apps``, ``pods``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(
        self, namespace: str | None = None, name: str | None = None, subresource: str | None = None
    ) -> str:
        """The path below the server's address.

        No ``namespace`` on a namespaced resource means all of them. Raises UsageError for a
        namespace or name that can't stand in a path (apimachinery
        ``validation/path.IsValidPathSegmentName``).
        """
        parts = ["/apis" if self.group else "/api", self.api_version]
        if namespace and self.namespaced:
            parts += ["namespaces", _segment(namespace, "namespace")]
        parts.append(self.plural)
        if name is not None:
            parts.append(_segment(name, f"{self.kind} name"))
        if subresource:
            parts.append(subresource)
        return "/".join(parts)


def _segment(text: str, what: str) -> str:
    if text in ("", ".", "..") or "/" in text or "%" in text:
        raise UsageError(f'"{text}" cannot be a {what}')
    from urllib.parse import quote

    return quote(text, safe="", errors="surrogateescape")


DAEMONSETS = Resource("apps", "v1", "daemonsets", "DaemonSet")
CONTROLLER_REVISIONS = Resource("apps", "v1", "controllerrevisions", "ControllerRevision")
PODS = Resource("", "v1", "pods", "Pod")
NODES = Resource("", "v1", "nodes", "Node", namespaced=False)
NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
REPLICA_SETS = Resource("apps", "v1", "replicasets", "ReplicaSet")
SERVICES = Resource("", "v1", "services", "Service")
PRIORITY_CLASSES = Resource(
    "scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", namespaced=False
)
LIMIT_RANGES = Resource("", "v1", "limitranges", "LimitRange")
EVENTS = Resource("", "v1", "events", "Event")
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")
SECRETS = Resource("", "v1", "secrets", "Secret")
