"""Fields by their path, from the packed schemas and their descriptions."""

from __future__ import annotations

import re
from typing import Any

from dsctl.domain.fieldinfo import FieldInfo
from dsctl.manifests.schema import PREFIX, Version, fields, load

#: Scalars of the schemas as kubectl explain names them; other types have their own names.
_NAMES = {"int32": "integer", "int64": "integer", "Time": "string"}
_TYPE_WORD = re.compile(r"^(?:ds|daemonsets?)(?:\.(?:v1\.)?apps)?(?:\.|$)", re.IGNORECASE)


def find(path: str, version: Version, *, recursive: bool = False) -> FieldInfo | None:
    """The field at ``path`` (``spec.template``, also behind ``ds.``), None where there is none.

    Indices don't matter. With ``recursive`` the fields have their own fields, and so on.
    """
    steps = [s for s in re.sub(r"\[[^]]*\]", "", _TYPE_WORD.sub("", path, 1)).split(".") if s]
    schema = load(version)
    node: dict[str, Any] = {"$ref": schema["$ref"]}
    name, description = "", ""
    for step in steps:
        owner = _struct(node)
        properties = schema["$defs"][owner].get("properties", {})
        if step not in properties:
            return None
        node = properties[step]
        name, description = step, fields(version)[owner]["fields"][step]
    return _info(name, node, description, version, depth=99 if recursive else 1)


def _info(
    name: str,
    node: dict[str, Any],
    description: str,
    version: Version,
    *,
    depth: int,
    required: bool = False,
) -> FieldInfo:
    short = _struct(node)
    described = fields(version).get(short, {"description": "", "required": [], "fields": {}})
    properties = load(version)["$defs"][short].get("properties", {}) if depth else {}
    below = tuple(
        _info(
            key,
            child,
            described["fields"][key],
            version,
            depth=depth - 1,
            required=key in described["required"],
        )
        for key, child in sorted(properties.items())
    )
    return FieldInfo(name, _type(node), description, described["description"], required, below)


def _struct(node: dict[str, Any]) -> str:
    """The type that a field is made of, through lists and maps."""
    while "$ref" not in node:
        node = node.get("items") or node["additionalProperties"]
    short: str = node["$ref"].removeprefix(PREFIX)
    return short


def _type(node: dict[str, Any]) -> str:
    if "items" in node:
        return f"[]{_type(node['items'])}"
    if "additionalProperties" in node:
        return f"map[string]{_type(node['additionalProperties'])}"
    short: str = node["$ref"].removeprefix(PREFIX)
    return _NAMES.get(short, short)
