"""``label``, ``annotate``, ``patch`` and ``set`` beside the real kubectl: stdout byte for byte.

Each tool has a namespace of its own with the same objects, and the commands follow each other: a
difference in what one of them did shows in what the next ones print.
"""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dsctl.cli.env import Env
from dsctl.main import main
from tests.cluster.conftest import Kubectl, Ran, Sandbox, fresh_namespace
from tests.cluster.daemonsets import daemonset, text

#: a command a line; those with ! before them are refused
_TABLES = Path(__file__).parent / "edits"
_MASKS = (
    (re.compile(r"(uid: )\S+|(\"uid\": \")[^\"]+"), r"\1\2UID"),
    (re.compile(r"(resourceVersion\W+)\d+"), r"\1N"),
    (re.compile(r"(creationTimestamp\W+)\d[-\d:TZ]+"), r"\1TIME"),
)


def manifest(name: str) -> dict[str, Any]:
    obj = daemonset(name)
    pod = obj["spec"]["template"]["spec"]
    pod["initContainers"] = [{"name": "setup", "image": "registry.example/setup:1"}]
    pod["containers"].append(
        {
            "name": "side",
            "image": "registry.example/side:1",
            "env": [
                {"name": "A", "value": "b"},
                {"name": "ME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                {
                    "name": "CPU",
                    "valueFrom": {
                        "resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"},
                    },
                },
            ],
        }
    )
    obj["spec"]["template"]["spec"]["nodeSelector"] = {"nowhere": "yes"}
    return obj


OTHERS = (
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings"},
        # kubectl takes several keys in any order: the table names them one by one.
        "data": {"level": "info", "max.size": "7"},
    },
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "keys"},
        "stringData": {"one": "1", "two": "2"},
    },
)


class Both:
    """The two tools, each in its namespace."""

    def __init__(self, sandbox: Sandbox, ours: str, theirs: str, files: dict[str, str]) -> None:
        self._sandbox = sandbox
        self._namespaces = (ours, theirs)
        self._files = files
        for namespace in self._namespaces:
            Kubectl(sandbox, namespace).apply(manifest("a"), manifest("b"), *OTHERS)

    def run(self, line: str) -> tuple[Ran, Ran]:
        """What dsctl, in this process, and kubectl made of it, side by side."""
        for key, path in self._files.items():
            line = line.replace("{" + key + "}", path)
        args = shlex.split(line, posix="'" in line)
        ours, theirs = self._namespaces
        kubectl = subprocess.Popen(
            [str(self._sandbox.kubectl_program), "-n", theirs, *args],
            env=self._sandbox.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        out, err = io.StringIO(), io.StringIO()
        code = main(["-n", ours, *args], Env(io.StringIO(), out, err, self._sandbox.environ))
        answer = kubectl.communicate(timeout=60)
        return Ran(int(code), out.getvalue(), err.getvalue()), Ran(kubectl.returncode, *answer)

    def masked(self, output: str) -> str:
        for namespace in self._namespaces:
            output = output.replace(namespace, "NAMESPACE")
        for pattern, by in _MASKS:
            output = pattern.sub(by, output)
        return output


@pytest.fixture(scope="module")
def both(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    directory = tmp_path_factory.mktemp("edits")
    files = {"file": directory / "a.yaml", "patch": directory / "patch.yaml"}
    files["file"].write_text(text(manifest("a")))
    Path(files["patch"]).write_text("metadata:\n  labels:\n    patched: from-file\n")
    paths = {key: str(path) for key, path in files.items()}
    with fresh_namespace(sandbox) as ours, fresh_namespace(sandbox) as theirs:
        yield Both(sandbox, ours, theirs, paths)


@pytest.mark.parametrize("command", ["annotate", "label", "patch", "set"])
def test_the_same_is_printed_and_done(command: str, both: Both) -> None:
    """Line by line: the same stdout, success where kubectl has it, refusal where it refuses."""
    wrong = []
    for line in (_TABLES / f"{command}.txt").read_text().splitlines():
        ours, theirs = both.run(line.removeprefix("!"))
        fails = line.startswith("!")
        out = [both.masked(ran.out) for ran in (ours, theirs)]
        if "--list" in line and command != "set":  # kubectl has them in any order
            out = ["".join(sorted(part.splitlines(True))) for part in out]
        if out[0] != out[1] or bool(ours.code) != fails or bool(theirs.code) != fails:
            wrong.append((line, ours, theirs))
    assert not wrong, "\n".join(
        f"{line}\n--- dsctl {a.code}\n{a.out}{a.err}--- kubectl {b.code}\n{b.out}{b.err}"
        for line, a, b in wrong
    )
