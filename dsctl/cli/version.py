"""``dsctl version``: of dsctl and of the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl import __version__
from dsctl.cli import options as flags
from dsctl.errors import ClusterError, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


@dataclass(frozen=True, slots=True)
class VersionOptions:
    """What the command line of ``version`` says."""

    client: bool
    output: str | None


def version(
    ctx: typer.Context,
    client: Annotated[bool, typer.Option("--client/--no-client", help="Ask no server")] = False,
    output: flags.Output = None,
) -> int:
    """Show the versions of dsctl and of the server.

    Examples:
      dsctl version
      dsctl version --client -o json
    """
    return run(VersionOptions(client, output), ctx.obj)


def run(options: VersionOptions, env: Env) -> int:
    """Print dsctl's own version first: it is known even where no server answers."""
    if options.output not in (None, "json", "yaml"):
        raise UsageError(f"version prints json or yaml, not {options.output!r}")
    if options.output is None:
        env.print(f"Client Version: v{__version__}")
        if not options.client:
            env.print(f"Server Version: {env.cluster().version()['gitVersion']}")
        return 0
    failure: ClusterError | None = None
    report: dict[str, Any] = {"clientVersion": {"gitVersion": f"v{__version__}"}}
    if not options.client:
        try:
            report["serverVersion"] = env.cluster().version()
        except ClusterError as error:
            failure = error
    _print(report, options.output, env)
    if failure is not None:
        raise failure
    return 0


def _print(report: dict[str, Any], output: str, env: Env) -> None:
    from dsctl.render import output as printers

    printers.print_report(report, printers.parse(output, printers.REPORTS), env.stdout)
