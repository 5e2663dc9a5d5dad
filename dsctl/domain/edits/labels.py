"""Labels and annotations set and removed.

Ported from ``labelFunc``, ``updateDataChangeMsg`` and ``validateNoOverwrites`` (kubectl
``cmd/label/label.go``) and ``updateAnnotations`` (``cmd/annotate/annotate.go``).
"""

from __future__ import annotations

from typing import Any

from dsctl.domain.edits import Edited, with_metadata
from dsctl.domain.edits.pairs import Pairs
from dsctl.domain.revisions import CHANGE_CAUSE
from dsctl.errors import AnswerIsNo


def label(obj: dict[str, Any], pairs: Pairs, *, overwrite: bool) -> Edited:
    """Set and remove labels. Raises AnswerIsNo for another value without ``overwrite``."""
    found = _map_of(obj, "labels")
    if not overwrite:
        taken = _taken(found, pairs)
        if taken:
            said = [f"'{key}' already has a value ({found[key]})" for key in taken]
            listed = said[0] if len(said) == 1 else "[" + ", ".join(said) + "]"
            raise AnswerIsNo(
                f"{listed}, and --overwrite is false", hint="--overwrite sets the new value"
            )
    added = [key for key, value in pairs.new.items() if found.get(key) != value]
    removed = [key for key in pairs.removed if key in found]
    missing = tuple(f'label "{key}" not found.' for key in pairs.removed if key not in found)
    return Edited(
        with_metadata(obj, labels=_changed(found, pairs, obj, "labels")),
        _word(bool(added), bool(removed)),
        lines=missing,
    )


def annotate(obj: dict[str, Any], pairs: Pairs, *, overwrite: bool) -> Edited:
    """Set and remove annotations. Raises AnswerIsNo for another value without ``overwrite``.

    The change cause of a rollout may always be overwritten.
    """
    found = _map_of(obj, "annotations")
    if not overwrite:
        taken = [key for key in _taken(found, pairs) if key != CHANGE_CAUSE]
        if taken:
            said = "; ".join(f"'{key}' already has a value ({found[key]})" for key in taken)
            raise AnswerIsNo(
                "--overwrite is false but found the following declared annotation(s): " + said,
                hint="--overwrite sets the new value",
            )
    changed = _changed(found, pairs, obj, "annotations")
    return Edited(with_metadata(obj, annotations=changed), "annotated")


def _map_of(obj: dict[str, Any], field: str) -> dict[str, str]:
    return (obj.get("metadata") or {}).get(field) or {}


def _taken(found: dict[str, str], pairs: Pairs) -> list[str]:
    return [key for key, value in pairs.new.items() if key in found and found[key] != value]


def _changed(
    found: dict[str, str], pairs: Pairs, obj: dict[str, Any], field: str
) -> dict[str, str] | None:
    """The map as it shall be; None where it was absent and stays empty."""
    changed = {k: v for k, v in {**found, **pairs.new}.items() if k not in pairs.removed}
    return changed if changed or field in (obj.get("metadata") or {}) else None


def _word(added: bool, removed: bool) -> str:
    if added and removed:
        return "modified"
    return "labeled" if added else "unlabeled" if removed else "not labeled"
