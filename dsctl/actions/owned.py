"""What a DaemonSet owns: its pods, asked for as rows (cheap at any size), and its revisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import CONTROLLER_REVISIONS, PODS
from dsctl.domain import revisions as revision_of
from dsctl.domain.pods import owned_by, owner_uid
from dsctl.domain.selectors import SelectorError, from_label_selector

if TYPE_CHECKING:
    from dsctl.api.client import Cluster


@dataclass(frozen=True, slots=True)
class PodRow:
    """One pod. ``owner`` is the uid of its controller, None for an orphan."""

    name: str
    uid: str
    node: str | None
    owner: str | None
    terminating: bool
    finalizers: tuple[str, ...] = ()


def pods(cluster: Cluster, daemonset: Mapping[str, Any]) -> list[PodRow]:
    """The pods that ``daemonset`` controls, by uid; whoever else matches its selector is left out.

    Raises what the API door raises.
    """
    uid = daemonset["metadata"]["uid"]
    return [row for row in matching(cluster, daemonset) if row.owner == uid]


def whole_pods(cluster: Cluster, daemonset: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The same as objects, cut down to what the rules read. Raises what the API door raises."""
    metadata = daemonset["metadata"]
    asked = from_label_selector(daemonset["spec"].get("selector")).query()
    found = cluster.list(PODS, metadata["namespace"], label_selector=asked, slim=True)["items"]
    return owned_by(metadata["uid"], found)


def revisions(cluster: Cluster, daemonset: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Its ControllerRevisions, oldest first. Raises what the API door raises."""
    metadata = daemonset["metadata"]
    query = from_label_selector(daemonset["spec"].get("selector")).query()
    found = cluster.list(CONTROLLER_REVISIONS, metadata["namespace"], label_selector=query)
    return revision_of.owned(found["items"], metadata["uid"])


def matching(cluster: Cluster, daemonset: Mapping[str, Any]) -> Iterator[PodRow]:
    """The pods in its namespace that its selector matches, whoever owns them."""
    asked = query(daemonset)
    if not asked:
        return iter(())
    namespace = daemonset["metadata"]["namespace"]
    return rows(cluster.table(PODS, namespace, label_selector=asked, include_object="Metadata"))


def query(daemonset: Mapping[str, Any]) -> str | None:
    """Its selector for a list; None where it selects nothing, or (never) everything."""
    try:
        return from_label_selector(daemonset["spec"].get("selector")).query() or None
    except SelectorError:
        return None


def rows(table: Mapping[str, Any]) -> Iterator[PodRow]:
    """The rows of a Table of pods with their metadata."""
    names = [column["name"] for column in table.get("columnDefinitions") or ()]
    node = names.index("Node") if "Node" in names else None
    for row in table.get("rows") or ():
        metadata = row["object"]["metadata"]
        cell = row["cells"][node] if node is not None else None
        yield PodRow(
            name=metadata["name"],
            uid=metadata["uid"],
            node=None if cell in (None, "", "<none>") else str(cell),
            owner=owner_uid(row["object"]),
            terminating=bool(metadata.get("deletionTimestamp")),
            finalizers=tuple(metadata.get("finalizers") or ()),
        )
