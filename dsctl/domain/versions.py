"""Versions of a pod template: a recorded revision, or the DaemonSet as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsctl.domain import revisions
from dsctl.errors import NotFound

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """A template, and the revision that records it; ``number`` None: none does yet."""

    template: Object
    number: int | None
    hash: str | None

    def __str__(self) -> str:
        """``revision 3``."""
        return "not recorded yet" if self.number is None else f"revision {self.number}"

    def to_dict(self) -> dict[str, Any]:
        """Which revision it is, for a report."""
        return {"revision": self.number, "hash": self.hash}


def numbered(daemonset: Object, known: Sequence[Object], number: int) -> Object:
    """The revision of this number. Raises NotFound, which lists those that there are."""
    for revision in known:
        if revisions.number(revision) == number:
            return revision
    name = daemonset["metadata"]["name"]
    numbers = [str(revisions.number(revision)) for revision in known]
    if not numbers:
        hint = f"daemonset {name!r} has no revision yet"
    elif len(numbers) == 1:
        hint = f"daemonset {name!r} has revision {numbers[0]} only"
    else:
        hint = f"daemonset {name!r} has revisions {', '.join(numbers)}"
    raise NotFound(f"unable to find specified revision {number} in history", hint=hint)


def of_revision(revision: Object) -> Version:
    """The version that a revision records."""
    return Version(
        revisions.template(revision),
        revisions.number(revision),
        revisions.revision_hash(revision),
    )


def live(daemonset: Object, known: Sequence[Object]) -> Version:
    """The version that the DaemonSet has now; its template as the live object has it."""
    found = revisions.current(daemonset, known)
    template = (daemonset.get("spec") or {}).get("template") or {}
    if found is None:
        return Version(template, None, None)
    return Version(template, revisions.number(found), revisions.revision_hash(found))


def pair(
    daemonset: Object, known: Sequence[Object], old: int | None, new: int | None
) -> tuple[Version, Version]:
    """What to compare: ``old`` with ``new``, by default the last other one with the live one.

    Raises NotFound where there is no such revision, or no other one.
    """
    after = live(daemonset, known)
    if new is not None:
        after = of_revision(numbered(daemonset, known, new))
    if old is not None:
        return of_revision(numbered(daemonset, known, old)), after
    others = [revision for revision in known if revisions.number(revision) != after.number]
    if not others:
        name = daemonset["metadata"]["name"]
        raise NotFound(
            f"daemonset {name!r} has no earlier revision to compare with"
            if known
            else f"daemonset {name!r} has no rollout history yet"
        )
    return of_revision(others[-1]), after
