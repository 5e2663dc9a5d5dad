"""The examples of the help pages, run as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsctl.cli import app
from tests.cli.test_help import lines_of
from tests.cluster.conftest import Kubectl, Sandbox, fresh_namespace
from tests.cluster.daemonsets import daemonset, text

#: What would need minutes, or another machine; these lines are only parsed (tests/cli/test_help).
NOT_RUN = ("dsctl sandbox up", "dsctl sandbox down", "dsctl sandbox scale", "dsctl sandbox env")
PATHS = sorted(path for path in app.COMMANDS if not f"dsctl {path}".startswith(NOT_RUN))


@pytest.fixture(scope="module")
def place(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A namespace with ``node-agent``, and a directory with the files that examples name."""
    directory = tmp_path_factory.mktemp("examples")
    agent = daemonset("node-agent")
    agent["metadata"]["labels"] |= {"team": "infra"}
    for name in ("agent", "new", "old"):
        (directory / f"{name}.yaml").write_text(text(agent))
    (directory / "manifests").mkdir()
    (directory / "manifests" / "agent.yaml").write_text(text(agent))
    (directory / "kustomization.yaml").write_text("resources: [agent.yaml]")
    (directory / "tolerations.yaml").write_text("spec: {minReadySeconds: 1}")
    for name, script in (
        ("kustomize", "shift; exec kubectl kustomize"),
        ("colordiff", "exec diff"),
    ):
        program = directory / name
        program.write_text(f'#!/bin/sh\n{script} "$@"\n')
        program.chmod(0o755)
    with fresh_namespace(sandbox) as namespace:
        kubectl = Kubectl(sandbox, namespace)
        kubectl("apply", "-f", str(directory / "agent.yaml"))
        for kind in ("nodes", "pods"):
            (directory / f"{kind}.json").write_text(json.dumps(kubectl.json("get", kind, "-A")))
        yield namespace, directory


@pytest.mark.parametrize("path", PATHS)
def test_examples_can_be_run(sandbox: Sandbox, place: tuple[str, Path], path: str) -> None:
    """On a cluster with ``node-agent``: no usage error, no traceback; an answer may be no."""
    namespace, directory = place
    kubectl = Kubectl(sandbox, namespace)
    nodes = [node["metadata"]["name"] for node in kubectl.json("get", "nodes")["items"]]
    if app.COMMANDS[path].group in ("change", "roll", "remove"):  # undo what the last one did
        kubectl("replace", "--force", "-f", str(directory / "agent.yaml"))
    for line in lines_of(path):
        line = re.sub(r"\b(?:node|worker)-(\d)\b", lambda found: nodes[int(found[1])], line)
        ran = _run(sandbox, namespace, directory, line)
        assert "Traceback" not in ran.stderr, f"{line}\n{ran.stderr}"
        assert ran.returncode in (0, 1, 3, 124, 130), f"{line}: {ran.returncode}\n{ran.stderr}"
        assert "unknown command" not in ran.stderr and "no such option" not in ran.stderr, (
            ran.stderr
        )


def _run(
    sandbox: Sandbox, namespace: str, directory: Path, line: str
) -> subprocess.CompletedProcess[str]:
    """The line in bash; ``dsctl`` works in the namespace, and gives up soon."""
    kubeconfig = directory / "kubeconfig"
    if not kubeconfig.exists():
        kubeconfig.write_text(sandbox.paths.kubeconfig.read_text())
        sandbox.kubectl(
            "config", "set-context", "--current", f"--kubeconfig={kubeconfig}", namespace=namespace
        )
    programs = Path(sys.executable).parent
    return subprocess.run(
        ["timeout", "--kill-after=5", "--preserve-status", "-s", "INT", "4", "bash", "-c", line],
        cwd=directory,
        env={
            **os.environ,
            "KUBECONFIG": str(kubeconfig),
            "KUBE_EDITOR": "true",
            "HOME": str(directory),
            "fpath": str(directory),
            "PATH": f"{directory}:{programs}:{os.environ['PATH']}",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
