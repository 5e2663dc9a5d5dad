"""A DaemonSet with its fields in the order in which the Go types of the API declare them.

Some of kubectl's commands (``set``, ``rollout``) read objects into those types and print them: in
JSON and in KYAML their fields then stand in this order, where others sort them.
"""

from __future__ import annotations

from typing import Any

from dsctl.domain.struct import Struct
from dsctl.manifests.schema import NEWEST, PREFIX, load


def as_declared(daemonset: dict[str, Any]) -> Struct:
    """``daemonset`` as Structs; what no type declares comes last in each."""
    schema = load(NEWEST)
    found: Struct = _ordered(daemonset, schema, schema["$defs"])
    return found


def _ordered(value: Any, schema: dict[str, Any], types: dict[str, Any]) -> Any:
    if "$ref" in schema:
        schema = types[schema["$ref"].removeprefix(PREFIX)]
    if isinstance(value, list):
        return [_ordered(item, schema.get("items", {}), types) for item in value]
    if not isinstance(value, dict):
        return value
    fields = schema.get("properties")
    if fields is None:
        of_each = schema.get("additionalProperties") or {}
        return {key: _ordered(item, of_each, types) for key, item in value.items()}
    found = Struct((k, _ordered(value[k], fields[k], types)) for k in fields if k in value)
    found.update((key, item) for key, item in value.items() if key not in found)
    return found
