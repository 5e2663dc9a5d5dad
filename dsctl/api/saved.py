"""A saved answer of an API server: ``kubectl get nodes,pods -A -o json > FILE``.

Read as the lists that come over the wire are, cut down to the fields that dsctl reads; a fleet's
pods are tens of megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypedDict

import msgspec

from dsctl.api.shapes import Node, Pod
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

    Nodes and pods are cut down to ``shapes``. Raises UsageError for text that is no JSON, cut
    off, or no Kubernetes object, and for a node or a pod that has another shape.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")  # PowerShell's UTF-8
    try:
        yield from _objects(data, source)
    except msgspec.ValidationError:
        raise UsageError(f"{source} holds no Kubernetes object", hint=_HINT) from None
    except RecursionError:
        raise UsageError(f"{source} is nested too deeply", hint=_HINT) from None
    except UnicodeDecodeError:
        raise UsageError(f"{source} is not UTF-8", hint=_HINT) from None
    except msgspec.DecodeError as error:
        raise _broken(data, source, str(error)) from None


def shaped(value: Any, kind: str, source: str) -> dict[str, Any]:
    """A Node or a Pod out of decoded YAML, cut down as ``objects`` does. Raises UsageError."""
    try:
        found: dict[str, Any] = msgspec.convert(value, _SHAPES[kind])
    except msgspec.ValidationError as error:
        raise _misshapen(value, kind, source, error) from None
    return found


def _objects(data: bytes, source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    outer = msgspec.json.decode(data, type=_Outer)
    kind = outer.get("kind", "")
    if "items" not in outer:
        yield kind, _decoded(data, kind, source)
        return
    tag = msgspec.json.Decoder(_Tag)
    of_items = kind.removesuffix("List")
    for raw in outer["items"] or ():
        own = tag.decode(raw).get("kind") or of_items
        yield own, _decoded(raw, own, source)


def _decoded(data: Any, kind: str, source: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.json.decode(data, type=_SHAPES.get(kind, dict))
    except msgspec.ValidationError as error:
        raise _misshapen(msgspec.json.decode(data), kind, source, error) from None
    return found


def _misshapen(value: Any, kind: str, source: str, error: Exception) -> UsageError:
    """``nodes.json: node "n1" is not as the API writes it: Expected … - at $.spec.taints``."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    named = f" {name!r}" if isinstance(name, str) else ""
    why = str(error).replace("`", "").replace(" - at $.", " at ")
    return UsageError(f"{source}: {kind.lower()}{named} is not as the API writes it: {why}")


def _broken(data: bytes, source: str, why: str) -> UsageError:
    text = data.lstrip()
    if not text:
        return UsageError(f"{source} is empty", hint=_HINT)
    if text[:1] not in (b"{", b"["):
        return UsageError(f"{source} is not JSON", hint=_HINT)
    if "truncated" in why:
        return UsageError(f"{source} is cut off: the JSON does not end", hint=_HINT)
    return UsageError(f"{source} is broken JSON: {why}", hint=_HINT)
