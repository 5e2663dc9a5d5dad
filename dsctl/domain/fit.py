"""Would the scheduler bind a DaemonSet's pod on a node, and if not, what is short.

Ported from the filters NodeResourcesFit, NodePorts, TaintToleration, NodeAffinity,
NodeUnschedulable and NodeName (pkg/scheduler/framework/plugins). What a template uses beside
these is named in notes, ``NotModelled: …``; then the answer is None unless a filter says no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from dsctl.domain import pods as pod_of
from dsctl.domain.placement import Decision
from dsctl.domain.priority import of_pod, preemption_note
from dsctl.domain.quantity import Format, Quantity, parse
from dsctl.domain.reasons import ReasonType
from dsctl.domain.requests import (
    CPU,
    MEMORY,
    PODS,
    Amounts,
    HostPort,
    as_amounts,
    bound_pod_requests,
    counted,
    host_ports,
    template_requests,
)
from dsctl.domain.unmodelled import unmodelled

#: how many of the pods that hold a resource are named
_HOLDERS = 5

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Holder:
    """A pod on the node, and how much of the resource it holds, as a quantity."""

    namespace: str
    pod: str
    amount: str

    def to_dict(self) -> dict[str, Any]:
        """As a reason lists it."""
        return {"namespace": self.namespace, "pod": self.pod, "amount": self.amount}


@dataclass(frozen=True, slots=True)
class ResourcesReason:
    """One resource is short. Amounts are quantities; ``holders`` has the largest first."""

    type: ClassVar[ReasonType] = ReasonType.RESOURCES
    resource: str
    asked: str
    free: str
    allocatable: str
    holders: tuple[Holder, ...]

    @property
    def message(self) -> str:
        """One line for people."""
        line = f"{self.resource}: asks {self.asked}, {self.free} of {self.allocatable} is free"
        if self.holders:
            line += "; held by " + ", ".join(
                f"{h.namespace}/{h.pod} ({h.amount})" for h in self.holders
            )
        return line

    def to_dict(self) -> dict[str, Any]:
        """The reason as ``PlacementReport`` has it."""
        return {
            "type": self.type.value,
            "message": self.message,
            "resource": self.resource,
            "asked": self.asked,
            "free": self.free,
            "allocatable": self.allocatable,
            "holders": [holder.to_dict() for holder in self.holders],
        }


@dataclass(frozen=True, slots=True)
class HostPortReason:
    """A host port is taken by another pod."""

    type: ClassVar[ReasonType] = ReasonType.HOST_PORT
    port: HostPort
    namespace: str
    pod: str

    @property
    def message(self) -> str:
        """One line for people."""
        return f"host port {self.port} is taken by {self.namespace}/{self.pod}"

    def to_dict(self) -> dict[str, Any]:
        """The reason as ``PlacementReport`` has it."""
        return {
            "type": self.type.value,
            "message": self.message,
            "port": self.port.port,
            "protocol": self.port.protocol,
            "hostIP": self.port.ip,
            "namespace": self.namespace,
            "pod": self.pod,
        }


@dataclass(frozen=True, slots=True)
class PodSlotsReason:
    """The node runs as many pods as it may."""

    type: ClassVar[ReasonType] = ReasonType.POD_SLOTS
    slots: int
    used: int

    @property
    def message(self) -> str:
        """One line for people."""
        return f"all {self.slots} pod slots of the node are taken ({self.used} pods)"

    def to_dict(self) -> dict[str, Any]:
        """The reason as ``PlacementReport`` has it."""
        return {
            "type": self.type.value,
            "message": self.message,
            "slots": self.slots,
            "used": self.used,
        }


FitReason = ResourcesReason | HostPortReason | PodSlotsReason


@dataclass(frozen=True, slots=True)
class FitResult:
    """``fits`` is None where a filter that isn't modelled, or pods not read, could say no."""

    fits: bool | None
    reasons: tuple[FitReason, ...] = ()
    notes: tuple[str, ...] = ()


