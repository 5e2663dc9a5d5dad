"""How a mutation operator finds its place in a manifest and changes it.

A path is dotted; ``*`` stands for any one item of a list. Two prefixes are short:
``pod`` for the pod template's spec and ``ctr`` for any container or init container.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Change = Callable[[dict[str, Any], Random, int], bool]

POD = "spec.template.spec"
_CONTAINERS = (f"{POD}.containers.*", f"{POD}.initContainers.*")


@dataclass(frozen=True, slots=True)
class Operator:
    """``change(manifest, random, variant)`` edits in place; False where it does not apply."""

    name: str
    variants: int
    change: Change

    def mutate(self, base: dict[str, Any], random: Random, variant: int) -> dict[str, Any] | None:
        """A changed copy of ``base``, or None."""
        obj = copy.deepcopy(base)
        return obj if self.change(obj, random, variant) else None


def put(name: str, path: str, *values: Any) -> Operator:
    """Set a field to one of ``values``; structs on the way are made where they are missing."""

    def change(obj: dict[str, Any], random: Random, variant: int) -> bool:
        parent, key = _pick(obj, path, random, create=True)
        if parent is None:
            return False
        parent[key] = copy.deepcopy(values[variant])
        return True

    return Operator(name, len(values), change)


def drop(name: str, *paths: str) -> Operator:
    """Remove a field that is there."""

    def change(obj: dict[str, Any], random: Random, variant: int) -> bool:
        parent, key = _pick(obj, paths[variant], random, create=False)
        if parent is None:
            return False
        del parent[key]
        return True

    return Operator(name, len(paths), change)


def append(name: str, path: str, *items: Any) -> Operator:
    """Add one of ``items`` to a list, which is made if it is missing."""

    def change(obj: dict[str, Any], random: Random, variant: int) -> bool:
        parent, key = _pick(obj, path, random, create=True)
        if parent is None:
            return False
        have = parent[key] if isinstance(parent, list) else parent.get(key)
        parent[key] = [*(have or []), copy.deepcopy(items[variant])]
        return True

    return Operator(name, len(items), change)


def repeat(name: str, *paths: str) -> Operator:
    """Repeat an item of a list that is there."""

    def change(obj: dict[str, Any], random: Random, variant: int) -> bool:
        parent, key = _pick(obj, paths[variant], random, create=False)
        if parent is None or not isinstance(parent[key], list) or not parent[key]:
            return False
        parent[key].append(copy.deepcopy(random.choice(parent[key])))
        return True

    return Operator(name, len(paths), change)


def merge(name: str, path: str, *values: dict[str, Any]) -> Operator:
    """Set several fields of one struct at once."""

    def change(obj: dict[str, Any], random: Random, variant: int) -> bool:
        parent, key = _pick(obj, path, random, create=True)
        if parent is None:
            return False
        have = parent[key] if isinstance(parent, list) else parent.get(key)
        parent[key] = {**(have or {}), **copy.deepcopy(values[variant])}
        return True

    return Operator(name, len(values), change)


def both(name: str, *pairs: tuple[Operator, Operator]) -> Operator:
    """Two changes that only together are wrong (or only together are right)."""

    def change(obj: dict[str, Any], random: Random, variant: int) -> bool:
        first, second = pairs[variant]
        return first.change(obj, random, 0) and second.change(obj, random, 0)

    return Operator(name, len(pairs), change)


def _pick(obj: dict[str, Any], path: str, random: Random, *, create: bool) -> tuple[Any, Any]:
    """Parent and key of one random place that matches, or (None, None)."""
    options = [path]
    if path == "ctr" or path.startswith("ctr."):
        options = [prefix + path.removeprefix("ctr") for prefix in _CONTAINERS]
    elif path == "pod" or path.startswith("pod."):
        options = [POD + path.removeprefix("pod")]
    # Most DaemonSets have no init container: prefer neither, take what there is.
    random.shuffle(options)
    for option in options:
        found = _find(obj, option.split("."), random, create=create)
        if found is not None:
            return found
    return None, None


def _find(node: Any, steps: Sequence[str], random: Random, *, create: bool) -> Any:
    step, rest = steps[0], steps[1:]
    if step == "*":
        if not isinstance(node, list) or not node:
            return None
        order = list(range(len(node)))
        random.shuffle(order)
        for index in order:
            if not rest:
                return node, index
            found = _find(node[index], rest, random, create=create)
            if found is not None:
                return found
        return None
    if not isinstance(node, dict):
        return None
    step = step.replace("~", ".")
    if not rest:
        return (node, step) if create or step in node else None
    if node.get(step) is None:
        if not create or rest[0] == "*":
            return None
        node[step] = {}
    return _find(node[step], rest, random, create=create)
