"""Orphans for the tests: a DaemonSet deleted without its pods, and how the pods are seen."""

from __future__ import annotations

import contextlib
import copy
import json
import sys
from collections.abc import Iterator
from typing import Any

from dsctl.api.client import Cluster
from dsctl.cli.connect import connect
from dsctl.cli.env import Env
from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually
from tests.cluster.daemonsets import text
from tests.cluster.holds import settled


def orphaned(dsctl: Dsctl, kubectl: Kubectl, manifest: dict[str, Any]) -> dict[str, str]:
    """Create it, wait, delete it without its pods; the uid of the pod on each node."""
    name = manifest["metadata"]["name"]
    assert dsctl("create", "-f", "-", input=text(manifest)).code == 0
    settled(kubectl, name)
    found = uids(kubectl, f"app={name}")
    assert dsctl("delete", name, "--cascade=orphan").code == 0
    eventually(lambda: set(owners(kubectl, f"app={name}")) == {None})
    return found


def uids(kubectl: Kubectl, selector: str) -> dict[str, str]:
    """The uid of the pod on each node; pods that go away are left out."""
    items = kubectl.json("get", "pods", "-l", selector)["items"]
    alive = [p for p in items if "deletionTimestamp" not in p["metadata"]]
    assert len({p["spec"].get("nodeName") for p in alive}) == len(alive), "two pods on a node"
    return {p["spec"]["nodeName"]: p["metadata"]["uid"] for p in alive}


def owners(kubectl: Kubectl, selector: str) -> list[str | None]:
    """The uid of the controller of each pod; None for an orphan."""
    items = kubectl.json("get", "pods", "-l", selector)["items"]
    return [(p["metadata"].get("ownerReferences") or [{}])[0].get("uid") for p in items]


def uid(kubectl: Kubectl, name: str) -> str:
    """The uid of the DaemonSet."""
    return kubectl("get", "ds", name, "-o", "jsonpath={.metadata.uid}")


def with_labels(
    manifest: dict[str, Any], labels: dict[str, str], selector: dict[str, str]
) -> dict[str, Any]:
    """A copy whose pods have these labels, and whose selector is that."""
    made = copy.deepcopy(manifest)
    made["spec"]["template"]["metadata"]["labels"] = labels
    made["spec"]["selector"] = {"matchLabels": selector}
    return made


def written(path: Any, manifest: dict[str, Any]) -> str:
    """The manifest in a file; its path."""
    path.write_text(json.dumps(manifest))
    return str(path)


@contextlib.contextmanager
def in_process(sandbox: Sandbox) -> Iterator[Cluster]:
    """The API server, for a test that does something between two steps of an action."""
    with contextlib.closing(
        connect(Env(sys.stdin, sys.stdout, sys.stderr, sandbox.environ))
    ) as cluster:
        yield cluster
