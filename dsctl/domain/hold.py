"""The two holds on a DaemonSet, paused and suspended, as pure edits of its object.

A hold is written by a field manager of its own, so that ``apply`` never takes it over, and every
other change goes through ``keep``: what it says about a held field is kept for later. Functions
leave the object that they are given as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain import managedfields
from dsctl.domain.held import (
    HELD,
    NODE_SELECTOR,
    STRATEGY,
    SUSPENDED_ANNOTATION,
    annotation,
    at,
    name_of,
    overwriters,
    text,
)
from dsctl.domain.strategy import (
    MIGRATING_ANNOTATION,
    PAUSED_ANNOTATION,
    SUSPENDED_KEY,
    Strategy,
    has_paused_strategy,
    paused,
    paused_strategy,
    rolls,
    suspended,
)
from dsctl.errors import AnswerIsNo

Object = Mapping[str, Any]


def pause(daemonset: Object) -> dict[str, Any]:
    """It with OnDelete, its strategy kept in the annotation.

    One that is paused, or updates on deletion anyway, comes back as it is.
    """
    if not rolls(daemonset):
        return dict(daemonset)
    kept = filled(at(daemonset, STRATEGY))
    held = _put(daemonset, STRATEGY, dict(HELD))
    return _annotate(held, PAUSED_ANNOTATION, text(kept))


def resume(
    daemonset: Object, *, force: bool = False, ends_migration: bool = False
) -> dict[str, Any]:
    """It with the strategy that it had, and without the annotation; as it is where there is none.

    Raises AnswerIsNo where someone else changed the strategy meanwhile or a migration to another
    selector is under way (without ``force``; the migration itself says ``ends_migration``), and
    where the annotation can't be read.
    """
    if not has_paused_strategy(daemonset):
        return dict(daemonset)
    name, kept = name_of(daemonset), paused_strategy(daemonset)
    if annotation(daemonset, MIGRATING_ANNOTATION) and not (force or ends_migration):
        raise AnswerIsNo(
            f"daemonset {name!r}: a migration to another selector is under way; to let it roll now "
            "would replace its pods",
            hint=f"carry it on: dsctl migrate-selector {name} -f FILE; or resume with --force",
        )
    if not kept:
        raise AnswerIsNo(
            f"daemonset {name!r}: the annotation {PAUSED_ANNOTATION} holds no strategy",
            hint=f"set spec.updateStrategy, then: dsctl annotate {name} {PAUSED_ANNOTATION}-",
        )
    live = at(daemonset, STRATEGY)
    if live not in (HELD, kept) and not force:
        whom = overwriters(daemonset, STRATEGY)
        raise AnswerIsNo(
            f"daemonset {name!r}: its strategy was changed while it was paused"
            f"{f' by {whom}' if whom else ''}: it is {text(live)}, kept is {text(kept)}",
            hint=f"--force puts the kept one back; to stay with the other: "
            f"dsctl annotate {name} {PAUSED_ANNOTATION}-",
        )
    return _annotate(_put(daemonset, STRATEGY, kept), PAUSED_ANNOTATION, None)


def suspend(daemonset: Object) -> dict[str, Any]:
    """It with the nodeSelector key that no node has. Raises AnswerIsNo for a second time."""
    if suspended(daemonset):
        name = name_of(daemonset)
        raise AnswerIsNo(
            f"daemonset {name!r} is suspended already", hint=f"dsctl unsuspend {name} releases it"
        )
    nodes = {**(at(daemonset, NODE_SELECTOR) or {}), SUSPENDED_KEY: "true"}
    return _annotate(_put(daemonset, NODE_SELECTOR, nodes), SUSPENDED_ANNOTATION, "true")


def unsuspend(daemonset: Object) -> dict[str, Any]:
    """It without that key, and without a nodeSelector if it had none; as it is if not suspended."""
    nodes = dict(at(daemonset, NODE_SELECTOR) or {})
    nodes.pop(SUSPENDED_KEY, None)
    return _annotate(_put(daemonset, NODE_SELECTOR, nodes or None), SUSPENDED_ANNOTATION, None)


@dataclass(frozen=True, slots=True)
class Kept:
    """What ``keep`` makes of a change to a held DaemonSet.

    ``manifest``: what to send in place of what was asked for. ``live``: the live object with what
    the manifest says of held fields; where it differs, ``MANAGER`` writes it first. ``strategy``:
    the new kept strategy, where it changes. ``notes``: lines for stderr.
    """

    manifest: dict[str, Any]
    live: dict[str, Any]
    strategy: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()


def keep(live: Object, manifest: Object, *, managers: Collection[str] | None = None) -> Kept:
    """Make a change keep the holds of ``live``: a strategy goes into the annotation.

    ``manifest`` is the whole object as it shall be (``replace``, ``edit``, ``set``, ``patch``); or
    with ``managers``, what these managers apply: what it leaves out is only meant to go where they
    own it. Without a hold everything comes back as it is.
    """
    kept = Kept(dict(manifest), dict(live))
    if not isinstance(manifest.get("spec"), Mapping):
        return kept
    if paused(live):
        kept = _keep_strategy(kept, managers)
    if suspended(live):
        kept = _keep_suspended(kept, managers)
    return kept


def _keep_strategy(kept: Kept, managers: Collection[str] | None) -> Kept:
    live, manifest = kept.live, kept.manifest
    own = at(manifest, STRATEGY)
    if own is not None and not isinstance(own, Mapping):
        return kept  # the server's to refuse
    before = paused_strategy(live)
    wanted = None
    if own is not None or managers is None or _own(live, managers, STRATEGY):
        wanted = filled(own)
        if own == HELD and has_paused_strategy(manifest):  # what ``get -o yaml`` printed
            wanted = paused_strategy(manifest) or before
    changed = wanted if wanted and wanted != before else None
    if changed:
        live = _annotate(live, PAUSED_ANNOTATION, text(changed))
    if wanted:
        manifest = _put(manifest, STRATEGY, dict(HELD))
    manifest = _with_mark(manifest, live, PAUSED_ANNOTATION, managers)
    name = name_of(live)
    note = f"daemonset {name!r} is paused and keeps OnDelete"
    if wanted:
        note += f"; the strategy {text(wanted)} is kept for: dsctl rollout resume {name}"
    return Kept(manifest, live, changed, (*kept.notes, note))


def _keep_suspended(kept: Kept, managers: Collection[str] | None) -> Kept:
    live, manifest = kept.live, kept.manifest
    held = at(live, NODE_SELECTOR)
    own = at(manifest, NODE_SELECTOR)
    if own is not None and not isinstance(own, Mapping):
        return kept
    if own is not None or managers is None or _own(live, managers, NODE_SELECTOR):
        wanted = {**(own or {}), SUSPENDED_KEY: held[SUSPENDED_KEY]}
        live = _put(live, NODE_SELECTOR, wanted)
        manifest = _put(manifest, NODE_SELECTOR, wanted)
    manifest = _with_mark(manifest, live, SUSPENDED_ANNOTATION, managers)
    name = name_of(live)
    note = f"daemonset {name!r} is suspended and stays so: dsctl unsuspend {name} releases it"
    return Kept(manifest, live, kept.strategy, (*kept.notes, note))


def _with_mark(
    manifest: dict[str, Any], live: Object, key: str, managers: Collection[str] | None
) -> dict[str, Any]:
    """The annotation as it is live, where an apply without it would remove it."""
    mine = _own(live, managers or (), ("metadata", "annotations", key))
    if managers is None or mine or annotation(manifest, key) is not None:
        return _annotate(manifest, key, annotation(live, key))
    return manifest


def filled(strategy: Object | None) -> dict[str, Any]:
    """A strategy with the server's defaults (``SetDefaults_DaemonSet``)."""
    found = {key: value for key, value in (strategy or {}).items() if value is not None}
    found["type"] = found.get("type") or Strategy.ROLLING_UPDATE.value
    if found["type"] == Strategy.ROLLING_UPDATE:
        rolling = found.get("rollingUpdate") or {}
        if isinstance(rolling, Mapping):
            given = {key: value for key, value in rolling.items() if value is not None}
            found["rollingUpdate"] = {"maxUnavailable": 1, "maxSurge": 0, **given}
    return found


def _own(live: Object, managers: Collection[str], path: tuple[str, ...]) -> bool:
    return any(
        entry.get("manager") in managers and managedfields.owns(entry, path)
        for entry in managedfields.entries(live)
    )


def _annotate(obj: Object, key: str, value: str | None) -> dict[str, Any]:
    found = at(obj, ("metadata", "annotations"))
    annotations = dict(found) if isinstance(found, Mapping) else {}
    if value is None:
        if key not in annotations:
            return dict(obj)
        del annotations[key]
    else:
        annotations[key] = value
    return _put(obj, ("metadata", "annotations"), annotations or None)


def _put(obj: Object, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy with ``value`` there, or without that field for None; only the way is copied."""
    key, rest = path[0], path[1:]
    found = dict(obj)
    if rest:
        inner = found.get(key)
        found[key] = _put(inner if isinstance(inner, Mapping) else {}, rest, value)
    elif value is None:
        found.pop(key, None)
    else:
        found[key] = value
    return found
