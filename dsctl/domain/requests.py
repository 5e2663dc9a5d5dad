"""What a pod asks of a node: its resource requests and its host ports.

Ported from ``PodRequests`` (k8s.io/component-helpers/resource), ``SetDefaults_Pod`` and
``defaultPodRequests`` (pkg/apis/core/v1), ``GetHostPorts`` and ``Resource.Add`` (pkg/scheduler).
Amounts are exact integers of 10^-9 units until they are counted as the scheduler counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.quantity import parse
from dsctl.domain.unmodelled import DEVICE_CLASS

CPU = "cpu"
MEMORY = "memory"
EPHEMERAL_STORAGE = "ephemeral-storage"
PODS = "pods"
_HUGE_PAGES = "hugepages-"
_NANO = 10**9
_MILLI = 10**6

Object = Mapping[str, Any]
#: resource name to amount in nanos
Amounts = dict[str, int]


@dataclass(frozen=True, slots=True)
class HostPort:
    """A port that a pod takes on its node. ``ip`` is ``0.0.0.0`` for all addresses."""

    port: int
    protocol: str = "TCP"
    ip: str = "0.0.0.0"

    def conflicts(self, other: HostPort) -> bool:
        """True when both can't be on one node (``HostPortInfo.CheckConflict``)."""
        if (self.port, self.protocol) != (other.port, other.protocol):
            return False
        return self.ip == other.ip or "0.0.0.0" in (self.ip, other.ip)

    def __str__(self) -> str:
        where = "" if self.ip == "0.0.0.0" else f" on {self.ip}"
        return f"{self.port}/{self.protocol}{where}"


def as_amounts(resources: Mapping[str, Any] | None) -> Amounts:
    """A ResourceList in nanos; a null amount is 0. Raises QuantityError."""
    if not resources:
        return {}
    return {
        name: 0 if amount is None else parse(str(amount)).nanos
        for name, amount in resources.items()
    }


