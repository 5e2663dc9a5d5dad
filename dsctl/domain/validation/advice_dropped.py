"""Fields that the server drops without a word, since their feature gate is off by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from dsctl.domain.findings import Severity
from dsctl.domain.validation.features import DROPPED, GATED, gates
from dsctl.domain.validation.field import Problem
from dsctl.domain.validation.shapes import SHAPES

NAME = "field-dropped"
SUMMARY = "The server drops a field whose feature gate is off, and says nothing about it."
REMEDY = "Remove the field, unless the cluster has the gate turned on."


def dropped_fields(obj: object, version: tuple[int, int]) -> list[Problem]:
    """A warning for each such field of the object as it is written."""
    shown = f"{version[0]}.{version[1]}"
    return [
        Problem(
            Severity.WARNING,
            NAME,
            path,
            f"the server drops it: the feature gate {gate} is off by default in {shown}",
            REMEDY,
        )
        for path, gate in _plan(version).walk(obj, "DaemonSet", "")
    ]


class _Plan:
    """Where to look: by struct, the dropped fields with their gates, and the structs below."""

    def __init__(self, version: tuple[int, int]) -> None:
        on = gates(version)
        self.dropped: dict[str, dict[str, str]] = {}
        for struct, field, gate in (*DROPPED, *GATED):
            if gate not in on:
                self.dropped.setdefault(struct, {})[field] = gate
        self.below: dict[str, dict[str, str]] = {}
        self._explore("DaemonSet")

    def _explore(self, shape: str) -> bool:
        """Whether a dropped field can be in this struct or below; only such are looked into."""
        if shape not in self.below:
            self.below[shape] = {}
            fields = SHAPES["Container" if shape == "EphemeralContainer" else shape]
            for field in fields.split():
                name, _, code = field.partition(":")
                inner = code.removeprefix("[")
                if inner in SHAPES and self._explore(inner):
                    self.below[shape][name] = inner
            if shape == "EphemeralContainer" and "Container" in self.dropped:
                self.dropped[shape] = self.dropped["Container"]
        return bool(self.below[shape]) or shape in self.dropped

    def walk(self, value: object, shape: str, path: str) -> Iterator[tuple[str, str]]:
        """Path and gate of each dropped field that is written."""
        if not isinstance(value, Mapping):
            return
        dropped, below = self.dropped.get(shape, _NONE), self.below[shape]
        for key, item in value.items():
            if key in dropped and item is not None:
                yield f"{path}{key}", dropped[key]
            if key not in below:
                continue
            if isinstance(item, list):
                for index, each in enumerate(item):
                    yield from self.walk(each, below[key], f"{path}{key}[{index}].")
            else:
                yield from self.walk(item, below[key], f"{path}{key}.")


_NONE: dict[str, str] = {}


@cache
def _plan(version: tuple[int, int]) -> _Plan:
    return _Plan(version)
