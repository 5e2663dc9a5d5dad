"""The Services that select a DaemonSet's pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import SERVICES
from dsctl.domain.services import selects

if TYPE_CHECKING:
    from dsctl.api.client import Cluster


def selecting(cluster: Cluster, daemonset: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The Services of its namespace whose selector its template's labels match, by name.

    Raises what the API door raises.
    """
    labels = (daemonset["spec"].get("template") or {}).get("metadata", {}).get("labels") or {}
    found = cluster.list(SERVICES, daemonset["metadata"]["namespace"])["items"]
    return sorted(
        (service for service in found if selects(service, labels)),
        key=lambda service: service["metadata"]["name"],
    )
