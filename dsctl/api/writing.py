"""Requests that change something: their places, queries and bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dsctl.api.decode import encode
from dsctl.api.lost import Write

if TYPE_CHECKING:
    from dsctl.api.resources import Resource
    from dsctl.api.session import Session

Verb = Literal["create", "replace", "patch", "delete"]
PatchType = Literal["merge", "strategic", "json", "apply"]
PatchBody = dict[str, Any] | list[Any] | bytes
# What is sent, and its content type.
Body = tuple[bytes, str]

_JSON = "application/json"
_METHODS: dict[Verb, str] = {
    "create": "POST",
    "replace": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
}
_PATCH_TYPES: dict[PatchType, str] = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
    "apply": "application/apply-patch+yaml",
}


class Place(NamedTuple):
    """The object that is written. ``name`` may be "" when it is created."""

    resource: Resource
    namespace: str | None
    name: str
    subresource: str | None = None


def send(
    session: Session, verb: Verb, place: Place, query: dict[str, str], body: Body
) -> dict[str, Any]:
    """Send the write; the object in the answer. Raises UsageError for an impossible name."""
    resource, namespace, name, subresource = place
    path = resource.path(namespace, None if verb == "create" else name, subresource)
    write = Write(verb, resource.qualified, namespace or "", name)
    return session.write(_METHODS[verb], path, query, *body, write)


def query(
    field_manager: str | None = None,
    field_validation: str | None = None,
    *,
    dry_run: bool = False,
    force: bool | None = None,
) -> dict[str, str]:
    """The query of a write; ``field_validation`` in any case (strict, Warn, …)."""
    found = {}
    if field_manager:
        found["fieldManager"] = field_manager
    if field_validation:
        found["fieldValidation"] = field_validation.capitalize()
    if dry_run:
        found["dryRun"] = "All"
    if force is not None:
        found["force"] = "true" if force else "false"
    return found


def object_body(obj: dict[str, Any] | bytes) -> Body:
    """An object; text is taken for JSON if it begins with a brace, else for YAML."""
    if isinstance(obj, bytes):
        return obj, _JSON if obj.lstrip()[:1] == b"{" else "application/yaml"
    return encode(obj), _JSON


def patch_body(body: PatchBody, patch_type: PatchType) -> Body:
    """A patch of that type; bytes go out as they are."""
    return body if isinstance(body, bytes) else encode(body), _PATCH_TYPES[patch_type]


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
) -> Body:
    """A DeleteOptions object with what was given."""
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
    return encode(options), _JSON
