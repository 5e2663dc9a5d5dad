"""What a manifest would do to each node, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.actions.apply import read_or_none
from dsctl.actions.diff import Compared, compare
from dsctl.actions.dump import Dump
from dsctl.actions.placement import Reader, as_admitted, evicts_below, near
from dsctl.actions.writes import WriteOptions, refuse_selector_change
from dsctl.domain import nodes as node_of
from dsctl.domain import pods as pod_of
from dsctl.domain import priority, revisions
from dsctl.domain.pace import pace
from dsctl.domain.placement_report import Change, NodePlacement, PlacementReport, Verdict
from dsctl.domain.quantity import QuantityError
from dsctl.domain.requests import template_requests
from dsctl.domain.templates import made_from, same_stored, same_written
from dsctl.domain.verdicts import NO_CLOCK, place, shown
from dsctl.domain.verdicts import Cluster as Seen
from dsctl.domain.whatif import Edits
from dsctl.errors import AnswerIsNo, APIError, Forbidden, NotFound, UsageError

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]
Labels = Mapping[str, Mapping[str, str]]

#: the most seconds that the API takes: a manifest may say more
_LONGEST = 2**31 - 1
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
    return replace(found, wanted=wanted, compared=compared)


def who_stays(
    cluster: Cluster, live: Object, wanted: Object, *, stored: bool = True
) -> Callable[[Object], bool] | None:
    """Tells of a pod whether it is of the wanted template already, and so is not replaced.

    The controller takes an old revision up again when its template comes back. ``stored``:
    ``wanted`` is as the server would store it. None where the revisions may not be read.
    """
    try:
        known = owned.revisions(cluster, live)
    except Forbidden:
        return None
    records: Callable[[Object, Object], bool] = _would_record
    if stored:
        records = revisions.matches if same_stored(live, wanted) else revisions.records
    found = revisions.newest(revision for revision in known if records(wanted, revision))
    newest_hash = None if found is None else revisions.revision_hash(found)
    generation = revisions.template_generation(wanted)
    return lambda pod: revisions.is_pod_updated(pod, newest_hash, generation)


def _would_record(manifest: Object, revision: Object) -> bool:
    return same_written(revisions.apply(manifest, revision), manifest)


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
        changed = not made_from(_owned(dump.pods or (), uid), wanted)
        notes = ("the dump has pods of the DaemonSet but not itself: compared with the pods",)
    if dump.pods is None:
        notes += ("NotRead: no pods in the dump, so nodes are taken to be empty",)
    seen = Seen(dump.nodes, dump.pods or (), evicts_below=priority.evicts_below(wanted))
    try:
        return placed(live, wanted, seen, edits, notes, changed=changed, now=now)
    except QuantityError as error:
        raise UsageError(f"an amount of a node or pod of the dump: {error}") from None


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


def placed(
    live: Object | None,
    wanted: Object,
    seen: Seen,
    edits: Edits,
    notes: tuple[str, ...],
    *,
    changed: bool,
    updated: Callable[[Object], bool] | None = None,
    now: datetime = NO_CLOCK,
) -> Plan:
    """The plan for what was read. ``changed``: the pod template is another than the live one's.

    ``updated``: of ``who_stays``. ``now`` tells for how long pods have been ready.
    """
    uid = None if live is None else live["metadata"].get("uid")
    if live is not None and live["metadata"].get("deletionTimestamp"):
        notes += ("the live DaemonSet is being deleted: no pod is made for it any more",)
    wanted = {**wanted, "metadata": {**wanted["metadata"], "uid": uid}}
    pods = None if seen.pods is None else list(seen.pods)
    nodes = edits.apply(list(seen.nodes))
    report = place(
        wanted,
        replace(seen, nodes=nodes, pods=pods),
        source="file",
        running=False,
        template_changes=changed,
        updated=updated,
    )
    own = seen.own if seen.own is not None else _owned(pods or (), uid)
    unavailable = set(_unavailable(wanted, own, now))
    update = pace(
        wanted,
        (node.node for node in report.nodes if node.change is Change.REPLACE),
        unavailable,
        sum(bool(node.should_run) for node in report.nodes),
        (node.node for node in report.nodes if _stays_out(node)),
        _down(nodes, report),
        (
            node.node
            for node in report.nodes
            if node.change is Change.KEEP and node.node in unavailable
        ),
    )
    report = replace(report, notes=notes, update=update)
    labels = {node_of.name(node): node_of.labels(node) for node in nodes}
    return Plan(report, labels, live, wanted)


def _unavailable(wanted: Object, own: Iterable[Object], now: datetime) -> Iterator[str]:
    """The nodes whose pod is not available: it may be ready, but not for long enough.

    Beside one that runs, what a stuck surge left waiting is only made anew.
    """
    seconds = min((wanted.get("spec") or {}).get("minReadySeconds") or 0, _LONGEST)
    for node, group in pod_of.by_node(own).items():
        pod = shown(group)
        if pod and (pod_of.deleting(pod) or not pod_of.available(pod, seconds, now)):
            yield node


def _down(nodes: Iterable[Object], report: PlacementReport) -> Iterator[str]:
    """The nodes that are not ready and have a pod, or get one."""
    counted = {node.node for node in report.nodes if node.should_run or node.pod is not None}
    for node in nodes:
        ready = node_of.condition(node, "Ready")  # a node on paper has none
        if ready is not None and ready.get("status") != "True" and node_of.name(node) in counted:
            yield node_of.name(node)


def _stays_out(node: NodePlacement) -> bool:
    """Whether the node's new pod does not fit, and none is evicted for it."""
    evicts = any(note.startswith(priority.PREEMPTION) for note in node.notes)
    return node.verdict is Verdict.WOULD_NOT_FIT and not evicts


def _owned(pods: Iterable[Object], uid: str | None) -> list[Object]:
    return [pod for pod in pods if uid and pod_of.owner_uid(pod) == uid]
