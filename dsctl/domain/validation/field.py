"""The collector every rule reports to, and the message forms of the API server.

``path`` is the server's own field path, ``message`` what ``field.Error.ErrorBody`` renders
(apimachinery pkg/util/validation/field/errors.go): the kind of error, the bad value, the detail.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dsctl.domain.findings import Severity


@dataclass(frozen=True, slots=True)
class Problem:
    """One result of a rule: what is wrong where, and what to do about it if dsctl knows.

    ``path`` is the server's, which is odd in places: some lack an index or name no field of the
    document. ``place`` is then the path of what the user must change; None where both agree.
    """

    severity: Severity
    rule: str
    path: str
    message: str
    hint: str | None = None
    place: str | None = None


_ESCAPES = {
    7: "\\a",
    8: "\\b",
    9: "\\t",
    10: "\\n",
    11: "\\v",
    12: "\\f",
    13: "\\r",
    34: '\\"',
    92: "\\\\",
}


def quoted(value: str) -> str:
    """``value`` as Go's ``%q`` prints it."""
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return '"' + "".join(map(_quoted_char, value)) + '"'


def _quoted_char(char: str) -> str:
    code = ord(char)
    if code in _ESCAPES:
        return _ESCAPES[code]
    if char.isprintable():
        return char
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shown(value: object) -> str:
    """``value`` as a field error shows it: strings quoted, the rest as compact JSON."""
    if isinstance(value, str):
        return quoted(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)


class Report:
    """Collects the problems of one object; ``on`` tells which feature gates hold."""

    __slots__ = ("gates", "problems", "version")

    def __init__(self, version: tuple[int, int], gates: frozenset[str]) -> None:
        self.version = version
        self.gates = gates
        self.problems: list[Problem] = []

    def on(self, gate: str) -> bool:
        """Whether this feature gate is on by default in the version checked against."""
        return gate in self.gates

    def add(self, rule: str, path: str, message: str) -> None:
        """An error with a message of its own."""
        self.problems.append(Problem(Severity.ERROR, rule, path, message))

    def required(self, rule: str, path: str, detail: str = "") -> None:
        """``Required value``."""
        self.add(rule, path, f"Required value: {detail}" if detail else "Required value")

    def invalid(
        self, rule: str, path: str, value: object, detail: str, at: str | None = None
    ) -> None:
        """``Invalid value``, once."""
        self.add(rule, path, f"Invalid value: {shown(value)}: {detail}")

    def invalid_each(
        self, rule: str, path: str, value: object, details: Iterable[str], at: str | None = None
    ) -> None:
        """``Invalid value`` for each message that a name check returned."""
        for detail in details:
            self.add(rule, path, f"Invalid value: {shown(value)}: {detail}")

    def unsupported(
        self, rule: str, path: str, value: object, supported: Sequence[str], at: str | None = None
    ) -> None:
        """``Unsupported value``, with the values that are supported."""
        valid = ", ".join(map(quoted, supported))
        message = f"Unsupported value: {shown(value)}: supported values: {valid}"
        self.add(rule, path, message)

    def duplicate(self, rule: str, path: str, value: object) -> None:
        """``Duplicate value``."""
        self.add(rule, path, f"Duplicate value: {shown(value)}")

    def not_found(self, rule: str, path: str, value: object, detail: str = "") -> None:
        """``Not found``: a reference to nothing."""
        tail = f": {detail}" if detail else ""
        self.add(rule, path, f"Not found: {shown(value)}{tail}")

    def forbidden(self, rule: str, path: str, detail: str) -> None:
        """``Forbidden``: valid alone, but not here."""
        self.add(rule, path, f"Forbidden: {detail}")

    def too_long(self, rule: str, path: str, limit: int) -> None:
        """``Too long``, in bytes."""
        self.add(rule, path, f"Too long: may not be more than {limit} bytes")

    def too_many(self, rule: str, path: str, actual: int, limit: int) -> None:
        """``Too many`` items."""
        self.add(rule, path, f"Too many: {actual}: must have at most {limit} items")

    def nonnegative(self, rule: str, path: str, value: int | None) -> None:
        """ValidateNonnegativeField."""
        if value is not None and value < 0:
            self.invalid(rule, path, value, "must be greater than or equal to 0")

    def in_range(self, rule: str, path: str, value: int, low: int, high: int) -> None:
        """InclusiveRangeError of IsInRange."""
        if not low <= value <= high:
            self.invalid(rule, path, value, f"must be between {low} and {high}, inclusive")

    def moved(self, path: str, place: str) -> _Moved:
        """Problems found within it at or below the server's ``path`` are really at ``place``."""
        return _Moved(self.problems, path, place)


class _Moved:
    """A context manager of its own, since it is entered for every volume, mount and request."""

    __slots__ = ("path", "place", "problems", "start")

    def __init__(self, problems: list[Problem], path: str, place: str) -> None:
        self.problems = problems
        self.path = path
        self.place = place
        self.start = 0

    def __enter__(self) -> None:
        self.start = len(self.problems)

    def __exit__(self, *_: object) -> None:
        for index in range(self.start, len(self.problems)):
            problem = self.problems[index]
            where = problem.place or problem.path
            if where.startswith(self.path):
                moved = self.place + where[len(self.path) :]
                self.problems[index] = replace(problem, place=moved)


def each(parent: dict[str, Any], key: str) -> Iterable[tuple[int, Any]]:
    """Index and item of a decoded list; an item of a wrong type is skipped, its index kept."""
    values = parent.get(key)
    if not values:
        return ()
    return [(index, item) for index, item in enumerate(values) if item is not None]


_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


def containers_of(pod: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every container with its path, in the order of VisitContainersWithPath."""
    for key in _CONTAINERS:
        for index, container in each(pod, key):
            yield container, f"{path}.{key}[{index}]"
