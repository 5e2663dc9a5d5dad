"""``python -m tests.benchmarks.why [NODES]``: why and plan beside kubectl, at fleet size.

Starts a sandbox of its own with so many nodes (5,000), a DaemonSet on all of them, and prints the
figures and their ratios. Takes several minutes.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path

from dsctl.sandbox.lifecycle import Sandboxes
from dsctl.sandbox.progress import Progress
from tests.benchmarks.timing import in_turn
from tests.cluster.conftest import Sandbox
from tests.cluster.daemonsets import daemonset, text

NAME = "bench-why"
BIN = Path(sys.executable).parent


def main(nodes: int) -> None:
    """Set up, measure, take down."""
    sandboxes = Sandboxes(os.environ, Progress(io.StringIO()))
    sandboxes.up(NAME, nodes, None)
    try:
        measure(Sandbox(NAME), nodes)
    finally:
        sandboxes.down(NAME)


def measure(sandbox: Sandbox, nodes: int) -> None:
    """Print the figures."""
    everywhere = daemonset("agent")
    everywhere["spec"]["template"]["spec"]["tolerations"] = [{"operator": "Exists"}]
    assert sandbox.dsctl("create", "-f", "-", input=text(everywhere)).code == 0
    ran = sandbox.dsctl("rollout", "status", "agent", "--timeout=20m", timeout=1500)
    assert ran.code == 0, ran.err
    dsctl, kubectl = str(BIN / "dsctl"), str(BIN / "kubectl")
    print(f"{nodes} nodes, {nodes} pods, medians of 5 runs in turn (memory: the most)")
    with tempfile.TemporaryDirectory() as directory:
        manifest, dump = Path(directory, "agent.yaml"), Path(directory, "nodes.json")
        manifest.write_text(text(everywhere))
        dump.write_text(sandbox.kubectl("get", "nodes", "-o", "json"))
        found = in_turn(
            {
                "kubectl get pods -o wide": [kubectl, *"get pods -o wide -l app=agent".split()],
                "dsctl why": [dsctl, "why", "agent"],
                "dsctl why -o json": [dsctl, "why", "agent", "-o", "json"],
                "dsctl plan -f": [dsctl, "plan", "-f", str(manifest)],
                "dsctl plan of a dump": [
                    *[dsctl, "plan", "-f", str(manifest), "--cluster-dump", str(dump)]
                ],
            },
            sandbox.environ,
        )
    theirs = found["kubectl get pods -o wide"]
    for name, figures in found.items():
        ratio = f"{figures.wall / theirs.wall:.2f}x wall, {figures.memory / theirs.memory:.0%}"
        print(f"{name:26} {figures}  {ratio} memory")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
