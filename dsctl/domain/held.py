"""The holds on a DaemonSet, paused and suspended, as they are read: by whom, and what of them.

``domain.hold`` sets and releases them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dsctl.domain import managedfields, revisions
from dsctl.domain.strategy import SUSPENDED_KEY, Strategy, has_paused_strategy, suspended

#: the field manager of both holds
MANAGER = "dsctl-hold"
#: says, beside the nodeSelector, that ``suspend`` was used: seen where someone removed the key
SUSPENDED_ANNOTATION = SUSPENDED_KEY
#: the strategy of a paused DaemonSet
HELD = {"type": Strategy.ON_DELETE.value}

STRATEGY = ("spec", "updateStrategy")
NODE_SELECTOR = ("spec", "template", "spec", "nodeSelector")

Object = Mapping[str, Any]


def pausing(daemonset: Object, surged: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What to tell of the pause of this DaemonSet, as it was before: what it holds, and what not.

    ``surged``: the nodes on which a second pod runs, once for each such pod.
    """
    name, status = name_of(daemonset), daemonset.get("status") or {}
    desired = status.get("desiredNumberScheduled") or 0
    updated = status.get("updatedNumberScheduled") or 0
    notes = [
        f"daemonset {name!r}: {updated} of {desired} pods run the newest template; nodes that "
        "join and pods that are deleted get it too"
    ]
    if surged:
        count = "1 surged pod is" if len(surged) == 1 else f"{len(surged)} surged pods are"
        nodes = ", ".join(surged[:5]) + (", …" if len(surged) > 5 else "")
        notes.append(f"daemonset {name!r}: {count} removed, since pausing ends the surge ({nodes})")
    return (*notes, *_foreign(daemonset, STRATEGY, "strategy", "ends the pause"))


def suspending(daemonset: Object) -> tuple[str, ...]:
    """What to warn of before this DaemonSet is suspended."""
    return _foreign(daemonset, NODE_SELECTOR, "nodeSelector", "may end the suspension")


def _foreign(daemonset: Object, path: tuple[str, ...], what: str, end: str) -> tuple[str, ...]:
    owners = {
        str(entry.get("manager"))
        for entry in managedfields.entries(daemonset)
        if managedfields.owns(entry, path)
    }
    others = sorted(m for m in owners if m != "dsctl" and not m.startswith("dsctl-"))
    if not others:
        return ()
    whom = f"field manager {others[0]} owns" if len(others) == 1 else f"{', '.join(others)} own"
    return (f"warning: {whom} the {what}: writing it again {end}",)


def remarks(daemonset: Object, suspensions: Sequence[Object] = ()) -> tuple[str, ...]:
    """What a rollout's status has to add about holds: suspended, or a hold that someone undid.

    ``suspensions``: the revisions in its history that are suspended.
    """
    found = overwritten(daemonset) or _wiped(daemonset, suspensions)
    if suspended(daemonset):
        name = name_of(daemonset)
        note = f"daemonset {name!r} is suspended, on no node until: dsctl unsuspend {name}"
        return (note, *found)
    return found


def overwritten(daemonset: Object) -> tuple[str, ...]:
    """A sentence for each hold that someone else undid; empty where holds are as they were set."""
    found = []
    name = name_of(daemonset)
    if has_paused_strategy(daemonset) and at(daemonset, STRATEGY) != HELD:
        whom = overwriters(daemonset, STRATEGY) or "someone"
        found.append(
            f"daemonset {name!r} was paused, and {whom} changed its strategy: "
            f"dsctl rollout resume {name} --force puts the kept one back"
        )
    if annotation(daemonset, SUSPENDED_ANNOTATION) and not suspended(daemonset):
        whom = overwriters(daemonset, NODE_SELECTOR) or "someone"
        found.append(
            f"daemonset {name!r} was suspended, and {whom} took {SUSPENDED_KEY} out of its "
            f"nodeSelector: dsctl suspend {name} puts it back, unsuspend leaves it so"
        )
    return tuple(found)


def _wiped(daemonset: Object, suspensions: Sequence[Object]) -> tuple[str, ...]:
    """The same of a suspension of which only revisions are left: someone replaced all the object.

    Where nobody wrote since the newest of them, it was ``unsuspend``, which pods kept from
    deleting it.
    """
    if not suspensions or suspended(daemonset):
        return ()
    newest = max(suspensions, key=revisions.number)
    since = str((newest.get("metadata") or {}).get("creationTimestamp") or "")
    later = [
        entry
        for entry in managedfields.entries(daemonset)
        if str(entry.get("time") or "") >= since
        and not str(entry.get("manager") or "dsctl").startswith("dsctl")
    ]
    if not later:
        return ()
    name, whom = name_of(daemonset), max(later, key=lambda entry: str(entry.get("time")))["manager"]
    return (
        f"daemonset {name!r} was suspended, and {whom} wrote over it: dsctl suspend {name} puts "
        f"it back, unsuspend takes revision {revisions.number(newest)} (suspended) out of the "
        "history",
    )


def overwriters(daemonset: Object, path: tuple[str, ...]) -> str:
    """Who wrote the field last, in words: its owners, else the last who wrote at all; or ""."""
    entries = [
        e for e in managedfields.entries(daemonset) if e.get("manager") not in (None, MANAGER)
    ]
    owning = [entry for entry in entries if managedfields.owns(entry, path)]
    if not owning:
        # A field that was removed has no owner: the newest writer is the likeliest.
        owning = sorted(entries, key=lambda entry: str(entry.get("time") or ""))[-1:]
    return ", ".join(sorted({str(entry["manager"]) for entry in owning}))


def text(strategy: Any) -> str:
    """A strategy as the annotation has it: JSON on one line."""
    return json.dumps(strategy, sort_keys=True, separators=(",", ":"))


def at(obj: Any, path: tuple[str, ...]) -> Any:
    """The field at ``path``; None where there is none."""
    for key in path:
        obj = obj.get(key) if isinstance(obj, Mapping) else None
    return obj


def name_of(obj: Object) -> str:
    """Its name."""
    return str((obj.get("metadata") or {}).get("name", ""))


def annotation(obj: Object, key: str) -> str | None:
    """This annotation; None where it has none, or annotations that are no map."""
    annotations = (obj.get("metadata") or {}).get("annotations") or {}
    return annotations.get(key) if isinstance(annotations, Mapping) else None
