"""dsctl with a terminal for its stdin, and something typed on it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from tests.cluster.conftest import Ran, Sandbox


def on_terminal(sandbox: Sandbox, typed: str, *args: str) -> Ran:
    """Run dsctl as a process of its own; stdout and stderr are pipes."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed.encode())
        ran = subprocess.run(
            [sys.executable, "-m", "dsctl", *args],
            stdin=theirs,
            capture_output=True,
            text=True,
            env=sandbox.environ,
            timeout=60,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return Ran(ran.returncode, ran.stdout, ran.stderr)
