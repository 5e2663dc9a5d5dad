"""Errors as the user sees them: one line, its detail, at most one hint, all on stderr."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dsctl.errors import DsctlError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


def report(error: DsctlError, env: Env) -> int:
    """Print one error as its line, its detail and its hint; return its exit code."""
    say(env, f"error: {printable(error.message)}")
    if error.detail:
        say(env, error.detail)
    if error.hint:
        say(env, f"hint: {printable(error.hint)}")
    return int(error.exit_code)


def printable(text: str) -> str:
    """One line, with whatever could steer a terminal made visible."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def say(env: Env, text: str) -> None:
    """A line on stderr, if stderr is still there: else the exit code is all that can tell."""
    with contextlib.suppress(OSError, ValueError):
        env.say(text)
