"""What a Service says of itself, and whom it selects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsctl.domain.selectors import from_labels

Service = Mapping[str, Any]


def selects(service: Service, labels: Mapping[str, str]) -> bool:
    """Whether a pod with these labels is one of its endpoints; none where it has no selector."""
    selector = _spec(service).get("selector")
    return bool(selector) and from_labels(selector).matches(labels)


def headless(service: Service) -> bool:
    """Whether its DNS name stands for the pods themselves."""
    return _spec(service).get("clusterIP") == "None"


def kind(service: Service) -> str:
    """Its type, ``Headless`` for one without an address of its own."""
    return "Headless" if headless(service) else str(_spec(service).get("type") or "ClusterIP")


def addresses(service: Service) -> tuple[str, ...]:
    """Its cluster IPs, one a family."""
    spec = _spec(service)
    found = spec.get("clusterIPs") or [spec.get("clusterIP") or ""]
    return tuple(ip for ip in found if ip and ip != "None")


def of_its_families(service: Service, addresses: Iterable[str]) -> list[str]:
    """Those of the IP families that it serves; all where it does not say."""
    families = _spec(service).get("ipFamilies")
    return [ip for ip in addresses if not families or ("IPv6" if ":" in ip else "IPv4") in families]


def outside(service: Service) -> tuple[str, ...]:
    """Where a load balancer or an external IP answers for it: addresses or host names."""
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    balanced = [entry.get("ip") or entry.get("hostname") or "" for entry in ingress]
    return tuple(name for name in (*balanced, *(_spec(service).get("externalIPs") or ())) if name)


def ports(service: Service) -> list[Mapping[str, Any]]:
    """Its ports; a headless Service may have none."""
    return list(_spec(service).get("ports") or ())


def local_only(service: Service) -> bool:
    """Whether, within the cluster, it reaches the pod of the same node alone."""
    return _spec(service).get("internalTrafficPolicy") == "Local"


def port_text(port: Mapping[str, Any]) -> str:
    """``80/TCP``, or ``80:30080/TCP`` with a node port."""
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port')}{node}/{port.get('protocol') or 'TCP'}"


def _spec(service: Service) -> Mapping[str, Any]:
    return service.get("spec") or {}
