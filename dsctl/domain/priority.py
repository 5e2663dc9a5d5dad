"""The priority of a DaemonSet's pods, and whose pods the scheduler may evict for them.

Ported from the Priority admission plugin and from ``DryRunPreemption`` (pkg/scheduler/framework/
preemption): where no filter but room is in the way, pods of lower priority may have to go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

#: the classes that every cluster has
_SYSTEM = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}
#: how a note on pods that may be evicted begins
PREEMPTION = "Preemption"
#: how many of them are named
_NAMED = 5

Object = Mapping[str, Any]


def class_to_read(daemonset: Object) -> str | None:
    """The PriorityClass that ``evicts_below`` needs to see; None where it needs none."""
    name = _template(daemonset).get("priorityClassName")
    return None if not name or name in _SYSTEM else str(name)


def evicts_below(daemonset: Object, priority_class: Object | None = None) -> int | None:
    """The priority below which pods may be evicted for those of the DaemonSet.

    None where they evict none (``preemptionPolicy: Never``), or the class was not read. Without a
    class it is 0: a cluster's default class is not asked for.
    """
    template, found = _template(daemonset), priority_class or {}
    if "Never" in (template.get("preemptionPolicy"), found.get("preemptionPolicy")):
        return None
    name = template.get("priorityClassName") or ""
    if class_to_read(daemonset) is None:
        return _SYSTEM.get(name, 0)
    value = found.get("value")
    return value if isinstance(value, int) else None


def of_pod(pod: Object) -> int:
    """A pod's own priority, which admission wrote."""
    return int((pod.get("spec") or {}).get("priority") or 0)


def preemption_note(evicted: Iterable[Object]) -> str:
    """What to say where a pod fits once these pods are gone."""
    names = sorted(f"{m.get('namespace')}/{m.get('name')}" for m in map(_metadata, evicted))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"{PREEMPTION}: it fits without pods of lower priority, which the scheduler may evict: "
        f"{', '.join(names[:_NAMED])}{more}"
    )


def _template(daemonset: Object) -> Object:
    return ((daemonset.get("spec") or {}).get("template") or {}).get("spec") or {}


def _metadata(pod: Object) -> Object:
    return pod.get("metadata") or {}