def counted(amounts: Amounts) -> Amounts:
    """Amounts as the scheduler counts them: cpu in thousandths, all else in whole units."""
    return {
        name: -(-nanos // (_MILLI if name == CPU else _NANO))
        for name, nanos in amounts.items()
        if is_counted(name)
    }


def is_counted(name: str) -> bool:
    """True for a resource that the scheduler counts (``IsScalarResourceName`` and the core)."""
    if name in (CPU, MEMORY, EPHEMERAL_STORAGE):
        return True
    if name.startswith((_HUGE_PAGES, "attachable-volumes-")):
        return True
    if name.startswith(DEVICE_CLASS):
        return False
    return "/" in name and (not name.startswith("requests.") or "kubernetes.io/" in name)


def template_requests(spec: Object) -> Amounts:
    """What pods made from a template spec will request, with the defaults that pods get.

    Limits stand in for missing requests, of containers and of the pod.
    """
    filled = dict(spec)
    for kind in ("containers", "initContainers"):
        filled[kind] = [_with_requests(c) for c in spec.get(kind) or ()]
    resources = spec.get("resources") or {}
    containers = _aggregate(filled, _spec_requests)
    pod_level = as_amounts(resources.get("requests"))
    if resources.get("limits"):
        _default_pod_requests(pod_level, containers, as_amounts(resources["limits"]))
    return _pod_requests(filled, containers, pod_level)


def bound_pod_requests(pod: Object) -> Amounts:
    """What a pod that has a node holds there: the most of wanted, allotted and in use.

    The three differ only around a resize; a resize that can't be had is not counted as wanted.
    """
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    held = _Held(status)
    wanted = _aggregate(spec, _spec_requests)
    if held.containers or held.infeasible or held.pod_allotted is not None:
        wanted = _most({} if held.infeasible else wanted, *held.aggregates(spec))
    pod_level = as_amounts((spec.get("resources") or {}).get("requests"))
    if held.pod_level and any(_pod_level(name) for name in pod_level):
        pod_level = _most({} if held.infeasible else pod_level, *held.pod_level)
    return _pod_requests(spec, wanted, pod_level)


class _Held:
    """What a pod's status says it was allotted, and what it uses; mostly nothing."""

    def __init__(self, status: Object) -> None:
        self.containers = {
            item.get("name"): item
            for kind in ("initContainerStatuses", "containerStatuses")
            for item in status.get(kind) or ()
            if item.get("allocatedResources") is not None or item.get("resources") is not None
        }
        in_use, allotted = status.get("resources"), status.get("allocatedResources")
        used = (in_use or {}).get("requests")
        both = used is not None and allotted is not None
        self.pod_allotted = as_amounts(allotted) if both else None
        self._pod_used = as_amounts(used)
        self.pod_level = [] if in_use is None else [self._pod_used, as_amounts(allotted)]
        self.infeasible = any(
            condition.get("type") == "PodResizePending" and condition.get("reason") == "Infeasible"
            for condition in status.get("conditions") or ()
        )

    def aggregates(self, spec: Object) -> tuple[Amounts, Amounts]:
        """Allotted and in use, for the whole pod."""
        if self.pod_allotted is not None:
            return self.pod_allotted, self._pod_used
        return _aggregate(spec, self._allotted), _aggregate(spec, self._used)

    def _allotted(self, container: Object) -> Amounts:
        held = (self.containers.get(container.get("name")) or {}).get("allocatedResources")
        if held is not None:
            return as_amounts(held)
        return {} if self.infeasible else _spec_requests(container)

    def _used(self, container: Object) -> Amounts:
        own = self.containers.get(container.get("name")) or {}
        actual = (own.get("resources") or {}).get("requests")
        return self._allotted(container) if actual is None else as_amounts(actual)


def host_ports(spec: Object) -> tuple[HostPort, ...]:
    """The host ports of a pod spec's containers and sidecars.

    With hostNetwork every container port is one, as the defaults of a pod have it.
    """
    default = bool(spec.get("hostNetwork"))
    sidecars = [c for c in spec.get("initContainers") or () if c.get("restartPolicy") == "Always"]
    found = []
    for container in (*sidecars, *(spec.get("containers") or ())):
        for port in container.get("ports") or ():
            number = port.get("hostPort") or (default and port.get("containerPort")) or 0
            if number > 0:
                ip = port.get("hostIP") or "0.0.0.0"
                found.append(HostPort(number, port.get("protocol") or "TCP", ip))
    return tuple(found)


def _with_requests(container: Object) -> Object:
    resources = container.get("resources") or {}
    limits = resources.get("limits")
    if not limits:
        return container
    return {**container, "resources": {"requests": {**limits, **(resources.get("requests") or {})}}}


def _default_pod_requests(requests: Amounts, containers: Amounts, limits: Amounts) -> None:
    for name, nanos in containers.items():
        if name in (CPU, MEMORY):
            requests.setdefault(name, nanos)
    for name, nanos in limits.items():
        if _pod_level(name):
            requests.setdefault(name, nanos)


def _pod_requests(spec: Object, containers: Amounts, pod_level: Amounts) -> Amounts:
    found = containers
    for name, nanos in pod_level.items():
        if _pod_level(name):
            found[name] = nanos
    _add(found, as_amounts(spec.get("overhead")))
    return found


def _aggregate(spec: Object, of: Callable[[Object], Amounts]) -> Amounts:
    """Sum of the containers and sidecars, or the most that initialising needs, by resource."""
    total: Amounts = {}
    for container in spec.get("containers") or ():
        _add(total, of(container))
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in spec.get("initContainers") or ():
        own = of(container)
        if container.get("restartPolicy") == "Always":
            _add(total, own)
            _add(sidecars, own)
            peak = _most(peak, sidecars)
        else:
            _add(own, sidecars)
            peak = _most(peak, own)
    return _most(total, peak)


def _spec_requests(container: Object) -> Amounts:
    return as_amounts((container.get("resources") or {}).get("requests"))


def _add(total: Amounts, more: Amounts) -> None:
    for name, nanos in more.items():
        total[name] = total.get(name, 0) + nanos


def _most(*lists: Amounts) -> Amounts:
    found: Amounts = {}
    for amounts in lists:
        for name, nanos in amounts.items():
            if name not in found or nanos > found[name]:
                found[name] = nanos
    return found


def _pod_level(name: str) -> bool:
    return name in (CPU, MEMORY) or name.startswith(_HUGE_PAGES)
