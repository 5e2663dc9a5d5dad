"""What a change does to pods, in numbers and in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Consequence:
    """Nodes whose pod is replaced, that gain one, and that lose theirs; None: can't be told.

    ``by_hand``: old pods stay until someone deletes them (OnDelete, or a pause).
    """

    replaced: int | None
    gained: int | None
    lost: int | None
    by_hand: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As ``DiffReport`` has it."""
        return {"replaced": self.replaced, "gained": self.gained, "lost": self.lost}

    def __str__(self) -> str:
        """One sentence without its end: ``pods replaced on 3 nodes, 1 node gained``."""
        said = []
        if self.replaced:
            when = " once someone deletes them (OnDelete)" if self.by_hand else ""
            said.append(f"{_pods(self.replaced)} replaced on {_nodes(self.replaced)}{when}")
        if self.gained:
            said.append(f"{_nodes(self.gained)} gained")
        if self.lost:
            said.append(f"{_nodes(self.lost)} lost")
        if self.gained is None:
            said.append("nodes gained or lost can't be told")
        return ", ".join(said) or "nothing restarts"


def _pods(count: int) -> str:
    return "pod" if count == 1 else "pods"


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"
