"""``--wait`` of the commands that start a rollout: what ``rollout status`` would show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli.selection import Selection
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.actions.writes import Done
    from dsctl.cli.env import Env
    from dsctl.render.output import OutputFormat

Wait = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait until it is rolled out, as rollout status")
]
Timeout = Annotated[
    str | None,
    typer.Option("--timeout", metavar="TIME", help="When to give up waiting; 0 (default): never"),
]


def seconds(timeout: str | None, *, goes: bool, needs: str) -> float:
    """Read ``--timeout``, which only goes with waiting: raises UsageError that ``needs`` names."""
    if timeout is None:
        return 0.0
    if not goes:
        raise UsageError(f"--timeout goes with {needs}")
    found = flags.seconds("--timeout", timeout)
    if found < 0:
        raise UsageError("--timeout must not be negative", hint="0 waits for ever")
    return found


def follow(done: list[Done], timeout: float, output: OutputFormat | None, env: Env) -> int:
    """Follow the rollouts to their ends; the exit code that ``rollout status`` would have.

    ``timeout`` in seconds, 0: for ever. With an ``output`` on stdout the lines go to stderr.
    """
    from dsctl.actions.targets import of_object
    from dsctl.cli import rollout_status as status

    found = [of_object(one.obj) for one in done]
    options = status.StatusOptions(
        Selection(),
        watch=True,
        timeout=timeout,
        revision=0,
        output=None if output is None else output.name,
    )
    try:
        return status.follow_all(found, options, env, [])
    except KeyboardInterrupt:
        env.say("no longer waiting; the rollout goes on in the cluster")
        for namespace in sorted({target.namespace for target in found}):
            names = [target.name for target in found if target.namespace == namespace]
            with env.about(namespace):
                env.say(f"hint: dsctl rollout status {' '.join(names)}")
        raise
