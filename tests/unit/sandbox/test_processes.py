"""Which processes are a sandbox's, shown on real ones: copies of `sleep` under its directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dsctl.sandbox import processes
from dsctl.sandbox.paths import ClusterPaths, Layout

SLEEP = shutil.which("sleep") or "/bin/sleep"


class Part:
    """A stand-in for a component: a process called by a path inside the sandbox."""

    def __init__(self, paths: ClusterPaths, name: str) -> None:
        program = paths.plane / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        if not program.is_symlink():
            program.symlink_to(SLEEP)
        # Called by that path, whatever `sleep` is: it may look at its own name.
        self.process = subprocess.Popen(
            [str(program), "300"], executable=SLEEP, start_new_session=True
        )
        paths.pids.mkdir(parents=True, exist_ok=True)
        self.pid_file = paths.pids / f"{name}.pid"
        self.pid_file.write_text(str(self.process.pid))
        # For a moment after exec, a process has no command line yet.
        deadline = time.monotonic() + 10
        while name not in processes.components(paths):
            assert time.monotonic() < deadline, f"{name} does not show"
            time.sleep(0.005)


@pytest.fixture
def paths(tmp_path: Path) -> ClusterPaths:
    return Layout({"XDG_CACHE_HOME": str(tmp_path)}).cluster("x")


@pytest.fixture
def start(paths: ClusterPaths) -> Iterator[Callable[[str], Part]]:
    started: list[Part] = []

    def begin(name: str) -> Part:
        started.append(Part(paths, name))
        return started[-1]

    yield begin
    for part in started:
        part.process.kill()
        part.process.wait()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([SLEEP, "300"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_components_are_known_by_the_path_they_were_called_by(
    paths: ClusterPaths, start: Callable[[str], Part]
) -> None:
    """Not by what a pid file says."""
    part = start("etcd")
    (paths.pids / "kube-apiserver.pid").write_text(str(os.getpid()))
    assert processes.components(paths) == {"etcd": part.process.pid}


def test_all_processes_end_and_no_other(
    paths: ClusterPaths, start: Callable[[str], Part], stranger: subprocess.Popen[bytes]
) -> None:
    """A stranger whose number stands in a stale pid file lives on."""
    parts = [start("etcd"), start("kube-apiserver")]
    (paths.pids / "kwok-controller.pid").write_text(str(stranger.pid))
    assert processes.end(paths) == 2
    assert all(part.process.wait(10) for part in parts)
    assert stranger.poll() is None
    assert processes.end(paths) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_ran_in_a_pod_ends_although_its_kubelet_is_gone(paths: ClusterPaths) -> None:
    """A command of `exec` outlives a killed KWOK; its process group gives it away."""
    program = paths.plane / "bin" / "kwok-controller"
    program.parent.mkdir(parents=True)
    kubelet = subprocess.Popen(
        [str(program), "-c", f"{SLEEP} 300 & echo $!; wait"],
        executable="/bin/sh",
        start_new_session=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert kubelet.stdout is not None
    in_pod = int(kubelet.stdout.readline())
    paths.pids.mkdir()
    (paths.pids / "kwok-controller.pid").write_text(str(kubelet.pid))
    kubelet.kill()
    kubelet.wait()
    assert processes.end(paths) == 1
    assert in_pod not in {process.pid for process in processes.from_proc()}
    kubelet.stdout.close()


def test_stale_pid_files_are_forgotten_and_live_ones_kept(
    paths: ClusterPaths, start: Callable[[str], Part]
) -> None:
    """So that kwokctl starts what is down, whatever has its number now."""
    alive = start("etcd")
    dead = start("kube-apiserver")
    dead.process.kill()
    dead.process.wait()
    dead.pid_file.write_text(str(os.getpid()))
    processes.forget_dead(paths)
    assert alive.pid_file.exists()
    assert not dead.pid_file.exists()


def test_one_component_can_be_ended_alone(
    paths: ClusterPaths, start: Callable[[str], Part]
) -> None:
    """The others run on."""
    kept, ended = start("etcd"), start("kwok-controller")
    processes.end_component(paths, "kwok-controller")
    assert ended.process.wait(10)
    assert processes.components(paths) == {"etcd": kept.process.pid}
    assert not ended.pid_file.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="compares with /proc")
@pytest.mark.skipif(shutil.which("ps") is None, reason="needs ps")
def test_ps_tells_the_same_as_proc(paths: ClusterPaths, start: Callable[[str], Part]) -> None:
    """On systems without /proc, the components are found as well."""
    part = start("etcd")
    found = processes.from_ps()
    (ours,) = (process for process in found if process.pid == part.process.pid)
    (same,) = (p for p in processes.from_proc() if p.pid == part.process.pid)
    assert (ours.group, ours.program.split()[0]) == (same.group, same.program)
