"""The mutants: every variant of every operator, on bases it applies to, always the same ones."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.cluster.mutators import (
    containers,
    decoding,
    environment,
    metadata,
    mounts,
    network,
    projections,
    resources,
    scheduling,
    security,
    sources,
    texts,
    volumes,
)
from tests.cluster.mutators.engine import Operator

SEED = 20260
_AREAS = (
    metadata,
    containers,
    environment,
    resources,
    volumes,
    sources,
    projections,
    mounts,
    security,
    network,
    scheduling,
    decoding,
)
OPERATORS: list[Operator] = [operator for area in _AREAS for operator in area.OPERATORS]


@dataclass(frozen=True, slots=True)
class Case:
    """One manifest to judge: its name tells how it came about."""

    name: str
    text: bytes


@functools.cache
def base_texts() -> dict[str, str]:
    """The valid DaemonSets that are mutated, by name."""
    found = sorted((Path(__file__).parent / "bases").glob("*.yaml"))
    return {path.stem: path.read_text() for path in found}


@functools.cache
def bases() -> dict[str, dict[str, Any]]:
    """The same as data."""
    return {name: yaml.safe_load(text) for name, text in base_texts().items()}


def mutants(each: int = 1, seed: int = SEED) -> Iterator[Case]:
    """``each`` mutants, on different bases, of every variant of every operator."""
    for operator in OPERATORS:
        for variant in range(operator.variants):
            random = Random(f"{seed} {operator.name} {variant}")
            names = list(bases())
            random.shuffle(names)
            made = 0
            for name in names:
                obj = operator.mutate(bases()[name], random, variant)
                if obj is not None:
                    yield Case(f"{operator.name}#{variant} on {name}", to_yaml(obj))
                    made += 1
                if made == each:
                    break


def edited(seed: int = SEED) -> Iterator[Case]:
    """One mutant of every edit of the text, on a base in which it finds its place."""
    for edit in texts.EDITS:
        random = Random(f"{seed} {edit.name}")
        names = list(base_texts())
        random.shuffle(names)
        for name in names:
            text = edit.apply(base_texts()[name])
            if text is not None:
                yield Case(f"text {edit.name!r} on {name}", text.encode())
                break


class _Dumper(yaml.CSafeDumper):
    """Every string is quoted, so that YAML can't read anything else into it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Repeat what occurs twice."""
        return True


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def to_yaml(obj: dict[str, Any]) -> bytes:
    """The text of an object."""
    text: str = yaml.dump(obj, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return text.encode()


def pairs(count: int, seed: int = SEED) -> Iterator[Case]:
    """``count`` manifests with two random mutations each."""
    random = Random(f"{seed} pairs")
    names = list(bases())
    for _ in range(count):
        base = random.choice(names)
        obj: dict[str, Any] | None = bases()[base]
        applied = []
        while len(applied) < 2:
            operator = random.choice(OPERATORS)
            variant = random.randrange(operator.variants)
            changed = operator.mutate(obj, random, variant) if obj is not None else None
            if changed is not None:
                obj = changed
                applied.append(f"{operator.name}#{variant}")
        if obj is not None:
            yield Case(f"{' + '.join(applied)} on {base}", to_yaml(obj))
