"""What a field that nobody knows was likely meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from dsctl.manifests.schema import PREFIX, Version, load

#: Fields of other workloads that people carry over, and what a DaemonSet has instead.
_ELSEWHERE = {
    "spec.replicas": "a DaemonSet runs one pod on every eligible node; remove it",
    "spec.serviceName": "only a StatefulSet has it; remove it",
    "spec.volumeClaimTemplates": "only a StatefulSet has it; use spec.template.spec.volumes",
    "spec.progressDeadlineSeconds": "only a Deployment has it; remove it",
    "spec.paused": "only a Deployment has it; dsctl suspend holds a DaemonSet",
    "spec.templateGeneration": "it went away with extensions/v1beta1; remove it",
    "spec.strategy": "a DaemonSet has spec.updateStrategy",
}


def suggest(path: str, key: str, known: Iterable[str], version: Version) -> str | None:
    """A hint for the unknown ``key`` of the object at ``path``, whose fields are ``known``."""
    full = f"{path}.{key}" if path else key
    if full in _ELSEWHERE:
        return _ELSEWHERE[full]
    if path.endswith(".resources") and key in ("cpu", "memory", "ephemeral-storage"):
        return f"{key} belongs under limits or requests"
    names = list(known)
    for name in names:
        if name.lower() == key.lower().replace("_", "").replace("-", ""):
            return f"did you mean {name}?"
    from difflib import get_close_matches

    near = get_close_matches(key, names, 1, 0.85)
    place = None if near else _place(path, key, version)
    if place:
        return f"{key} belongs under {place}"
    near += get_close_matches(key, names, 1, 0.7)
    near += sorted(name for name in names if name.lower().endswith(key.lower()))
    return f"did you mean {near[0]}?" if near else None


def _place(path: str, key: str, version: Version) -> str | None:
    """Where a field of this name stands: the place nearest to ``path``, if there is one."""
    import re

    here = re.sub(r"\[[^]]*\]", "[]", path)
    places = [place for place in _places(version).get(key, ()) if place != here]
    near = [p for p in places if p.startswith(here) or here.startswith(p)]
    if not near:
        return None
    best = min(near, key=lambda p: (abs(len(p.split(".")) - len(here.split("."))), len(p)))
    return best if abs(best.count(".") - here.count(".")) <= 2 else None


@cache
def _places(version: Version) -> dict[str, tuple[str, ...]]:
    """For each name of a field, the objects that have it: paths with ``[]`` for an item."""
    found: dict[str, list[str]] = {}
    schema = load(version)
    for path, fields in _structs(schema["$ref"], "", schema["$defs"], ()):
        for field in fields:
            found.setdefault(field, []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}


def _structs(
    reference: str, path: str, defs: dict[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    fields = defs[reference.removeprefix(PREFIX)].get("properties")
    if fields is None or reference in above or path.count(".") > 5:
        return
    yield path, fields
    for name, node in fields.items():
        below = f"{path}.{name}" if path else name
        if "items" in node:
            node, below = node["items"], f"{below}[]"
        if "$ref" in node:
            yield from _structs(node["$ref"], below, defs, (*above, reference))
