"""What differs between two objects, field by field: for ``diff``, ``rollout diff`` and plans.

Paths are written as the API server writes them. Items of a list that have names (containers, env,
volumes) are compared by name, others by what stands between what is equal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

#: fields whose keys are the user's own: ``labels[app]``, not ``labels.app``
_MAPS = frozenset(
    "labels annotations nodeSelector matchLabels limits requests overhead volumeAttributes "
    "options sysctls data".split()
)


class Op(StrEnum):
    """What happened to a field, in the words of a JSON patch."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Change:
    """One field. An index in ``path`` counts in the old list for REMOVE, else in the new one."""

    op: Op
    path: str
    old: Any
    new: Any

    def to_dict(self) -> dict[str, Any]:
        """The change as ``DiffReport`` has it."""
        return {"op": self.op.value, "path": self.path, "old": self.old, "new": self.new}


def changes(old: Any, new: Any, path: str = "") -> tuple[Change, ...]:
    """Every difference, in the order of the fields' names; null counts as absent.

    ``path``: where the two stand, such as ``spec.template``.
    """
    return tuple(_compared(old, new, path))


def _compared(old: Any, new: Any, path: str) -> Iterator[Change]:
    if old is None or new is None:
        if old is not None:
            yield Change(Op.REMOVE, path, old, None)
        elif new is not None:
            yield Change(Op.ADD, path, None, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from _compared(old.get(key), new.get(key), _at_key(path, key))
    elif _is_list(old) and _is_list(new):
        yield from _lists(old, new, path)
    elif old != new or type(old) is not type(new):
        yield Change(Op.REPLACE, path, old, new)


def _lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    if before is None or after is None:
        yield from _in_sequence(old, new, path)
        return
    if [name for name in before if name in after] != [name for name in after if name in before]:
        # Their order is a difference too, and no index tells it.
        yield Change(Op.REPLACE, path, old, new)
        return
    for name, index in before.items():
        if name not in after:
            yield Change(Op.REMOVE, f"{path}[{index}]", old[index], None)
    for name, index in after.items():
        earlier = old[before[name]] if name in before else None
        yield from _compared(earlier, new[index], f"{path}[{index}]")


def _in_sequence(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Change]:
    matcher = SequenceMatcher(None, [_text(v) for v in old], [_text(v) for v in new], False)
    for _, i, i_end, j, j_end in matcher.get_opcodes():
        paired = min(i_end - i, j_end - j)
        for n in range(paired):
            yield from _compared(old[i + n], new[j + n], f"{path}[{j + n}]")
        for n in range(i + paired, i_end):
            yield Change(Op.REMOVE, f"{path}[{n}]", old[n], None)
        for n in range(j + paired, j_end):
            yield Change(Op.ADD, f"{path}[{n}]", None, new[n])


def _by_name(items: Sequence[Any]) -> dict[str, int] | None:
    """Index by name; None where not every item has a name of its own."""
    found: dict[str, int] = {}
    for index, item in enumerate(items):
        name = item.get("name") if isinstance(item, Mapping) else None
        if not isinstance(name, str) or name in found:
            return None
        found[name] = index
    return found


def _at_key(path: str, key: str) -> str:
    if path.rpartition(".")[2] in _MAPS:
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
