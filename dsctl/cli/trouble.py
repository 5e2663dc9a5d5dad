"""What is said when the server goes away while something is watched: once, not at every try."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dsctl.errors import ClusterError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


def sayer(env: Env, warn: Callable[[str], None] | None = None) -> Callable[[ClusterError], None]:
    """A handler for ``on_trouble`` that warns when the trouble is another than before.

    On stderr, unless ``warn`` is another way to say it.
    """
    said: list[str] = []

    def say(error: ClusterError) -> None:
        if said[-1:] != [error.message]:
            said.append(error.message)
            (warn or env.warn_local)(f"{error.message}; trying again")

    return say
