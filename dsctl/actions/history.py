"""Read a DaemonSet's history: its ControllerRevisions, and which pods are on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.modify import read as read_daemonset
from dsctl.api.resources import PODS
from dsctl.domain.pods import owner_uid
from dsctl.domain.selectors import from_label_selector
from dsctl.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsctl.actions.targets import Target
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """A DaemonSet as it is, and its revisions by number."""

    daemonset: dict[str, Any]
    revisions: list[Object]


def read(cluster: Cluster, target: Target) -> Past:
    """The DaemonSet and its history. Raises NotFound and what the API door raises."""
    obj = target.obj or read_daemonset(cluster, target)
    return Past(obj, owned.revisions(cluster, obj))


def pods(
    cluster: Cluster, daemonset: Object, note: Callable[[str], None]
) -> list[dict[str, Any]] | None:
    """Its own pods with their metadata and node; None, after a ``note``, if that is forbidden.

    A pod that is being deleted is one too; one that has no node yet has ``spec.nodeName`` None.
    """
    try:
        table = cluster.table(
            PODS, daemonset["metadata"]["namespace"], label_selector=_selector(daemonset)
        )
    except Forbidden as error:
        note(f"pods are not counted: {error.message}")
        return None
    uid = daemonset["metadata"]["uid"]
    names = [column["name"] for column in table.get("columnDefinitions") or ()]
    node = names.index("Node")
    return [
        {**row["object"], "spec": {"nodeName": _named(row["cells"][node])}}
        for row in table.get("rows") or ()
        if owner_uid(row["object"]) == uid
    ]


def _named(cell: str) -> str | None:
    return None if cell in ("", "<none>") else cell


def _selector(daemonset: Object) -> str | None:
    return from_label_selector(daemonset["spec"].get("selector")).query()
