"""Should a DaemonSet run on a node, and if not, exactly why.

Ported from ``nodeShouldRunDaemonPod`` and ``predicates`` (pkg/controller/daemon): the template's
nodeName, its nodeSelector and required node affinity, and the node's NoSchedule and NoExecute
taints. A cordon never excludes: daemon pods tolerate it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.affinity import Expression, Term, required_terms
from dsctl.domain.reasons import (
    ExclusionReason,
    NodeAffinityReason,
    NodeNameReason,
    NodeSelectorReason,
    TaintReason,
)
from dsctl.domain.taints import (
    NO_EXECUTE,
    REPELLING,
    Taint,
    daemon_pod_tolerations,
    find_toleration,
)

CORDONED = "the node is cordoned, which daemon pods tolerate"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the controller decides for one node.

    ``should_run``: it creates a pod there. ``should_continue_running``: a pod that is already
    there stays. ``reasons``: every condition that fails; empty exactly when ``should_run``.
    """

    should_run: bool
    should_continue_running: bool
    reasons: tuple[ExclusionReason, ...] = ()
    notes: tuple[str, ...] = ()


_NO_TERM = NodeAffinityReason(None, None, 0)
_RUN = Decision(True, True)
_RUN_CORDONED = Decision(True, True, (), (CORDONED,))


class Placement:
    """The placement rule of one DaemonSet, compiled once for any number of nodes.

    Nodes with the same reasons get the same Decision object. ``comparison_operators``: see
    ``Toleration.tolerates``.
    """

    def __init__(self, daemonset: Mapping[str, Any], *, comparison_operators: bool = True) -> None:
        template = ((daemonset.get("spec") or {}).get("template") or {}).get("spec") or {}
        self._node_name = template.get("nodeName") or ""
        self._name_reason = NodeNameReason(self._node_name)
        selector = (template.get("nodeSelector") or {}).items()
        self._selector = [_SelectorCheck(key, wanted) for key, wanted in selector]
        terms = required_terms(template.get("affinity"))
        self._terms = None if terms is None else _term_checks(terms)
        self._tolerations = daemon_pod_tolerations(template)
        self._comparison_operators = comparison_operators
        self._taints: dict[tuple[str, str, str], TaintReason | None] = {}
        self._decisions: dict[tuple[int, ...], Decision] = {}

    def decide(self, node: Mapping[str, Any]) -> Decision:
        """Whether the controller would run, or keep, a pod on this Node object, and why not."""
        metadata = node.get("metadata") or {}
        spec = node.get("spec") or {}
        name, labels = metadata.get("name", ""), metadata.get("labels") or {}
        reasons: list[ExclusionReason] = []
        if self._node_name and self._node_name != name:
            reasons.append(self._name_reason)
        for check in self._selector:
            failure = check.failure(labels.get(check.key))
            if failure is not None:
                reasons.append(failure)
        if self._terms is not None:
            reasons += _affinity_failures(self._terms, name, labels)
        matches = not reasons
        reasons += self._untolerated(spec.get("taints") or ())
        cordoned = bool(spec.get("unschedulable"))
        if not reasons:
            return _RUN_CORDONED if cordoned else _RUN
        return self._excluded(reasons, cordoned, matches)

    def _excluded(self, reasons: list[ExclusionReason], cordoned: bool, matches: bool) -> Decision:
        # Every reason is made once and kept by its check, so identity stands for equality.
        identity = (cordoned, *map(id, reasons))
        known = self._decisions.get(identity)
        if known is None:
            evicted = any(
                isinstance(r, TaintReason) and r.taint.effect == NO_EXECUTE for r in reasons
            )
            notes = (CORDONED,) if cordoned else ()
            known = Decision(False, matches and not evicted, tuple(reasons), notes)
            self._decisions[identity] = known
        return known

    def _untolerated(self, taints: Iterable[Mapping[str, Any]]) -> list[TaintReason]:
        found = []
        for entry in taints:
            effect = entry.get("effect", "")
            if effect not in REPELLING:
                continue
            identity = (entry.get("key", ""), entry.get("value") or "", effect)
            if identity not in self._taints:
                taint = Taint(*identity)
                tolerated = find_toleration(
                    taint, self._tolerations, comparison_operators=self._comparison_operators
                )
                self._taints[identity] = None if tolerated else TaintReason(taint)
            reason = self._taints[identity]
            if reason is not None:
                found.append(reason)
        return found


def node_should_run_daemon_pod(node: Mapping[str, Any], daemonset: Mapping[str, Any]) -> Decision:
    """``Placement(daemonset).decide(node)``, for a single node."""
    return Placement(daemonset).decide(node)


class _SelectorCheck:
    """One nodeSelector pair, judged once for each value that nodes have."""

    __slots__ = ("_known", "_wanted", "key")

    def __init__(self, key: str, wanted: str) -> None:
        self.key, self._wanted = key, wanted
        self._known: dict[str | None, NodeSelectorReason | None] = {wanted: None}

    def failure(self, value: str | None) -> NodeSelectorReason | None:
        if value not in self._known:
            self._known[value] = NodeSelectorReason(self.key, self._wanted, value)
        return self._known[value]


class _ExpressionCheck:
    """One affinity expression, judged once for each value that nodes have."""

    __slots__ = ("_known", "_terms", "expression")

    def __init__(self, expression: Expression, terms: int) -> None:
        self.expression, self._terms = expression, terms
        self._known: dict[str | None, NodeAffinityReason | None] = {}

    def failure(self, name: str, labels: Mapping[str, str]) -> NodeAffinityReason | None:
        value = self.expression.value_on(name, labels)
        if value not in self._known:
            reason = NodeAffinityReason(self.expression, value, self._terms)
            self._known[value] = None if self.expression.allows(value) else reason
        return self._known[value]


def _term_checks(terms: tuple[Term, ...]) -> list[list[_ExpressionCheck]]:
    """Checks of each term that isn't empty; of one that can't be parsed, its broken expressions."""
    found = []
    for term in terms:
        broken = [e for e in term.expressions if e.problem is not None]
        if term.expressions:
            found.append([_ExpressionCheck(e, len(terms)) for e in broken or term.expressions])
    return found


def _affinity_failures(
    terms: list[list[_ExpressionCheck]], name: str, labels: Mapping[str, str]
) -> list[NodeAffinityReason]:
    """Why no term matches; empty when one does."""
    found: list[NodeAffinityReason] = []
    for term in terms:
        failures = [f for check in term if (f := check.failure(name, labels)) is not None]
        if not failures:
            return []
        found += failures
    return found or [_NO_TERM]
