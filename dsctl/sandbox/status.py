"""What is true of a sandbox now: its processes, whether it answers, and its nodes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dsctl.errors import APIError, Unreachable
from dsctl.sandbox import fleet, kwokctl, processes, record
from dsctl.sandbox.apiserver import ApiServer
from dsctl.sandbox.paths import ClusterPaths
from dsctl.sandbox.record import Record


class State(Enum):
    """How a sandbox is: all of it runs, some of it, none of it, or there is none."""

    RUNNING = "Running"
    DEGRADED = "Degraded"
    STOPPED = "Stopped"
    ABSENT = "Absent"


@dataclass(frozen=True, slots=True)
class Status:
    """What is true of one sandbox. ``nodes`` and ``ready`` are None if it does not answer.

    ``components``: name -> pid, None for one that does not run. A sandbox whose `up` did not
    come to its end is Degraded, with no ``kubernetes``, ``endpoint`` and ``kubeconfig``.
    """

    name: str
    state: State
    kubernetes: str | None
    endpoint: str | None
    kubeconfig: str | None
    components: dict[str, int | None]
    nodes: int | None
    ready: int | None


def state_of(paths: ClusterPaths, existing: Record) -> State:
    """The state of a sandbox that has a record: never ABSENT."""
    alive = processes.components(paths)
    if not alive:
        return State.STOPPED
    if set(alive) != set(kwokctl.COMPONENTS):
        return State.DEGRADED
    with ApiServer(paths, existing.ports["kubeApiserver"], timeout=5.0) as server:
        return State.RUNNING if server.is_ready() else State.DEGRADED


def read(paths: ClusterPaths) -> Status:
    """Look at one sandbox. It is no error if there is none, or if it does not answer."""
    existing = record.read(paths)
    alive = processes.components(paths)
    components = {part: alive.get(part) for part in kwokctl.COMPONENTS}
    if existing is None:
        state = State.DEGRADED if alive or paths.directory.exists() else State.ABSENT
        return Status(paths.name, state, None, None, None, components, None, None)
    nodes, ready = _count(paths, existing) if "kube-apiserver" in alive else (None, None)
    return Status(
        name=paths.name,
        state=state_of(paths, existing),
        kubernetes=existing.kubernetes,
        endpoint=existing.endpoint,
        kubeconfig=str(paths.kubeconfig),
        components=components,
        nodes=nodes,
        ready=ready,
    )


def _count(paths: ClusterPaths, existing: Record) -> tuple[int | None, int | None]:
    try:
        with ApiServer(paths, existing.ports["kubeApiserver"], timeout=10.0) as server:
            found = fleet.read(server)
    except (APIError, Unreachable):
        return None, None
    return len(found.names), len(found.ready)
