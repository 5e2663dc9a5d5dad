"""Record why a template changes, and take away what explained the change before.

Whoever writes a template calls one of these: ``of_wanted`` for a whole object that is worked out
here, ``of_patch`` for a patch that the server works out; ``apply`` has its own in
``apply_cause``. After the write, ``record`` sees to a revision that came back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.actions import owned
from dsctl.api.resources import CONTROLLER_REVISIONS
from dsctl.domain import changecause, revisions
from dsctl.domain.mergepatch import merge_patch
from dsctl.domain.templates import same_stored
from dsctl.errors import BadRequest, DsctlError

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = dict[str, Any]

#: said where a cause was given and there is no change that it could explain
NOT_RECORDED = "note: the template did not change: the change cause is not recorded"


def of_wanted(
    live: Object, wanted: Object, cause: str | None, try_out: Callable[[Object], Object]
) -> Object:
    """``wanted`` with the change cause it shall have; the template alone decides.

    ``try_out`` sends it as a dry run and returns what the server makes of it: a template may
    differ in what the server fills in. It is called only where a cause is at stake, and raises
    what the write would.
    """
    if not changecause.at_stake(live, cause) or same_stored(live, wanted):
        return wanted
    if same_stored(live, tried(wanted, try_out)):
        return wanted
    return changecause.after_change(live, wanted, cause)


def of_patch(live: Object, result: Object, cause: str | None) -> Object:
    """What to merge into a patch, of which ``result`` is the outcome of a dry run.

    A merge patch of ``metadata.annotations``, or empty.
    """
    if not changecause.at_stake(live, cause) or same_stored(live, result):
        return {}
    return merge_patch(result, changecause.after_change(live, result, cause))


def tried(wanted: Object, try_out: Callable[[Object], Object]) -> Object:
    """The outcome of a dry run; ``wanted`` itself where an admission webhook can't do one."""
    try:
        return try_out(wanted)
    except BadRequest as error:
        if "dry run" not in error.message:
            raise
        return wanted


def record(
    cluster: Cluster, before: Mapping[str, Any] | None, after: Object, cause: str | None
) -> tuple[str, ...]:
    """See that history tells ``cause`` of the template that was written; notes for the user.

    A template that was there before has its ControllerRevision already, and the controller only
    gives that a new number: its annotation is set here. Where that fails, the notes say so.
    """
    if cause is None:
        return ()
    if before is not None and same_stored(before, after):
        return (NOT_RECORDED,)
    body = {"metadata": {"annotations": {revisions.CHANGE_CAUSE: cause}}}
    try:
        current = revisions.current(after, owned.revisions(cluster, after))
        if current is not None and revisions.change_cause(current) != cause:
            name, namespace = current["metadata"]["name"], after["metadata"]["namespace"]
            cluster.patch(CONTROLLER_REVISIONS, name, body, namespace)
    except DsctlError as error:
        return (f"note: history may tell an older change cause: {error.message}",)
    return ()
