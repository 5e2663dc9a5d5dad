"""``dsctl describe``: what kubectl describe prints of a DaemonSet, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.selection import Selection
from dsctl.errors import DsctlError, NotFound, Unreachable

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.cli.env import Env


@dataclass(frozen=True, slots=True)
class DescribeOptions:
    """What the command line of ``describe`` says. ``events`` None: for one named in full."""

    selection: Selection
    events: bool | None


def describe(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    all_namespaces: flags.AllNamespaces = False,
    show_events: Annotated[
        bool | None,
        typer.Option(
            "--show-events/--no-show-events",
            help="With their events (default for one DaemonSet, not for the start of a name)",
        ),
    ] = None,
    chunk_size: Annotated[
        int, typer.Option("--chunk-size", metavar="N", help="Accepted as with kubectl")
    ] = 500,
) -> int:
    """Describe DaemonSets: what kubectl prints, and health, nodes, revisions, services.

    kubectl's lines come as kubectl prints them; dsctl's own stand before the events. A name that
    does not exist is taken for the beginning of names.

    Examples:
      dsctl describe node-agent
      dsctl describe -l team=infra
      dsctl describe -f agent.yaml --show-events=false
    """
    chosen = selection.read(
        "describe",
        names=names,
        filename=filename,
        kustomize=kustomize,
        recursive=recursive,
        selector=selector,
        all_namespaces=all_namespaces,
        needs_one=not all_namespaces,
    )
    return run(DescribeOptions(chosen, show_events), ctx.obj)


def run(options: DescribeOptions, env: Env) -> int:
    """Describe each in turn; one that is missing stops no other."""
    from dsctl.cli.get_targets import end

    failures: list[DsctlError] = []
    found = _existing(options.selection, env, failures)
    with_events = options.events
    if with_events is None:
        exact = [target.name for target in found] == list(options.selection.names)
        with_events = len(found) == 1 and not failures and (exact or not options.selection.names)
    for index, target in enumerate(found):
        try:
            _show(target, env, with_events=with_events, first=index == 0)
        except Unreachable:
            raise
        except DsctlError as error:
            failures.append(error)
    if not found and not failures:
        everywhere = options.selection.all_namespaces
        where = "" if everywhere else f" in {env.namespace} namespace."
        env.say(f"No resources found{where}")
    return end(failures, env)


def _existing(chosen: Selection, env: Env, failures: list[DsctlError]) -> list[Target]:
    """The targets with their objects; what does not exist goes to ``failures``."""
    from dsctl.actions.targets import listed, of_object
    from dsctl.api.resources import DAEMONSETS

    cluster = env.cluster()
    found: list[Target] = []
    for target in selection.targets(chosen, env):
        if target.obj is not None:
            found.append(target)
            continue
        try:
            found.append(of_object(cluster.read(DAEMONSETS, target.name, target.namespace)))
        except NotFound as error:
            alike: list[Target] = []
            if len(chosen.names) == 1:
                every = listed(cluster, target.namespace)
                alike = [other for other in every if other.name.startswith(target.name)]
            if not alike:
                failures.append(error)
            found += alike
        except Unreachable:
            raise
        except DsctlError as error:
            failures.append(error)
    return found


def _show(target: Target, env: Env, *, with_events: bool, first: bool) -> None:
    from dsctl.actions.description import read
    from dsctl.render.describe import print_description
    from dsctl.render.style import Style

    assert target.obj is not None
    now = env.now()
    found = read(env.cluster(), target.obj, with_events=with_events, now=now, note=env.warn_local)
    if not first:
        env.print("\n")
    width = env.width if env.stdout_is_tty else None
    print_description(found, now, env.stdout, Style(env.color), width=width)
    env.stdout.flush()
