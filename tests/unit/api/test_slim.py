"""Slim pods and nodes: what is kept is kept as it was, what is dropped is what nobody reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dsctl.api import slim
from dsctl.api.client import Cluster
from dsctl.api.resources import DAEMONSETS, NODES, PODS
from tests.unit.api.loopback import Loopback, Peer, answers, status

NODE: dict[str, Any] = {
    "metadata": {
        "name": "n",
        "uid": "u",
        "resourceVersion": "7",
        "labels": {"zone": "a"},
        "annotations": {"agent": "long"},
        "managedFields": [{"manager": "kubelet"}],
    },
    "spec": {"unschedulable": True, "taints": [{"key": "k", "effect": "NoSchedule"}]},
    "status": {
        "allocatable": {"cpu": "4", "example.com/gpu": "1"},
        "conditions": [{"type": "Ready", "status": "False", "reason": "X", "message": "m"}],
        "images": [{"names": ["a"]}],
        "nodeInfo": {"kubeletVersion": "v1"},
    },
}
POD: dict[str, Any] = {
    "metadata": {"name": "p", "namespace": "ns", "deletionTimestamp": None},
    "spec": {
        "nodeName": "n",
        "hostNetwork": True,
        "volumes": [{"name": "v"}],
        "containers": [
            {
                "name": "c",
                "ports": [{"hostPort": 80}],
                "resources": {"requests": {"cpu": "1"}},
                "env": [{"name": "SECRET"}],
            }
        ],
    },
    "status": {
        "phase": "Running",
        "containerStatuses": [
            {
                "name": "c",
                "ready": False,
                "restartCount": 3,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "imageID": "sha256:0",
            }
        ],
    },
}


@pytest.fixture(autouse=True)
def _always_slim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slim, "_PAYS", 0)


def _without(value: dict[str, Any], *paths: str) -> dict[str, Any]:
    copy = json.loads(json.dumps(value))
    for path in paths:
        *parents, last = path.split(".")
        at = copy
        for key in parents:
            at = at[int(key)] if key.isdigit() else at[key]
        del at[last]
    return copy


KEPT_NODE = _without(
    NODE, "metadata.managedFields", "metadata.annotations", "status.images", "status.nodeInfo"
)
KEPT_POD = _without(
    POD, "spec.volumes", "spec.containers.0.env", "status.containerStatuses.0.imageID"
)


@pytest.mark.parametrize(
    ("resource", "whole", "kept"), [(NODES, NODE, KEPT_NODE), (PODS, POD, KEPT_POD)]
)
def test_lists_are_cut_down(resource: Any, whole: dict[str, Any], kept: dict[str, Any]) -> None:
    """The fields that dsctl reads are there with their values, and nothing else is."""
    listed = {"kind": "List", "metadata": {"continue": "t"}, "items": [whole, whole]}
    found = slim.list_parser(resource)(json.dumps(listed).encode())
    assert found == listed | {"items": [kept, kept]}


def test_rows_keep_their_cells_and_who_owns_them() -> None:
    """Of a row's metadata managedFields and annotations go, which are most of it."""
    owner = {"kind": "DaemonSet", "name": "a", "uid": "u", "controller": True}
    metadata = {"name": "p", "labels": {"app": "a"}, "ownerReferences": [owner]}
    whole = {**metadata, "managedFields": [{"manager": "m"}], "annotations": {"a": "b"}}
    rows = [{"cells": ["p", "1/1", 3, None], "object": {"metadata": whole}}]
    table = {"kind": "Table", "columnDefinitions": [{"name": "Name"}], "rows": rows}
    kept = [{"cells": ["p", "1/1", 3, None], "object": {"metadata": metadata}}]
    assert slim.table_parser()(json.dumps(table).encode()) == {**table, "rows": kept}


def test_small_lists_are_left_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where json is quicker, nothing is dropped: whoever reads slim can read whole."""
    monkeypatch.setattr(slim, "_PAYS", 10**9)
    monkeypatch.delitem(slim.sys.modules, "msgspec", raising=False)
    listed = {"kind": "NodeList", "items": [NODE]}
    assert slim.list_parser(NODES)(json.dumps(listed).encode()) == listed


def test_other_resources_are_left_whole() -> None:
    """Only pods and nodes have a slim form."""
    listed = {"kind": "DaemonSetList", "items": [{"spec": {"x": 1}}]}
    assert slim.list_parser(DAEMONSETS)(json.dumps(listed).encode()) == listed


def test_types_that_are_not_ours_are_left_whole() -> None:
    """A field with another type than today's is no reason to fail."""
    listed = {"kind": "NodeList", "items": [NODE | {"spec": {"unschedulable": "maybe"}}]}
    assert slim.list_parser(NODES)(json.dumps(listed).encode()) == listed


def test_null_items_are_no_items() -> None:
    """``items: null`` is an empty list of Go."""
    assert slim.list_parser(PODS)(b'{"kind":"PodList","items":null}') == {
        "kind": "PodList",
        "items": None,
    }


def test_events_are_cut_down_but_errors_are_not() -> None:
    """An ERROR event's Status keeps its code and message."""
    parse = slim.event_parser(PODS)
    assert parse(json.dumps({"type": "ADDED", "object": POD}).encode()) == {
        "type": "ADDED",
        "object": KEPT_POD,
    }
    error = {"type": "ERROR", "object": status(410, "Expired", "too old")}
    assert parse(json.dumps(error).encode()) == error


def test_list_and_follow_take_slim(
    serve: Callable[..., Loopback], cluster_at: Callable[..., Cluster]
) -> None:
    """``slim=True`` on both; a list that is refused is refused as ever."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer({"kind": "PodList", "metadata": {"resourceVersion": "1"}, "items": [POD]})
        peer.request()
        peer.start_chunks()
        peer.event("MODIFIED", POD | {"metadata": {"name": "p", "namespace": "ns"}})

    listing = serve(answers({"kind": "NodeList", "metadata": {}, "items": [NODE]}))
    assert cluster_at(listing).list(NODES, slim=True)["items"] == [KEPT_NODE]
    batches = iter(cluster_at(serve(script)).follow(PODS, "ns", slim=True, timeout=10))
    (first,) = next(batches)
    (second,) = next(batches)
    assert first.object == KEPT_POD | {"apiVersion": "v1", "kind": "Pod"}
    assert "volumes" not in second.object["spec"]
    batches.close()  # type: ignore[attr-defined]
