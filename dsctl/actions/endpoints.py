"""Read how the pods of a DaemonSet can be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.actions.owned import whole_pods
from dsctl.actions.together import together
from dsctl.api.resources import SERVICES
from dsctl.domain.endpoints import EndpointsReport, endpoints
from dsctl.errors import Forbidden

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


def read(cluster: Cluster, daemonset: Object, note: Callable[[str], None]) -> EndpointsReport:
    """The report; ``note`` is told where Services may not be listed.

    Raises what listing the pods raises.
    """
    pods, services = together(
        lambda: whole_pods(cluster, daemonset),
        lambda: _services(cluster, daemonset["metadata"]["namespace"], note),
    )
    return endpoints(daemonset, pods, services)


def _services(cluster: Cluster, namespace: str, note: Callable[[str], None]) -> list[Object]:
    try:
        found: list[Object] = cluster.list(SERVICES, namespace)["items"]
    except Forbidden:
        note("may not list services: the ways through them are left out")
        return []
    return sorted(found, key=lambda service: str(service["metadata"]["name"]))
