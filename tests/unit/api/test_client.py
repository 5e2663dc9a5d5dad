"""Cluster: paths, queries and bodies on the wire, lists in chunks, and answers that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from dsctl.api.client import Cluster
from dsctl.api.resources import DAEMONSETS, EVENTS, NODES, PODS
from dsctl.errors import (
    AlreadyExists,
    APIError,
    BadRequest,
    ClusterError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthorized,
    Unreachable,
    UsageError,
)
from tests.unit.api.conftest import Recorder
from tests.unit.api.loopback import Loopback, Peer, Request, Script, answers, status

Serve = Callable[..., Loopback]
At = Callable[..., Cluster]

DS = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "x"}}


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.target).query))


def _refuses(code: int, body: Any, **headers: str) -> Script:
    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.answer(body, code, **headers)

    return script


# -- what goes out ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        (lambda c: c.read(DAEMONSETS, "x"), "GET", "/apis/apps/v1/namespaces/home/daemonsets/x"),
        (lambda c: c.read(DAEMONSETS, "x", "a"), "GET", "/apis/apps/v1/namespaces/a/daemonsets/x"),
        (
            lambda c: c.read(DAEMONSETS, "x", subresource="status"),
            "GET",
            "/apis/apps/v1/namespaces/home/daemonsets/x/status",
        ),
        (lambda c: c.read(NODES, "n", "ignored"), "GET", "/api/v1/nodes/n"),
        (lambda c: c.list(PODS, all_namespaces=True), "GET", "/api/v1/pods"),
        (lambda c: c.list(EVENTS), "GET", "/api/v1/namespaces/home/events"),
        (lambda c: c.create(DAEMONSETS, DS), "POST", "/apis/apps/v1/namespaces/home/daemonsets"),
        (
            lambda c: c.replace(DAEMONSETS, "x", DS, "a"),
            "PUT",
            "/apis/apps/v1/namespaces/a/daemonsets/x",
        ),
        (
            lambda c: c.patch(NODES, "n", {}, subresource="status"),
            "PATCH",
            "/api/v1/nodes/n/status",
        ),
        (lambda c: c.delete(PODS, "p"), "DELETE", "/api/v1/namespaces/home/pods/p"),
        (lambda c: c.version(), "GET", "/version"),
    ],
)
def test_paths(
    serve: Serve, cluster_at: At, call: Callable[[Cluster], Any], method: str, path: str
) -> None:
    """Each call goes to the path that the API has for it, in the default namespace if none."""
    server = serve(answers({"items": []}))
    call(cluster_at(server, namespace="home"))
    request = server.requests[0]
    assert (request.method, urlsplit(request.target).path) == (method, path)


@pytest.mark.parametrize("name", ["a/b", "..", "", "a%2fb", "."])
def test_names_that_would_be_another_path(serve: Serve, cluster_at: At, name: str) -> None:
    """A name can't reach another resource; nothing is sent."""
    server = serve(answers({}))
    with pytest.raises(UsageError, match="cannot be a DaemonSet name"):
        cluster_at(server).delete(DAEMONSETS, name)
    assert server.requests == []


def test_odd_names_are_escaped(serve: Serve, cluster_at: At) -> None:
    """What the server will refuse anyway reaches it as one path segment."""
    server = serve(answers({}))
    cluster_at(server).read(PODS, "a b?c#é", "ns")
    assert server.requests[0].target == "/api/v1/namespaces/ns/pods/a%20b%3Fc%23%C3%A9"


def test_options_of_writes(serve: Serve, cluster_at: At) -> None:
    """fieldManager, fieldValidation, dryRun and force stand in the query."""
    server = serve(answers({}))
    cluster_at(server).patch(
        DAEMONSETS,
        "x",
        {"a": "é"},
        patch_type="apply",
        force=True,
        field_manager="dsctl",
        field_validation="strict",
        dry_run=True,
    )
    request = server.requests[0]
    assert _query(request) == {
        "fieldManager": "dsctl",
        "fieldValidation": "Strict",
        "dryRun": "All",
        "force": "true",
    }
    assert request.headers["content-type"] == "application/apply-patch+yaml"
    assert json.loads(request.body) == {"a": "é"}


@pytest.mark.parametrize(
    ("patch_type", "content_type"),
    [
        ("merge", "application/merge-patch+json"),
        ("strategic", "application/strategic-merge-patch+json"),
        ("json", "application/json-patch+json"),
    ],
)
def test_patch_types(serve: Serve, cluster_at: At, patch_type: Any, content_type: str) -> None:
    """Each kind of patch has its content type; a JSON patch is a list."""
    server = serve(answers({}))
    body: Any = [{"op": "add"}] if patch_type == "json" else {"a": None}
    cluster_at(server).patch(DAEMONSETS, "x", body, patch_type=patch_type)
    assert server.requests[0].headers["content-type"] == content_type
    assert json.loads(server.requests[0].body) == body


