"""What there is to know about a field of a DaemonSet: its type, its meaning, what is below it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field, with the fields of its type. ``name`` is ``""`` for the DaemonSet itself.

    ``type`` is in kubectl's short form: ``[]Container``, ``map[string]string``.
    """

    name: str
    type: str
    description: str
    type_description: str = ""
    required: bool = False
    fields: tuple[FieldInfo, ...] = ()
