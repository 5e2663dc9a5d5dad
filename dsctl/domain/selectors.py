"""Label selectors: kubectl's ``-l`` grammar and the API's LabelSelector objects.

Ported from ``k8s.io/apimachinery/pkg/labels`` (``Parse``, ``NewRequirement``,
``Requirement.Matches``) and ``pkg/apis/meta/v1`` (``LabelSelectorAsSelector``,
``FormatLabelSelector``). An absent LabelSelector matches nothing, an empty one everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.labels import key_problem, parse_int64, value_problem
from dsctl.domain.selector_syntax import Operator, SelectorError, read

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "Operator",
    "Requirement",
    "Selector",
    "SelectorError",
    "format_label_selector",
    "from_label_selector",
    "from_labels",
    "parse",
    "requirement",
]

_ONE_OF = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.IN})
_NONE_OF = frozenset({Operator.NOT_EQUALS, Operator.NOT_IN})
_COMPARE = frozenset({Operator.GREATER_THAN, Operator.LESS_THAN})
_UNARY = frozenset({Operator.EXISTS, Operator.DOES_NOT_EXIST})
_SYMBOLS = {
    Operator.GREATER_THAN: ">",
    Operator.LESS_THAN: "<",
    Operator.IN: " in ",
    Operator.NOT_IN: " notin ",
}
_LABEL_SELECTOR_OPERATORS = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label. ``values`` are sorted; an object may repeat one."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """True when ``labels`` satisfy it; NotIn and ``!=`` hold for an absent key too."""
        return self.allows(labels.get(self.key))

    def allows(self, value: str | None) -> bool:
        """True when the key may have this value; None is an absent key."""
        operator = self.operator
        if operator in _ONE_OF:
            return value is not None and value in self.values
        if operator in _NONE_OF:
            return value is None or value not in self.values
        if operator is Operator.EXISTS:
            return value is not None
        if operator is Operator.DOES_NOT_EXIST:
            return value is None
        return self._compares(value)

    def _compares(self, value: str | None) -> bool:
        have = None if value is None else parse_int64(value)
        want = parse_int64(self.values[0]) if len(self.values) == 1 else None
        if have is None or want is None:
            return False
        return have > want if self.operator is Operator.GREATER_THAN else have < want

    def __str__(self) -> str:
        if self.operator is Operator.EXISTS:
            return self.key
        if self.operator is Operator.DOES_NOT_EXIST:
            return "!" + self.key
        joined = ",".join(self.values)
        if self.operator in (Operator.IN, Operator.NOT_IN):
            joined = f"({joined})"
        return self.key + _SYMBOLS.get(self.operator, self.operator.value) + joined

    def describe(self) -> str:
        """The condition in words: ``zone is a or b``."""
        if self.operator in _UNARY:
            return f"{self.key} is {'set' if self.operator is Operator.EXISTS else 'not set'}"
        values = [value or '""' for value in self.values]
        words = {
            Operator.GREATER_THAN: "is above ",
            Operator.LESS_THAN: "is below ",
            Operator.NOT_EQUALS: "is not ",
            Operator.NOT_IN: "is not ",
        }
        return f"{self.key} {words.get(self.operator, 'is ')}{' or '.join(values)}"

    def plain(self) -> Requirement:
        """The same condition in one spelling: ``=`` and ``!=`` for one value, no repeats."""
        values = tuple(sorted(set(self.values)))
        operator = self.operator
        if operator in _ONE_OF:
            operator = Operator.EQUALS if len(values) == 1 else Operator.IN
        elif operator in _NONE_OF:
            operator = Operator.NOT_EQUALS if len(values) == 1 else Operator.NOT_IN
        return Requirement(self.key, operator, values)


@dataclass(frozen=True, slots=True)
class Selector:
    """Requirements that must all hold, sorted by key. ``nothing``: matches no object at all."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Mapping[str, str] | None) -> bool:
        """True when every requirement holds for ``labels`` (None is no labels)."""
        if self.nothing:
            return False
        have = labels or {}
        return all(requirement.matches(have) for requirement in self.requirements)

    @property
    def everything(self) -> bool:
        """True when it restricts nothing."""
        return not self.nothing and not self.requirements

    def __str__(self) -> str:
        """The canonical string; empty both for everything and for nothing, as upstream."""
        return ",".join(str(requirement) for requirement in self.requirements)

    def query(self) -> str | None:
        """The ``labelSelector`` query parameter. None: it selects nothing, so don't ask."""
        return None if self.nothing else str(self)

    def describe(self) -> str:
        """The whole selector in words, for people."""
        if self.nothing:
            return "nothing"
        if not self.requirements:
            return "everything"
        return " and ".join(requirement.describe() for requirement in self.requirements)

    def same_as(self, other: Selector) -> bool:
        """True when both hold the same conditions, however they are written or ordered."""
        if self.nothing or other.nothing:
            return self.nothing == other.nothing
        mine = {requirement.plain() for requirement in self.requirements}
        return mine == {requirement.plain() for requirement in other.requirements}


