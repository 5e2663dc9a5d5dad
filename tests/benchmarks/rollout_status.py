"""What ``dsctl rollout status`` costs while a fleet is rolled out: processor share and memory.

Run by hand against a sandbox of the size that is meant, which is left as it is::

    dsctl sandbox up --name fleet --nodes 5000
    python -m tests.benchmarks.rollout_status fleet

It rolls a DaemonSet out once unwatched, so that there is something to replace, then changes its
image and measures the watch of that rollout: wall time, processor time of the dsctl process (user
and system, from ``wait4``), and its peak memory.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from tests.cluster.conftest import Kubectl, Sandbox, fresh_namespace
from tests.cluster.daemonsets import daemonset

#: what issue and README promise at 5,000 nodes
MOST_SHARE = 0.25
MOST_MEGABYTES = 120
ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}}


class Cost(NamedTuple):
    """What one watch took: seconds, processor seconds, megabytes at the peak, lines it printed."""

    code: int
    wall: float
    processor: float
    megabytes: float
    lines: int

    @property
    def share(self) -> float:
        """Of one core, on average."""
        return self.processor / self.wall


def watched(sandbox: Sandbox, namespace: str, name: str, *args: str) -> Cost:
    """Watch a rollout to its end."""
    command = [sys.executable, "-m", "dsctl", "-n", namespace, "rollout", "status", name, *args]
    with tempfile.TemporaryFile("w+") as out:
        begun = time.monotonic()
        process = subprocess.Popen(command, env=sandbox.environ, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        lines = sum(1 for _ in out)
    processor = used.ru_utime + used.ru_stime
    return Cost(process.returncode, wall, processor, used.ru_maxrss / 1024, lines)


def measure(sandbox: Sandbox, *args: str) -> Cost:
    """The cost of watching a whole rollout over every node of the sandbox."""
    with fresh_namespace(sandbox) as namespace:
        kubectl = Kubectl(sandbox, namespace)
        obj = daemonset("fleet", updateStrategy=ROLLING)
        obj["spec"]["template"]["spec"]["tolerations"] = [{"operator": "Exists"}]
        kubectl.apply(obj)
        first = watched(sandbox, namespace, "fleet", *args)
        assert first.code == 0, first
        kubectl("set", "image", "ds/fleet", "agent=registry.example/agent:2")
        return watched(sandbox, namespace, "fleet", *args)


def main() -> int:
    """Measure, print, and tell by the exit code whether the promise holds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sandbox", help="name of a sandbox that runs")
    parser.add_argument("args", nargs="*", help="more arguments for rollout status")
    asked, more = parser.parse_known_args()
    cost = measure(Sandbox(asked.sandbox), *asked.args, *more)
    sys.stdout.write(
        f"{cost.wall:.0f} s, {cost.processor:.1f} s of processor = {cost.share:.0%} of one core, "
        f"{cost.megabytes:.0f} MB at the peak, {cost.lines} lines, exit {cost.code}\n"
    )
    return int(cost.share > MOST_SHARE or cost.megabytes > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
