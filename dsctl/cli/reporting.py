"""Errors as the user sees them: one line, its detail, at most one hint, all on stderr."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dsctl.errors import DsctlError, NotFound

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.cli.env import Env


def report(error: DsctlError, env: Env) -> int:
    """Print one error as its line, its detail and its hint; return its exit code."""
    hint = _no_namespace(error, env) or error.hint
    say(env, f"error: {printable(error.message)}")
    if error.detail:
        say(env, error.detail)
    if hint:
        say(env, f"hint: {printable(hint)}")
    return int(error.exit_code)


def _no_namespace(error: DsctlError, env: Env) -> str | None:
    """The hint where the DaemonSet is not found for want of its namespace, which kubectl tells too.

    The server says of both just that the DaemonSet is not there, so the namespace is asked for.
    """
    if not isinstance(error, NotFound):
        return None
    if (error.status.get("details") or {}).get("kind") != "daemonsets":
        return None
    from dsctl.api.resources import NAMESPACES

    try:
        name = env.told_namespace
        env.cluster().read(NAMESPACES, name)
    except NotFound:
        return f"there is no namespace {name!r}: check -n/--namespace"
    except DsctlError:  # it may not be asked for: nothing is known of it
        return None
    return None


def placed(error: DsctlError, target: Target, *, several: bool) -> DsctlError:
    """The error with the DaemonSet that it is about named, where ``several`` or a file was given.

    One that names it itself stays as it is.
    """
    named = any(f"{quote}{target.name}{quote}" in error.message for quote in "'\"")
    if several and not named:
        error.message = f"daemonset {target.name!r}: {error.message}"
    if target.source:
        error.message = f"{target.source}: {error.message}"
    return error


def printable(text: str) -> str:
    """One line, with whatever could steer a terminal made visible."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def say(env: Env, text: str) -> None:
    """A line on stderr, if stderr is still there: else the exit code is all that can tell."""
    with contextlib.suppress(OSError, ValueError):
        env.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        env.stderr.write(env.addressed(text) + "\n")
        env.stderr.flush()
