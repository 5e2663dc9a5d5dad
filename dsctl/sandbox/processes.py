"""Which processes belong to a sandbox, and how they end.

Pid files alone can't be trusted: after a crash or a reboot a number may be someone else's. A
process is ours only if the program it runs is called by a path inside the sandbox's directory.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from dsctl.errors import ClusterError
from dsctl.sandbox.paths import ClusterPaths


@dataclass(frozen=True, slots=True)
class Process:
    """One running process: its number, its process group and how it was called."""

    pid: int
    group: int
    program: str
    arguments: tuple[str, ...] = ()


def components(paths: ClusterPaths) -> dict[str, int]:
    """The running components of a sandbox: name (as kwokctl has it) -> pid."""
    home = f"{paths.plane / 'bin'}{os.sep}"
    return {
        process.program.removeprefix(home): process.pid
        for process in _all()
        if process.program.startswith(home)
    }


def end(paths: ClusterPaths, timeout: float = 10.0) -> int:
    """Kill every process of a sandbox, and what ran in its pods; return how many there were.

    Nothing is asked politely: what they would save is about to be deleted.
    Raises ClusterError if some are still there after ``timeout`` seconds.
    """
    deadline = time.monotonic() + timeout
    seen: set[int] = set()
    while True:
        alive = _members(paths)
        if not alive:
            return len(seen)
        if time.monotonic() > deadline:
            left = ", ".join(str(pid) for pid in sorted(alive))
            raise ClusterError(f"processes of sandbox {paths.name} don't end: {left}")
        for pid in alive:
            _kill(pid)
        seen |= alive
        time.sleep(0.05)


def end_component(paths: ClusterPaths, name: str, timeout: float = 10.0) -> None:
    """Kill one component and forget its pid. Raises ClusterError if it does not end."""
    deadline = time.monotonic() + timeout
    while pid := components(paths).get(name):
        if time.monotonic() > deadline:
            raise ClusterError(f"{name} of sandbox {paths.name} (pid {pid}) does not end")
        _kill(pid)
        time.sleep(0.02)
    forget_dead(paths)


def forget_dead(paths: ClusterPaths) -> None:
    """Remove the pid files that name no running component, so that kwokctl starts it again."""
    alive = components(paths)
    for file in _pid_files(paths):
        if file.stem not in alive:
            file.unlink(missing_ok=True)


def _members(paths: ClusterPaths) -> set[int]:
    """Components, kwokctl itself, and what `kubectl exec` started on behalf of pods."""
    inside = f"{paths.directory}{os.sep}"
    settings = str(paths.settings)
    everything = _all()
    ours = {
        process.pid
        for process in everything
        if process.program.startswith(inside)
        or (
            os.path.basename(process.program) == "kwokctl"
            and settings in " ".join(process.arguments)
        )
    }
    strangers = {process.pid for process in everything} - ours
    groups = (ours | _recorded(paths)) - strangers
    return ours | {process.pid for process in everything if process.group in groups}


def _recorded(paths: ClusterPaths) -> set[int]:
    found = set()
    for file in _pid_files(paths):
        try:
            found.add(int(file.read_text()))
        except (OSError, ValueError):
            continue
    return {pid for pid in found if pid > 1}


def _pid_files(paths: ClusterPaths) -> list[Path]:
    return list(paths.pids.glob("*.pid"))


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _all() -> list[Process]:
    return from_proc() if sys.platform == "linux" else from_ps()


def from_proc() -> list[Process]:
    """Every process, as Linux tells it; those that have ended and wait to be noticed are not."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                program, *arguments = map(os.fsdecode, file.read().split(b"\0"))
            with open(f"/proc/{entry}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()  # the name may hold spaces
        except OSError:  # it ended meanwhile
            continue
        if fields[0] != b"Z":
            found.append(Process(int(entry), int(fields[2]), program, tuple(arguments)))
    return found


def from_ps() -> list[Process]:
    """The same from ps, for other systems."""
    listing = subprocess.run(
        ["ps", "-axww", "-o", "pid=,pgid=,stat=,args="],
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    ).stdout
    found = []
    for line in listing.splitlines():
        pid, group, state, *command = line.split(None, 3)
        if command and not state.startswith("Z"):
            program, *arguments = command[0].split(" --")  # the path itself may hold spaces
            found.append(Process(int(pid), int(group), program, tuple(arguments)))
    return found
