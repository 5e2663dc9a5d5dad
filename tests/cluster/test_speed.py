"""Start-up: what ``dsctl get`` imports, and how long it takes beside ``kubectl get ds``."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox
from tests.cluster.daemonsets import daemonset

#: How many times kubectl's wall time the whole process may take.
MOST = 2.2
RUNS = 10
BIN = Path(sys.executable).parent
HEAVY = ("kubernetes", "jsonschema", "pydantic", "rich")

_SCRIPT = """
import sys
from dsctl.cli.env import Env
from dsctl.main import main
code = main(sys.argv[1:], Env.of_process())
loaded = {name.partition(".")[0] for name in sys.modules}
print(code, *sorted(loaded & set(%r)), file=sys.stderr)
"""


def test_get_imports_nothing_heavy(sandbox: Sandbox, dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Neither rows, nor the per-node table, nor yaml pull in what costs 100 ms and more."""
    kubectl.apply(daemonset("a"))
    for args in (["get"], ["get", "a", "--pods"], ["get", "a", "-o", "yaml"]):
        ran = subprocess.run(
            [sys.executable, "-c", _SCRIPT % (HEAVY,), "-n", kubectl.namespace, *args],
            env=sandbox.environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert ran.stderr.split() == ["0"], args
        assert "a" in ran.stdout


def test_get_takes_little_more_than_kubectl(sandbox: Sandbox, kubectl: Kubectl) -> None:
    """The whole process, median of ten runs in turn; three tries, since machines are noisy."""
    kubectl.apply(daemonset("a"))
    ours = [str(BIN / "dsctl"), "-n", kubectl.namespace, "get"]
    theirs = [str(BIN / "kubectl"), "-n", kubectl.namespace, "get", "ds"]
    ratios: list[float] = []
    while len(ratios) < 3 and not (ratios and ratios[-1] <= MOST):
        ratios.append(ratio(ours, theirs, sandbox.environ))
    assert min(ratios) <= MOST, ratios


def ratio(ours: list[str], theirs: list[str], environ: dict[str, str]) -> float:
    """Median wall time of ``ours`` over that of ``theirs``, run in turn after one warm-up each."""
    times: dict[str, list[float]] = {ours[0]: [], theirs[0]: []}
    for _ in range(RUNS + 1):
        for command in (ours, theirs):
            started = time.perf_counter()
            subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, timeout=60, check=True)
            times[command[0]].append(time.perf_counter() - started)
    medians = [statistics.median(seconds[1:]) for seconds in times.values()]
    return medians[0] / medians[1]
