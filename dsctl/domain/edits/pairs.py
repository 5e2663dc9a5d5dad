"""``KEY=VALUE`` and ``KEY-`` after the names, as kubectl tells them apart.

Ported from ``GetResourcesAndPairs`` and ``ParsePairs`` (kubectl ``cmd/util/helpers.go``) and from
``parseLabels`` and ``parseAnnotations`` (``cmd/label``, ``cmd/annotate``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dsctl.domain.validation.names import label_value, qualified_name
from dsctl.errors import UsageError


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is set, and what is removed."""

    new: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.removed)


def split(words: Iterable[str], what: str) -> tuple[list[str], list[str]]:
    """The names, and the pairs that follow them. Raises UsageError for a name after a pair."""
    names: list[str] = []
    pairs: list[str] = []
    for word in words:
        if ("=" in word and word[0] != "=") or (word.endswith("-") and word != "-"):
            pairs.append(word)
        elif pairs:
            raise UsageError(f"all resources must be specified before {what} changes: {word}")
        else:
            names.append(word)
    return names, pairs


def assignments(pairs: Iterable[str], what: str, *, removal: bool) -> Pairs:
    """Read ``KEY=VALUE``, and ``KEY-`` where ``removal`` makes sense. Raises UsageError."""
    new: dict[str, str] = {}
    removed: list[str] = []
    invalid: list[str] = []
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if equals and key:
            new[key] = value
        elif removal and pair.endswith("-") and pair != "-":
            removed.append(pair[:-1])
        else:
            invalid.append(pair)
    if invalid:
        raise UsageError(f"invalid {what} format: {', '.join(invalid)}")
    return Pairs(new, tuple(removed))


def read_labels(pairs: Iterable[str]) -> Pairs:
    """Read what ``label`` is given. Raises UsageError for a label that the server would refuse."""
    new: dict[str, str] = {}
    removed: list[str] = []
    for pair in pairs:
        if "=" in pair:
            key, _, value = pair.partition("=")
            if "=" in value:
                raise UsageError(f"invalid label spec: {pair}")
            if problems := label_value(value):
                raise UsageError(f'invalid label value: "{pair}": {";".join(problems)}')
            _refuse_key(key, "label", qualified_name(key))
            new[key] = value
        elif pair.endswith("-"):
            removed.append(pair[:-1])
        else:
            raise UsageError(f"unknown label spec: {pair}")
    if set(new) & set(removed):
        raise UsageError("can not both modify and remove a label in the same command")
    return Pairs(new, tuple(removed))


def read_annotations(pairs: Iterable[str]) -> Pairs:
    """Read what ``annotate`` is given. Raises UsageError."""
    found = assignments(pairs, "annotation", removal=True)
    both = [key for key in found.removed if key in found.new]
    if both:
        raise UsageError(
            "can not both modify and remove the following annotation(s) in the same command: "
            + ", ".join(both)
        )
    for key in found.new:
        _refuse_key(key, "annotation", qualified_name(key.lower()))
    return found


def _refuse_key(key: str, what: str, problems: Iterable[str]) -> None:
    """The server would say so too, but for each DaemonSet, and not in a dry run of the client."""
    if said := "; ".join(problems):
        raise UsageError(f'metadata.{what}s: Invalid value: "{key}": {said}')
