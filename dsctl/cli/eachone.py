"""One DaemonSet after the other: each shown as it is done, a refusal of one stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from dsctl.cli.writing import Showing, show_one
from dsctl.errors import DsctlError, ExitCode, Unreachable

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import Done
    from dsctl.cli.env import Env


def each(
    targets: Iterable[Target],
    showing: Showing,
    env: Env,
    one: Callable[[Target], Done],
    *,
    verb: str,
) -> tuple[list[Done], int]:
    """Do ``one`` to every target, and show what came of it; refusals too.

    Returns what was done, and the exit code of the worst. A server that went away ends it; what was
    not reached is said to be not ``verb``.
    """
    from dsctl.cli.reporting import placed, report

    waiting = list(targets)
    several = len(waiting) > 1
    if not waiting:
        env.say(f"No resources found in {env.namespace} namespace.")
    done: list[Done] = []
    code = int(ExitCode.OK)
    while waiting:
        target = waiting.pop(0)
        with env.about(target.namespace):
            try:
                outcome = one(target)
            except DsctlError as error:
                code = max(code, report(placed(error, target, several=several), env))
                if isinstance(error, Unreachable):
                    if waiting:
                        env.say(f"not {verb}: {', '.join(repr(other.name) for other in waiting)}")
                    break
                continue
            for note in outcome.notes:
                env.say(note)
        show_one(outcome, showing, env, first=not done)
        done.append(outcome)
    return done, code
