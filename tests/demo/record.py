"""``python -m tests.demo.record``: play a session in a sandbox and write it to docs/session.svg.

Every line of the picture is what dsctl printed on a terminal of that width.
"""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dsctl.sandbox.lifecycle import Sandboxes
from dsctl.sandbox.progress import Progress
from tests.cluster.conftest import Sandbox, fresh_namespace

NAME = "record"
WIDTH = 112
TARGET = Path(__file__).parents[2] / "docs" / "session.svg"
MANIFEST = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - name: agent
        image: registry.example/agent:1
        resources: {requests: {cpu: 450m, memory: 64Mi}}
"""
#: what is shown, each as it stands; lines that begin with a space are run and not shown
SESSION = (
    "dsctl plan -f agent.yaml --summary",
    "dsctl create -f agent.yaml",
    " dsctl wait agent --for=rolled-out --timeout=60s",
    "dsctl get agent --no-pods",
    "dsctl why agent --node gpu-0003,worker-0001",
    "dsctl why agent --taint-node worker-0001=dedicated=db:NoExecute --no-map",
    " dsctl set image agent agent=registry.example/agent:2 --change-cause 'newer agent'",
    " dsctl wait agent --for=rolled-out --timeout=60s",
    "dsctl rollout history agent",
    "dsctl rollout diff agent",
)


def main() -> None:
    """Play and write: in the sandbox that DSCTL_TEST_SANDBOX names, else in one of its own."""
    named = os.environ.get("DSCTL_TEST_SANDBOX")
    if named:
        record(named)
        return
    sandboxes = Sandboxes(os.environ, Progress(io.StringIO()))
    sandboxes.up(NAME, 12, None)
    try:
        record(NAME)
    finally:
        sandboxes.down(NAME)


def record(name: str) -> None:
    """Play in this sandbox, in a namespace of its own."""
    sandbox = Sandbox(name)
    with fresh_namespace(sandbox) as namespace, tempfile.TemporaryDirectory() as directory:
        Path(directory, "agent.yaml").write_text(MANIFEST)
        config = Path(directory, "kubeconfig")
        config.write_text(sandbox.paths.kubeconfig.read_text())
        config.chmod(0o600)
        use = ["config", "--kubeconfig", str(config), "set-context", "--current"]
        sandbox.kubectl(*use, f"--namespace={namespace}")
        environ = {**os.environ, "KUBECONFIG": str(config)}
        TARGET.write_text(picture(played(environ, directory)))


def played(environ: Mapping[str, str], directory: str) -> str:
    """All that the terminal showed, with its colours."""
    shown = []
    for command in SESSION:
        printed = on_terminal(command.strip(), environ, directory)
        if not command.startswith(" "):
            shown.append(f"\x1b[1m$ {command}\x1b[0m\n{printed}")
    return "\n".join(shown)


def on_terminal(command: str, environ: Mapping[str, str], directory: str) -> str:
    """What one command prints on a terminal."""
    ours, theirs = pty.openpty()
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    given = {"PATH": programs, "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    environ = {k: v for k, v in environ.items() if k != "NO_COLOR"} | given
    child = subprocess.Popen(
        ["bash", "-c", command],
        cwd=directory,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    printed = b""
    with contextlib.suppress(OSError):  # the other end is closed when the command ends
        while part := os.read(ours, 65536):
            printed += part
    os.close(ours)
    child.wait(timeout=60)
    return printed.decode().replace("\r\n", "\n")


def picture(session: str) -> str:
    """The session as an SVG that loads nothing from anywhere."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(session), soft_wrap=False)
    drawn = console.export_svg(title="dsctl", unique_id="dsctl")
    drawn = re.sub(r"@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


if __name__ == "__main__":
    main()
