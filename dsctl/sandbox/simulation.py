"""What makes simulated pods live and answer: KWOK's stages, and logs, exec and port-forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from dsctl.errors import APIError
from dsctl.sandbox.apiserver import ApiServer
from dsctl.sandbox.binaries import Binaries
from dsctl.sandbox.paths import ClusterPaths

_API = "/apis/kwok.x-k8s.io/v1alpha1"
_SETTLE_SECONDS = 30.0

# What every container of a simulated pod has logged, one line a second.
_LOG = (
    "starting",
    "configuration loaded",
    "listening on :8080",
    "ready",
)


def install(server: ApiServer, paths: ClusterPaths, binaries: Binaries, kubelet_port: int) -> None:
    """Store the stages and the answers of simulated pods in the API server.

    Every container has the same four lines of log, of the last seconds; a command runs on this
    machine, in a directory of the sandbox; every forwarded port leads to KWOK's own HTTP server,
    which answers /healthz and /metrics. Raises APIError, Unreachable.
    """
    file, directory = str(paths.container_log), str(paths.exec_directory)
    logs = {"logsFile": file, "previousLogsFile": file, "follow": True}
    target = {"address": "127.0.0.1", "port": kubelet_port}
    paths.exec_directory.mkdir(exist_ok=True)
    paths.container_log.write_text(_container_log(datetime.now(UTC)))
    for text in binaries.stages():
        _create(server, "stages", text)
    for plural, kind, spec in (
        ("clusterlogs", "ClusterLogs", {"logs": [logs]}),
        ("clusterattaches", "ClusterAttach", {"attaches": [{"logsFile": file}]}),
        ("clusterexecs", "ClusterExec", {"execs": [{"local": {"workDir": directory}}]}),
        ("clusterportforwards", "ClusterPortForward", {"forwards": [{"target": target}]}),
    ):
        _create(
            server,
            plural,
            {
                "apiVersion": "kwok.x-k8s.io/v1alpha1",
                "kind": kind,
                "metadata": {"name": "default"},
                "spec": spec,
            },
        )


def _container_log(now: datetime) -> str:
    """Lines as a container runtime writes them."""
    lines = []
    for age, text in zip(range(len(_LOG), 0, -1), _LOG, strict=True):
        stamp = (now - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        lines.append(f"{stamp} stdout F {text}\n")
    return "".join(lines)


def _create(server: ApiServer, plural: str, body: dict[str, Any] | str) -> None:
    """Create an object of a CRD that may have been registered a moment ago."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        try:
            server.request("POST", f"{_API}/{plural}", body)
        except APIError as error:
            if error.code == 409:
                return
            if error.code != 404 or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
