"""Moving a DaemonSet to another selector, as pure steps: what it remembers, and each pod's labels.

What a migration knows is in the cluster, so that it can be carried on after any interruption: in an
annotation of the former DaemonSet's ControllerRevisions, which outlive it, and of the new one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dsctl.domain import pods as pod_of
from dsctl.domain import revisions as revision_of
from dsctl.domain.changes import changes
from dsctl.domain.held import name_of
from dsctl.domain.hold import pause, resume
from dsctl.domain.orphans import ADDED_LABELS
from dsctl.domain.pods import labels
from dsctl.domain.revisions import CHANGE_CAUSE, TEMPLATE_GENERATION
from dsctl.domain.selectors import Selector, from_label_selector
from dsctl.domain.strategy import (
    MIGRATING_ANNOTATION,
    has_paused_strategy,
    rolls,
    suspended,
)
from dsctl.domain.templates import RESTARTED_AT
from dsctl.errors import AnswerIsNo

Object = Mapping[str, Any]

#: holds a State, on ControllerRevisions and on the new DaemonSet, until the migration is done
STATE = MIGRATING_ANNOTATION
#: what the pods keep of their former labels, for ``--drop-old-labels`` later
OLD_LABELS = "dsctl/old-labels"
#: the field manager of both
MANAGER = "dsctl-migrate"


@dataclass(frozen=True, slots=True)
class State:
    """What a migration of DaemonSet ``name`` must remember.

    ``uid``: of the one that goes; ``old``: its manifest without the template, which the
    ControllerRevision with the hash ``revision`` records; ``labels``: of its pods, by its template;
    ``hashes``: those of pods that count as updated; ``turn``: the higher, the later.
    """

    name: str
    uid: str
    revision: str
    hashes: tuple[str, ...]
    labels: Mapping[str, str]
    old: Mapping[str, Any]
    turn: int = 1

    def text(self) -> str:
        """As the annotation has it."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @property
    def selector(self) -> Selector:
        """The selector of the DaemonSet that goes."""
        return from_label_selector(self.old["spec"].get("selector"))


def state_of(obj: Object) -> State | None:
    """The State in its annotation; None where there is none, or none that can be read."""
    annotations = (obj.get("metadata") or {}).get("annotations") or {}
    try:
        found = json.loads(annotations.get(STATE) or "null")
        return None if found is None else State(**{**found, "hashes": tuple(found["hashes"])})
    except (ValueError, TypeError, KeyError):
        return None


def begin(
    live: Object, revisions: Iterable[Object], pods: Iterable[Object], earlier: State | None
) -> State:
    """The State to begin with. ``revisions`` and ``pods``: its own.

    Raises AnswerIsNo where it is held, or where a rollout is under way: its old pods would be
    replaced while nobody knows which of the two did it.
    """
    name = name_of(live)
    if suspended(live):
        raise AnswerIsNo(
            f"daemonset {name!r} is suspended", hint=f"release it first: dsctl unsuspend {name}"
        )
    if has_paused_strategy(live) and earlier is None:
        raise AnswerIsNo(
            f"daemonset {name!r} is paused",
            hint=f"let it go on first: dsctl rollout resume {name}",
        )
    current = revision_of.current(live, revisions)
    if current is None:
        raise AnswerIsNo(
            f"daemonset {name!r}: no ControllerRevision records its template yet",
            hint="the controller makes one within seconds, if it runs: try again",
        )
    newest, generation = revision_of.revision_hash(current), revision_of.template_generation(live)
    updated, old = [], 0
    for pod in pods:
        if revision_of.is_pod_updated(pod, newest, generation):
            updated.append(pod)
        else:
            old += 1
    if old and rolls(live):
        raise AnswerIsNo(
            f"daemonset {name!r}: {old} of {old + len(updated)} pods run an older template",
            hint=f"let the rollout end first: dsctl rollout status {name}",
        )
    hashes = {newest, *(own for pod in updated if (own := pod_of.revision_hash(pod)))}
    if earlier is not None:
        hashes.update(earlier.hashes)
        live = resume(live, force=True)
    return State(
        name=name,
        uid=live["metadata"]["uid"],
        revision=newest,
        hashes=tuple(sorted(hashes)),
        labels=_template_labels(live),
        old=_remembered(live),
        turn=earlier.turn + 1 if earlier else 1,
    )


def _remembered(live: Object) -> dict[str, Any]:
    """Its manifest, to be applied again: without the template and what the server fills in."""
    metadata = live["metadata"]
    annotations = {
        key: value
        for key, value in (metadata.get("annotations") or {}).items()
        if key not in (STATE, OLD_LABELS, TEMPLATE_GENERATION, CHANGE_CAUSE)
    }
    kept: dict[str, Any] = {"name": metadata["name"], "namespace": metadata["namespace"]}
    if metadata.get("labels"):
        kept["labels"] = metadata["labels"]
    if annotations:
        kept["annotations"] = annotations
    spec = {key: value for key, value in live["spec"].items() if key != "template"}
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": kept, "spec": spec}


