"""Taints and tolerations, and the tolerations that every daemon pod gets.

Ported from ``Toleration.ToleratesTaint`` (k8s.io/api/core/v1), ``AddOrUpdateDaemonPodTolerations``
(pkg/controller/daemon/util) and ``FindMatchingUntoleratedTaint`` (k8s.io/component-helpers).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.labels import parse_canonical_int64

NO_SCHEDULE = "NoSchedule"
NO_EXECUTE = "NoExecute"
PREFER_NO_SCHEDULE = "PreferNoSchedule"
#: effects that keep a new pod off a node
REPELLING = (NO_SCHEDULE, NO_EXECUTE)

UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_NOT_READY = "node.kubernetes.io/not-ready"
_UNREACHABLE = "node.kubernetes.io/unreachable"
#: keys of what the node controller puts on a node whose kubelet is dead or not well
OF_NOT_READY_NODES = (_NOT_READY, _UNREACHABLE)
_NETWORK_UNAVAILABLE = "node.kubernetes.io/network-unavailable"
#: key and effect of what every daemon pod tolerates (with the operator Exists)
DAEMON_TOLERATIONS = (
    (_NOT_READY, NO_EXECUTE),
    (_UNREACHABLE, NO_EXECUTE),
    ("node.kubernetes.io/disk-pressure", NO_SCHEDULE),
    ("node.kubernetes.io/memory-pressure", NO_SCHEDULE),
    ("node.kubernetes.io/pid-pressure", NO_SCHEDULE),
    (UNSCHEDULABLE, NO_SCHEDULE),
)


@dataclass(frozen=True, slots=True)
class Taint:
    """A taint of a node."""

    key: str
    value: str = ""
    effect: str = ""

    def __str__(self) -> str:
        """As kubectl writes it: ``key=value:Effect``, or ``key:Effect``."""
        pair = f"{self.key}={self.value}" if self.value else self.key
        return f"{pair}:{self.effect}" if self.effect else pair

    def toleration(self) -> dict[str, str]:
        """The narrowest toleration that tolerates it."""
        operator = {"operator": "Equal", "value": self.value} if self.value else None
        return {"key": self.key, **(operator or {"operator": "Exists"}), "effect": self.effect}


@dataclass(frozen=True, slots=True)
class Toleration:
    """A toleration of a pod. Empty ``key`` and ``effect`` mean any; empty ``operator`` Equal."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""

    def tolerates(self, taint: Taint, *, comparison_operators: bool = True) -> bool:
        """True when the taint is tolerated.

        ``Gt`` and ``Lt`` compare integers, behind the feature gate
        TaintTolerationComparisonOperators. A server with the gate off refuses them, so a
        toleration that exists has it on: hence the default.
        """
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        if self.operator in ("", "Equal"):
            return self.value == taint.value
        if self.operator == "Exists":
            return True
        return comparison_operators and self._compares(taint.value)

    def _compares(self, text: str) -> bool:
        want, have = parse_canonical_int64(self.value), parse_canonical_int64(text)
        if want is None or have is None:
            return False
        if self.operator == "Lt":
            return have < want
        return self.operator == "Gt" and have > want


def pod_tolerations(pod_spec: Mapping[str, Any]) -> list[Toleration]:
    """The tolerations that a PodSpec states itself."""
    return [
        Toleration(
            item.get("key") or "",
            item.get("operator") or "",
            item.get("value") or "",
            item.get("effect") or "",
        )
        for item in pod_spec.get("tolerations") or ()
    ]


def daemon_pod_tolerations(pod_spec: Mapping[str, Any]) -> list[Toleration]:
    """The tolerations of the pods made from a DaemonSet's template spec, the added ones last."""
    own = pod_tolerations(pod_spec)
    added = [Toleration(key, "Exists", "", effect) for key, effect in DAEMON_TOLERATIONS]
    if pod_spec.get("hostNetwork"):
        added.append(Toleration(_NETWORK_UNAVAILABLE, "Exists", "", NO_SCHEDULE))
    return own + [toleration for toleration in added if toleration not in own]


def find_toleration(
    taint: Taint, tolerations: Iterable[Toleration], *, comparison_operators: bool = True
) -> Toleration | None:
    """The first toleration that tolerates ``taint``, or None."""
    for toleration in tolerations:
        if toleration.tolerates(taint, comparison_operators=comparison_operators):
            return toleration
    return None
