"""What the API server has forgotten: old versions in watches, expired continue tokens.

A young server remembers everything, so these have a sandbox of their own, whose server was
restarted and whose etcd was compacted.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from dsctl.api import session
from dsctl.api.client import Cluster
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.api.resources import CONTROLLER_REVISIONS, DAEMONSETS, NODES, PODS
from dsctl.errors import ClusterError, Gone
from dsctl.sandbox import processes
from tests.cluster.conftest import VERSION, Sandbox, eventually, private_sandbox
from tests.cluster.daemonsets import daemonset
from tests.cluster.test_api import Door, until


@pytest.fixture(scope="module")
def old() -> Iterator[Sandbox]:
    """A sandbox that knows nothing of its first resource versions any more."""
    with private_sandbox("old", nodes=4) as own:
        processes.end_component(own.paths, "kube-apiserver")
        own.sandboxes.up(own.name, None, VERSION)
        compact(own)
        yield own


@pytest.fixture
def cluster(old: Sandbox) -> Iterator[Cluster]:
    """The cluster, as its administrator."""
    door = Door(old, namespace="default")
    yield door.cluster
    door.cluster.close()


def compact(sandbox: Sandbox) -> None:
    """Make etcd forget all but the newest revision, through its JSON gateway on loopback."""
    port = json.loads((sandbox.paths.kubeconfig.parent / "sandbox.json").read_text())["ports"][
        "etcd"
    ]

    def ask(path: str, body: dict[str, Any]) -> Any:
        request = Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode())
        with urlopen(request, timeout=20) as answer:
            return json.load(answer)

    key = base64.b64encode(b"x").decode()
    newest = ask("/v3/kv/range", {"key": key})["header"]["revision"]
    ask("/v3/kv/compaction", {"revision": newest, "physical": True})


def test_expired_continue_token_is_survived(old: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that the server itself calls expired leads to the whole list all the same."""
    real = session.target

    def with_an_old_token(path: str, query: dict[str, str] | None) -> str:
        if query and query.get("continue"):
            token = b'{"v":"meta.k8s.io/v1","rv":1,"start":"/gpu-0003\\u0000"}'
            query = query | {"continue": base64.urlsafe_b64encode(token).decode().rstrip("=")}
        return real(path, query)

    statuses: list[int] = []
    config = load(ConnectionOptions(), old.environ)
    cluster = Cluster(
        config, on_warning=print, log=lambda exchange: statuses.append(exchange.status)
    )
    whole = cluster.list(NODES, chunk_size=0)["items"]
    monkeypatch.setattr(session, "target", with_an_old_token)
    found = cluster.list(NODES, chunk_size=2)["items"]
    cluster.close()
    assert statuses == [200, 200, 410, 200]
    assert [node["metadata"]["name"] for node in found] == [
        node["metadata"]["name"] for node in whole
    ]


def test_version_that_is_too_old_is_gone(cluster: Cluster) -> None:
    """The server itself says 410, in the answer or as an event."""
    with pytest.raises(Gone), cluster.watch(PODS, resource_version="1") as watch:
        watch.read(10)


def test_follow_survives_a_version_that_is_too_old(cluster: Cluster) -> None:
    """Put back to a version that the server forgot, a follower tells what it missed."""
    for name in ("kept", "deleted"):
        cluster.create(DAEMONSETS, daemonset(name))
    troubles: list[ClusterError] = []
    with cluster.follow(
        CONTROLLER_REVISIONS, tick=0.5, timeout=60, on_trouble=troubles.append
    ) as follow:
        batches = iter(follow)
        next(batches)
        until(batches, lambda: len(follow.objects) == 2)
        follow._version = "1"
        follow._hang_up()
        cluster.delete(DAEMONSETS, "deleted", propagation_policy="Background")
        cluster.create(DAEMONSETS, daemonset("new"))
        eventually(
            lambda: (
                {
                    item["metadata"]["name"].rpartition("-")[0]
                    for item in cluster.list(CONTROLLER_REVISIONS)["items"]
                }
                == {"kept", "new"}
            )
        )
        changes: list[tuple[str, str]] = []
        deadline = time.monotonic() + 30
        while len(changes) < 2 and time.monotonic() < deadline:
            changes += [
                (change.type, change.object["metadata"]["name"].rpartition("-")[0])
                for change in next(batches)
            ]
    assert changes == [("DELETED", "deleted"), ("ADDED", "new")]
    assert troubles == []
