"""Nodes as they would be: labels, taints and cordons changed, nodes added, on paper only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsctl.domain import nodes as node_of
from dsctl.domain.labels import key_problem, value_problem
from dsctl.domain.taints import NO_EXECUTE, NO_SCHEDULE, PREFER_NO_SCHEDULE, UNSCHEDULABLE

Object = Mapping[str, Any]

_EFFECTS = (NO_SCHEDULE, PREFER_NO_SCHEDULE, NO_EXECUTE)


class EditError(ValueError):
    """An edit that can't be read; the message says how it is written."""


@dataclass(frozen=True, slots=True)
class LabelEdit:
    """Set a label, or with ``value`` None take it away."""

    node: str
    key: str
    value: str | None

    def apply(self, node: dict[str, Any]) -> None:
        """Change the Node object in place."""
        labels = dict(node_of.labels(node))
        if self.value is None:
            labels.pop(self.key, None)
        else:
            labels[self.key] = self.value
        node["metadata"] = {**(node.get("metadata") or {}), "labels": labels}


@dataclass(frozen=True, slots=True)
class TaintEdit:
    """Set a taint, or take it away: ``effect`` empty then means all of the key."""

    node: str
    key: str
    value: str
    effect: str
    remove: bool = False

    def apply(self, node: dict[str, Any]) -> None:
        """Change the Node object in place. As in the API, key and effect identify a taint."""
        spec = dict(node.get("spec") or {})
        taints = [t for t in spec.get("taints") or () if not self._is(t)]
        if not self.remove:
            taint = {"key": self.key, "effect": self.effect}
            taints.append({**taint, "value": self.value} if self.value else taint)
        node["spec"] = {**spec, "taints": taints}

    def _is(self, taint: Mapping[str, Any]) -> bool:
        same_effect = taint.get("effect") == self.effect or (self.remove and not self.effect)
        return taint.get("key") == self.key and same_effect


@dataclass(frozen=True, slots=True)
class CordonEdit:
    """Cordon a node, with the taint that the node controller then adds."""

    node: str

    def apply(self, node: dict[str, Any]) -> None:
        """Change the Node object in place."""
        TaintEdit(self.node, UNSCHEDULABLE, "", NO_SCHEDULE).apply(node)
        node["spec"] = {**node["spec"], "unschedulable": True}


Edit = LabelEdit | TaintEdit | CordonEdit


@dataclass(frozen=True, slots=True)
class Edits:
    """All that a command line changes on paper. ``added`` are whole Node objects."""

    edits: tuple[Edit, ...] = ()
    added: tuple[Object, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.edits or self.added)

    @property
    def nodes(self) -> list[str]:
        """The nodes that are changed or added, each once."""
        names = [edit.node for edit in self.edits]
        return list(dict.fromkeys([*names, *map(node_of.name, self.added)]))

    @property
    def edited(self) -> list[str]:
        """The nodes that are changed and must be there, each once."""
        added = {node_of.name(node) for node in self.added}
        return list(dict.fromkeys(edit.node for edit in self.edits if edit.node not in added))

    def unknown(self, nodes: Iterable[Object]) -> list[str]:
        """The nodes that are to be changed and are neither among ``nodes`` nor added."""
        known = {node_of.name(node) for node in [*nodes, *self.added]}
        return [name for name in self.nodes if name not in known]

    def apply(self, nodes: Sequence[Object]) -> list[Object]:
        """The nodes with the edits, in order; the given objects stay as they are.

        An added node takes the place of one of its name.
        """
        found = {node_of.name(node): node for node in [*nodes, *self.added]}
        for edit in self.edits:
            if edit.node in found:
                changed = dict(found[edit.node])
                edit.apply(changed)
                found[edit.node] = changed
        return list(found.values())


NO_EDITS = Edits()


def label(text: str) -> LabelEdit:
    """Read ``NODE=key=value``. Raises EditError."""
    parts = text.split("=", 2)
    if len(parts) != 3 or not parts[0] or not parts[1]:
        raise EditError(f"{text!r} is not NODE=key=value")
    _check(text, *parts[1:])
    return LabelEdit(*parts)


def unlabel(text: str) -> LabelEdit:
    """Read ``NODE=key``. Raises EditError."""
    node, _, key = text.partition("=")
    if not node or not key or "=" in key:
        raise EditError(f"{text!r} is not NODE=key")
    _check(text, key)
    return LabelEdit(node, key, None)


def taint(text: str) -> TaintEdit:
    """Read ``NODE=key=value:Effect`` or ``NODE=key:Effect``; with ``-`` after it, taken away.

    ``NODE=key-`` takes away all taints of the key, as ``kubectl taint`` does. Raises EditError.
    """
    node, _, rest = text.partition("=")
    remove = rest.endswith("-")
    rest = rest.removesuffix("-")
    pair, colon, effect = rest.rpartition(":")
    if not colon:
        pair, effect = rest, ""
    key, _, value = pair.partition("=")
    if not node or not key or (not effect and not remove):
        raise EditError(f"{text!r} is not NODE=key=value:Effect")
    if effect and effect not in _EFFECTS:
        raise EditError(f"{effect!r} is no effect: use {', '.join(_EFFECTS)}")
    _check(text, key, value)
    return TaintEdit(node, key, value, effect, remove)


def _check(text: str, key: str, value: str = "") -> None:
    """Raise EditError for what no node can have: taints take what labels take."""
    problem = key_problem(key) or value_problem(value)
    if problem is not None:
        raise EditError(f"{text!r}: {problem}")
