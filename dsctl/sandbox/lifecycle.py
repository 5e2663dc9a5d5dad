"""Bringing a sandbox up, down, and back to health."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dsctl.errors import APIError, ClusterError, DsctlError, Unreachable, UsageError
from dsctl.sandbox import (
    build,
    fleet,
    kubeconfig,
    kwokctl,
    ports,
    processes,
    record,
    simulation,
    status,
    versions,
)
from dsctl.sandbox.apiserver import ApiServer
from dsctl.sandbox.binaries import Binaries
from dsctl.sandbox.paths import ClusterPaths, Layout, down_command, up_command
from dsctl.sandbox.progress import Progress
from dsctl.sandbox.record import Record
from dsctl.sandbox.status import State, Status

DEFAULT_NODES = 12

_READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `up` or `scale` found and did. ``before``: the state in which it found the sandbox."""

    name: str
    before: State
    release: str
    endpoint: str
    nodes: int
    added: int
    removed: int
    seconds: float


class Sandboxes:
    """All sandboxes of one user. Its methods raise ClusterError for an error of the system."""

    def __init__(self, environ: Mapping[str, str], progress: Progress) -> None:
        self._environ = environ
        self._layout = Layout(environ)
        self._progress = progress

    def up(self, name: str, nodes: int | None, kubernetes: str | None) -> Outcome:
        """Bring the sandbox ``name`` up: start it, heal it, or leave it as it runs.

        ``nodes`` None means 12 for a new one, else as it is. Raises UsageError if one with
        another Kubernetes stands there already, and ClusterError if it can't be built or started.
        """
        paths = self._layout.cluster(name)
        if nodes is not None:
            fleet.check_count(nodes)
        wanted = versions.resolve(kubernetes)
        with _system_errors():
            existing = _agreed(paths, kubernetes, wanted)
            version = existing.version if existing else wanted
            if existing is None or status.state_of(paths, existing) is not State.RUNNING:
                self._binaries(version)  # before the lock: `down` need not wait for a build
            start = time.monotonic()
            with self._locked(paths):
                existing = _agreed(paths, kubernetes, wanted)
                if existing is None:
                    count = DEFAULT_NODES if nodes is None else nodes
                    return self._create(paths, wanted, count, start)
                before = status.state_of(paths, existing)
                if before is not State.RUNNING:
                    self._heal(paths, existing)
                return self._to_count(paths, existing, before, nodes, start)

    def down(self, name: str) -> bool:
        """End the sandbox ``name`` and remove its files; return whether there was anything."""
        paths = self._layout.cluster(name)
        with _system_errors():
            if not paths.directory.exists():
                return processes.end(paths) > 0
            with self._locked(paths):
                there = any(paths.directory.iterdir())
                _remove(paths)
            return there

    def scale(self, name: str, nodes: int) -> Outcome:
        """Give a running sandbox so many nodes. Raises ClusterError if it does not run."""
        fleet.check_count(nodes)
        paths = self._layout.cluster(name)
        start = time.monotonic()
        with _system_errors():
            existing = record.read(paths)
            if existing is None or status.state_of(paths, existing) is not State.RUNNING:
                raise ClusterError(f"sandbox {name} is not running", hint=up_command(name))
            with self._locked(paths):
                return self._to_count(paths, existing, State.RUNNING, nodes, start)

    def status(self, name: str) -> Status:
        """What is true of the sandbox ``name`` now; that there is none is no error."""
        with _system_errors():
            return status.read(self._layout.cluster(name))

    def names(self) -> list[str]:
        """The sandboxes that have files here, sorted."""
        with _system_errors():
            return self._layout.names()

    def _binaries(self, version: versions.KubernetesVersion) -> Binaries:
        return build.ensure(self._layout, version, self._environ, self._progress)

    def _locked(self, paths: ClusterPaths) -> contextlib.AbstractContextManager[None]:
        def waiting() -> None:
            self._progress.say(f"waiting for another dsctl that works on sandbox {paths.name}")

        return record.locked(paths.directory, waiting)

    def _create(
        self, paths: ClusterPaths, version: versions.KubernetesVersion, nodes: int, start: float
    ) -> Outcome:
        """Make a new one; what tells that it is there is written last."""
        binaries = self._binaries(version)
        _clear(paths)
        new = Record(version.release, ports.choose(record.ports_in_use(self._layout)))
        try:
            with self._progress.step(f"starting Kubernetes {version.release}"):
                self._start(paths, new, binaries)
            outcome = self._to_count(paths, new, State.ABSENT, nodes, start)
            kubeconfig.write(paths, new)
            record.write(paths, new)
        except BaseException:
            _remove(paths)
            raise
        return outcome

    def _start(self, paths: ClusterPaths, new: Record, binaries: Binaries) -> None:
        kwokctl.write_settings(paths, kwokctl.settings(binaries, new.version, new.ports))
        kwokctl.run("create", paths, binaries, self._environ)
        with ApiServer(paths, new.ports["kubeApiserver"]) as server:
            _wait_served(server, paths)
            simulation.install(server, paths, binaries, new.ports["kwokController"])
        # KWOK met an API server without its CRDs, and would try again only after seconds.
        processes.end_component(paths, "kwok-controller")
        kwokctl.run("start", paths, binaries, self._environ)

    def _heal(self, paths: ClusterPaths, existing: Record) -> None:
        binaries = self._binaries(existing.version)
        with self._progress.step(f"starting what is down of sandbox {paths.name}"):
            simulated = "kwok-controller" in processes.components(paths)
            processes.forget_dead(paths)
            kwokctl.link(paths, binaries)
            kwokctl.run("start", paths, binaries, self._environ)
            with ApiServer(paths, existing.ports["kubeApiserver"]) as server:
                _wait_served(server, paths)
                if not simulated:
                    # A new KWOK would wait for the leases of the dead one to run out.
                    server.request("DELETE", fleet.LEASES)
            kubeconfig.write(paths, existing)

    def _to_count(
        self,
        paths: ClusterPaths,
        existing: Record,
        before: State,
        nodes: int | None,
        start: float,
    ) -> Outcome:
        change = fleet.Change(frozenset(), frozenset())
        with ApiServer(paths, existing.ports["kubeApiserver"]) as server:
            if nodes is not None:
                with self._progress.step(f"bringing the fleet to {nodes} nodes"):
                    change = fleet.scale(paths, existing, nodes, self._progress.detail)
                    fleet.wait_ready(server, change.added, self._progress.detail)
            there = fleet.count(server)
        return Outcome(
            name=paths.name,
            before=before,
            release=existing.kubernetes,
            endpoint=existing.endpoint,
            nodes=there,
            added=len(change.added),
            removed=len(change.removed),
            seconds=time.monotonic() - start,
        )


