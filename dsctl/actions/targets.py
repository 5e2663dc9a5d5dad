"""The DaemonSets that a command acts on, one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import DAEMONSETS

if TYPE_CHECKING:
    from dsctl.api.client import Cluster


@dataclass(frozen=True, slots=True)
class Target:
    """One DaemonSet. ``uid`` and ``obj`` are there where the server has shown it.

    ``source``: the file that named it.
    """

    namespace: str
    name: str
    uid: str | None = None
    source: str = ""
    obj: dict[str, Any] | None = field(default=None, compare=False, repr=False)


def of_object(obj: dict[str, Any], source: str = "") -> Target:
    """The target that this object is."""
    metadata = obj["metadata"]
    return Target(metadata["namespace"], metadata["name"], metadata["uid"], source, obj)


def listed(
    cluster: Cluster,
    namespace: str,
    *,
    all_namespaces: bool = False,
    label_selector: str | None = None,
    field_selector: str | None = None,
) -> list[Target]:
    """The DaemonSets that match, in the server's order."""
    found = cluster.list(
        DAEMONSETS,
        None if all_namespaces else namespace,
        all_namespaces=all_namespaces,
        label_selector=label_selector,
        field_selector=field_selector,
    )
    return [of_object(item) for item in found["items"]]
