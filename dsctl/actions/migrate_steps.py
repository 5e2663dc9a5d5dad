"""The steps of a migration to another selector, from wherever ``migrate.look`` found it.

Each does nothing where it has been done, so that whoever is interrupted runs them all again. No
pod is without its labels, and no rolling update is on, before the controller itself counts the pods
as updated: else it would replace them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.actions import hold, modify
from dsctl.actions import migrate_writes as writes
from dsctl.actions.create import create
from dsctl.actions.migrate import Scene, Stage, marked, mine_of
from dsctl.actions.migrate_waits import Waits
from dsctl.actions.relabel import relabel
from dsctl.actions.targets import Target, of_object
from dsctl.actions.writes import WriteOptions
from dsctl.api.resources import CONTROLLER_REVISIONS, PODS
from dsctl.domain import adoption, migration
from dsctl.domain import hold as holds
from dsctl.domain import pods as pod_of
from dsctl.domain import revisions as revision_of
from dsctl.domain.migration import MANAGER, OLD_LABELS, STATE, State
from dsctl.domain.pods import HASH_LABEL
from dsctl.domain.strategy import has_paused_strategy
from dsctl.errors import (
    ClusterError,
)

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: after pods changed their labels, so long the controller gets to see it, in seconds
_SETTLE = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step that is done, in words."""

    number: int
    total: int
    text: str


