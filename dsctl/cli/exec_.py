"""``dsctl exec``: run a command in one pod of a DaemonSet, chosen by node."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import onepod
from dsctl.cli.naming import one_name
from dsctl.errors import AnswerIsNo, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


@dataclass(frozen=True, slots=True)
class ExecOptions:
    """What the command line of ``exec`` says."""

    name: str
    command: tuple[str, ...]
    node: str | None
    container: str | None
    stdin: bool
    tty: bool
    quiet: bool


def exec_(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME -- COMMAND...", show_default=False)
    ] = None,
    node: onepod.Node = None,
    container: onepod.Container = None,
    stdin: Annotated[
        bool, typer.Option("--stdin/--no-stdin", "-i", help="Pass stdin on to the command")
    ] = False,
    tty: Annotated[bool, typer.Option("--tty/--no-tty", "-t", help="Stdin is a terminal")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet/--no-quiet", "-q", help="Only what the command prints")
    ] = False,
) -> int:
    """Run a command in one pod of a DaemonSet; exit with its exit code.

    Without --node it is in a pod that runs, as with kubectl, and stderr says which. A node
    without a pod is explained.

    Exit codes: those of the command; 1 there is no pod on that node.

    Examples:
      dsctl exec node-agent --node node-3 -- cat /etc/hostname
      dsctl exec node-agent --node node-3 -it -- sh
      tar c . | dsctl exec node-agent --node node-3 -i -- tar x -C /tmp
    """
    after = ctx.obj.after_dashes
    words = names or []
    before = words if after is None else words[: len(words) - len(after)]
    if after is None and len(before) > 1:
        raise UsageError(
            "exec NAME COMMAND is not supported anymore",
            hint=f"write: dsctl exec {before[0]} -- {' '.join(before[1:])}",
        )
    name = one_name("exec", before)
    if not after:
        raise UsageError("you must specify at least one command for the container")
    options = ExecOptions(name, tuple(after), node, container, stdin, tty, quiet)
    return run(options, ctx.obj)


def run(options: ExecOptions, env: Env) -> int:
    """Find the pod, run the command, pass its streams and its exit code on."""
    from dsctl.api.streams import Exec, Process

    found = onepod.find(options.name, options.node, env, quiet=options.quiet)
    phase = (found.pod.get("status") or {}).get("phase")
    if phase in ("Succeeded", "Failed"):
        raise AnswerIsNo(
            f"cannot exec into a container in a completed pod; current phase is {phase}"
        )
    container = onepod.container(found, options.container, env, quiet=options.quiet)
    descriptor = _descriptor(env) if options.stdin else None
    tty = options.tty and descriptor is not None and os.isatty(descriptor)
    if options.tty and options.stdin and not tty and not options.quiet:
        env.say("Unable to use a TTY - input is not a terminal or the right kind of file")
    process = Process(container, options.command, stdin=descriptor is not None, tty=tty)
    metadata = found.pod["metadata"]
    remote = Exec(env.cluster(), metadata["namespace"], metadata["name"], process)
    with _raw(descriptor) if tty and descriptor is not None else contextlib.nullcontext():
        code = remote.run(
            onepod.writer(env.stdout),
            onepod.writer(env.stderr),
            stdin=descriptor,
            size=(lambda: _size(descriptor)) if tty and descriptor is not None else None,
        )
    if code:
        env.say(f"command terminated with exit code {code}")
    return code


def _descriptor(env: Env) -> int | None:
    """Standard input as a descriptor; None where it is closed."""
    try:
        return env.stdin.fileno()
    except (OSError, ValueError):
        return None


def _size(descriptor: int) -> tuple[int, int] | None:
    try:
        found = os.get_terminal_size(descriptor)
    except OSError:
        return None
    return found.columns, found.lines


@contextlib.contextmanager
def _raw(descriptor: int) -> Iterator[None]:
    """The terminal hands on every key, Ctrl-C too, for as long as the block lasts."""
    import termios
    import tty

    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
