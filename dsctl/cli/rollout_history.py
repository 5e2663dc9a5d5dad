"""``dsctl rollout history``: the revisions of a DaemonSet, and what each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.selection import Selection
from dsctl.errors import DsctlError, ExitCode, Unreachable, UsageError

if TYPE_CHECKING:
    from dsctl.actions.history import Past
    from dsctl.actions.targets import Target
    from dsctl.cli.env import Env
    from dsctl.domain.revisions import RevisionHistory
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """What the command line of ``rollout history`` says. ``revision`` 0: all of them."""

    selection: Selection
    revision: int
    output: OutputFormat | None
    show_managed_fields: bool


def history(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    revision: Annotated[
        int,
        typer.Option("--revision", metavar="N", help="Show the pod template of this revision"),
    ] = 0,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FORMAT",
            help="A report (with --revision: the DaemonSet as it was, also in other formats) as",
        ),
    ] = None,
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Show the revisions of DaemonSets: change cause, age, images, and the pods on each.

    Examples:
      dsctl rollout history node-agent
      dsctl rollout history node-agent --revision=3
      dsctl rollout history -l team=infra -o json
    """
    options = HistoryOptions(
        selection=selection.read(
            "rollout history",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        revision=revision,
        output=_format(output, revision),
        show_managed_fields=show_managed_fields,
    )
    return run(options, ctx.obj)


def _format(output: str | None, revision: int) -> OutputFormat | None:
    if not output:
        return None
    from dsctl.render import output as printers

    return printers.parse(output, printers.OBJECTS if revision else printers.REPORTS)


def run(options: HistoryOptions, env: Env) -> int:
    """Show one DaemonSet after the other; one that fails does not stop the others."""
    if options.revision < 0:
        raise UsageError(f"revision must be a positive integer: {options.revision}")
    found = selection.targets(options.selection, env)
    if not found:
        env.say(f"No resources found in {env.namespace} namespace.")
    reports: list[RevisionHistory] = []
    code = _each(found, options, env, reports)
    if options.output is not None and not options.revision:
        as_list = options.selection.listed or len(found) > 1
        _print_reports(reports, options.output, env, as_list=as_list)
    return code


def _each(
    found: list[Target], options: HistoryOptions, env: Env, reports: list[RevisionHistory]
) -> int:
    from dsctl.actions import history as action
    from dsctl.cli.reporting import placed, report

    code, shown = int(ExitCode.OK), 0
    for target in found:
        try:
            past = action.read(env.cluster(), target)
            if options.revision:
                _print_revision(past, options, env, first=not shown)
            elif options.output is not None:
                reports.append(_report(past, env))
            else:
                _print_history(past, env)
            shown += 1
        except Unreachable:
            raise
        except DsctlError as error:
            code = max(code, report(placed(error, target, several=len(found) > 1), env))
    return code


def _report(past: Past, env: Env) -> RevisionHistory:
    from dsctl.actions.history import pods
    from dsctl.domain import revisions

    own = pods(env.cluster(), past.daemonset, env.warn_local)
    return revisions.history(past.daemonset, past.revisions, own)


def _print_history(past: Past, env: Env) -> None:
    from dsctl.render import history as printer
    from dsctl.render.style import Style

    width = env.width if env.stdout_is_tty else None
    found = _report(past, env)
    printer.print_history(found, env.now(), env.stdout, style=Style(env.color), max_width=width)
    env.stdout.flush()


def _print_revision(past: Past, options: HistoryOptions, env: Env, *, first: bool) -> None:
    """The template of one revision, or with ``-o`` the DaemonSet with that template, as kubectl."""
    from dsctl.domain import revisions
    from dsctl.domain.versions import numbered

    chosen = numbered(past.daemonset, past.revisions, options.revision)
    whole = revisions.apply(past.daemonset, chosen)
    if options.output is None:
        from dsctl.render.history import print_revision

        print_revision(whole, options.revision, env.stdout)
        return
    from dsctl.cli.writing import typed
    from dsctl.render import output as printers

    printers.print_objects(
        [typed(whole, options.output)],
        options.output,
        env.stdout,
        is_list=False,
        first=first,
        show_managed_fields=options.show_managed_fields,
    )


def _print_reports(
    reports: list[RevisionHistory], form: OutputFormat, env: Env, *, as_list: bool
) -> None:
    from dsctl.render import output as printers

    whole: list[dict[str, Any]] = [report.to_dict() for report in reports]
    if as_list:
        listed = {"apiVersion": "dsctl/v1", "kind": "RevisionHistoryList", "items": whole}
        printers.print_report(listed, form, env.stdout)
    elif whole:
        printers.print_report(whole[0], form, env.stdout)
