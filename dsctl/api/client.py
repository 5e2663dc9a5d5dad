"""``Cluster``: what the rest of dsctl asks of a Kubernetes API server.

Objects go in and come out as plain dicts, so that fields nobody here knows survive. Errors
are those of ``dsctl.errors``, translated once in ``status`` and ``refusal``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlencode

from dsctl.api import lost, status
from dsctl.api.client_config import ClientConfig
from dsctl.api.decode import decode, encode
from dsctl.api.exchange import Exchange
from dsctl.api.resources import Resource
from dsctl.api.transport import Answer, Headers, Stream, Transport
from dsctl.errors import ClusterError, Gone

PatchType = Literal["merge", "strategic", "json", "apply"]
PatchBody = dict[str, Any] | list[Any] | bytes
IncludeObject = Literal["None", "Metadata", "Object"]

DEFAULT_CHUNK = 500

_JSON: Headers = (("Accept", "application/json"),)
_TABLE: Headers = (("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"),)
_PATCH_TYPES = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
    "apply": "application/apply-patch+yaml",
}


class Cluster:
    """One API server, spoken to as one user.

    ``namespace`` is used wherever a namespaced resource is asked for without one.
    ``on_warning`` gets the text of each server warning once. ``log`` gets every exchange.
    Threads may share a Cluster.
    """

    def __init__(
        self,
        config: ClientConfig,
        *,
        on_warning: Callable[[str], None],
        log: Callable[[Exchange], None] | None = None,
    ) -> None:
        self.config = config
        self.namespace = config.namespace
        self.transport = Transport(config, on_warning=on_warning, log=log)

    def read(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        subresource: str | None = None,
    ) -> dict[str, Any]:
        """One object. Raises NotFound."""
        path = resource.path(self._namespace(resource, namespace), name, subresource)
        return self._object(self.transport.request("GET", path, headers=_JSON))

    def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        all_namespaces: bool = False,
        label_selector: str | None = None,
        field_selector: str | None = None,
        chunk_size: int = DEFAULT_CHUNK,
    ) -> dict[str, Any]:
        """The whole List, fetched ``chunk_size`` at a time (0: at once) and joined.

        Items have no apiVersion and kind of their own, as the server sends them.
        """
        path = self._collection(resource, namespace, all_namespaces)
        query = _selection(label_selector, field_selector)
        return self._chunks(path, query, _JSON, "items", chunk_size)

    def table(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        name: str | None = None,
        all_namespaces: bool = False,
        label_selector: str | None = None,
        field_selector: str | None = None,
        include_object: IncludeObject = "Metadata",
        chunk_size: int = DEFAULT_CHUNK,
    ) -> dict[str, Any]:
        """The server's own ``meta.k8s.io/v1`` Table of one object (``name``) or of a list."""
        query: dict[str, str] = {"includeObject": include_object}
        if name is not None:
            path = resource.path(self._namespace(resource, namespace), name)
            answer = self.transport.request("GET", path + "?" + urlencode(query), headers=_TABLE)
            return self._object(answer, "Table")
        path = self._collection(resource, namespace, all_namespaces)
        query |= _selection(label_selector, field_selector)
        return self._chunks(path, query, _TABLE, "rows", chunk_size)

    def create(
        self,
        resource: Resource,
        obj: dict[str, Any] | bytes,
        namespace: str | None = None,
        *,
        name: str | None = None,
        field_manager: str | None = None,
        field_validation: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Create ``obj``, a dict or the YAML or JSON text of one; the object as stored.

        ``name`` is only for the message if the answer is lost; a dict has its own.
        """
        body, content_type = _body(obj)
        name = name or _name(obj)
        where = self._namespace(resource, namespace)
        query = _write_query(field_manager, field_validation, dry_run)
        return self._write(
            "create", resource, where, name, "POST", resource.path(where), query, body, content_type
        )

    def replace(
        self,
        resource: Resource,
        name: str,
        obj: dict[str, Any] | bytes,
        namespace: str | None = None,
        *,
        subresource: str | None = None,
        field_manager: str | None = None,
        field_validation: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Put ``obj`` in the place of ``name``; the object as stored. Raises Conflict."""
        body, content_type = _body(obj)
        where = self._namespace(resource, namespace)
        path = resource.path(where, name, subresource)
        query = _write_query(field_manager, field_validation, dry_run)
        return self._write("replace", resource, where, name, "PUT", path, query, body, content_type)

    def patch(
        self,
        resource: Resource,
        name: str,
        body: PatchBody,
        namespace: str | None = None,
        *,
        patch_type: PatchType = "merge",
        force: bool | None = None,
        subresource: str | None = None,
        field_manager: str | None = None,
        field_validation: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Patch ``name``; the object as stored. ``force`` is for ``apply`` alone."""
        data = body if isinstance(body, bytes) else encode(body)
        where = self._namespace(resource, namespace)
        path = resource.path(where, name, subresource)
        query = _write_query(field_manager, field_validation, dry_run)
        if force is not None:
            query["force"] = "true" if force else "false"
        return self._write(
            "patch", resource, where, name, "PATCH", path, query, data, _PATCH_TYPES[patch_type]
        )

    def delete(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        propagation_policy: str | None = None,
        grace_period: int | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Delete ``name``; a Status, or the object that now waits for its finalizers.

        ``uid`` and ``resource_version`` are preconditions: Conflict if they don't hold.
        """
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
        where = self._namespace(resource, namespace)
        query = _write_query(None, None, dry_run)
        path = resource.path(where, name)
        return self._write(
            "delete", resource, where, name, "DELETE", path, query, encode(options), _JSON[0][1]
        )

    def version(self) -> dict[str, Any]:
        """What the server says of itself: gitVersion, major, minor, …"""
        return self._object(self.transport.request("GET", "/version", headers=_JSON))

    def raw(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: bytes = b"",
        headers: Headers = (),
    ) -> bytes:
        """The body that the server answers with. For reads, and dry runs by POST."""
        answer = self.transport.request(method, _target(path, query), headers=headers, body=body)
        self.check(answer)
        return bytes(answer.body)

    def stream(
        self, path: str, *, query: dict[str, str] | None = None, headers: Headers = _JSON
    ) -> Stream:
        """A GET whose answer is read as it comes (logs, watches). Close it."""
        answer = self.transport.stream(_target(path, query), headers=headers)
        if isinstance(answer, Answer):
            self.check(answer)
            raise status.not_kubernetes(
                self.transport.address, answer.content_type, bytes(answer.body[:4096])
            )
        return answer

    def check(self, answer: Answer) -> None:
        """Raise the error that the answer stands for, if it is not 2xx."""
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)

    def close(self) -> None:
        """Close the connections that are kept alive."""
        self.transport.close()

    def _write(
        self,
        verb: str,
        resource: Resource,
        namespace: str | None,
        name: str,
        method: str,
        path: str,
        query: dict[str, str],
        body: bytes,
        content_type: str,
    ) -> dict[str, Any]:
        write = None
        if "dryRun" not in query:
            write = lost.Write(verb, resource.qualified, namespace or "", name)
        answer = self.transport.request(
            method,
            _target(path, query),
            headers=(*_JSON, ("Content-Type", content_type)),
            body=body,
            write=write,
        )
        return self._object(answer)

    def _chunks(
        self, path: str, query: dict[str, str], headers: Headers, key: str, chunk_size: int
    ) -> dict[str, Any]:
        """All chunks as one; the whole at once if the list expired half-way.

        Ported from client-go ``tools/pager``.
        """
        whole: dict[str, Any] | None = None
        chunk = dict(query)
        if chunk_size:
            chunk["limit"] = str(chunk_size)
        kind = "Table" if key == "rows" else None
        while True:
            try:
                part = self._object(
                    self.transport.request("GET", _target(path, chunk), headers=headers), kind
                )
            except Gone:
                if "continue" not in chunk:
                    raise
                chunk, whole = dict(query), None
                continue
            part[key] = part.get(key) or []
            if whole is None:
                whole = part
            else:
                whole[key] += part[key]
                whole["metadata"] = part["metadata"]
            more = (part.get("metadata") or {}).get("continue")
            if not more:
                whole.get("metadata", {}).pop("remainingItemCount", None)
                return whole
            chunk["continue"] = more

    def _collection(self, resource: Resource, namespace: str | None, all_namespaces: bool) -> str:
        return resource.path(None if all_namespaces else self._namespace(resource, namespace))

    def _namespace(self, resource: Resource, namespace: str | None) -> str | None:
        return (namespace or self.namespace) if resource.namespaced else None

    def _object(self, answer: Answer, kind: str | None = None) -> dict[str, Any]:
        self.check(answer)
        try:
            value = decode(answer.body)
        except ValueError:
            value = None
        if not isinstance(value, dict) or (kind and value.get("kind") != kind):
            raise status.not_kubernetes(
                self.transport.address, answer.content_type, bytes(answer.body[:4096])
            )
        return value

    def _refusal(self, answer: Answer) -> ClusterError:
        error = status.error_from_answer(
            answer.status,
            answer.head.reason,
            answer.content_type,
            bytes(answer.body),
            self.transport.address,
        )
        if answer.status in (401, 403):
            from dsctl.api import refusal

            return refusal.explain(error, self.config, self.transport.credentials)
        return error


def _target(path: str, query: dict[str, str] | None) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _selection(label_selector: str | None, field_selector: str | None) -> dict[str, str]:
    pairs = {"labelSelector": label_selector, "fieldSelector": field_selector}
    return {key: value for key, value in pairs.items() if value}


def _write_query(
    field_manager: str | None, field_validation: str | None, dry_run: bool
) -> dict[str, str]:
    query = {}
    if field_manager:
        query["fieldManager"] = field_manager
    if field_validation:
        query["fieldValidation"] = field_validation.capitalize()
    if dry_run:
        query["dryRun"] = "All"
    return query


def _body(obj: dict[str, Any] | bytes) -> tuple[bytes, str]:
    if isinstance(obj, bytes):
        is_json = obj.lstrip()[:1] == b"{"
        return obj, "application/json" if is_json else "application/yaml"
    return encode(obj), "application/json"


def _name(obj: dict[str, Any] | bytes) -> str:
    metadata = {} if isinstance(obj, bytes) else obj.get("metadata") or {}
    return str(metadata.get("name") or "")
