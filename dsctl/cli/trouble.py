"""What is said when the server goes away while something is watched: once, not at every try."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dsctl.errors import ClusterError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


def sayer(env: Env) -> Callable[[ClusterError], None]:
    """A handler for ``on_trouble`` that warns on stderr when the trouble is another than before."""
    said: list[str] = []

    def say(error: ClusterError) -> None:
        if said[-1:] != [error.message]:
            said.append(error.message)
            env.warn_local(f"{error.message}; trying again")

    return say
