"""``--record``, which kubectl deprecated and scripts still pass: a change cause by another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsctl.cli.argv import Flag

if TYPE_CHECKING:
    from dsctl.cli.argv import Reading
    from dsctl.cli.env import Env

FLAG = {"--record": Flag("--record", "bool", "--no-record")}


def replace(reading: Reading, command_line: str, *, has_cause: bool, env: Env) -> None:
    """Put ``--change-cause`` with the command line in the place of ``--record``.

    A cause that was given stays. Commands without one change no template: there it goes.
    """
    given = [option for option in reading.options if option in ("--record", "--no-record")]
    reading.options = [option for option in reading.options if option not in given]
    env.say("Flag --record has been deprecated, --record will be removed in the future")
    named = any(option.startswith("--change-cause=") for option in reading.options)
    if given[-1:] == ["--record"] and has_cause and not named:
        reading.options.append(f"--change-cause={command_line}")
