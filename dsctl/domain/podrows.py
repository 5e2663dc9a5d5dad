"""Pods out of the server's Table: enough of a Pod object where all that is to say is that it runs.

Rows cost a fraction of objects, and in a fleet nearly every pod is well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dsctl.domain.pods import owner_uid

_CELLS = ("Name", "Ready", "Status", "Node", "Readiness Gates")
_READY = ({"type": "Ready", "status": "True"},)


def ready_pods(
    table: Mapping[str, Any], uid: str | None, dark: Collection[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The pods that controller ``uid`` owns: as objects those that are well, the others by name.

    ``dark``: nodes that are not ready. Their pods are looked at, since a node's failure takes
    away readiness without a trace in the cells.
    """
    names = [column["name"] for column in table.get("columnDefinitions") or ()]
    at = [names.index(cell) if cell in names else None for cell in _CELLS]
    well: list[dict[str, Any]] = []
    others: list[str] = []
    for row in table.get("rows") or ():
        if owner_uid(row["object"]) != uid:
            continue
        cells = row["cells"]
        name, ready, status, node, gates = (None if i is None else cells[i] for i in at)
        count, _, total = str(ready).partition("/")
        metadata = row["object"]["metadata"]
        gated = gates not in (None, "<none>")
        if status != "Running" or count != total or gated or node in dark or _deleted(metadata):
            others.append(str(name))
            continue
        metadata.pop("managedFields", None)
        well.append(
            {
                "metadata": metadata,
                "spec": {"nodeName": node},
                "status": {"phase": "Running", "conditions": _READY},
            }
        )
    return well, others


def _deleted(metadata: Mapping[str, Any]) -> bool:
    return bool(metadata.get("deletionTimestamp"))
