"""The Service that ``expose`` makes of a DaemonSet, as kubectl makes one of a Deployment.

Ported from kubectl's ``cmd/expose`` (``createService``) and ``polymorphichelpers``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.selectors import format_label_selector
from dsctl.errors import AnswerIsNo

Object = Mapping[str, Any]

_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says of the Service. Empty and None: not given."""

    name: str | None = None
    ports: tuple[int, ...] = ()
    target_port: int | str | None = None
    protocol: str | None = None
    labels: Mapping[str, str] | None = None
    selector: Mapping[str, str] | None = None
    type: str | None = None
    cluster_ip: str | None = None
    traffic_policy: str | None = None
    session_affinity: str | None = None
    external_ip: str | None = None
    load_balancer_ip: str | None = None

    @property
    def headless(self) -> bool:
        """Whether its name shall stand for the pods themselves."""
        return self.cluster_ip == "None"


def service(daemonset: Object, wanted: Wanted) -> dict[str, Any]:
    """The Service, without a namespace.

    Raises AnswerIsNo where the DaemonSet's selector can't be a Service's, and where no port is
    given and its containers declare none.
    """
    metadata = daemonset.get("metadata") or {}
    labels = metadata.get("labels") if wanted.labels is None else wanted.labels
    spec: dict[str, Any] = {}
    if ports := _ports(daemonset, wanted):
        spec["ports"] = ports
    spec["selector"] = _selector(daemonset, wanted)
    for key, value in (
        ("externalIPs", [wanted.external_ip] if wanted.external_ip else None),
        ("type", wanted.type),
        ("loadBalancerIP", wanted.load_balancer_ip if wanted.type == "LoadBalancer" else None),
        ("sessionAffinity", wanted.session_affinity),
        ("clusterIP", wanted.cluster_ip),
        ("internalTrafficPolicy", wanted.traffic_policy),
    ):
        if value is not None:
            spec[key] = value
    if wanted.traffic_policy and wanted.type in ("NodePort", "LoadBalancer"):
        spec["externalTrafficPolicy"] = wanted.traffic_policy
    named = wanted.name or str(metadata.get("name", ""))[:_LONGEST_NAME]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": named, **({"labels": dict(labels)} if labels else {})},
        "spec": spec,
    }


def _selector(daemonset: Object, wanted: Wanted) -> dict[str, str]:
    if wanted.selector is not None:
        return dict(wanted.selector)
    spec = daemonset.get("spec") or {}
    selector = spec.get("selector") or {}
    if not selector.get("matchExpressions"):
        return dict(selector.get("matchLabels") or {})
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    pairs = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    raise AnswerIsNo(
        f"the selector has expressions ({format_label_selector(selector)}), "
        "which a Service cannot have",
        hint=f"the labels of the pod template do for this DaemonSet: --selector={pairs}",
    )


def _ports(daemonset: Object, wanted: Wanted) -> list[dict[str, Any]]:
    declared = _declared(daemonset)
    numbers = wanted.ports or tuple(declared)
    if not numbers and not wanted.headless:
        raise AnswerIsNo(
            "couldn't find port via --port flag or introspection",
            hint="its containers declare no ports: name one with --port",
        )
    found = []
    for index, number in enumerate(numbers, 1):
        protocols = [wanted.protocol] if wanted.protocol else declared.get(number) or ["TCP"]
        for protocol in protocols:
            name = f"port-{index}" if len(numbers) > 1 else ""
            if len(protocols) > 1:
                name = f"port-{index}-{protocol.lower()}"
            found.append(
                {
                    **({"name": name} if name else {}),
                    "port": number,
                    "protocol": protocol,
                    "targetPort": number if wanted.target_port is None else wanted.target_port,
                }
            )
    return found


def _declared(daemonset: Object) -> dict[int, list[str]]:
    """The ports of the containers, each with its protocols, in the order of the template."""
    spec = ((daemonset.get("spec") or {}).get("template") or {}).get("spec") or {}
    found: dict[int, list[str]] = {}
    for port in _container_ports(spec.get("containers") or ()):
        protocols = found.setdefault(port["containerPort"], [])
        protocol = str(port.get("protocol") or "TCP")
        if protocol not in protocols:
            protocols.append(protocol)
    return found


def _container_ports(containers: Iterable[Object]) -> Iterable[Object]:
    for container in containers:
        yield from container.get("ports") or ()