class Steps:
    """Iterate: every step once it is done.

    ``keep`` puts the former manifest into a file and returns its name; ``timeout`` in seconds, for
    all of it. Afterwards ``missing`` names the pods that were there at the beginning and are not
    any more; ``started`` tells whether the former DaemonSet is deleted, ``labelled`` whether pods
    may have new labels. Raises AnswerIsNo where someone else's change stands in the way.
    """

    def __init__(
        self,
        cluster: Cluster,
        scene: Scene,
        keep: Callable[[dict[str, Any]], str],
        *,
        drop_old_labels: bool,
        timeout: float,
        on_trouble: Callable[[ClusterError], None] | None = None,
    ) -> None:
        self.missing: tuple[str, ...] = ()
        self.started = scene.stage is not Stage.START
        self.labelled = self.started
        self._cluster = cluster
        self._scene = scene
        self._keep = keep
        self._drop = drop_old_labels
        self._waits = Waits(cluster, time.monotonic() + timeout, on_trouble)
        self._namespace = scene.target.namespace
        self._name = scene.target.name
        self._before = {pod_of.uid(pod): pod_of.name(pod) for pod in scene.pods}
        self._new_labels = migration.new_labels(scene.wanted)
        if scene.state is None:
            raise ValueError("nothing to migrate")
        self._state: State = scene.state
        self._uid = ""  # of the new one
        if scene.stage is Stage.CREATED and scene.live is not None:
            self._uid = scene.live["metadata"]["uid"]

    @property
    def old_labels(self) -> Mapping[str, str]:
        """The labels of the former template."""
        return self._state.labels

    @property
    def new_labels(self) -> Mapping[str, str]:
        """The labels of the new template."""
        return self._new_labels

    def __iter__(self) -> Iterator[Step]:
        """The steps, as they are done."""
        todo = self._todo()
        for number, step in enumerate(todo, 1):
            yield Step(number, len(todo), step())

    def _todo(self) -> list[Callable[[], str]]:
        stage = self._scene.stage
        first: list[Callable[[], str]] = [self._keep_old]
        if stage is Stage.START:
            first += [self._mark, self._add_labels, self._delete]
        if stage in (Stage.START, Stage.ORPHANING):
            first.append(self._wait_gone)
        if stage is not Stage.CREATED:
            first += [self._change_labels, self._create]
        last = [self._drop_labels] if self._drop else []
        return [
            *first,
            self._wait_adopted,
            self._set_hash,
            self._check_uids,
            self._let_loose,
            self._forget_revisions,
            *last,
            self._finish,
        ]

    def _keep_old(self) -> str:
        live = self._scene.live
        if self._scene.stage is Stage.START and live is not None:
            spec = {**self._state.old["spec"], "template": live["spec"]["template"]}
            return f"its manifest is kept in {self._keep({**self._state.old, 'spec': spec})}"
        old = migration.old_manifest(self._state, self._scene.revisions)
        if old is None:
            return "the former manifest was kept when the migration began"
        return f"the former manifest is kept in {self._keep(old)}"

    def _mark(self) -> str:
        """Remember in the cluster what is about to happen."""
        own = revision_of.owned(self._revisions(), self._state.uid)
        for revision in own:
            writes.annotate_revision(self._cluster, revision, self._state.text())
        return f"the migration is recorded in its {_count(len(own), 'ControllerRevision')}"

    def _add_labels(self) -> str:
        selector = self._state.selector
        self.labelled = True
        own = [p for p in self._pods() if pod_of.owner_uid(p) == self._state.uid]
        count = relabel(
            self._cluster,
            own,
            lambda pod: migration.early(pod, selector, self._new_labels),
            MANAGER,
        )
        return f"{_count(count, 'pod')} got new labels and keep the old"

    def _delete(self) -> str:
        """Delete just the DaemonSet that was looked at, and never its pods."""
        writes.delete_former(self._cluster, self._scene.live or {}, self._state.uid)
        self.started = True
        return "the DaemonSet is deleted, its pods stay"

    def _wait_gone(self) -> str:
        self._waits.gone(Target(self._namespace, self._name, self._state.uid))
        return "it is gone"

    def _change_labels(self) -> str:
        """Those that only now can change, and those of pods that came in between."""
        own = self._pods()
        count = relabel(
            self._cluster, own, lambda pod: migration.late(pod, self._new_labels), MANAGER
        )
        if count:
            # A controller that has not seen them yet would make a second pod for each node.
            time.sleep(_SETTLE)
        return f"{_count(len(own), 'pod')} without an owner have the new labels"

    def _create(self) -> str:
        own = self._pods()
        generation = adoption.next_generation(self._scene.wanted, own)
        body = migration.new_daemonset(self._scene.manifest, self._state)
        body = adoption.with_generation(body, generation)
        done = create(self._cluster, body, self._namespace, WriteOptions("dsctl"))
        self._uid = done.obj["metadata"]["uid"]
        return "the new DaemonSet is created, and held"

    def _wait_adopted(self) -> str:
        self._waits.adopted(self._target(), self._before)
        return f"{_count(len(self._before), 'pod')} have the new owner"

    def _set_hash(self) -> str:
        """Let the pods count as updated, and wait until the controller counts them so."""
        new = self._waits.new_hash(self._target())
        own = [pod for pod in self._pods() if pod_of.owner_uid(pod) == self._uid]
        known = set(self._state.hashes) - {new}
        renamed = [pod for pod in own if pod_of.revision_hash(pod) in known]
        relabel(self._cluster, renamed, lambda pod: {HASH_LABEL: new}, MANAGER)
        today = known | {new}
        old = {pod_of.target_node(p) for p in own if pod_of.revision_hash(p) not in today}
        self._waits.counted(self._target(), len(old))
        return f"{_count(len(own), 'pod')} count as updated (revision {new})" + (
            f", {len(old)} do not, as before" if old else ""
        )

    def _check_uids(self) -> str:
        own = {pod_of.uid(p) for p in self._pods() if pod_of.owner_uid(p) == self._uid}
        self.missing = tuple(name for uid, name in self._before.items() if uid not in own)
        stayed = len(self._before) - len(self.missing)
        return f"{stayed} of {len(self._before)} pods are the same, by uid"

    def _let_loose(self) -> str:
        live = modify.read(self._cluster, self._target())
        if not has_paused_strategy(live):
            return "the update strategy is as the manifest has it"
        hold.change(
            self._cluster,
            of_object(live),
            lambda found: holds.resume(found, ends_migration=True),
            dry_run=False,
            operation="resumed",
            unchanged="not paused",
        )
        return "the update strategy is as the manifest has it"

    def _forget_revisions(self) -> str:
        """Delete the former one's ControllerRevisions; those that the new one owns stay."""
        gone = 0
        for revision in self._revisions():
            found = migration.state_of(revision)
            if found is None or found.name != self._name:
                continue
            owner = pod_of.owner_uid(revision)
            if owner is None:
                gone += writes.delete_revision(self._cluster, revision)
            elif owner == self._uid:
                writes.annotate_revision(self._cluster, revision, None)
        return f"{_count(gone, 'former ControllerRevision')} deleted"

    def _drop_labels(self) -> str:
        own = [pod for pod in self._pods() if pod_of.owner_uid(pod) == self._uid]
        return drop_labels(self._cluster, own, self._state.labels, self._new_labels)

    def _finish(self) -> str:
        kept = {} if self._drop else migration.kept_labels(self._state.labels, self._new_labels)

        def change(live: dict[str, Any]) -> dict[str, Any]:
            return writes.annotated(writes.annotated(live, STATE, None), OLD_LABELS, _text(kept))

        target = of_object(modify.read(self._cluster, self._target()))
        modify.modify(self._cluster, target, change, WriteOptions(MANAGER), operation="migrated")
        return "done"

    def _pods(self) -> list[Object]:
        """The pods that it is about, as they are now."""
        pods = self._cluster.list(PODS, self._namespace, label_selector=HASH_LABEL, slim=True)
        marks = marked(self._revisions(), self._name)
        return mine_of(pods["items"], self._state, marks, self._uid or None)

    def _revisions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._cluster.list(CONTROLLER_REVISIONS, self._namespace)[
            "items"
        ]
        return found

    def _target(self) -> Target:
        """The new DaemonSet."""
        return Target(self._namespace, self._name, self._uid)


def forget_labels(cluster: Cluster, scene: Scene, old: Mapping[str, str]) -> str:
    """``--drop-old-labels`` after a migration; what was done, in words."""
    if scene.live is None:
        raise ValueError("nothing is there")
    said = drop_labels(cluster, scene.pods, old, migration.new_labels(scene.wanted))
    modify.modify(
        cluster,
        of_object(scene.live),
        lambda live: writes.annotated(live, OLD_LABELS, None),
        WriteOptions(MANAGER),
        operation="migrated",
    )
    return said


def drop_labels(
    cluster: Cluster, pods: Sequence[Object], old: Mapping[str, str], new: Mapping[str, str]
) -> str:
    """Take the former labels from these pods; what was done, in words."""
    count = relabel(cluster, pods, lambda pod: migration.dropped(pod, old, new), MANAGER)
    return f"{_count(count, 'pod')} lost the old labels"


def _text(labels: Mapping[str, str]) -> str | None:
    import json

    return json.dumps(labels, sort_keys=True) if labels else None


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