def _agreed(
    paths: ClusterPaths, asked: str | None, wanted: versions.KubernetesVersion
) -> Record | None:
    """The record, if there is one. Raises UsageError if it is of a Kubernetes not asked for."""
    existing = record.read(paths)
    if existing is None or existing.kubernetes == wanted.release:
        return existing
    if asked is None and existing.kubernetes in versions.RELEASES.values():
        return existing
    raise UsageError(
        f"sandbox {paths.name} has Kubernetes {existing.kubernetes}, not {wanted.release}",
        hint=f"{down_command(paths.name)}, or give the new one another --name",
    )


def _wait_served(server: ApiServer, paths: ClusterPaths) -> None:
    """Wait until the API server is ready and pods can be created in the default namespace."""
    deadline = time.monotonic() + _READY_SECONDS
    last: DsctlError | None = None
    while time.monotonic() < deadline:
        try:
            server.request("GET", "/readyz")
            server.request("GET", "/api/v1/namespaces/default/serviceaccounts/default")
        except (APIError, Unreachable) as error:
            last = error
            time.sleep(0.05)
        else:
            return
    raise ClusterError(
        f"sandbox {paths.name} is not ready after {_READY_SECONDS:.0f} s: {last}",
        hint=f"look into {paths.logs}",
    )


def _clear(paths: ClusterPaths) -> None:
    """End every process and remove every file of a sandbox, but not its locked directory."""
    processes.end(paths)
    for entry in paths.directory.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _remove(paths: ClusterPaths) -> None:
    _clear(paths)
    paths.directory.rmdir()
    with contextlib.suppress(OSError):  # there are other sandboxes
        paths.directory.parent.rmdir()


@contextlib.contextmanager
def _system_errors() -> Iterator[None]:
    """A full disk or a directory that is not ours is the user's to know, in one line."""
    try:
        yield
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise ClusterError(f"{error.strerror or error}{where}") from error
