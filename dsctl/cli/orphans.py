"""``dsctl orphans``: pods that a DaemonSet made and that no controller owns any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class OrphansOptions:
    """What the command line of ``orphans`` says."""

    all_namespaces: bool
    selector: str | None
    output: OutputFormat | None
    headers: bool


def orphans(
    ctx: typer.Context,
    names: flags.NoNames = None,
    all_namespaces: flags.AllNamespaces = False,
    selector: flags.Selector = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FORMAT", help="The report, or the pods' names, as"),
    ] = None,
    no_headers: Annotated[
        bool, typer.Option("--no-headers/--headers", help="Rows alone: no headers, no summary")
    ] = False,
) -> int:
    """List the pods that a DaemonSet made and that no controller owns any more.

    They stay behind after delete --cascade=orphan, run on unwatched, and are adopted by the next
    DaemonSet whose selector matches them.

    Examples:
      dsctl orphans
      dsctl orphans -A -l app=node-agent
      dsctl orphans -o json
    """
    if names:
        raise UsageError(
            "orphans takes no names: orphans have no DaemonSet any more",
            hint="narrow the list with -l, or see what a manifest would adopt: "
            "dsctl adopt -f FILE --plan",
        )
    options = OrphansOptions(
        all_namespaces, flags.selector(selector), _form(output), not no_headers
    )
    return run(options, ctx.obj)


def _form(output: str | None) -> OutputFormat | None:
    if not output:
        return None
    from dsctl.render import output as printers

    return printers.parse(output, printers.REPORTS | {"name"})


def run(options: OrphansOptions, env: Env) -> int:
    """List, and show. Exit code 0 whether there are any or not."""
    from dsctl.actions import orphans as action
    from dsctl.domain.orphans import report

    found = action.find(
        env.cluster(),
        env.namespace,
        all_namespaces=options.all_namespaces,
        label_selector=options.selector,
    )
    form = options.output
    if form is not None and form.name == "name":
        for one in found:
            env.print(f"pod/{one.name}")
    elif form is not None:
        from dsctl.render.output import print_report

        print_report(report(found), form, env.stdout)
    elif not found:
        where = "" if options.all_namespaces else f" in {env.namespace} namespace"
        env.say(f"No orphans found{where}.")
    else:
        from dsctl.render.orphans import print_orphans
        from dsctl.render.style import Style

        print_orphans(
            found,
            env.stdout,
            Style(env.color),
            env.now(),
            namespaces=options.all_namespaces,
            headers=options.headers,
        )
    return int(ExitCode.OK)
