"""Bodies and queries of requests that change something."""

from __future__ import annotations

from typing import Any, Literal

from dsctl.api.decode import encode

PatchType = Literal["merge", "strategic", "json", "apply"]
PatchBody = dict[str, Any] | list[Any] | bytes

PATCH_TYPES: dict[PatchType, str] = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
    "apply": "application/apply-patch+yaml",
}


def write_query(
    field_manager: str | None = None,
    field_validation: str | None = None,
    *,
    dry_run: bool = False,
    force: bool | None = None,
) -> dict[str, str]:
    """The query of a write; ``field_validation`` in any case (strict, Warn, …)."""
    query = {}
    if field_manager:
        query["fieldManager"] = field_manager
    if field_validation:
        query["fieldValidation"] = field_validation.capitalize()
    if dry_run:
        query["dryRun"] = "All"
    if force is not None:
        query["force"] = "true" if force else "false"
    return query


def object_body(obj: dict[str, Any] | bytes) -> tuple[bytes, str]:
    """The body and its content type; text is taken for JSON if it begins with a brace."""
    if isinstance(obj, bytes):
        is_json = obj.lstrip()[:1] == b"{"
        return obj, "application/json" if is_json else "application/yaml"
    return encode(obj), "application/json"


def name_of(obj: dict[str, Any] | bytes) -> str:
    """``metadata.name`` of a dict; "" if it has none, and for text."""
    metadata = {} if isinstance(obj, bytes) else obj.get("metadata") or {}
    return str(metadata.get("name") or "")


def delete_options(
    propagation_policy: str | None,
    grace_period: int | None,
    uid: str | None,
    resource_version: str | None,
    *,
    dry_run: bool,
) -> bytes:
    """The body of a DELETE: a DeleteOptions object with what was given."""
    options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions"}
    if propagation_policy is not None:
        options["propagationPolicy"] = propagation_policy
    if grace_period is not None:
        options["gracePeriodSeconds"] = grace_period
    conditions = {"uid": uid, "resourceVersion": resource_version}
    if given := {key: value for key, value in conditions.items() if value is not None}:
        options["preconditions"] = given
    if dry_run:
        options["dryRun"] = ["All"]
    return encode(options)
