"""In what order ``dsctl plan`` says that pods are replaced, and in what order they are."""

from __future__ import annotations

from tests.cluster.conftest import Dsctl, Kubectl, eventually
from tests.cluster.daemonsets import text
from tests.cluster.placed import ONE, THREE, TWO, labelled, on


def test_pods_that_are_not_ready_for_long_enough_go_at_once(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Under minReadySeconds a fresh pod is not available: the controller spares none of them."""
    manifest = on("a")
    manifest["spec"]["minReadySeconds"] = 600
    with labelled(kubectl, ONE, TWO, THREE):
        kubectl.apply(manifest)
        eventually(lambda: kubectl.json("get", "ds", "a")["status"].get("numberReady") == 3)
        old = _uids(kubectl)
        manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        ran = dsctl("plan", "-f", "-", "-o", "json", input=text(manifest))
        update = ran.json()["update"]
        assert (update["atOnce"], update["inTurn"]) == ([ONE, TWO, THREE], [])
        kubectl.apply(manifest)
        # One at a time, the second would have to wait ten minutes for the first.
        eventually(lambda: len(_uids(kubectl)) == 3 and not old & _uids(kubectl))


def _uids(kubectl: Kubectl) -> set[str]:
    return {pod["metadata"]["uid"] for pod in kubectl.json("get", "pods")["items"]}
