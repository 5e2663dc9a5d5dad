"""ControllerRevisions: a DaemonSet's history, newest last, and going back to one of them.

Ported from pkg/controller/daemon/update.go (``getPatch``, ``Match``) and kubectl's
polymorphichelpers (``applyDaemonSetHistory``, ``getChangeCause``, ``printHistory``).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain.labels import parse_int64
from dsctl.domain.pods import GENERATION_LABEL, HASH_LABEL, labels, owner_uid
from dsctl.domain.strategy import suspended

CHANGE_CAUSE = "kubernetes.io/change-cause"
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Revision:
    """One row of a history. ``pods`` is None where pods were not counted."""

    number: int
    hash: str
    created: str | None
    change_cause: str | None
    images: tuple[str, ...]
    pods: int | None
    current: bool

    def to_dict(self) -> dict[str, Any]:
        """The row as ``RevisionHistory`` has it."""
        return {
            "number": self.number,
            "hash": self.hash,
            "created": self.created,
            "changeCause": self.change_cause,
            "images": list(self.images),
            "pods": self.pods,
            "current": self.current,
        }


@dataclass(frozen=True, slots=True)
class RevisionHistory:
    """The history of a DaemonSet, oldest revision first."""

    namespace: str
    name: str
    revisions: tuple[Revision, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as ``-o json`` prints it."""
        return {
            "apiVersion": "dsctl/v1",
            "kind": "RevisionHistory",
            "daemonSet": {"namespace": self.namespace, "name": self.name},
            "revisions": [revision.to_dict() for revision in self.revisions],
        }


def owned(revisions: Iterable[Object], uid: str) -> list[Object]:
    """The ControllerRevisions that this DaemonSet controls, by revision number."""
    return sorted((r for r in revisions if owner_uid(r) == uid), key=number)


def number(revision: Object) -> int:
    """``revision``; 0 when unset."""
    return int(revision.get("revision") or 0)


def revision_hash(revision: Object) -> str:
    """Its hash label; its name where the controller has not put the label on yet."""
    metadata = revision.get("metadata") or {}
    return str(labels(revision).get(HASH_LABEL) or metadata.get("name", ""))


def change_cause(obj: Object) -> str | None:
    """The change-cause annotation of a ControllerRevision or a DaemonSet."""
    annotations = (obj.get("metadata") or {}).get("annotations") or {}
    return annotations.get(CHANGE_CAUSE) or None


def template(revision: Object) -> dict[str, Any]:
    """The pod template it recorded; a copy, free to change."""
    spec = (revision.get("data") or {}).get("spec") or {}
    found = copy.deepcopy(dict(spec.get("template") or {}))
    found.pop("$patch", None)
    return found


def is_suspended(revision: Object) -> bool:
    """Whether ``suspend`` made it: with it the DaemonSet runs on no node."""
    return suspended({"spec": {"template": template(revision)}})


def images(pod_template: Object) -> tuple[str, ...]:
    """The images of a pod template, containers before init containers, each once."""
    spec = pod_template.get("spec") or {}
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return tuple(dict.fromkeys(str(c["image"]) for c in containers if c.get("image")))


def apply(daemonset: Object, revision: Object) -> dict[str, Any]:
    """A copy of the DaemonSet with the revision's template in place of its own.

    A revision records its template with ``$patch: replace``, so nothing of the live one is left.
    """
    spec = {**(daemonset.get("spec") or {}), "template": template(revision)}
    return {**copy.deepcopy(dict(daemonset)), "spec": copy.deepcopy(spec)}


def matches(daemonset: Object, revision: Object) -> bool:
    """True when the revision records exactly the DaemonSet's template.

    Nulls are ignored: servers of different versions write ``creationTimestamp: null`` or not.
    """
    own = (daemonset.get("spec") or {}).get("template") or {}
    return bool(without_nulls(own) == without_nulls(template(revision)))


def records(daemonset: Object, revision: Object) -> bool:
    """True when the controller itself would take the revision for this template (``Match``).

    Stricter than ``matches``: the controller compares bytes, so that nulls count.
    """
    spec = (revision.get("data") or {}).get("spec") or {}
    own = (daemonset.get("spec") or {}).get("template") or {}
    return bool({"$patch": "replace", **own} == spec.get("template"))


def current(daemonset: Object, revisions: Iterable[Object]) -> Object | None:
    """The newest revision that records the DaemonSet's template; None before there is one."""
    found = [revision for revision in revisions if matches(daemonset, revision)]
    return max(found, key=number, default=None)


def newest(revisions: Iterable[Object]) -> Object | None:
    """The revision with the highest number: the one whose pods count as updated."""
    return max(revisions, key=number, default=None)


def template_generation(daemonset: Object) -> int | None:
    """The deprecated template generation; None when absent or unreadable."""
    annotations = (daemonset.get("metadata") or {}).get("annotations") or {}
    text = annotations.get(TEMPLATE_GENERATION)
    return None if text is None else parse_int64(text)


def is_pod_updated(pod: Object, newest_hash: str | None, generation: int | None) -> bool:
    """True when the pod counts as updated: by its hash, **or** by its template generation.

    Ported from ``IsPodUpdated``. The labels of any object with metadata are looked at.
    """
    own = labels(pod)
    if newest_hash and own.get(HASH_LABEL) == newest_hash:
        return True
    return generation is not None and own.get(GENERATION_LABEL) == str(generation)


def history(
    daemonset: Object, revisions: Iterable[Object], pods: Iterable[Object] | None = None
) -> RevisionHistory:
    """The rows of ``rollout history``. ``revisions``: those of ``owned``; ``pods``: its own."""
    ordered = sorted(revisions, key=number)
    now = current(daemonset, ordered)
    counts: dict[str, int] | None = None
    if pods is not None:
        counts = {}
        for pod in pods:
            own = labels(pod).get(HASH_LABEL, "")
            counts[own] = counts.get(own, 0) + 1
    metadata = daemonset.get("metadata") or {}
    rows = tuple(_row(revision, counts, current=revision is now) for revision in ordered)
    return RevisionHistory(metadata.get("namespace", ""), metadata.get("name", ""), rows)


def _row(revision: Object, counts: Mapping[str, int] | None, *, current: bool) -> Revision:
    own = revision_hash(revision)
    return Revision(
        number=number(revision),
        hash=own,
        created=(revision.get("metadata") or {}).get("creationTimestamp"),
        change_cause=change_cause(revision),
        images=images(template(revision)),
        pods=None if counts is None else counts.get(own, 0),
        current=current,
    )


def without_nulls(value: Any) -> Any:
    """The same without keys whose value is null, at any depth."""
    if isinstance(value, Mapping):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
