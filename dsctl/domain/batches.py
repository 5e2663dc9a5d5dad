"""What the user of a staged rollout wants: batches, a budget, which nodes, how long to soak."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dsctl.domain.labels import parse_int64
from dsctl.domain.strategy import limits, paused_strategy, scaled

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """One target: a number of nodes, or a percentage of all of them, as the user wrote it."""

    text: str
    value: int | str

    def target(self, desired: int) -> int:
        """How many nodes shall be updated when it is done; percentages round up."""
        return min(scaled(self.value, desired), desired)


def parse_batches(text: str) -> tuple[Batch, ...]:
    """Read ``1,10%,50%,100%``. Raises ValueError, in words for the user."""
    found = tuple(_batch(part.strip()) for part in text.split(","))
    for earlier, later in itertools.pairwise(found):
        # A number and a percentage can be compared only once the number of nodes is known.
        comparable = isinstance(earlier.value, int) == isinstance(later.value, int)
        if comparable and _number(later) < _number(earlier):
            raise ValueError(f"batches are cumulative, and {later.text} comes after {earlier.text}")
    return found


def _batch(text: str) -> Batch:
    percent = text.endswith("%")
    number = parse_int64(text.removesuffix("%"))
    if number is None:
        raise ValueError(f"{text!r} is neither a number of nodes nor a percentage")
    if number < 1:
        raise ValueError(f"{text!r} updates no node: a batch is 1 or more, or 1% or more")
    if percent and number > 100:
        raise ValueError(f"{text!r} is more than all nodes: the most is 100%")
    return Batch(text, f"{number}%" if percent else number)


def _number(batch: Batch) -> int:
    return batch.value if isinstance(batch.value, int) else int(batch.value.removesuffix("%"))


def budget(daemonset: Object, asked: int | str | None, desired: int) -> int:
    """How many nodes may be without an available pod: ``asked``, else its own maxUnavailable.

    That of the kept strategy where it is paused, 1 with OnDelete; at least 1, since a pod is
    deleted before the next one can start. Raises ValueError for a value that is neither a number
    nor a percentage.
    """
    if asked is None:
        kept = paused_strategy(daemonset)
        found = limits({"spec": {"updateStrategy": kept}} if kept else daemonset, desired)
        return max(1, found.max_unavailable if found else 1)
    return max(1, scaled(asked, desired))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user wants. ``nodes``: which may be done, None: all; ``order`` as in ``steps``.

    ``batches``: none for all of ``nodes``. ``soak``: how long a new pod shall have been ready.
    ``strict``: each of ``nodes`` was named, and must be one of the DaemonSet's.
    """

    batches: tuple[Batch, ...] = ()
    nodes: tuple[str, ...] | None = None
    order: str = "name"
    max_unavailable: int | str | None = None
    soak: timedelta = timedelta(0)
    strict: bool = False
