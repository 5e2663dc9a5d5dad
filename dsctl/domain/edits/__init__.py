"""Changes to a DaemonSet as pure functions: the object goes in, as it shall be it comes out.

One module a command. None of them changes what it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Edited:
    """The object as it shall be, and what to say of the change.

    ``operation`` follows the name on stdout (``image updated``); empty: nothing is printed, as
    kubectl prints nothing for an object that stays as it is. ``lines`` go to stdout before that,
    ``notes`` to stderr.
    """

    obj: dict[str, Any]
    operation: str
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


#: comes to the same when it is done twice; raises a DsctlError where it makes no sense
Edit = Callable[[dict[str, Any]], Edited]


def with_metadata(obj: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A copy with these fields of its metadata; a field that is None is left out."""
    metadata = {**(obj.get("metadata") or {}), **fields}
    return {**obj, "metadata": {k: v for k, v in metadata.items() if v is not None}}
