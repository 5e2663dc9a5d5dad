"""In what order ``dsctl plan`` says that pods are replaced, and in what order they are."""

from __future__ import annotations

import json

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


def test_a_new_pod_that_fails_holds_the_old_ones_up(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """It stays, is not available, and so uses maxUnavailable up until someone mends it."""
    manifest = on("a")
    manifest["spec"]["updateStrategy"] = {"type": "OnDelete"}
    with labelled(kubectl, ONE, TWO, THREE):
        kubectl.apply(manifest)
        eventually(lambda: kubectl.json("get", "ds", "a")["status"].get("numberReady") == 3)
        manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
        kubectl.apply(manifest)
        eventually(lambda: kubectl.json("get", "ds", "a")["status"]["observedGeneration"] == 2)
        kubectl("delete", "pod", "--field-selector", f"spec.nodeName={ONE}")
        eventually(lambda: _updated(kubectl) == 1)
        eventually(lambda: kubectl.json("get", "ds", "a")["status"].get("numberReady") == 3)
        name = kubectl("get", "pod", "-o", "name", "--field-selector", f"spec.nodeName={ONE}")
        fails = json.dumps({"status": {"conditions": [{"type": "Ready", "status": "False"}]}})
        kubectl("patch", name.strip(), "--subresource=status", "-p", fails)
        old = _uids(kubectl)
        manifest["spec"]["updateStrategy"] = {"type": "RollingUpdate"}
        ran = dsctl("plan", "-f", "-", input=text(manifest))
        held = f"2 pods are not replaced until the pod that stays on {ONE} is available"
        assert held in ran.out
        kubectl.apply(manifest)
        eventually(lambda: kubectl.json("get", "ds", "a")["status"]["observedGeneration"] == 3)
        assert _uids(kubectl) == old
        kubectl("patch", name.strip(), "--subresource=status", "-p", fails.replace("False", "True"))
        eventually(lambda: _updated(kubectl) == 3)


def _updated(kubectl: Kubectl) -> int:
    found: int = kubectl.json("get", "ds", "a")["status"].get("updatedNumberScheduled", 0)
    return found


def _uids(kubectl: Kubectl) -> set[str]:
    return {pod["metadata"]["uid"] for pod in kubectl.json("get", "pods")["items"]}
