"""Lists taken apart: ``kind: List``, ``DaemonSetList`` and whatever else carries ``items``.

Ported from apimachinery ``unstructured/helpers.go`` (``detectList``, ``decodeToList``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: How an item is reached: ``("items", 0)``, or longer in a List of Lists.
Steps = tuple[str | int, ...]


def flatten(value: Any, steps: Steps = ()) -> Iterator[tuple[Any, Steps]]:
    """``value`` itself with no steps, or the objects in it where it is a list of objects.

    Items of a typed list that name neither kind nor apiVersion get those the list implies.
    """
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list):
        yield value, steps
        return
    for index, item in enumerate(items):
        yield from flatten(_typed(item, value), (*steps, "items", index))


def prefix(steps: Steps) -> str:
    """The path of an item in its file, as a prefix of the paths inside it."""
    return "".join(f"[{s}]." if isinstance(s, int) else s for s in steps)


def _typed(item: Any, outer: dict[str, Any]) -> Any:
    kind, api_version = outer.get("kind"), outer.get("apiVersion")
    if not isinstance(item, dict) or item.get("kind") or item.get("apiVersion"):
        return item
    if not isinstance(kind, str) or not kind.endswith("List") or kind == "List":
        return item
    return {**item, "kind": kind.removesuffix("List"), "apiVersion": api_version}