class Fit:
    """The scheduler's filters for the pods of one DaemonSet, compiled once for all nodes.

    ``evicts_below``: pods of lower priority that are in the way are named in a note; None for
    none. Raises QuantityError for a template with a request that is no quantity.
    """

    def __init__(self, daemonset: Object, *, evicts_below: int | None = None) -> None:
        template = ((daemonset.get("spec") or {}).get("template") or {}).get("spec") or {}
        self._ask_for(template)
        self._notes = unmodelled(template)
        self._evicts_below = evicts_below
        fits = None if self._notes else True
        self._fits = FitResult(fits, (), self._notes)

    def of_waiting(self, pod: Object) -> Fit:
        """The filters for a pod that waits for its node: admission may have let it ask for more."""
        found = copy(self)
        found._ask_for(pod.get("spec") or {})
        return found

    def _ask_for(self, spec: Object) -> None:
        amounts = counted(template_requests(spec))
        self._asks = {name: amount for name, amount in amounts.items() if amount > 0}
        self._ports = host_ports(spec)

    def judge(self, node: Object, decision: Decision, bound: Iterable[Object] | None) -> FitResult:
        """Whether the pod that the controller would make for this node can be bound there.

        ``decision``: that of the DaemonSet's Placement; taints, the nodeSelector and nodeName
        keep the scheduler away too (its own affinity names the node, so affinity does not).
        ``bound``: the pods on the node without this DaemonSet's own; None where pods were not
        read, then only what holds for an empty node is said.
        """
        held = [] if bound is None else [pod for pod in bound if not pod_of.terminal(pod)]
        reasons = self._in_the_way(node, held)
        kept_off = any(r.type is not ReasonType.NODE_AFFINITY for r in decision.reasons)
        if reasons or kept_off:
            notes = () if kept_off else self._evicting(node, held)
            return FitResult(False, tuple(reasons), (*self._notes, *notes))
        if bound is None:
            return FitResult(None, (), (*self._notes, "NotRead: the pods on the node"))
        return self._fits

    def _in_the_way(self, node: Object, held: list[Object]) -> list[FitReason]:
        return [*self._slots(node, held), *self._short(node, held), *self._taken(held)]

    def _evicting(self, node: Object, held: list[Object]) -> tuple[str, ...]:
        """A note where it would fit without the pods of lower priority."""
        limit = self._evicts_below
        if limit is None:
            return ()
        lower = [pod for pod in held if of_pod(pod) < limit]
        kept = [pod for pod in held if of_pod(pod) >= limit]
        if not lower or self._in_the_way(node, kept):
            return ()
        return (preemption_note(lower),)

    def _slots(self, node: Object, held: list[Object]) -> list[FitReason]:
        allocatable = (node.get("status") or {}).get("allocatable") or {}
        slots = parse(str(allocatable.get(PODS, 0))).value
        return [PodSlotsReason(slots, len(held))] if len(held) + 1 > slots else []

    def _short(self, node: Object, held: list[Object]) -> list[FitReason]:
        if not self._asks:
            return []
        offered = counted(as_amounts((node.get("status") or {}).get("allocatable")))
        each = [counted(bound_pod_requests(pod)) for pod in held]
        found: list[FitReason] = []
        for name, asked in sorted(self._asks.items()):
            has = offered.get(name, 0)
            free = has - sum(amounts.get(name, 0) for amounts in each)
            if asked > free:
                holders = _holders(name, held, each)
                found.append(
                    ResourcesReason(
                        name, amount(name, asked), amount(name, free), amount(name, has), holders
                    )
                )
        return found

    def _taken(self, held: list[Object]) -> list[FitReason]:
        if not self._ports:
            return []
        found: list[FitReason] = []
        for pod in held:
            for used in host_ports(pod.get("spec") or {}):
                found += [
                    HostPortReason(port, _namespace(pod), pod_of.name(pod))
                    for port in self._ports
                    if port.conflicts(used)
                ]
        return list(dict.fromkeys(found))


def amount(resource: str, number: int) -> str:
    """A scheduler's count as a quantity: cpu in thousandths, memory in binary units."""
    if resource == CPU:
        return str(Quantity(number * 10**6))
    binary = resource == MEMORY or resource.startswith(("hugepages-", "ephemeral-storage"))
    return str(Quantity(number * 10**9, Format.BINARY if binary else Format.DECIMAL))


def _holders(resource: str, held: list[Object], each: list[Amounts]) -> tuple[Holder, ...]:
    using = [
        (amounts[resource], _namespace(pod), pod_of.name(pod))
        for pod, amounts in zip(held, each, strict=True)
        if amounts.get(resource)
    ]
    using.sort(key=lambda item: (-item[0], *item[1:]))
    return tuple(Holder(ns, pod, amount(resource, n)) for n, ns, pod in using[:_HOLDERS])


def _namespace(pod: Object) -> str:
    return str((pod.get("metadata") or {}).get("namespace", ""))
