"""``dsctl rollout step`` where a node is dead, and where the server goes away for a while."""

from __future__ import annotations

import subprocess
import sys

from dsctl.sandbox import processes
from tests.cluster.conftest import VERSION, eventually, private_sandbox
from tests.cluster.holds import images, settled
from tests.cluster.test_broken_plane import in_namespace
from tests.cluster.test_rollout_nodes import NODES, dead, everywhere


def test_a_dead_node_has_no_turn_and_an_outage_ends_nothing() -> None:
    """The others are stepped, the dead one is named; the step goes on when the server is back."""
    with private_sandbox("step", nodes=NODES) as own:
        kubectl = in_namespace(own, "step")
        manifest = everywhere("a")
        manifest["spec"]["updateStrategy"] = {"type": "OnDelete"}
        kubectl.apply(manifest)
        assert settled(kubectl) == NODES
        image = manifest["spec"]["template"]["spec"]["containers"][0]
        image["image"] = "registry.example/agent:2"
        manifest["spec"]["minReadySeconds"] = 2
        with dead(kubectl, "worker-0001"):
            kubectl.apply(manifest)
            line = ("rollout", "step", "a", "--batch=100%", "--max-unavailable=2")
            ran = own.dsctl(*line, "--stall-timeout=4s", namespace="step")
            assert ran.code == 1
            assert "waiting: the nodes that are left are not ready: worker-0001" in ran.err
            assert f"error: nothing happened for 4 s: {NODES - 1} of {NODES} nodes" in ran.err
            assert "worker-0001: pod" not in ran.err
        settled(kubectl)
        image["image"] = "registry.example/agent:3"
        kubectl.apply(manifest)
        with subprocess.Popen(
            [sys.executable, "-m", "dsctl", "-n", "step", *line[:-1]],
            env=own.environ,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            next(one for one in process.stderr if one.endswith(" deleted\n"))
            processes.end_component(own.paths, "kube-apiserver")
            own.sandboxes.up(own.name, None, VERSION)
            _, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        eventually(lambda: list(images(kubectl).values()) == ["3"] * NODES)


def test_a_node_that_was_taken_away_is_no_part_of_a_step() -> None:
    """Its pod lingers until it is collected: it is no canary, and counts in no batch."""
    with private_sandbox("step-gone", nodes=NODES) as own:
        kubectl = in_namespace(own, "step")
        manifest = everywhere("a")
        manifest["spec"]["updateStrategy"] = {"type": "OnDelete"}
        kubectl.apply(manifest)
        assert settled(kubectl) == NODES
        kubectl("set", "image", "ds/a", "*=registry.example/agent:2")
        first = min(images(kubectl))
        kubectl("delete", "node", first)
        ran = own.dsctl("rollout", "step", "a", "--batch=1,100%", namespace="step")
        assert ran.code == 0, ran.err
        assert f"batch 1 of 2 (1) done: 1 of {NODES - 1} nodes are updated" in ran.out
        assert f"done: {NODES - 1} of {NODES - 1} nodes" in ran.out
        assert f"{first}: pod" not in ran.out
        assert f"{first} keeps its old pod, it is passed over: the node is gone" in ran.err
        assert images(kubectl)[first] == "1"