@pytest.mark.parametrize(
    ("text", "content_type"),
    [(b"kind: DaemonSet\n", "application/yaml"), (b' {"kind": 1}', "application/json")],
)
def test_text_goes_out_as_it_is(
    serve: Serve, cluster_at: At, text: bytes, content_type: str
) -> None:
    """YAML text is sent as YAML, so that the server sees duplicate keys itself."""
    server = serve(answers({}))
    cluster_at(server).create(DAEMONSETS, text)
    assert (server.requests[0].headers["content-type"], server.requests[0].body) == (
        content_type,
        text,
    )


def test_delete_options(serve: Serve, cluster_at: At) -> None:
    """Propagation, grace period, preconditions and dry run are in the body."""
    server = serve(answers({}, {}))
    cluster = cluster_at(server)
    cluster.delete(DAEMONSETS, "x")
    cluster.delete(
        DAEMONSETS,
        "x",
        propagation_policy="Orphan",
        grace_period=0,
        uid="u",
        resource_version="7",
        dry_run=True,
    )
    plain = {"apiVersion": "v1", "kind": "DeleteOptions"}
    assert [json.loads(request.body) for request in server.requests] == [
        plain,
        plain
        | {
            "propagationPolicy": "Orphan",
            "gracePeriodSeconds": 0,
            "preconditions": {"uid": "u", "resourceVersion": "7"},
            "dryRun": ["All"],
        },
    ]


def test_dry_run_is_no_write(serve: Serve, cluster_at: At) -> None:
    """Nothing is lost when the answer to a dry run is: it is sent again."""

    def broken(peer: Peer) -> None:
        peer.request()
        peer.hang_up()

    server = serve(broken, answers({"ok": 1}))
    assert cluster_at(server).create(DAEMONSETS, DS, dry_run=True) == {"ok": 1}


# -- lists ------------------------------------------------------------------------------------


def _page(names: str, cont: str = "", version: str = "9") -> dict[str, Any]:
    metadata = {"resourceVersion": version} | (
        {"continue": cont, "remainingItemCount": 5} if cont else {}
    )
    return {"kind": "PodList", "metadata": metadata, "items": [{"n": name} for name in names]}


def test_list_joins_its_chunks(serve: Serve, cluster_at: At) -> None:
    """All items in order, no continue token left, the selector in every request."""
    server = serve(answers(_page("ab", "t1"), _page("cd", "t2"), _page("e")))
    whole = cluster_at(server).list(PODS, label_selector="a=b", field_selector="c=d", chunk_size=2)
    assert [item["n"] for item in whole["items"]] == list("abcde")
    assert whole["metadata"] == {"resourceVersion": "9"}
    selection = {"labelSelector": "a=b", "fieldSelector": "c=d", "limit": "2"}
    assert [_query(request) for request in server.requests] == [
        selection,
        selection | {"continue": "t1"},
        selection | {"continue": "t2"},
    ]


def test_chunk_size_zero_asks_for_all(serve: Serve, cluster_at: At) -> None:
    """No limit is sent, and items that are null are none."""
    server = serve(answers({"kind": "PodList", "metadata": {}, "items": None}))
    assert cluster_at(server).list(PODS, chunk_size=0)["items"] == []
    assert _query(server.requests[0]) == {}


def test_list_that_expires_half_way_is_fetched_at_once(serve: Serve, cluster_at: At) -> None:
    """410 on a later chunk drops what there was and asks for the whole list."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(_page("ab", "t1"))
        peer.request()
        peer.answer(status(410, "Expired", "too old"), 410)
        peer.request()
        peer.answer(_page("abcd"))

    server = serve(script)
    whole = cluster_at(server).list(PODS, chunk_size=2)
    assert [item["n"] for item in whole["items"]] == list("abcd")
    assert _query(server.requests[2]) == {}


def test_410_on_the_first_chunk_is_an_error(serve: Serve, cluster_at: At) -> None:
    """There is nothing to fall back to."""
    with pytest.raises(Gone):
        cluster_at(serve(_refuses(410, status(410, "Gone", "gone")))).list(PODS)


def test_table_of_a_list_and_of_one(serve: Serve, cluster_at: At) -> None:
    """Rows of all chunks under the first columns; one object by name has no chunks."""

    def table(names: str, cont: str = "") -> dict[str, Any]:
        rows = [{"cells": [name]} for name in names]
        return {
            "kind": "Table",
            "metadata": {"continue": cont},
            "columnDefinitions": [{"name": "Name"}],
            "rows": rows,
        }

    server = serve(answers(table("ab", "t"), table("c"), table("x")))
    cluster = cluster_at(server)
    whole = cluster.table(DAEMONSETS, include_object="None", chunk_size=2)
    assert [row["cells"] for row in whole["rows"]] == [["a"], ["b"], ["c"]]
    assert whole["columnDefinitions"] == [{"name": "Name"}]
    cluster.table(DAEMONSETS, name="x")
    assert _query(server.requests[0]) == {"includeObject": "None", "limit": "2"}
    assert server.requests[2].target.endswith("/daemonsets/x?includeObject=Metadata")
    for request in server.requests:
        assert request.headers["accept"].startswith("application/json;as=Table;v=v1;g=meta.k8s.io")


# -- what comes back --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (404, "NotFound", NotFound),
        (409, "AlreadyExists", AlreadyExists),
        (409, "Conflict", Conflict),
        (422, "Invalid", Invalid),
        (400, "BadRequest", BadRequest),
        (401, "Unauthorized", Unauthorized),
        (403, "Forbidden", Forbidden),
        (410, "Expired", Gone),
        (429, "TooManyRequests", TooManyRequests),
        (500, "InternalError", APIError),
        (403, "", Forbidden),
        (405, "MethodNotAllowed", APIError),
    ],
)
def test_status_becomes_its_error(
    serve: Serve, cluster_at: At, code: int, reason: str, kind: type[APIError]
) -> None:
    """Reason, then code, decide the class; the server's words and causes stay."""
    causes = [{"field": "spec.x", "reason": "FieldValueInvalid", "message": "no"}]
    body = status(code, reason, "the server's\n  words", causes=causes)
    with pytest.raises(APIError) as caught:
        cluster_at(serve(_refuses(code, body))).read(PODS, "p")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.causes) == (code, causes)
    if code != 401:
        assert caught.value.message == "the server's words"
        assert caught.value.reason == reason


