"""Questions on a terminal. The answer comes from stdin; the question goes to stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsctl.errors import AnswerIsNo

if TYPE_CHECKING:
    from dsctl.cli.env import Env


def can_ask(env: Env) -> bool:
    """Whether someone is there to answer: a terminal on stdin that holds no manifest."""
    return env.stdin_is_tty and not env.stdin_is_input


def confirm(env: Env, question: str, *, otherwise: str = "nothing was sent") -> None:
    """Ask for a yes. Raises AnswerIsNo for anything else, the end of the input too."""
    env.stdout.flush()
    env.stderr.write(f"{question} [y/N] ")
    env.stderr.flush()
    answer = env.stdin.readline()
    if not answer.endswith("\n"):
        env.say("")
    if answer.strip().lower() not in ("y", "yes"):
        raise AnswerIsNo(f"answered no: {otherwise}")
