"""Bringing the nodes of a running sandbox to a number, through its API server."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dsctl.errors import APIError, ClusterError, DsctlError, UsageError
from dsctl.sandbox import nodes
from dsctl.sandbox.apiserver import ApiServer
from dsctl.sandbox.paths import ClusterPaths
from dsctl.sandbox.record import Record

#: Where the simulated kubelets renew their leases.
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"

_CONNECTIONS = 8
_PAGE = 1000
_NOT_READY = "node.kubernetes.io/not-ready"


@dataclass(frozen=True, slots=True)
class Fleet:
    """The names of all nodes, and of those that are Ready and not tainted as if they weren't."""

    names: frozenset[str]
    ready: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """The names of the nodes that `scale` added and removed."""

    added: frozenset[str]
    removed: frozenset[str]


def check_count(wanted: int) -> None:
    """Raise UsageError if a fleet can't have so many nodes."""
    if not 0 <= wanted <= nodes.MOST:
        raise UsageError(f"--nodes takes 0 to {nodes.MOST}, not {wanted}")


def read(server: ApiServer) -> Fleet:
    """All nodes, ours and others. Raises APIError, Unreachable."""
    found = {node["metadata"]["name"]: _is_ready(node) for node in _list(server, "/api/v1/nodes")}
    return Fleet(frozenset(found), frozenset(name for name, ready in found.items() if ready))


def count(server: ApiServer) -> int:
    """How many nodes there are, ours and others. Raises APIError, Unreachable."""
    return _count(server, "/api/v1/nodes")


def scale(
    paths: ClusterPaths, record: Record, wanted: int, on_progress: Callable[[str], None]
) -> Change:
    """Make the fleet ``wanted`` nodes; return which were added and removed.

    Only nodes named as the layout names them are removed. Pods of removed nodes are left to
    Kubernetes, as when a machine is taken away. Raises APIError, Unreachable.
    """
    port = record.ports["kubeApiserver"]
    with ApiServer(paths, port) as server:
        there = read(server).names
    planned = {node.name: node for node in nodes.layout(wanted)}
    kubelet = (record.version.release, record.ports["kwokController"])
    added = frozenset(planned) - there
    removed = frozenset(name for name in there - frozenset(planned) if nodes.is_ours(name))
    work: list[_Call] = [
        ("POST", "/api/v1/nodes", nodes.manifest(planned[name], *kubelet)) for name in added
    ]
    work += [("DELETE", f"/api/v1/nodes/{name}", None) for name in removed]
    _spread(paths, port, work, on_progress)
    return Change(added, removed)


def wait_ready(
    server: ApiServer, names: frozenset[str], on_progress: Callable[[str], None]
) -> None:
    """Wait until these nodes are Ready, and KWOK has taken them all over.

    Raises ClusterError after a minute, or more for a large fleet.
    """
    timeout = 60 + len(names) / 10
    deadline = time.monotonic() + timeout
    while True:
        # KWOK makes a lease when it takes a node over. To count them is cheap; to look at
        # every node of a large fleet is not.
        done = min(_count(server, LEASES), len(names))
        if done == len(names):
            held = {lease["metadata"]["name"] for lease in _list(server, LEASES)}
            done = len(names & held & read(server).ready)
        if done == len(names):
            return
        on_progress(f"{done} of {len(names)} nodes ready")
        if time.monotonic() > deadline:
            raise ClusterError(f"only {done} of {len(names)} nodes are ready after {timeout:.0f} s")
        time.sleep(0.1 if len(names) < 200 else 1.0)


_Call = tuple[str, str, dict[str, Any] | None]


def _spread(
    paths: ClusterPaths, port: int, work: list[_Call], on_progress: Callable[[str], None]
) -> None:
    """Send the calls over several connections at once; the first failure stops all."""
    todo: queue.SimpleQueue[_Call] = queue.SimpleQueue()
    for call in work:
        todo.put(call)
    failures: list[DsctlError] = []

    def worker() -> None:
        with ApiServer(paths, port) as server:
            while not failures:
                try:
                    call = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    _send(server, call)
                except DsctlError as error:
                    failures.append(error)

    threads = [
        threading.Thread(target=worker, daemon=True) for _ in range(min(_CONNECTIONS, len(work)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)
            on_progress(f"{len(work) - todo.qsize()} of {len(work)} nodes")
    if failures:
        raise failures[0]


def _send(server: ApiServer, call: _Call) -> None:
    method, path, body = call
    try:
        server.request(method, path, body)
    except APIError as error:
        if (method, error.code) not in {("POST", 409), ("DELETE", 404)}:
            raise


def _list(server: ApiServer, path: str) -> Iterable[dict[str, Any]]:
    token = ""
    while True:
        page = server.request("GET", f"{path}?limit={_PAGE}{token}")
        yield from page["items"]
        following = page["metadata"].get("continue")
        if not following:
            return
        token = f"&continue={following}"


def _count(server: ApiServer, path: str) -> int:
    page = server.request("GET", f"{path}?limit=1")
    return len(page["items"]) + int(page["metadata"].get("remainingItemCount") or 0)


def _is_ready(node: dict[str, Any]) -> bool:
    taints = {taint["key"] for taint in node["spec"].get("taints") or ()}
    conditions = node.get("status", {}).get("conditions") or ()
    ready = any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
    return ready and _NOT_READY not in taints
