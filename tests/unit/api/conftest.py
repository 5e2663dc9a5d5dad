"""Fixtures of the API door's tests: certificates, and a Cluster that leads to a Loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dsctl.api.client import Cluster
from dsctl.api.transport import Transport
from tests.unit.api.certificates import Authority
from tests.unit.api.loopback import Loopback, Script


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A CA that lives as long as the test session."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def serve() -> Iterator[Callable[..., Loopback]]:
    """Start Loopback servers; each is stopped at the end of the test."""
    servers: list[Loopback] = []

    def start(*scripts: Script, **options: Any) -> Loopback:
        servers.append(Loopback(*scripts, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


class Recorder:
    """What a transport said and did beside its answers."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.exchanges: list[Any] = []
        self.naps: list[float] = []


@pytest.fixture
def recorder() -> Recorder:
    """Collects warnings, exchanges and naps."""
    return Recorder()


@pytest.fixture
def transport_to(recorder: Recorder) -> Iterator[Callable[..., Transport]]:
    """A Transport to a Loopback that does not really sleep."""
    made: list[Transport] = []

    def make(at: Loopback, /, **fields: Any) -> Transport:
        made.append(
            Transport(
                at.config(**fields),
                on_warning=recorder.warnings.append,
                log=recorder.exchanges.append,
                sleep=recorder.naps.append,
            )
        )
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def cluster_at(recorder: Recorder) -> Iterator[Callable[..., Cluster]]:
    """A Cluster at a Loopback."""
    made: list[Cluster] = []

    def make(at: Loopback, /, **fields: Any) -> Cluster:
        config = at.config(**fields)
        made.append(
            Cluster(config, on_warning=recorder.warnings.append, log=recorder.exchanges.append)
        )
        return made[-1]

    yield make
    for cluster in made:
        cluster.close()
