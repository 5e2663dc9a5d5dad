"""EndpointsReport: for each node every way to reach its pod."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsctl.domain import pods as pod_of
from dsctl.domain import services as service_of

Object = Mapping[str, Any]

_ANYWHERE = ("", "0.0.0.0", "::")


class Way(StrEnum):
    """How a pod is reached.

    HostNetwork and HostPort: at the node's address; PodIP: at its own; HeadlessDNS: by the name
    that a headless Service gives it; ServiceIP, NodePort and LoadBalancer: through a Service,
    which may choose the pod of another node unless its traffic policy is Local.
    """

    HOST_NETWORK = "HostNetwork"
    HOST_PORT = "HostPort"
    POD_IP = "PodIP"
    HEADLESS_DNS = "HeadlessDNS"
    SERVICE_IP = "ServiceIP"
    NODE_PORT = "NodePort"
    LOAD_BALANCER = "LoadBalancer"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One way. ``port`` is None where the pod declares none; ``local``: it is this node's pod.

    ``name``: of the port; ``service``: through which it goes.
    """

    type: Way
    address: str
    port: int | None
    protocol: str | None = None
    name: str | None = None
    service: str | None = None
    local: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The way as ``EndpointsReport`` has it."""
        return {**{key: getattr(self, key) for key in self.__slots__}, "type": self.type.value}


@dataclass(frozen=True, slots=True)
class NodeEndpoints:
    """One pod on its node. ``notes`` say what keeps it from being reached."""

    node: str
    pod: str
    ready: bool
    ways: tuple[Endpoint, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The node as ``EndpointsReport`` has it."""
        return {
            "node": self.node,
            "pod": self.pod,
            "ready": self.ready,
            "ways": [way.to_dict() for way in self.ways],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class EndpointsReport:
    """The ways to all pods of a DaemonSet, by node."""

    namespace: str
    name: str
    nodes: tuple[NodeEndpoints, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as ``-o json`` prints it."""
        return {
            "apiVersion": "dsctl/v1",
            "kind": "EndpointsReport",
            "daemonSet": {"namespace": self.namespace, "name": self.name},
            "nodes": [node.to_dict() for node in self.nodes],
        }


def endpoints(
    daemonset: Object, pods: Iterable[Object], services: Sequence[Object]
) -> EndpointsReport:
    """The report. ``pods``: its own; ``services``: of its namespace, whichever they select."""
    metadata = daemonset["metadata"]
    found = [_of_pod(pod, services) for pod in pods]
    found.sort(key=lambda node: (node.node, node.pod))
    return EndpointsReport(metadata["namespace"], metadata["name"], tuple(found))


def _of_pod(pod: Object, services: Sequence[Object]) -> NodeEndpoints:
    ready = pod_of.ready(pod) and not pod_of.deleting(pod)
    selecting = [s for s in services if service_of.selects(s, pod_of.labels(pod))]
    ways = [*_direct(pod), *(way for service in selecting for way in _through(service, pod))]
    return NodeEndpoints(
        node=pod_of.target_node(pod) or "",
        pod=pod_of.name(pod),
        ready=ready,
        ways=tuple(ways),
        notes=tuple(_notes(pod, ready, selecting)),
    )


def _notes(pod: Object, ready: bool, selecting: Sequence[Object]) -> Iterator[str]:
    if not pod_of.scheduled(pod):
        yield "the pod waits for this node"
    elif pod_of.deleting(pod):
        yield "the pod is going away"
    elif not ready:
        yield "the pod is not ready"
    held = [s["metadata"]["name"] for s in selecting if not _serves(s, pod)]
    if held:
        yield f"not ready pods get no traffic through {', '.join(held)}"
    for service in selecting:
        for port in service_of.ports(service):
            if _target(port, pod) is None:
                yield (
                    f"no traffic through port {port.get('port')} of {service['metadata']['name']}: "
                    f'no container has a port named "{port.get("targetPort")}"'
                )


def _direct(pod: Object) -> Iterator[Endpoint]:
    """At the node's address or its own."""
    spec = pod.get("spec") or {}
    ports = _ports(spec)
    hosts, own = _addresses(pod, "hostIP"), _addresses(pod, "podIP")
    if spec.get("hostNetwork"):
        for address in own or hosts:
            yield from (_way(Way.HOST_NETWORK, address, port, "containerPort") for port in ports)
            if not ports:
                yield Endpoint(Way.HOST_NETWORK, address, None)
        return
    for port in ports:
        if port.get("hostPort"):
            bound = str(port.get("hostIP") or "")
            for address in hosts if bound in _ANYWHERE else (bound,):
                yield _way(Way.HOST_PORT, address, port, "hostPort")
    for address in own:
        yield from (_way(Way.POD_IP, address, port, "containerPort") for port in ports)
        if not ports:
            yield Endpoint(Way.POD_IP, address, None)


def _through(service: Object, pod: Object) -> Iterator[Endpoint]:
    """By the names and addresses of a Service."""
    name, spec = service["metadata"]["name"], service.get("spec") or {}
    if not _serves(service, pod):
        return
    if service_of.headless(service):
        yield from _by_name(service, pod)
        return
    local = service_of.local_only(service)
    outside_local = spec.get("externalTrafficPolicy") == "Local"
    for port in service_of.ports(service):
        if _target(port, pod) is None:
            continue
        for address in service_of.addresses(service):
            yield _served(Way.SERVICE_IP, address, port.get("port"), port, name, local=local)
        if port.get("nodePort"):
            for address in service_of.of_its_families(service, _addresses(pod, "hostIP")):
                yield _served(
                    Way.NODE_PORT, address, port["nodePort"], port, name, local=outside_local
                )
        for address in service_of.outside(service):
            yield _served(Way.LOAD_BALANCER, address, port.get("port"), port, name, local=False)


def _serves(service: Object, pod: Object) -> bool:
    """Whether the pod is among those that get its traffic."""
    published = (service.get("spec") or {}).get("publishNotReadyAddresses")
    return bool(published) or (pod_of.ready(pod) and not pod_of.deleting(pod))


def _by_name(service: Object, pod: Object) -> Iterator[Endpoint]:
    """By the names that a headless Service gives, at the ports of the containers."""
    name, namespace = service["metadata"]["name"], service["metadata"].get("namespace", "")
    ports = service_of.ports(service)
    for label, own in _labels(pod, service):
        dns = f"{label}.{name}.{namespace}.svc"
        for port in ports:
            if (number := _target(port, pod)) is not None:
                yield _served(Way.HEADLESS_DNS, dns, number, port, name, local=own)
        if not ports:
            yield _served(Way.HEADLESS_DNS, dns, None, {}, name, local=own)


def _labels(pod: Object, service: Object) -> list[tuple[str, bool]]:
    """What stands before a headless Service's name, and whether it means this pod alone.

    By its addresses, as CoreDNS writes them; a hostname is the same for all pods of a template.
    """
    spec = pod.get("spec") or {}
    if spec.get("hostname") and spec.get("subdomain") == service["metadata"]["name"]:
        return [(str(spec["hostname"]), False)]
    addresses = service_of.of_its_families(service, _addresses(pod, "podIP"))
    return [(address.replace(".", "-").replace(":", "-"), True) for address in addresses]


def _served(
    kind: Way, address: str, number: int | None, port: Object, service: str, *, local: bool
) -> Endpoint:
    protocol = port.get("protocol") or ("TCP" if port else None)
    return Endpoint(kind, address, number, protocol, port.get("name"), service, local)


def _way(kind: Way, address: str, port: Object, key: str) -> Endpoint:
    return Endpoint(kind, address, port.get(key), port.get("protocol") or "TCP", port.get("name"))


def _target(port: Object, pod: Object) -> int | None:
    """The number of the container's port that a Service's port means; None: the pod has none."""
    target = port.get("targetPort", port.get("port"))
    if not isinstance(target, str):
        return int(target) if target else port.get("port")
    protocol = port.get("protocol") or "TCP"
    for candidate in _ports(pod.get("spec") or {}):
        if candidate.get("name") == target and (candidate.get("protocol") or "TCP") == protocol:
            return int(candidate["containerPort"])
    return None


def _ports(spec: Object) -> list[Object]:
    sidecars = (c for c in spec.get("initContainers") or () if pod_of.restart_policy_always(c))
    containers = [*(spec.get("containers") or ()), *sidecars]
    return [port for container in containers for port in container.get("ports") or ()]


def _addresses(pod: Object, key: str) -> list[str]:
    """Its addresses, one a family: ``podIPs`` or ``hostIPs``, else the single one."""
    status = pod.get("status") or {}
    several = [str(entry.get("ip") or "") for entry in status.get(f"{key}s") or ()]
    return [ip for ip in several or [str(status.get(key) or "")] if ip]
