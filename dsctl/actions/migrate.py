"""Where a DaemonSet stands on its way to another selector, and what is left to do.

The steps themselves are in ``migrate_steps``. Everything is read from the cluster, so that a
migration which was interrupted anywhere is carried on by running it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from dsctl.actions.migrate_around import notes, refuse_rivals
from dsctl.actions.targets import Target, read_or_none
from dsctl.actions.writes import same_selector
from dsctl.api.resources import (
    CONTROLLER_REVISIONS,
    DAEMONSETS,
    PODS,
)
from dsctl.domain import migration
from dsctl.domain import pods as pod_of
from dsctl.domain import revisions as revision_of
from dsctl.domain.migration import State
from dsctl.domain.selectors import format_label_selector
from dsctl.domain.templates import same_stored
from dsctl.errors import AnswerIsNo

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


class Stage(Enum):
    """How far it is: the DaemonSet that is there, and which one that is."""

    START = "the former one, as ever"
    ORPHANING = "the former one, being deleted without its pods"
    ORPHANED = "none, and the pods have no owner"
    CREATED = "the new one, not yet let loose"
    DONE = "the new one"


@dataclass(frozen=True, slots=True)
class Scene:
    """What was found. ``wanted``: the new DaemonSet as the server would store it.

    ``pods``: those that it is about; ``revisions``: the ControllerRevisions of the namespace.
    """

    stage: Stage
    target: Target
    manifest: dict[str, Any]
    wanted: Object
    live: dict[str, Any] | None
    state: State | None
    pods: Sequence[Object]
    revisions: Sequence[Object]
    notes: tuple[str, ...] = field(default=())

    @property
    def old_selector(self) -> str:
        """The former selector, for people."""
        if self.state is None:
            return "?"
        return format_label_selector(self.state.old["spec"].get("selector"))

    @property
    def new_selector(self) -> str:
        """The new selector, for people."""
        return format_label_selector(self.wanted["spec"].get("selector"))

    @property
    def changed(self) -> dict[str, tuple[str, str]]:
        """Labels that get another value."""
        old = {} if self.state is None else self.state.labels
        return migration.changed_labels(old, migration.new_labels(self.wanted))

    @property
    def kept(self) -> dict[str, str]:
        """Former labels that the pods keep."""
        old = {} if self.state is None else self.state.labels
        return migration.kept_labels(old, migration.new_labels(self.wanted))


def look(cluster: Cluster, name: str, manifest: dict[str, Any], namespace: str) -> Scene:
    """Read how far it is, and refuse what can't be migrated. Changes nothing.

    Raises NotFound where there is neither a DaemonSet nor a migration of it, AnswerIsNo where it
    must not go on, and what a dry run of the manifest is refused with.
    """
    target = Target(namespace, name)
    live = read_or_none(cluster, target)
    revisions = cluster.list(CONTROLLER_REVISIONS, namespace)["items"]
    marks = marked(revisions, name)
    stage, state = _stage(live, manifest, marks)
    if stage is Stage.ORPHANED and state is None:
        cluster.read(DAEMONSETS, name, namespace)  # raises NotFound in the server's words
    template = _former_template(stage, live, state, revisions)
    manifest = migration.with_restart(template, manifest)
    wanted = _dry_run(cluster, manifest, namespace)
    if stage is Stage.DONE:
        state = migration.state_of(live or {})
    elif stage is Stage.CREATED:
        _refuse_other_manifest(live or {}, wanted)
    else:
        migration.refuse_other_changes(template, wanted)
    pods = cluster.list(PODS, namespace, slim=True)["items"]
    if stage is Stage.START and live is not None:
        own = [pod for pod in pods if pod_of.owner_uid(pod) == live["metadata"]["uid"]]
        own = [pod for pod in own if not pod_of.deleting(pod)]
        earlier = migration.state_of(live)
        mine = revision_of.owned(revisions, live["metadata"]["uid"])
        state = migration.begin(live, mine, own, earlier)
        migration.refuse_unmatched(own, wanted)
        refuse_rivals(cluster, target, own, wanted)
    else:
        uid = None if live is None else live["metadata"]["uid"]
        own = mine_of(pods, state, marks, uid)
    scene = Scene(stage, target, manifest, wanted, live, state, own, revisions)
    return replace(scene, notes=notes(cluster, scene, pods))


def marked(revisions: Sequence[Object], name: str) -> list[tuple[State, Object]]:
    """The ControllerRevisions that a migration of ``name`` has marked, the latest last."""
    found = [
        (state, revision)
        for revision in revisions
        if (state := migration.state_of(revision)) is not None and state.name == name
    ]
    return sorted(found, key=lambda one: one[0].turn)


def _stage(
    live: dict[str, Any] | None, manifest: Object, marks: list[tuple[State, Object]]
) -> tuple[Stage, State | None]:
    left = [state for state, revision in marks if pod_of.owner_uid(revision) is None]
    latest = left[-1] if left else None
    if live is None:
        return Stage.ORPHANED, latest
    if live["metadata"].get("deletionTimestamp"):
        return Stage.ORPHANING, _orphaning(live, marks)
    if not same_selector(live, manifest):
        return Stage.START, None
    state = migration.state_of(live) or latest
    return (Stage.DONE, None) if state is None else (Stage.CREATED, state)


def _orphaning(live: Object, marks: list[tuple[State, Object]]) -> State:
    """The State of the deletion that is under way. Raises AnswerIsNo where pods go with it."""
    metadata = live["metadata"]
    own = [(state, revision) for state, revision in marks if state.uid == metadata["uid"]]
    released = any(pod_of.owner_uid(revision) is None for _, revision in own)
    if not own or not (released or "orphan" in (metadata.get("finalizers") or ())):
        raise AnswerIsNo(
            f"daemonset {metadata['name']!r} is being deleted since "
            f"{metadata['deletionTimestamp']}",
            hint="wait until it is gone; what it leaves can be adopted: dsctl adopt -f FILE",
        )
    return own[-1][0]


def _former_template(
    stage: Stage, live: Object | None, state: State | None, revisions: Sequence[Object]
) -> Object:
    if live is not None:
        found: Object = live["spec"]["template"]
        return found
    old = migration.old_manifest(state, revisions) if state else None
    if old is None:
        raise AnswerIsNo(
            "the ControllerRevision that records the former template is gone",
            hint="create the new DaemonSet over its pods: dsctl adopt -f FILE --plan",
        )
    template: Object = old["spec"]["template"]
    return template


def _dry_run(cluster: Cluster, manifest: dict[str, Any], namespace: str) -> Object:
    """The new DaemonSet as it would be stored, under another name: its own is taken."""
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "name"}
    name = manifest["metadata"]["name"]
    body = {**manifest, "metadata": {**metadata, "generateName": f"{name[:40]}-"}}
    found = cluster.create(
        DAEMONSETS, body, namespace, field_manager="dsctl", field_validation="Strict", dry_run=True
    )
    return {**found, "metadata": {**found["metadata"], "name": name}}


def _refuse_other_manifest(live: Object, wanted: Object) -> None:
    if not same_stored(live, wanted):
        name = live["metadata"]["name"]
        raise AnswerIsNo(
            f"daemonset {name!r}: a migration of it is under way, to another pod template than "
            "this manifest has",
            hint="end it with the manifest that it began with, then apply the other",
        )


def mine_of(
    pods: Sequence[Object],
    state: State | None,
    marks: Sequence[tuple[State, Object]],
    uid: str | None,
) -> list[Object]:
    """The pods that a migration is about: of the former and the new DaemonSet, and its orphans.

    ``uid``: of the DaemonSet that is there. An orphan is known by its hash, which a revision of
    the former one has.
    """
    if state is None:
        return pod_of.owned_by(uid, pods)
    hashes = {*state.hashes, *(revision_of.revision_hash(revision) for _, revision in marks)}
    for earlier, _ in marks:
        hashes.update(earlier.hashes)
    owners = {uid, state.uid} - {None}

    def mine(pod: Object) -> bool:
        owner = pod_of.owner_uid(pod)
        return owner in owners if owner else pod_of.revision_hash(pod) in hashes

    return [pod for pod in pods if mine(pod) and not pod_of.deleting(pod)]
