"""What ``apply`` would change in the live object, and what that does to pods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dsctl.actions import apply as applying
from dsctl.actions.apply import FieldConflict
from dsctl.actions.placement import Reader
from dsctl.actions.writes import WriteOptions, refuse_selector_change
from dsctl.domain.consequence import Consequence
from dsctl.domain.strategy import rolls
from dsctl.domain.templates import same_stored
from dsctl.domain.verdicts import Cluster as Seen

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: how often it is looked at again where someone writes between the read and the dry run
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """One DaemonSet before (None: it is not there) and after.

    ``conflicts``: the fields over which an apply without --force-conflicts would stop.
    """

    live: dict[str, Any] | None
    merged: dict[str, Any]
    conflicts: tuple[FieldConflict, ...] = ()
    notes: tuple[str, ...] = ()


def compare(
    cluster: Cluster,
    manifest: dict[str, Any],
    namespace: str,
    options: WriteOptions,
    *,
    force: bool,
) -> Compared:
    """Ask the server, by a dry run, what the object would be.

    Raises AnswerIsNo for another selector, and what the dry run is refused with.
    """
    for _ in range(_TRIES):
        live = applying.read_or_none(cluster, manifest["metadata"]["name"], namespace)
        if live is not None:
            refuse_selector_change(live, manifest)
        compared = _dry_run(cluster, manifest, namespace, options, live, force=force)
        if live is None or _version(live) == _version(compared.merged):
            break
    if compared.live is None:
        return compared
    # The status goes on by itself: a rollout under way is no difference.
    status = {"status": compared.live["status"]} if "status" in compared.live else {}
    version = {"resourceVersion": _version(compared.live)}
    merged = {**compared.merged, **status}
    return replace(compared, merged={**merged, "metadata": {**merged["metadata"], **version}})


def _dry_run(
    cluster: Cluster,
    manifest: dict[str, Any],
    namespace: str,
    options: WriteOptions,
    live: dict[str, Any] | None,
    *,
    force: bool,
) -> Compared:
    dry = replace(options, dry_run=True)
    conflicts: tuple[FieldConflict, ...] = ()
    try:
        done = applying.apply(cluster, manifest, namespace, dry, force=force)
    except applying.ApplyConflict as error:
        conflicts = error.fields
        done = applying.apply(cluster, manifest, namespace, dry, force=True)
    return Compared(live, done.obj, conflicts, done.notes)


def _version(obj: Object) -> Any:
    return obj["metadata"].get("resourceVersion")


def consequence(cluster: Cluster, compared: Compared, note: Callable[[str], None]) -> Consequence:
    """What becomes of the pods. ``note`` is told of what may not be read."""
    from dsctl.actions.placed import placed, who_stays
    from dsctl.domain.placement_report import Change
    from dsctl.domain.whatif import NO_EDITS

    live, merged = compared.live, compared.merged
    changed = live is not None and not same_stored(live, merged)
    if live is not None and not changed and _spec(live) == _spec(merged):
        return Consequence(0, 0, 0)
    reading = Reader(cluster, live or merged, note).lean(None)
    seen = reading.seen if live is not None else Seen(reading.seen.nodes, None, [])
    updated = None
    if live is not None and (changed or (rolls(merged) and not rolls(live))):
        updated = who_stays(cluster, live, merged)
    if not reading.nodes_read:
        replaced = sum(not updated(pod) if updated else changed for pod in seen.own or ())
        return Consequence(replaced, None, None)
    report = placed(live, merged, seen, NO_EDITS, (), changed=changed, updated=updated).report
    count = dict.fromkeys(Change, 0)
    for node in report.nodes:
        if node.change is not None:
            count[node.change] += 1
    return Consequence(
        count[Change.REPLACE],
        count[Change.GAIN],
        count[Change.LOSE],
        by_hand=report.update is not None and report.update.strategy != "RollingUpdate",
    )


def _spec(obj: Object) -> Any:
    return obj.get("spec")
