"""Save what someone changed in an editor: their changes, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dsctl.actions import edits
from dsctl.actions.modify import read
from dsctl.actions.writes import WriteOptions, refuse_selector_change
from dsctl.api.resources import DAEMONSETS
from dsctl.domain.edits import Edited
from dsctl.domain.edits.threeway import Clash, merge
from dsctl.domain.mergepatch import merge_patch
from dsctl.errors import Conflict

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.api.client import Cluster

_TRIES = 8

Object = dict[str, Any]


class Clashed(Conflict):
    """Someone else changed the same fields meanwhile. ``clashes`` says which."""

    def __init__(self, name: str, clashes: tuple[Clash, ...]) -> None:
        fields = "a field that you changed" if len(clashes) == 1 else "fields that you changed"
        super().__init__(
            f'daemonsets.apps "{name}" could not be patched: {fields} changed meanwhile',
            hint=f"nothing of it was changed; look at it: dsctl edit {name}",
        )
        self.detail = "\n".join(
            f"  {clash.path}: you saw {_text(clash.base)} and wrote {_text(clash.edited)}; "
            f"now it is {_text(clash.live)}"
            for clash in clashes
        )


def save(
    cluster: Cluster, target: Target, base: Object, edited: Object, options: WriteOptions
) -> Edited:
    """Do the changes from ``base`` to ``edited`` to the live object; what is stored then.

    Raises AnswerIsNo for another selector, Clashed where someone else changed the same, and what
    ``edits.edit`` raises.
    """

    def change(live: Object) -> Edited:
        wanted, clashes = merge(base, edited, live)
        if clashes:
            raise Clashed(target.name, clashes)
        refuse_selector_change(live, wanted, says="the file says")
        return Edited(wanted, "edited")

    return edits.edit(cluster, replace(target, obj=None), change, options)


def save_subresource(
    cluster: Cluster,
    target: Target,
    sides: tuple[Object, Object],
    options: WriteOptions,
    subresource: str,
) -> Edited:
    """As ``save``, for the subresource alone. ``sides``: base and edited."""
    base, edited = sides
    for attempt in range(_TRIES):
        live = read(cluster, replace(target, obj=None))
        wanted, clashes = merge(base, edited, live)
        if clashes:
            raise Clashed(target.name, clashes)
        guard = {k: live["metadata"][k] for k in ("uid", "resourceVersion")}
        own = {subresource: merge_patch(live, wanted).get(subresource, {})}
        try:
            after = cluster.patch(
                DAEMONSETS,
                target.name,
                {**own, "metadata": guard},
                target.namespace,
                subresource=subresource,
                field_manager=options.manager,
                field_validation=options.validation,
            )
            return Edited(after, "edited")
        except Conflict:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def only_status(base: Mapping[str, Any], edited: Mapping[str, Any]) -> bool:
    """Whether nothing but the status was changed, which only ``--subresource`` takes."""
    return base != edited and all(
        base.get(key) == edited.get(key) for key in {*base, *edited} - {"status"}
    )


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    written = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return written if len(written) <= 60 else written[:57] + "..."
