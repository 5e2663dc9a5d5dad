"""Time whole processes: wall seconds, CPU seconds and peak memory of a child."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """Medians over some runs of one command. Seconds; memory in MiB."""

    wall: float
    cpu: float
    memory: float

    def __str__(self) -> str:
        return f"{self.wall:6.2f} s wall  {self.cpu:6.2f} s CPU  {self.memory:6.0f} MiB"


#: A small process of its own: the peak that wait4 tells is never below the size of who forked.
_MEASURE = """
import os, sys, time
start = time.monotonic()
child = os.fork()
if not child:
    os.execvp(sys.argv[1], sys.argv[1:])
_, _, usage = os.wait4(child, 0)
seconds = usage.ru_utime + usage.ru_stime
print(time.monotonic() - start, seconds, usage.ru_maxrss / 1024, file=sys.stderr)
"""


def once(command: Sequence[str], environ: Mapping[str, str]) -> Figures:
    """Run it once; what it prints is thrown away. Its exit code is not looked at."""
    ran = subprocess.run(
        [sys.executable, "-S", "-c", _MEASURE, *command],
        env=dict(environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Figures(*map(float, ran.stderr.splitlines()[-1].split()))


def in_turn(
    commands: Mapping[str, Sequence[str]], environ: Mapping[str, str], runs: int = 5
) -> dict[str, Figures]:
    """The commands in turn, so that each meets the same machine; one run to warm up."""
    found: dict[str, list[Figures]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            figures = once(command, environ)
            if run:
                found[name].append(figures)
    return {name: _median(all_of_it) for name, all_of_it in found.items()}


def _median(runs: Sequence[Figures]) -> Figures:
    return Figures(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.memory for run in runs),
    )
