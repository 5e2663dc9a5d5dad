"""What the sentences of many nodes have in common, without what is another on every node.

Pods have names and ages of their own, restarts differ, and so does what a node has left: a fleet
that fails for one reason would else fill pages.
"""

from __future__ import annotations

import re

from dsctl.domain.fit import FitReason, HostPortReason, ResourcesReason
from dsctl.domain.placement_report import PodBrief
from dsctl.domain.reasons import ExclusionReason, NodeAffinityReason, NodeSelectorReason

#: a pattern, and what stands for it
_VARYING = tuple(
    (re.compile(pattern), common)
    for pattern, common in (
        (r"(, \d+ restarts?)(?=:|$)", ""),
        (r"\bback-off \S+ restarting", "back-off restarting"),
        (r"^(\w+) \S+ ago(?: \(\d+ times\))?:", r"\1:"),
        (r"(which the scheduler may evict): .*", r"\1"),
        (r"\b\d{1,3}(\.\d{1,3}){3}\b|\[[0-9a-f]*:[0-9a-f:]*\]", "…"),
    )
)


def of_reason(reason: ExclusionReason | FitReason, words: str) -> str:
    """``words``, which tell this reason, as they hold for many nodes."""
    if isinstance(reason, ResourcesReason):
        return f"{reason.resource}: asks {reason.asked}, less is free"
    if isinstance(reason, HostPortReason):
        return f"host port {reason.port} is taken"
    if isinstance(reason, NodeSelectorReason | NodeAffinityReason) and reason.has is not None:
        return words.rpartition(", the node has ")[0] or words
    return words


def of_note(note: str, pod: PodBrief | None) -> str:
    """A note as it holds for many nodes; ``pod`` is the one that it may name."""
    for own in () if pod is None else (pod.name, pod.uid):
        if own and own in note:
            note = re.sub(rf"(?<![a-z0-9-]){re.escape(own)}(?![a-z0-9-])", "…", note)
    for pattern, common in _VARYING:
        note = pattern.sub(common, note)
    return note
