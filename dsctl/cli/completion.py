"""``dsctl completion``: the script that completes dsctl in a shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli.flagtable import SHELLS
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


@dataclass(frozen=True, slots=True)
class CompletionOptions:
    """What the command line of ``completion`` says."""

    shell: str


def completion(
    ctx: typer.Context,
    shell: Annotated[str, typer.Argument(metavar="SHELL", show_default=False)] = "",
) -> int:
    """Print what completes dsctl in a shell: bash, zsh or fish.

    Candidates come from the cluster: names, nodes, containers, revisions. What is not there
    within 0.3 s is left out. In kubectl's plugin (kubectl ds) kubectl's own completion asks dsctl.

    Examples:
      source <(dsctl completion bash)
      dsctl completion zsh > "${fpath[1]}/_dsctl"
      dsctl completion fish > ~/.config/fish/completions/dsctl.fish
    """
    return run(CompletionOptions(shell), ctx.obj)


def run(options: CompletionOptions, env: Env) -> int:
    """Print the script."""
    if options.shell not in SHELLS:
        wrong = f", not {options.shell!r}" if options.shell else ""
        raise UsageError(f"completion takes bash, zsh or fish{wrong}", hint="dsctl completion bash")
    from dsctl.cli.shells import script

    env.stdout.write(script(options.shell))
    return 0