EVERYTHING = Selector()
NOTHING = Selector(nothing=True)


def requirement(
    key: str, operator: Operator, values: Iterable[str], position: int | None = None
) -> Requirement:
    """A checked Requirement (``labels.NewRequirement``). Raises SelectorError."""
    listed = list(values)
    if not all(isinstance(item, str) for item in [key, *listed]):
        raise SelectorError(f"{key!r}: keys and values of a selector are strings", position)
    kept = tuple(sorted(listed))
    problem = (
        key_problem(key)
        or _count_problem(operator, kept)
        or next((text for value in kept if (text := value_problem(value))), None)
    )
    if problem:
        raise SelectorError(f"{key!r}: {problem}", position)
    return Requirement(key, operator, kept)


def _count_problem(operator: Operator, values: tuple[str, ...]) -> str | None:
    if operator in _UNARY:
        return "exists and does not exist take no values" if values else None
    if operator in (Operator.IN, Operator.NOT_IN):
        return None if values else "for 'in', 'notin' operators, values set can't be empty"
    if len(values) != 1:
        return f"operator {operator.value.capitalize()} takes exactly one value"
    if operator in _COMPARE and parse_int64(values[0]) is None:
        return f"for 'Gt', 'Lt' operators, the value must be an integer, not {values[0]!r}"
    return None


def from_requirements(requirements: Iterable[Requirement]) -> Selector:
    """A Selector of these requirements, in the canonical order."""
    return Selector(tuple(sorted(requirements, key=lambda item: item.key)))


def from_labels(labels: Mapping[str, str] | None) -> Selector:
    """Exactly these labels (``SelectorFromSet``): unchecked; none at all matches everything."""
    pairs = (labels or {}).items()
    return from_requirements(Requirement(k, Operator.EQUALS, (v,)) for k, v in pairs)


def from_label_selector(selector: Mapping[str, Any] | None) -> Selector:
    """The Selector of a LabelSelector object. Raises SelectorError for a bad operator or value."""
    if selector is None:
        return NOTHING
    found = [
        requirement(key, Operator.EQUALS, [value or ""])
        for key, value in (selector.get("matchLabels") or {}).items()
    ]
    for expression in selector.get("matchExpressions") or ():
        name = expression.get("operator", "")
        operator = _LABEL_SELECTOR_OPERATORS.get(name)
        if operator is None:
            raise SelectorError(f'"{name}" is not a valid label selector operator')
        found.append(
            requirement(expression.get("key", ""), operator, expression.get("values") or ())
        )
    return from_requirements(found)


def format_label_selector(selector: Mapping[str, Any] | None) -> str:
    """A LabelSelector as kubectl prints it: ``<none>`` for none, ``<error>`` for an invalid one."""
    try:
        return str(from_label_selector(selector)) or "<none>"
    except SelectorError:
        return "<error>"


def parse(text: str) -> Selector:
    """The Selector of a ``-l`` string (``labels.Parse``); empty text matches everything.

    Raises SelectorError with the position of the offending word.
    """
    return from_requirements(requirement(*condition) for condition in read(text))
