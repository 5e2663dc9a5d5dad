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
    """Show the versions of dsctl and of the server, and warn where they are too far apart.

    Examples:
      dsctl version
      dsctl version --client -o json
    """
    return run(VersionOptions(client, output), ctx.obj)


def run(options: VersionOptions, env: Env) -> int:
    """Print dsctl's own version first: it is known even where no server answers."""
    if options.output not in (None, "", "json", "yaml"):
        raise UsageError("--output must be 'yaml' or 'json'")
    if not options.output:
        env.print(f"Client Version: v{__version__}")
    server: dict[str, Any] | None = None
    failure: ClusterError | None = None
    if not options.client:
        try:
            server = env.cluster().version()
        except ClusterError as error:
            failure = error
    if options.output:
        report = {"clientVersion": _client()}
        if server is not None:
            report["serverVersion"] = server
        _print(report, options.output, env)
    elif server is not None:
        env.print(f"Server Version: {server.get('gitVersion')}")
    if failure is not None:
        raise failure
    if server is not None:
        _warn_of_skew(str(server.get("gitVersion")), env)
    return 0


def _client() -> dict[str, Any]:
    import platform

    from dsctl.manifests.schema import NEWEST, VERSIONS, name

    return {
        "gitVersion": f"v{__version__}",
        "kubernetesVersions": [name(version) for version in VERSIONS],
        "major": str(NEWEST[0]),
        "minor": str(NEWEST[1]),
        "platform": f"{platform.system().lower()}/{platform.machine()}",
        "pythonVersion": platform.python_version(),
    }


def _warn_of_skew(server: str, env: Env) -> None:
    from dsctl.domain.skew import warning
    from dsctl.manifests.schema import VERSIONS

    said = warning(VERSIONS, server)
    if said is not None:
        env.warn(said)


def _print(report: dict[str, Any], output: str, env: Env) -> None:
    from dsctl.render import output as printers

    printers.print_report(report, printers.parse(output, printers.REPORTS), env.stdout)
