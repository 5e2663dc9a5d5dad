"""The reasons why a DaemonSet's pods are kept off a node, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from dsctl.domain.affinity import Expression
from dsctl.domain.taints import Taint


class ReasonType(StrEnum):
    """Why a node is excluded; from RESOURCES on, why a pod does not fit there."""

    NODE_NAME = "NodeName"
    NODE_SELECTOR = "NodeSelector"
    NODE_AFFINITY = "NodeAffinity"
    TAINT = "Taint"
    RESOURCES = "Resources"
    HOST_PORT = "HostPort"
    POD_SLOTS = "PodSlots"


@dataclass(frozen=True, slots=True)
class NodeNameReason:
    """The template names another node in ``spec.nodeName``."""

    type: ClassVar[ReasonType] = ReasonType.NODE_NAME
    wanted: str

    @property
    def message(self) -> str:
        """One line for people."""
        return f"the template runs on node {self.wanted} only (nodeName)"

    def to_dict(self) -> dict[str, Any]:
        """The reason as ``PlacementReport`` has it."""
        return {"type": self.type.value, "message": self.message, "wanted": self.wanted}


@dataclass(frozen=True, slots=True)
class NodeSelectorReason:
    """One nodeSelector key differs. ``has`` is the node's value, None without the label."""

    type: ClassVar[ReasonType] = ReasonType.NODE_SELECTOR
    key: str
    wanted: str
    has: str | None

    @property
    def message(self) -> str:
        """One line for people."""
        return f"nodeSelector wants {self.key}={self.wanted}, {_has(self.key, self.has)}"

    def to_dict(self) -> dict[str, Any]:
        """The reason as ``PlacementReport`` has it."""
        return {
            "type": self.type.value,
            "message": self.message,
            "key": self.key,
            "wanted": self.wanted,
            "has": self.has,
        }


@dataclass(frozen=True, slots=True)
class NodeAffinityReason:
    """One expression of one required term fails; None when there is no usable term at all.

    ``terms`` counts the terms: satisfying any one of them would do.
    """

    type: ClassVar[ReasonType] = ReasonType.NODE_AFFINITY
    expression: Expression | None
    has: str | None
    terms: int

    @property
    def message(self) -> str:
        """One line for people."""
        if self.expression is None:
            return "required node affinity has only empty terms, which match no node"
        which = ""
        if self.terms > 1:
            which = f" term {self.expression.term + 1} of {self.terms}"
        if self.expression.problem is not None:
            return (
                f"node affinity{which} can't be read, so the controller lets it match no node: "
                f"{self.expression.problem}"
            )
        return (
            f"node affinity{which} wants {self.expression}, {_has(self.expression.key, self.has)}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The reason as ``PlacementReport`` has it."""
        entry = self.expression
        return {
            "type": self.type.value,
            "message": self.message,
            "term": None if entry is None else entry.term,
            "path": None if entry is None else entry.path,
            "key": None if entry is None else entry.key,
            "operator": None if entry is None else entry.operator,
            "values": [] if entry is None else list(entry.values),
            "has": self.has,
            "problem": None if entry is None else entry.problem,
        }


@dataclass(frozen=True, slots=True)
class TaintReason:
    """One NoSchedule or NoExecute taint is not tolerated."""

    type: ClassVar[ReasonType] = ReasonType.TAINT
    taint: Taint

    @property
    def message(self) -> str:
        """One line for people."""
        return f"taint {self.taint} is not tolerated"

    def to_dict(self) -> dict[str, Any]:
        """The reason as ``PlacementReport`` has it, with the toleration that would do."""
        return {
            "type": self.type.value,
            "message": self.message,
            "key": self.taint.key,
            "value": self.taint.value or None,
            "effect": self.taint.effect,
            "toleration": self.taint.toleration(),
        }


ExclusionReason = NodeNameReason | NodeSelectorReason | NodeAffinityReason | TaintReason


def _has(key: str, value: str | None) -> str:
    if value is None:
        return f"the node has no label {key}"
    return f"the node has {key}={value}"