def test_unknown_namespace_gets_a_hint(serve: Serve, cluster_at: At) -> None:
    """``namespaces "x" not found`` is about -n, and the hint says so."""
    body = status(404, "NotFound", 'namespaces "x" not found', kind="namespaces", name="x")
    with pytest.raises(NotFound, match='namespaces "x" not found') as caught:
        cluster_at(serve(_refuses(404, body))).create(DAEMONSETS, DS, "x")
    assert "-n/--namespace" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("code", "body", "content_type", "kind", "words"),
    [
        (
            200,
            b"<html>log in</html>",
            "text/html",
            Unreachable,
            r"not from a Kubernetes.*text/html",
        ),
        (200, b'{"a": ', "application/json", Unreachable, "JSON cut short or broken"),
        (200, b"[]", "application/json", Unreachable, "JSON cut short or broken"),
        (302, b"", "text/html", Unreachable, "answered with a redirect"),
        (404, b"404 page not found", "text/plain", NotFound, "could not find the requested"),
        (403, b"<html>no</html>", "text/html", Forbidden, "answered 403 Reason$"),
        (503, b"upstream\n is away", "text/plain", APIError, "503 Reason: upstream is away"),
        (
            400,
            b"Client sent an HTTP request to an HTTPS server.\n",
            "",
            Unreachable,
            "wants HTTPS",
        ),
    ],
)
def test_answers_that_are_not_from_an_api_server(
    serve: Serve,
    cluster_at: At,
    code: int,
    body: bytes,
    content_type: str,
    kind: type[ClusterError],
    words: str,
) -> None:
    """Login pages, proxies and wrong ports are told from refusals, in one line."""
    server = serve(_refuses(code, body, content_type=content_type))
    with pytest.raises(kind, match=words) as caught:
        cluster_at(server).read(PODS, "p")
    assert "\n" not in caught.value.message


def test_table_that_is_none(serve: Serve, cluster_at: At) -> None:
    """Something that strips the Accept header is not taken for an empty table."""
    with pytest.raises(Unreachable):
        cluster_at(serve(answers({"kind": "PodList", "items": []}))).table(PODS)


def test_warnings_reach_the_callback(serve: Serve, cluster_at: At, recorder: Recorder) -> None:
    """Server warnings are handed over."""
    cluster_at(serve(answers({}, warning='299 - "careful"'))).create(DAEMONSETS, DS)
    assert recorder.warnings == ["careful"]


def test_raw_and_stream(serve: Serve, cluster_at: At) -> None:
    """Other paths are open too; a stream that is refused raises as everything does."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(b"ok")
        peer.request()
        peer.start_chunks()
        peer.chunk(b"line 1\n")
        peer.send(b"0\r\n\r\n")

    server = serve(script, _refuses(404, status(404, "NotFound", "no pod")))
    cluster = cluster_at(server)
    assert cluster.raw("GET", "/livez", query={"verbose": "1"}) == b"ok"
    stream = cluster.stream("/log", query={"follow": "true"})
    assert [stream.read_some(5), stream.read_some(5)] == [b"line 1\n", b""]
    stream.close()
    with pytest.raises(NotFound, match="no pod"):
        cluster.stream("/log")
    assert [request.target for request in server.requests[:2]] == [
        "/livez?verbose=1",
        "/log?follow=true",
    ]
