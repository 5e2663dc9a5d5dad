"""Required node affinity: terms ORed, the expressions of a term ANDed.

Ported from ``k8s.io/component-helpers/scheduling/corev1/nodeaffinity``. A term that is empty,
or that can't be parsed, matches no node; the controller ignores the parse error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsctl.domain.selectors import Operator, Requirement, SelectorError, requirement

_NODE_NAME = "metadata.name"
_PATH = (
    "spec.template.spec.affinity.nodeAffinity"
    ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
)
_OPERATORS = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
    "Gt": Operator.GREATER_THAN,
    "Lt": Operator.LESS_THAN,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """One matchExpressions or matchFields entry, and why it can't be used if it can't."""

    term: int
    index: int
    is_field: bool
    key: str
    operator: str
    values: tuple[str, ...]
    requirement: Requirement | None = None
    problem: str | None = None

    @property
    def path(self) -> str:
        """The field, as the API server writes it."""
        kind = "matchFields" if self.is_field else "matchExpressions"
        return f"{_PATH}[{self.term}].{kind}[{self.index}]"

    def value_on(self, name: str, labels: Mapping[str, str]) -> str | None:
        """What the node has for the key. Of fields only ``metadata.name`` is known."""
        if self.is_field:
            return name if self.key == _NODE_NAME else ""
        return labels.get(self.key)

    def allows(self, value: str | None) -> bool:
        """True when a node may have this value; never with a ``problem``."""
        return self.requirement is not None and self.requirement.allows(value)

    def __str__(self) -> str:
        if self.operator in ("Exists", "DoesNotExist"):
            return f"{self.key} {self.operator}"
        return f"{self.key} {self.operator} [{', '.join(self.values)}]"


@dataclass(frozen=True, slots=True)
class Term:
    """One nodeSelectorTerm; without any expression it matches no node."""

    index: int
    expressions: tuple[Expression, ...]


def required_terms(affinity: Mapping[str, Any] | None) -> tuple[Term, ...] | None:
    """The required node affinity terms of a pod spec's ``affinity``; None when it requires nothing.

    No terms at all, ``()``, match no node.
    """
    node_affinity = (affinity or {}).get("nodeAffinity") or {}
    selector = node_affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if selector is None:
        return None
    terms = selector.get("nodeSelectorTerms") or ()
    return tuple(_term(i, term or {}) for i, term in enumerate(terms))


def _term(index: int, term: Mapping[str, Any]) -> Term:
    labels = _expressions(index, term.get("matchExpressions") or (), is_field=False)
    fields = _expressions(index, term.get("matchFields") or (), is_field=True)
    return Term(index, (*labels, *fields))


def _expressions(
    term: int, entries: Sequence[Mapping[str, Any]], *, is_field: bool
) -> list[Expression]:
    found = []
    for index, entry in enumerate(entries):
        key, operator = entry.get("key") or "", entry.get("operator") or ""
        values = tuple(str(value) for value in entry.get("values") or ())
        compiled: Requirement | None = None
        problem: str | None = None
        try:
            compile_entry = _field_requirement if is_field else _label_requirement
            compiled = compile_entry(key, operator, values)
        except SelectorError as error:
            problem = str(error)
        found.append(Expression(term, index, is_field, key, operator, values, compiled, problem))
    return found


def _label_requirement(key: str, operator: str, values: tuple[str, ...]) -> Requirement:
    known = _OPERATORS.get(operator)
    if known is None:
        raise SelectorError(f"{operator!r} is no operator: use {', '.join(_OPERATORS)}")
    return requirement(key, known, values)


def _field_requirement(key: str, operator: str, values: tuple[str, ...]) -> Requirement:
    if operator not in ("In", "NotIn"):
        raise SelectorError(f"{operator!r} is no operator for a field: use In, NotIn")
    if len(values) != 1:
        raise SelectorError(f"{key!r}: a field takes exactly one value")
    return Requirement(key, _OPERATORS[operator], values)
