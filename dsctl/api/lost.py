"""A write was sent and its answer was lost: nobody knows yet whether it was applied."""

from __future__ import annotations

from typing import NamedTuple

from dsctl.errors import MaybeApplied

_PAST = {"create": "created", "replace": "replaced", "patch": "patched", "delete": "deleted"}


class Write(NamedTuple):
    """What a request would change: enough to read it back. ``name`` may be "" (generateName)."""

    verb: str
    resource: str
    namespace: str
    name: str

    @property
    def what(self) -> str:
        """The object, for a message."""
        where = f' in namespace "{self.namespace}"' if self.namespace else ""
        return f'{self.resource} "{self.name}"{where}'


class LostAnswer(MaybeApplied):
    """Raised by the transport; ``write`` says what to read back to find out.

    The actions layer reads back, and lets this error go on only where that does not settle it.
    """

    def __init__(self, write: Write, why: str) -> None:
        super().__init__(
            f"{write.what} may have been {_PAST.get(write.verb, 'changed')}: {why}",
            hint="look before trying again",
        )
        self.write = write
