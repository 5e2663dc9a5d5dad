"""The change cause: why a template is as it is, as ``rollout history`` tells.

It is an annotation of the DaemonSet. The controller copies a DaemonSet's annotations into a
ControllerRevision at the moment it makes one (``snapshot`` in pkg/controller/daemon/update.go) and
never again, so the cause must be right in the write that changes the template, and a template that
comes back has a revision with its old cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.domain.revisions import CHANGE_CAUSE, change_cause

Object = Mapping[str, Any]


def at_stake(live: Object | None, cause: str | None) -> bool:
    """Whether a write has to care: there is a cause to record, or an old one to clear."""
    return cause is not None or (live is not None and CHANGE_CAUSE in _annotations(live))


def with_cause(obj: Object, cause: str | None) -> dict[str, Any]:
    """A copy with this change cause; None takes the annotation out.

    Annotations that are no map are left for the server to refuse.
    """
    metadata = dict(obj.get("metadata") or {})
    if not isinstance(metadata.get("annotations") or {}, Mapping):
        return dict(obj)
    annotations = {k: v for k, v in _annotations(obj).items() if k != CHANGE_CAUSE}
    if cause is not None:
        annotations[CHANGE_CAUSE] = cause
    if annotations or "annotations" in metadata:
        metadata["annotations"] = annotations
    return {**obj, "metadata": metadata}


def after_change(live: Object, wanted: Object, cause: str | None) -> dict[str, Any]:
    """``wanted``, whose template is another than the live one's, with the cause it shall have.

    That is ``cause``; else one that ``wanted`` itself brings. One that is still the live object's
    explains the change before this one, and goes.
    """
    own = change_cause(wanted)
    if cause is None and own is not None and own != change_cause(live):
        return dict(wanted)
    return with_cause(wanted, cause)


def kept(live: Object, wanted: Object) -> dict[str, Any]:
    """``wanted``, whose template is the live one's, with the live cause unless it has its own."""
    if change_cause(wanted) is not None or CHANGE_CAUSE not in _annotations(live):
        return dict(wanted)
    return with_cause(wanted, _annotations(live)[CHANGE_CAUSE])


def _annotations(obj: Object) -> Mapping[str, Any]:
    found = (obj.get("metadata") or {}).get("annotations")
    return found if isinstance(found, Mapping) else {}
