"""What tests of the holds look at: the spec as stored, who owns it, and another writer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.conftest import Kubectl, eventually

ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%", "maxSurge": 0}}
PAUSED = "dsctl/paused-strategy"


def live(kubectl: Kubectl, name: str = "a") -> dict[str, Any]:
    """The object with its managedFields."""
    found: dict[str, Any] = kubectl.json("get", "ds", name, "--show-managed-fields")
    return found


def spec(kubectl: Kubectl, name: str = "a") -> str:
    """The stored spec, byte for byte as the server sends it."""
    raw = kubectl("get", "--raw", f"/apis/apps/v1/namespaces/{kubectl.namespace}/daemonsets/{name}")
    return raw[raw.index('"spec":') : raw.rindex('"status":')]


def kept(kubectl: Kubectl, name: str = "a") -> Any:
    """The strategy in the annotation; None where there is no annotation."""
    text = (live(kubectl, name)["metadata"].get("annotations") or {}).get(PAUSED)
    return None if text is None else json.loads(text)


def owners(kubectl: Kubectl, *path: str, name: str = "a") -> set[str]:
    """Who owns the field."""
    found = set()
    for entry in live(kubectl, name)["metadata"]["managedFields"]:
        fields = entry["fieldsV1"]
        for step in path:
            fields = (fields or {}).get(f"f:{step}")
        if fields is not None:
            found.add(entry["manager"])
    return found


def settled(kubectl: Kubectl, name: str = "a") -> int:
    """Wait until the controller has done all that it wants to; the number of nodes."""

    def check() -> int:
        obj = kubectl.json("get", "ds", name)
        status = obj["status"]
        desired: int = status.get("desiredNumberScheduled", 0)
        assert status.get("observedGeneration") == obj["metadata"]["generation"]
        assert status.get("numberAvailable", 0) == desired > 0
        return desired

    return eventually(check)


def pods(kubectl: Kubectl, name: str = "a") -> dict[str, dict[str, Any]]:
    """Its pods that are not going away, by node; for a surge one of each node's."""
    items = kubectl.json("get", "pods", "-l", f"app={name}")["items"]
    placed = (pod for pod in items if "nodeName" in pod["spec"])
    return {p["spec"]["nodeName"]: p for p in placed if "deletionTimestamp" not in p["metadata"]}


def images(kubectl: Kubectl, name: str = "a") -> dict[str, str]:
    """The version that runs on each node."""
    found = pods(kubectl, name)
    return {n: p["spec"]["containers"][0]["image"].rpartition(":")[2] for n, p in found.items()}


@contextmanager
def second_writer(kubectl: Kubectl, name: str = "a") -> Iterator[list[str]]:
    """Someone who changes a label of the DaemonSet all the time; yields the values written."""
    written: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            value = str(len(written))
            kubectl("label", "ds", name, f"counter={value}", "--overwrite")
            written.append(value)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        stop.set()
        thread.join()
