"""``make demo``: start a sandbox, play the steps with commentary, take the sandbox down."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.demo.steps import NAMESPACE, Step, steps

SANDBOX = "demo"
DSCTL = [sys.executable, "-m", "dsctl"]


def main() -> int:
    """Play the demo; the exit code is that of the first step that failed."""
    started = time.monotonic()
    say("A real control plane on this machine, with twelve simulated nodes.")
    run([*DSCTL, "sandbox", "up", "--name", SANDBOX], f"dsctl sandbox up --name {SANDBOX}")
    try:
        environ = sandbox_environ()
        run(["kubectl", "create", "namespace", NAMESPACE], None, environ)
        node = a_worker(environ)
        for step in steps(node):
            play(step, environ)
    except subprocess.CalledProcessError as error:
        print(f"\nthe demo stopped: exit code {error.returncode}", file=sys.stderr)
        return error.returncode
    finally:
        say("Take the sandbox down again.")
        run([*DSCTL, "sandbox", "down", "--name", SANDBOX], f"dsctl sandbox down --name {SANDBOX}")
    say(f"That was dsctl, in {time.monotonic() - started:.0f} seconds.")
    return 0


def sandbox_environ() -> dict[str, str]:
    """The environment in which dsctl and kubectl speak to the sandbox."""
    lines = subprocess.check_output([*DSCTL, "sandbox", "env", "--name", SANDBOX], text=True)
    script = f'{lines}\nprintf %s "$KUBECONFIG"'
    kubeconfig = subprocess.check_output(["sh", "-c", script], text=True)
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    return {**os.environ, "KUBECONFIG": kubeconfig, "PATH": path}


def a_worker(environ: dict[str, str]) -> str:
    """The first plain worker node."""
    out = subprocess.check_output(["kubectl", "get", "nodes", "-o", "name"], text=True, env=environ)
    return next(line for line in out.split() if "worker" in line).removeprefix("node/")


def play(step: Step, environ: dict[str, str]) -> None:
    """Say what comes, show the command as a user would type it, run it."""
    say(step.say)
    shown = " ".join(
        os.path.relpath(word) if word.endswith(".yaml") else word for word in step.args
    )
    command = DSCTL if step.tool == "dsctl" else ["kubectl"]
    run([*command, *step.args], f"{step.tool} {shown}", environ)


def run(command: list[str], shown: str | None, environ: dict[str, str] | None = None) -> None:
    """Run one command with its output on the terminal; CalledProcessError if it fails."""
    if shown:
        print(f"$ {shown}", flush=True)
    subprocess.run(command, check=True, env=environ, stdout=None if shown else subprocess.DEVNULL)


def say(text: str) -> None:
    """A line of commentary."""
    print(f"\n# {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
