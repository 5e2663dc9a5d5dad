"""Bringing a sandbox up, down, and back to health."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from dsctl.errors import APIError, ClusterError, DsctlError, Unreachable, UsageError
from dsctl.sandbox import build, fleet, kwokctl, ports, processes, record, simulation, versions
from dsctl.sandbox.apiserver import ApiServer
from dsctl.sandbox.binaries import Binaries
from dsctl.sandbox.paths import DEFAULT_NAME, ClusterPaths, Layout, up_command
from dsctl.sandbox.progress import Progress
from dsctl.sandbox.record import Record

DEFAULT_NODES = 12

_READY_SECONDS = 60.0


class State(Enum):
    """How a sandbox is: all of it runs, some of it, none of it, or there is none."""

    RUNNING = "Running"
    DEGRADED = "Degraded"
    STOPPED = "Stopped"
    ABSENT = "Absent"


@dataclass(frozen=True, slots=True)
class Status:
    """What is true of one sandbox now. ``nodes`` and ``ready`` are None if it does not answer."""

    name: str
    state: State
    kubernetes: str | None
    endpoint: str | None
    kubeconfig: str | None
    components: dict[str, int | None]
    nodes: int | None
    ready: int | None


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
    """All sandboxes of one user."""

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
        existing = record.read(paths)
        if existing and kubernetes and existing.version != wanted:
            raise _other_version(name, existing, wanted)
        version = existing.version if existing else wanted
        binaries = build.ensure(self._layout, version, self._environ, self._progress)
        start = time.monotonic()
        with record.locked(paths.directory):
            existing = record.read(paths)
            if existing and existing.version != version:
                raise _other_version(name, existing, version)
            if existing is None:
                before = State.ABSENT
                existing = self._create(paths, version, binaries)
            else:
                before = self._state(paths, existing)
                if before is not State.RUNNING:
                    self._heal(paths, existing, binaries)
            if before is State.ABSENT:
                nodes = DEFAULT_NODES if nodes is None else nodes
            try:
                return self._to_count(paths, existing, before, nodes, start)
            except BaseException:
                if before is State.ABSENT:
                    self._remove(paths)
                raise

    def down(self, name: str) -> bool:
        """End the sandbox ``name`` and remove its files; return whether there was anything."""
        paths = self._layout.cluster(name)
        if not paths.directory.exists():
            return False
        with record.locked(paths.directory):
            there = any(paths.directory.iterdir())
            self._remove(paths)
        return there

    def scale(self, name: str, nodes: int) -> Outcome:
        """Give a running sandbox so many nodes. Raises ClusterError if it does not run."""
        fleet.check_count(nodes)
        paths = self._layout.cluster(name)
        start = time.monotonic()
        existing = record.read(paths)
        if existing is None or self._state(paths, existing) is not State.RUNNING:
            raise ClusterError(f"sandbox {name} is not running", hint=up_command(name))
        with record.locked(paths.directory):
            return self._to_count(paths, existing, State.RUNNING, nodes, start)

    def status(self, name: str) -> Status:
        """What is true of the sandbox ``name`` now."""
        paths = self._layout.cluster(name)
        existing = record.read(paths)
        alive = processes.components(paths)
        components = {part: alive.get(part) for part in kwokctl.COMPONENTS}
        if existing is None:
            state = State.DEGRADED if alive or paths.directory.exists() else State.ABSENT
            return Status(name, state, None, None, None, components, None, None)
        state = self._state(paths, existing)
        count: tuple[int | None, int | None] = (None, None)
        if components["kube-apiserver"] and components["etcd"]:
            count = _count(paths, existing)
        return Status(
            name=name,
            state=state,
            kubernetes=existing.kubernetes,
            endpoint=existing.endpoint,
            kubeconfig=str(paths.kubeconfig),
            components=components,
            nodes=count[0],
            ready=count[1],
        )

    def names(self) -> list[str]:
        """The sandboxes that have files here, sorted."""
        return self._layout.names()

    def _create(
        self, paths: ClusterPaths, version: versions.KubernetesVersion, binaries: Binaries
    ) -> Record:
        self._clear(paths)
        chosen = Record(version.release, ports.choose(record.ports_in_use(self._layout)))
        try:
            with self._progress.step(f"starting Kubernetes {version.release}"):
                documents = kwokctl.settings(binaries, version, chosen.ports)
                kwokctl.write_settings(paths, documents)
                kwokctl.run("create", paths, binaries, self._environ)
                with ApiServer(paths, chosen.ports["kubeApiserver"]) as server:
                    _wait_served(server, paths)
                    simulation.install(server, paths, binaries, chosen.ports["kwokController"])
                # KWOK met an API server without its CRDs, and would try again only after seconds.
                processes.end_component(paths, "kwok-controller")
                kwokctl.run("start", paths, binaries, self._environ)
                _write_kubeconfig(paths, chosen)
                record.write(paths, chosen)
        except BaseException:
            self._remove(paths)
            raise
        return chosen

    def _heal(self, paths: ClusterPaths, existing: Record, binaries: Binaries) -> None:
        with self._progress.step(f"starting what is down of sandbox {paths.name}"):
            simulated = "kwok-controller" in processes.components(paths)
            processes.forget_dead(paths)
            kwokctl.run("start", paths, binaries, self._environ)
            with ApiServer(paths, existing.ports["kubeApiserver"]) as server:
                _wait_served(server, paths)
                if not simulated:
                    # A new KWOK would wait for the leases of the dead one to run out.
                    server.request("DELETE", fleet.LEASES)
            _write_kubeconfig(paths, existing)

    def _to_count(
        self,
        paths: ClusterPaths,
        existing: Record,
        before: State,
        nodes: int | None,
        start: float,
    ) -> Outcome:
        added = removed = 0
        with ApiServer(paths, existing.ports["kubeApiserver"]) as server:
            there = len(fleet.read(server).names)
            if nodes is not None:
                with self._progress.step(f"bringing the fleet to {nodes} nodes"):
                    added, removed = fleet.scale(paths, existing, nodes, self._progress.detail)
                    if added:
                        fleet.wait_ready(server, nodes, self._progress.detail, 60 + nodes / 10)
                there += added - removed
        return Outcome(
            name=paths.name,
            before=before,
            release=existing.kubernetes,
            endpoint=existing.endpoint,
            nodes=there,
            added=added,
            removed=removed,
            seconds=time.monotonic() - start,
        )

    def _state(self, paths: ClusterPaths, existing: Record) -> State:
        alive = processes.components(paths)
        if not alive:
            return State.STOPPED
        if set(alive) != set(kwokctl.COMPONENTS):
            return State.DEGRADED
        with ApiServer(paths, existing.ports["kubeApiserver"], timeout=5.0) as server:
            return State.RUNNING if server.is_ready() else State.DEGRADED

    def _clear(self, paths: ClusterPaths) -> None:
        """Take away what an earlier `up` left that did not come to its end."""
        processes.end(paths)
        for entry in paths.directory.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def _remove(self, paths: ClusterPaths) -> None:
        self._clear(paths)
        paths.directory.rmdir()
        with contextlib.suppress(OSError):  # there are other sandboxes
            paths.directory.parent.rmdir()


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


def _count(paths: ClusterPaths, existing: Record) -> tuple[int | None, int | None]:
    try:
        with ApiServer(paths, existing.ports["kubeApiserver"], timeout=10.0) as server:
            found = fleet.read(server)
    except (APIError, Unreachable):
        return None, None
    return len(found.names), found.ready


def _other_version(name: str, existing: Record, wanted: versions.KubernetesVersion) -> UsageError:
    down = "dsctl sandbox down" + ("" if name == DEFAULT_NAME else f" --name {name}")
    return UsageError(
        f"sandbox {name} has Kubernetes {existing.kubernetes}, not {wanted.release}",
        hint=f"{down}, or give the new one another --name",
    )


def _write_kubeconfig(paths: ClusterPaths, existing: Record) -> None:
    """A kubeconfig that holds its keys, so that it can be copied."""

    def data(file: str) -> str:
        return base64.b64encode((paths.pki / file).read_bytes()).decode()

    name = f"sandbox-{paths.name}"
    text = f"""\
apiVersion: v1
kind: Config
clusters:
- name: {name}
  cluster:
    server: {existing.endpoint}
    certificate-authority-data: {data("ca.crt")}
users:
- name: {name}
  user:
    client-certificate-data: {data("admin.crt")}
    client-key-data: {data("admin.key")}
contexts:
- name: {name}
  context:
    cluster: {name}
    user: {name}
current-context: {name}
"""
    draft = paths.kubeconfig.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(paths.kubeconfig)
