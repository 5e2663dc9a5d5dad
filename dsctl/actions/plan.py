"""What a manifest would do to each node, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions.apply import read_or_none
from dsctl.actions.diff import Compared, compare
from dsctl.actions.dump import Dump
from dsctl.actions.placed import Labels, placed, who_stays
from dsctl.actions.placement import Reader, as_admitted, evicts_below, near
from dsctl.actions.writes import WriteOptions, refuse_selector_change
from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain import priority
from dsctl.domain.placement_report import PlacementReport
from dsctl.domain.quantity import QuantityError
from dsctl.domain.requests import template_requests
from dsctl.domain.templates import made_from, same_stored, same_written
from dsctl.domain.verdicts import NO_CLOCK
from dsctl.domain.verdicts import Cluster as Seen
from dsctl.domain.whatif import Edits
from dsctl.errors import AnswerIsNo, APIError, Forbidden, NotFound, UsageError

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

_NOT_TRIED = "no dry run ({}): the manifest is taken as it stands"
#: what server-side apply refuses and create takes: an env name twice, a containerPort twice
_ONLY_APPLY = "duplicate entries for key"


@dataclass(frozen=True, slots=True)
class Plan:
    """The report, and the labels of its nodes. ``live`` and ``wanted``: before and after.

    ``live`` is None for a DaemonSet that is not there yet. ``compared``: what the server made of
    the manifest; None where it was not asked.
    """

    report: PlacementReport
    labels: Labels
    live: Object | None
    wanted: Object
    compared: Compared | None = None


def of_cluster(
    cluster: Cluster,
    manifest: dict[str, Any],
    namespace: str,
    options: WriteOptions,
    edits: Edits,
    now: datetime,
    note: Callable[[str], None],
) -> Plan:
    """The plan for the live cluster: what ``apply`` would make of the object, by a dry run.

    Raises AnswerIsNo where the selector differs, NotFound for an edited node that is not there,
    Forbidden where nodes may not be listed, and what the dry run is refused with.
    """
    compared: Compared | None = None
    live: Object | None
    wanted: Object
    try:
        compared = compare(cluster, manifest, namespace, options, force=False)
        live, wanted, notes = compared.live, compared.merged, _told(compared)
        changed = live is not None and not same_stored(live, wanted)
    except APIError as error:
        if not isinstance(error, (Forbidden, NotFound)) and _ONLY_APPLY not in error.message:
            raise
        live = read_or_none(cluster, manifest["metadata"]["name"], namespace)
        wanted, notes = _typed(manifest), (_NOT_TRIED.format(error.message),)
        changed = live is not None and not same_written(live, wanted)
    reader = Reader(cluster, live or {**wanted, "metadata": {"namespace": namespace}}, note)
    reading = reader.whole(None)
    if not reading.nodes_read:
        reader.refuse_without_nodes()
    reading = reader.with_nodes(reading, edits.edited)
    seen = replace(reading.seen, evicts_below=evicts_below(cluster, wanted))
    updated = None
    if live is not None:
        updated = who_stays(cluster, live, wanted, stored=compared is not None)
    admitted = as_admitted(cluster, wanted, namespace, note)
    found = placed(live, admitted, seen, edits, notes, changed=changed, updated=updated, now=now)
    return Plan(found.report, found.labels, live, wanted, compared)


def of_dump(dump: Dump, manifest: dict[str, Any], edits: Edits, now: datetime = NO_CLOCK) -> Plan:
    """The plan for a saved cluster; no server is asked.

    Raises UsageError for an edited node that is not in it and for amounts that are none, AnswerIsNo
    where the selector differs, and where the manifest has no template or asks for no amount.
    """
    unknown = edits.unknown(dump.nodes)
    if unknown:
        close = near(unknown[0], map(node_of.name, dump.nodes))
        raise UsageError(
            f"no node {unknown[0]!r} in the dump", hint=f"did you mean {close}?" if close else None
        )
    metadata = manifest["metadata"]
    namespace, name = metadata.get("namespace", ""), metadata.get("name", "")
    wanted = _typed(manifest)
    live = dump.live(namespace, name)
    notes: tuple[str, ...] = ()
    changed = False
    if live is not None:
        refuse_selector_change(live, manifest)
        changed = not same_written(live, wanted)
    elif uid := dump.owner_uid(namespace, name):
        live = {"metadata": {"uid": uid}}
        changed = not made_from(pod_of.owned_by(uid, dump.pods or ()), wanted)
        notes = ("the dump has pods of the DaemonSet but not itself: compared with the pods",)
    if dump.pods is None:
        notes += ("NotRead: no pods in the dump, so nodes are taken to be empty",)
    seen = Seen(dump.nodes, dump.pods or (), evicts_below=priority.evicts_below(wanted))
    try:
        found = placed(live, wanted, seen, edits, notes, changed=changed, now=now)
    except QuantityError as error:
        raise UsageError(f"an amount of a node or pod of the dump: {error}") from None
    return Plan(found.report, found.labels, live, wanted)


def _typed(manifest: Object) -> Object:
    """The manifest with the types that the server would have decoded: the rules rely on them."""
    from dsctl.domain.validation.decode import decode, without_gaps

    found = without_gaps(decode(manifest))
    if not (found.get("spec") or {}).get("template"):
        raise AnswerIsNo(f"daemonset {manifest['metadata'].get('name')!r} has no spec.template")
    try:
        template_requests(found["spec"]["template"].get("spec") or {})
    except QuantityError as error:
        name = manifest["metadata"].get("name")
        raise AnswerIsNo(f"daemonset {name!r} asks for an amount that is none: {error}") from None
    return {**found, "metadata": manifest["metadata"]}


def _told(compared: Compared) -> tuple[str, ...]:
    if not compared.conflicts:
        return compared.notes
    fields = ", ".join(f"{f.field.lstrip('.')} ({f.manager})" for f in compared.conflicts[:3])
    return (*compared.notes, f"apply would need --force-conflicts: others own {fields}")
