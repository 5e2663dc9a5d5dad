"""``dsctl sandbox up|down|status|env|scale``: a local control plane, started and stopped."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.errors import AnswerIsNo, UsageError
from dsctl.sandbox.paths import DEFAULT_NAME, up_command

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.sandbox.lifecycle import Outcome, Sandboxes
    from dsctl.sandbox.status import Status

Name = Annotated[str, typer.Option("--name", metavar="NAME", help="Which sandbox")]


@dataclass(frozen=True, slots=True)
class UpOptions:
    """What the command line of ``sandbox up`` says. None: not given."""

    name: str
    nodes: int | None
    kubernetes: str | None


@dataclass(frozen=True, slots=True)
class DownOptions:
    """What the command line of ``sandbox down`` says."""

    name: str


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """What the command line of ``sandbox status`` says. ``name`` None: all of them."""

    name: str | None
    output: str | None


@dataclass(frozen=True, slots=True)
class EnvOptions:
    """What the command line of ``sandbox env`` says."""

    name: str
    path: bool


@dataclass(frozen=True, slots=True)
class ScaleOptions:
    """What the command line of ``sandbox scale`` says."""

    name: str
    nodes: int


def up(
    ctx: typer.Context,
    name: Name = DEFAULT_NAME,
    nodes: Annotated[
        int | None,
        typer.Option("--nodes", metavar="N", help="Simulated nodes; 12 for a new sandbox"),
    ] = None,
    kubernetes_version: Annotated[
        str | None,
        typer.Option(
            "--kubernetes-version", metavar="V", help="1.34, 1.35, 1.36 or 1.37 (default)"
        ),
    ] = None,
) -> int:
    """Start a real control plane on this machine, with simulated nodes.

    The first time for a version, it is built from source: some minutes, with Go 1.26 or newer.
    A sandbox that runs is left as it is; one that is down, or half down, is started again.

    Examples:
      dsctl sandbox up
      dsctl sandbox up --nodes 100 --kubernetes-version 1.36 --name old
    """
    return run_up(UpOptions(name, nodes, kubernetes_version), ctx.obj)


def down(ctx: typer.Context, name: Name = DEFAULT_NAME) -> int:
    """Stop a sandbox and remove all of it but the binaries.

    Examples:
      dsctl sandbox down
      dsctl sandbox down --name old
    """
    return run_down(DownOptions(name), ctx.obj)


def status(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Only this one, with its processes"),
    ] = None,
    output: flags.Output = None,
) -> int:
    """Show the sandboxes; with --name, exit 1 unless that one runs.

    Examples:
      dsctl sandbox status
      dsctl sandbox status --name dsctl -o json
    """
    return run_status(StatusOptions(name, output), ctx.obj)


def env(
    ctx: typer.Context,
    name: Name = DEFAULT_NAME,
    path: Annotated[
        bool, typer.Option("--path/--no-path", help="Put the sandbox's kubectl into PATH, too")
    ] = False,
) -> int:
    """Print the shell commands that make kubectl and dsctl use a sandbox.

    Examples:
      eval "$(dsctl sandbox env)"
      dsctl sandbox env --name old
    """
    return run_env(EnvOptions(name, path), ctx.obj)


def scale(
    ctx: typer.Context,
    nodes: Annotated[int, typer.Option("--nodes", metavar="N", help="How many nodes")],
    name: Name = DEFAULT_NAME,
) -> int:
    """Add or remove simulated nodes of a running sandbox.

    Examples:
      dsctl sandbox scale --nodes 500
      dsctl sandbox scale --nodes 3 --name old
    """
    return run_scale(ScaleOptions(name, nodes), ctx.obj)


def run_up(options: UpOptions, env: Env) -> int:
    """Bring it up, and say how to use it."""
    from dsctl.sandbox.status import State

    outcome = _sandboxes(env).up(options.name, options.nodes, options.kubernetes)
    verb = {
        State.ABSENT: "is up",
        State.RUNNING: "is running already",
    }.get(outcome.before, "is up again")
    env.print(f"sandbox {outcome.name} {verb}: {_in_short(outcome)}")
    if outcome.before is not State.RUNNING:
        named = "" if options.name == DEFAULT_NAME else f"={options.name}"
        which = "" if options.name == DEFAULT_NAME else f" --name {options.name}"
        env.say(f'use it: dsctl --sandbox{named} get   or   eval "$(dsctl sandbox env{which})"')
    return 0


def run_down(options: DownOptions, env: Env) -> int:
    """Take it down; that there was nothing is no failure."""
    if _sandboxes(env).down(options.name):
        env.print(f"sandbox {options.name} is down")
    else:
        env.print(f"sandbox {options.name} was not running")
    return 0


def run_scale(options: ScaleOptions, env: Env) -> int:
    """Bring the fleet to the number, and say what changed."""
    outcome = _sandboxes(env).scale(options.name, options.nodes)
    change = f"{outcome.added} added, {outcome.removed} removed"
    env.print(f"sandbox {outcome.name} has {_count(outcome.nodes)} ({change})")
    return 0


def run_env(options: EnvOptions, env: Env) -> int:
    """Print exports for sh, bash and zsh."""
    from dsctl.sandbox import paths, record

    kubeconfig = paths.kubeconfig_path(options.name, env.environ)
    env.print(f"export KUBECONFIG={shlex.quote(str(kubeconfig))}")
    layout = paths.Layout(env.environ)
    found = record.read(layout.cluster(options.name))
    if options.path and found:
        directory = layout.kubectl(found.kubernetes).parent
        env.print(f'export PATH={shlex.quote(str(directory))}{os.pathsep}"$PATH"')
    return 0


def run_status(options: StatusOptions, env: Env) -> int:
    """Print one row for each sandbox, or one sandbox with its processes."""
    from dsctl.sandbox.status import State

    if options.output not in (None, "json", "yaml"):
        raise UsageError(f"sandbox status prints json or yaml, not {options.output!r}")
    sandboxes = _sandboxes(env)
    names = sandboxes.names() if options.name is None else [options.name]
    found = [sandboxes.status(name) for name in names]
    _show(found, options, env)
    if options.name is not None and found[0].state is not State.RUNNING:
        raise AnswerIsNo(f"sandbox {options.name} is not running", hint=up_command(options.name))
    return 0


def _show(found: list[Status], options: StatusOptions, env: Env) -> None:
    if options.output:
        from dsctl.render import output as printers

        report = {
            "apiVersion": "dsctl/v1",
            "kind": "SandboxList",
            "sandboxes": [_report(status) for status in found],
        }
        printers.print_report(report, printers.parse(options.output), env.stdout)
        return
    from dsctl.render.table import print_table

    if not found:
        env.say("no sandboxes")
        return
    headers = ["NAME", "STATE", "KUBERNETES", "NODES", "READY", "ENDPOINT"]
    print_table(headers, [_row(status) for status in found], env.stdout)
    if options.name is not None:
        env.print("")
        parts = [[name, pid or "-"] for name, pid in found[0].components.items()]
        print_table(["COMPONENT", "PID"], parts, env.stdout)


def _row(status: Status) -> list[Any]:
    cells = (status.kubernetes, status.nodes, status.ready, status.endpoint)
    return [status.name, status.state.value, *("-" if cell is None else cell for cell in cells)]


def _report(status: Status) -> dict[str, Any]:
    return {
        "name": status.name,
        "state": status.state.value,
        "kubernetesVersion": status.kubernetes,
        "endpoint": status.endpoint,
        "kubeconfig": status.kubeconfig,
        "nodes": status.nodes,
        "nodesReady": status.ready,
        "components": [
            {"name": name, "pid": pid} for name, pid in sorted(status.components.items())
        ],
    }


def _in_short(outcome: Outcome) -> str:
    from dsctl.sandbox.progress import seconds

    parts = [f"Kubernetes {outcome.release}", _count(outcome.nodes), outcome.endpoint]
    return f"{', '.join(parts)} ({seconds(outcome.seconds)})"


def _count(nodes: int) -> str:
    return "1 node" if nodes == 1 else f"{nodes} nodes"


def _sandboxes(env: Env) -> Sandboxes:
    from dsctl.sandbox.lifecycle import Sandboxes
    from dsctl.sandbox.progress import Progress

    return Sandboxes(env.environ, Progress(env.stderr))
