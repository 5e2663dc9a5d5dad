"""Patch a DaemonSet: the server merges, and dsctl looks before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dsctl.actions import changecause, edits
from dsctl.actions.modify import read
from dsctl.actions.writes import WriteOptions, refuse_selector_change
from dsctl.api.resources import DAEMONSETS
from dsctl.domain import hold
from dsctl.domain.changecause import at_stake
from dsctl.domain.edits import Edited
from dsctl.domain.edits.patch import Patch
from dsctl.errors import AnswerIsNo, DsctlError, Invalid, MaybeApplied

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.api.client import Cluster

_BOOKKEEPING = ("managedFields", "resourceVersion")


def patch(cluster: Cluster, target: Target, wanted: Patch, options: WriteOptions) -> Edited:
    """Send the patch, unless it changes the selector; the stored object.

    Holds are kept. Raises AnswerIsNo for a selector change, and what the API door raises; where
    the server refuses a patch without a reason, the error has one.
    """
    live = target.obj or read(cluster, target)
    foreseen = _foreseen(live, wanted)
    if foreseen is not None:
        refuse_selector_change(live, foreseen, says="the patch says")
        if edits.is_held(live) and hold.keep(live, foreseen).manifest != foreseen:
            return edits.edit(cluster, target, lambda obj: changed(obj, wanted), options)
    caused = wanted
    if at_stake(live, options.cause):
        result = changecause.tried(
            foreseen or live, lambda _: _send(cluster, target, wanted, options, dry_run=True)
        )
        caused = wanted.with_annotations(changecause.of_patch(live, result, options.cause))
    try:
        after = _send(cluster, target, caused, options, dry_run=options.dry_run)
    except MaybeApplied as lost:
        after = _read_back(cluster, target, caused, lost)
    except Invalid as error:
        raise _explained(error, live, wanted) from error
    notes: tuple[str, ...] = ()
    if not options.dry_run:
        notes = changecause.record(cluster, live, after, options.cause)
    return Edited(after, operation(_content(live) != _content(after)), notes=notes)


def patch_subresource(
    cluster: Cluster, target: Target, wanted: Patch, options: WriteOptions, subresource: str
) -> Edited:
    """Patch ``status``, the one subresource that a DaemonSet has. Raises NotFound for others."""
    live = read_subresource(cluster, target, subresource)
    after = cluster.patch(
        DAEMONSETS,
        target.name,
        wanted.body,
        target.namespace,
        patch_type=wanted.kind,
        subresource=subresource,
        field_manager=options.manager,
        dry_run=options.dry_run,
    )
    return Edited(after, operation(live.get(subresource) != after.get(subresource)))


def read_subresource(cluster: Cluster, target: Target, subresource: str) -> dict[str, Any]:
    """The object by way of a subresource."""
    return cluster.read(DAEMONSETS, target.name, target.namespace, subresource=subresource)


def changed(obj: dict[str, Any], wanted: Patch) -> Edited:
    """What the patch makes of an object, worked out here. Raises AnswerIsNo."""
    after = wanted.applied(obj)
    if (obj.get("metadata") or {}).get("uid"):
        refuse_selector_change(obj, after, says="the patch says")
    return Edited(after, operation(after != obj))


def operation(differs: bool) -> str:
    """kubectl's word."""
    return "patched" if differs else "patched (no change)"


def _foreseen(live: dict[str, Any], wanted: Patch) -> dict[str, Any] | None:
    """What it will come to, or None where only the server can tell."""
    try:
        return wanted.applied(live)
    except (DsctlError, LookupError, TypeError, ValueError):
        return None


def _send(
    cluster: Cluster, target: Target, wanted: Patch, options: WriteOptions, *, dry_run: bool
) -> dict[str, Any]:
    return cluster.patch(
        DAEMONSETS,
        target.name,
        wanted.body,
        target.namespace,
        patch_type=wanted.kind,
        field_manager=options.manager,
        field_validation=options.validation,
        dry_run=dry_run,
    )


def _read_back(
    cluster: Cluster, target: Target, wanted: Patch, lost: MaybeApplied
) -> dict[str, Any]:
    """The object where the patch would change nothing more; else ``lost``: nobody can tell."""
    try:
        live = read(cluster, replace(target, obj=None))
    except DsctlError:
        raise lost from None
    if wanted.kind == "json" or _foreseen(live, wanted) != live:
        raise lost
    return live


def _explained(error: Invalid, live: dict[str, Any], wanted: Patch) -> Invalid:
    """The server has one sentence for every JSON patch that does not apply."""
    if wanted.kind == "json" and not error.causes:
        try:
            wanted.applied(live)
        except AnswerIsNo as reason:
            error.message = reason.message
    return error


def _content(obj: Mapping[str, Any]) -> dict[str, Any]:
    """What a patch can change: the status changes by itself."""
    metadata = {k: v for k, v in obj["metadata"].items() if k not in _BOOKKEEPING}
    return {**{k: v for k, v in obj.items() if k != "status"}, "metadata": metadata}
