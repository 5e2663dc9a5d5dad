"""``Cluster``: what the rest of dsctl asks of a Kubernetes API server.

Objects go in and come out as plain dicts, so that fields nobody here knows survive. Errors
are those of ``dsctl.errors``, translated once in ``status`` and ``refusal``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from dsctl.api.decode import decode
from dsctl.api.listing import DEFAULT_CHUNK, fetch_all
from dsctl.api.session import JSON, TABLE, Session

if TYPE_CHECKING:
    from dsctl.api.call import Headers
    from dsctl.api.client_config import ClientConfig
    from dsctl.api.exchange import Exchange
    from dsctl.api.follow import Follow
    from dsctl.api.resources import Resource
    from dsctl.api.session import Parse
    from dsctl.api.transport import Stream
    from dsctl.api.watch import Watch
    from dsctl.api.websocket import WebSocket
    from dsctl.api.writing import PatchBody, PatchType

IncludeObject = Literal["None", "Metadata", "Object"]
Cut = Callable[[dict[str, Any]], dict[str, Any] | None]


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
        self._session = Session(config, on_warning=on_warning, log=log)

    def read(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        subresource: str | None = None,
    ) -> dict[str, Any]:
        """One object. Raises NotFound."""
        return self._session.get(resource.path(self._in(resource, namespace), name, subresource))

    def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        all_namespaces: bool = False,
        label_selector: str | None = None,
        field_selector: str | None = None,
        chunk_size: int = DEFAULT_CHUNK,
        timeout: float | None = None,
        slim: bool = False,
        cut: Cut | None = None,
    ) -> dict[str, Any]:
        """The whole List, fetched ``chunk_size`` at a time (0: at once) and joined.

        Items have no apiVersion and kind of their own, as the server sends them. ``slim`` may
        leave out fields of pods and nodes that dsctl does not read (``api.slim``): ten times
        faster for a fleet. ``cut`` sees each item as it comes, and returns what shall be kept of
        it, None for nothing: then no more than that is ever held. ``timeout`` (seconds) bounds
        each request, in the place of ``--request-timeout``.
        """
        path = self.collection(resource, namespace, all_namespaces)
        query = selection(label_selector, field_selector)
        parse: Parse = decode
        if slim:
            from dsctl.api.slim import list_parser

            parse = list_parser(resource)

        def fetch(asked: dict[str, str]) -> dict[str, Any]:
            part = self._session.get(path, asked, timeout=timeout, parse=parse)
            if cut is not None:
                kept = map(cut, part.get("items") or ())
                part["items"] = [item for item in kept if item is not None]
            return part

        return fetch_all(fetch, query, "items", chunk_size)

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
        timeout: float | None = None,
        slim: bool = False,
    ) -> dict[str, Any]:
        """The server's own ``meta.k8s.io/v1`` Table of one object (``name``) or of a list.

        ``slim`` may leave out what dsctl does not read of the metadata, for a fleet.
        """
        path = resource.path(None if all_namespaces else self._in(resource, namespace), name)
        query = {"includeObject": str(include_object)}
        if name is not None:
            return self._session.get(path, query, TABLE, timeout)
        query |= selection(label_selector, field_selector)
        parse: Parse = decode
        if slim:
            from dsctl.api.slim import table_parser

            parse = table_parser()

        def fetch(asked: dict[str, str]) -> dict[str, Any]:
            return self._session.get(path, asked, TABLE, timeout, parse=parse)

        return fetch_all(fetch, query, "rows", chunk_size)

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
        from dsctl.api import writing

        place = writing.Place(resource, self._in(resource, namespace), name or writing.name_of(obj))
        query = writing.query(field_manager, field_validation, dry_run=dry_run)
        return writing.send(self._session, "create", place, query, writing.object_body(obj))

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
        from dsctl.api import writing

        place = writing.Place(resource, self._in(resource, namespace), name, subresource)
        query = writing.query(field_manager, field_validation, dry_run=dry_run)
        return writing.send(self._session, "replace", place, query, writing.object_body(obj))

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
        from dsctl.api import writing

        place = writing.Place(resource, self._in(resource, namespace), name, subresource)
        query = writing.query(field_manager, field_validation, dry_run=dry_run, force=force)
        return writing.send(
            self._session, "patch", place, query, writing.patch_body(body, patch_type)
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
        from dsctl.api import writing

        place = writing.Place(resource, self._in(resource, namespace), name)
        options = writing.delete_options(
            propagation_policy, grace_period, uid, resource_version, dry_run=dry_run
        )
        query = writing.query(dry_run=dry_run)
        return writing.send(self._session, "delete", place, query, options)

    def watch(self, resource: Resource, namespace: str | None = None, **options: Any) -> Watch:
        """One plain watch, as the server gives it: ``watch.Watch`` says the options."""
        from dsctl.api.watch import Watch

        return Watch(self, resource, namespace, **options)

    def follow(self, resource: Resource, namespace: str | None = None, **options: Any) -> Follow:
        """List, then watch, for as long as it takes: ``follow.Follow`` says the options."""
        from dsctl.api.follow import Follow

        return Follow(self, resource, namespace, **options)

    @property
    def answered(self) -> bool:
        """Whether the server has answered anything yet."""
        return self._session.transport.answered

    def version(self) -> dict[str, Any]:
        """What the server says of itself: gitVersion, major, minor, …"""
        return self._session.get("/version")

    def raw(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: bytes = b"",
        headers: Headers = (),
    ) -> bytes:
        """The body that the server answers with. For reads: it may be sent twice."""
        return self._session.raw(method, path, query, body, headers)

    def stream(
        self,
        path: str,
        *,
        query: dict[str, str] | None = None,
        headers: Headers = JSON,
        timeout: float | None = None,
    ) -> Stream:
        """A GET whose answer is read as it comes (logs, watches). Close it.

        ``timeout`` bounds the time until it begins.
        """
        return self._session.stream(path, query, headers, timeout)

    def websocket(
        self, path: str, query: Sequence[tuple[str, str]], protocols: str
    ) -> tuple[WebSocket, str]:
        """A WebSocket at ``path``, and which of ``protocols`` the server chose. Close it."""
        from dsctl.api import websocket

        return websocket.connect(self._session, path, query, protocols)

    def reserve_stdin(self) -> None:
        """Standard input holds a manifest (``-f -``): no exec plugin may ask there."""
        self._session.transport.credentials.stdin_in_use = True

    def close(self) -> None:
        """Close the connections that are kept alive."""
        self._session.transport.close()

    def collection(self, resource: Resource, namespace: str | None, all_namespaces: bool) -> str:
        """The path of a list or watch."""
        return resource.path(None if all_namespaces else self._in(resource, namespace))

    def _in(self, resource: Resource, namespace: str | None) -> str | None:
        return (namespace or self.namespace) if resource.namespaced else None


def selection(label_selector: str | None, field_selector: str | None) -> dict[str, str]:
    """The query for what is wanted of a collection."""
    pairs = {"labelSelector": label_selector, "fieldSelector": field_selector}
    return {key: value for key, value in pairs.items() if value}
