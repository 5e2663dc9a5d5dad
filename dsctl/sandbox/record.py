"""What is written down about one sandbox, and the lock under which it changes."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from dsctl.sandbox import versions
from dsctl.sandbox.paths import ClusterPaths, Layout


@dataclass(frozen=True, slots=True)
class Record:
    """What `up` decided for a sandbox. It is written once everything in it stands."""

    kubernetes: str
    ports: dict[str, int]

    @property
    def version(self) -> versions.KubernetesVersion:
        """The Kubernetes that it runs, which may be one that is no longer offered."""
        minor = ".".join(self.kubernetes.removeprefix("v").split(".")[:2])
        return versions.KubernetesVersion(minor, self.kubernetes)

    @property
    def endpoint(self) -> str:
        """The address of its API server."""
        return f"https://127.0.0.1:{self.ports['kubeApiserver']}"


def read(paths: ClusterPaths) -> Record | None:
    """The record of a sandbox; None if there is none, or none that can be used."""
    try:
        data = json.loads(paths.record.read_text())
        return Record(kubernetes=data["kubernetes"], ports=dict(data["ports"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(paths: ClusterPaths, record: Record) -> None:
    """Write the record, whole or not at all."""
    draft = paths.record.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(record), indent=1) + "\n")
    draft.replace(paths.record)


def ports_in_use(layout: Layout) -> set[int]:
    """The ports of every sandbox that stands here, running or stopped."""
    records = (read(layout.cluster(name)) for name in layout.names())
    return {port for record in records if record for port in record.ports.values()}


@contextlib.contextmanager
def locked(directory: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of a directory, which is made if need be.

    ``on_wait`` is called once before waiting for someone else. The directory itself is locked,
    so no lock file stays behind; if it was removed meanwhile, a new one is made and locked.
    """
    while True:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = _open(directory)
        if handle is None:
            continue
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                on_wait()
                fcntl.flock(handle, fcntl.LOCK_EX)
            if _same(handle, directory):
                yield
                return
        finally:
            os.close(handle)


def _open(directory: Path) -> int | None:
    try:
        return os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None


def _same(handle: int, directory: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(directory))
    except FileNotFoundError:
        return False
