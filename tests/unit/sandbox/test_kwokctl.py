"""What kwokctl is told: the settings that keep a sandbox to itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsctl.errors import ClusterError
from dsctl.sandbox import kwokctl, ports, versions
from dsctl.sandbox.binaries import homes
from dsctl.sandbox.paths import Layout

KUBERNETES = versions.resolve("1.37")


@pytest.fixture
def documents(tmp_path: Path) -> list[dict[str, Any]]:
    binaries = homes(Layout({"XDG_CACHE_HOME": str(tmp_path)}), KUBERNETES)
    return kwokctl.settings(binaries, KUBERNETES, ports.choose(()))


def test_every_part_is_told_to_listen_on_loopback(documents: list[dict[str, Any]]) -> None:
    """One address for all, and no other anywhere in the settings."""
    assert documents[0]["options"]["bindAddress"] == "127.0.0.1"
    assert "0.0.0.0" not in json.dumps(documents)


def test_nothing_is_ever_downloaded_by_kwokctl(
    documents: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Every program that it could fetch is given by its path in our cache."""
    given = {k: v for k, v in documents[0]["options"].items() if k.endswith("Binary")}
    assert len(given) == 6
    assert all(path.startswith(str(tmp_path)) for path in given.values())


def test_only_annotated_nodes_are_simulated(documents: list[dict[str, Any]]) -> None:
    """So that a test can make a node NotReady and it stays so."""
    (patch,) = (p for p in documents[0]["componentsPatches"] if p["name"] == "kwok-controller")
    assert {arg["key"]: arg["value"] for arg in patch["extraArgs"]} == {
        "manage-all-nodes": "false",
        "manage-nodes-with-annotation-selector": "kwok.x-k8s.io/node=fake",
    }


def test_a_lease_may_be_renewed_late_twice(documents: list[dict[str, Any]]) -> None:
    """The grace period is longer than two renewals (a quarter of the lease each) and jitter."""
    options = documents[0]["options"]
    renewal = options["nodeLeaseDurationSeconds"] / 4
    grace = options["kubeControllerManagerNodeMonitorGracePeriodMilliseconds"] / 1000
    assert grace > 2 * renewal * 1.04
    assert options["heartbeatFactor"] == 1


def test_the_failure_of_kwokctl_is_told_in_its_words(tmp_path: Path) -> None:
    """The last line that it said is in the error; the user's KWOK and kubeconfig are not used."""
    environ = {
        "XDG_CACHE_HOME": str(tmp_path),
        "KWOK_WORKDIR": "/nowhere",
        "KUBECONFIG": "/nowhere",
        "PATH": "/usr/bin:/bin",
    }
    layout = Layout(environ)
    binaries = homes(layout, KUBERNETES)
    binaries.kwokctl.parent.mkdir(parents=True)
    binaries.kwokctl.write_text('#!/bin/sh\necho first\necho "$KWOK_WORKDIR:$KUBECONFIG"\nexit 1\n')
    binaries.kwokctl.chmod(0o755)
    paths = layout.cluster("x")
    paths.directory.mkdir(parents=True)
    with pytest.raises(ClusterError) as caught:
        kwokctl.run("start", paths, binaries, environ)
    assert caught.value.message == f"kwokctl could not start sandbox x: {paths.kwok}:"
    assert caught.value.hint == "dsctl sandbox down --name x clears it away"


def test_ports_are_distinct_and_not_those_of_other_sandboxes() -> None:
    """A stopped sandbox keeps its ports: they are not given to another one."""
    first = ports.choose(())
    second = ports.choose(first.values())
    assert len(set(first.values()) | set(second.values())) == 2 * len(ports.LISTENERS)


def test_a_port_in_use_is_not_chosen() -> None:
    """Whatever the order of trying, a port on which someone listens is passed over."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        assert not ports.is_free(taken)
    assert ports.is_free(taken)
