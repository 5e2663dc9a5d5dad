"""A saved answer of an API server: ``kubectl get nodes,pods -A -o json > FILE``.

Read as the lists that come over the wire are, cut down to the fields that dsctl reads; a fleet's
pods are tens of megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypedDict

import msgspec

from dsctl.api.slim import Node, Pod
from dsctl.errors import UsageError

_HINT = "make it with: kubectl get nodes,pods -A -o json > FILE"
_SHAPES: dict[str, type[Any]] = {"Node": Node, "Pod": Pod}


class _Outer(TypedDict, total=False):
    kind: str
    items: list[msgspec.Raw] | None


class _Tag(TypedDict, total=False):
    kind: str


def objects(data: bytes, source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The kind and the object of each item of a List, or of the one object that ``data`` is.

    Raises UsageError for text that is no JSON, cut off, or no Kubernetes object.
    """
    try:
        outer = msgspec.json.decode(data, type=_Outer)
    except msgspec.ValidationError:
        raise UsageError(f"{source} holds no Kubernetes object", hint=_HINT) from None
    except msgspec.DecodeError as error:
        raise _broken(data, source, str(error)) from None
    kind = outer.get("kind", "")
    if "items" not in outer:
        yield kind, _decoded(data, kind)
        return
    tag = msgspec.json.Decoder(_Tag)
    of_items = kind.removesuffix("List")
    for raw in outer["items"] or ():
        try:
            own = tag.decode(raw).get("kind") or of_items
        except msgspec.ValidationError:
            raise UsageError(f"{source} holds no Kubernetes objects", hint=_HINT) from None
        yield own, _decoded(raw, own)


def _decoded(data: Any, kind: str) -> dict[str, Any]:
    shape = _SHAPES.get(kind)
    try:
        found = msgspec.json.decode(data, type=shape or dict)
    except msgspec.ValidationError:
        found = msgspec.json.decode(data)  # an API that has other types than we know
    return found if isinstance(found, dict) else {}


def _broken(data: bytes, source: str, why: str) -> UsageError:
    text = data.lstrip()
    if not text:
        return UsageError(f"{source} is empty", hint=_HINT)
    if text[:1] not in (b"{", b"["):
        return UsageError(f"{source} is not JSON", hint=_HINT)
    if "truncated" in why:
        return UsageError(f"{source} is cut off: the JSON does not end", hint=_HINT)
    return UsageError(f"{source} is broken JSON: {why}", hint=_HINT)