def old_manifest(state: State, revisions: Iterable[Object]) -> dict[str, Any] | None:
    """The manifest of the DaemonSet that goes; None where its template is recorded no more."""
    for revision in revisions:
        if revision_of.revision_hash(revision) == state.revision:
            template = revision_of.template(revision)
            return {**state.old, "spec": {**state.old["spec"], "template": template}}
    return None


def with_restart(template: Object, manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with what ``rollout restart`` left in the live template, which no file has."""
    metadata = template.get("metadata") or {}
    restarted = (metadata.get("annotations") or {}).get(RESTARTED_AT)
    own = (manifest.get("spec") or {}).get("template")
    if restarted is None or not isinstance(own, dict):
        return manifest
    inner = own.get("metadata") or {}
    annotations = {RESTARTED_AT: restarted, **(inner.get("annotations") or {})}
    changed = {**own, "metadata": {**inner, "annotations": annotations}}
    return {**manifest, "spec": {**manifest["spec"], "template": changed}}


def refuse_other_changes(template: Object, wanted: Object) -> None:
    """Raise AnswerIsNo where the templates differ in more than labels."""
    found = changes(
        _without_labels(template), _without_labels(wanted["spec"]["template"]), "spec.template"
    )
    if found:
        paths = ", ".join(change.path for change in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise AnswerIsNo(
            f"daemonset {name_of(wanted)!r}: the new template differs in more than labels: "
            f"{paths}{more}",
            hint="migrate with the template as it is, and roll the other changes out afterwards",
        )


def _without_labels(template: Object) -> dict[str, Any]:
    metadata = {k: v for k, v in (template.get("metadata") or {}).items() if k != "labels"}
    return {**template, "metadata": metadata or None}


def early(pod: Object, selector: Selector, new: Mapping[str, str]) -> dict[str, str]:
    """New labels that the pod may get while its DaemonSet, with ``selector``, still owns it."""
    own = labels(pod)
    added = {key: value for key, value in new.items() if key not in own}
    return added if selector.matches({**own, **added}) else {}


def late(pod: Object, new: Mapping[str, str]) -> dict[str, str]:
    """What is left to set once the former DaemonSet is gone."""
    own = labels(pod)
    return {key: value for key, value in new.items() if own.get(key) != value}


def dropped(pod: Object, old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, None]:
    """The former labels to take away; one that someone set to something else stays."""
    own = labels(pod)
    return {k: None for k, value in old.items() if k not in new and own.get(k) == value}


def kept_labels(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The former labels that pods keep beside the new ones."""
    return {key: value for key, value in old.items() if key not in new}


def changed_labels(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Labels that get another value: these can't be kept."""
    return {k: (old[k], new[k]) for k in sorted(old.keys() & new.keys()) if old[k] != new[k]}


def refuse_unmatched(pods: Iterable[Object], wanted: Object) -> None:
    """Raise AnswerIsNo where the new selector refuses pods that keep their former labels."""
    selector = from_label_selector(wanted["spec"]["selector"])
    new = _template_labels(wanted)
    for pod in pods:
        if not selector.matches({**labels(pod), **new}):
            raise AnswerIsNo(
                f"daemonset {name_of(wanted)!r}: the new selector refuses pods that keep their "
                f"former labels, such as {pod_of.name(pod)}",
                hint="a selector may not exclude what the pods have now",
            )


def new_daemonset(manifest: dict[str, Any], state: State) -> dict[str, Any]:
    """The manifest as it is created: paused, with the State."""
    metadata = manifest["metadata"]
    annotations = {**(metadata.get("annotations") or {}), STATE: state.text()}
    return pause({**manifest, "metadata": {**metadata, "annotations": annotations}})


def _template_labels(daemonset: Object) -> dict[str, str]:
    template = (daemonset.get("spec") or {}).get("template") or {}
    return dict((template.get("metadata") or {}).get("labels") or {})


def new_labels(wanted: Object) -> dict[str, str]:
    """The labels of the new template."""
    return _template_labels(wanted)


def service_selects(service: Object, own: Mapping[str, str]) -> bool:
    """Whether the Service selects pods with these labels."""
    selector = (service.get("spec") or {}).get("selector") or {}
    return bool(selector) and all(own.get(key) == value for key, value in selector.items())


def plain(own: Mapping[str, str]) -> dict[str, str]:
    """Labels without those that the controller and the server added."""
    return {key: value for key, value in own.items() if key not in ADDED_LABELS}
