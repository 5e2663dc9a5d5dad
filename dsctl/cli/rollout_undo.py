"""``dsctl rollout undo``: back to an earlier revision, after a look at what that changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import eachone, selection
from dsctl.cli import options as flags
from dsctl.cli import rollout_waiting as waiting
from dsctl.cli.options import DryRunMode
from dsctl.cli.planning import Yes
from dsctl.cli.selection import Selection
from dsctl.cli.writing import Showing, require_output
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.actions.undo import Undo
    from dsctl.actions.writes import Done
    from dsctl.cli.env import Env
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class UndoOptions:
    """What the command line of ``rollout undo`` says. ``to_revision`` 0: the last other one."""

    selection: Selection
    to_revision: int
    yes: bool
    wait: bool
    timeout: float
    dry_run: DryRunMode
    output: OutputFormat | None
    manager: str
    cause: str | None
    show_managed_fields: bool


def undo(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    to_revision: Annotated[
        int,
        typer.Option("--to-revision", metavar="N", help="Which revision; 0 (default): the last"),
    ] = 0,
    yes: Yes = False,
    wait: waiting.Wait = False,
    timeout: waiting.Timeout = None,
    dry_run: flags.DryRun = "none",
    output: flags.Output = None,
    field_manager: flags.FieldManager = "dsctl-rollout",
    change_cause: flags.ChangeCause = None,
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Go back to the last or to another revision of the pod template.

    Shows what that changes, and on how many nodes, on stderr first. A revision that was recorded
    while the DaemonSet was suspended is passed over; --to-revision goes to it with --yes only.

    Exit codes: 0 rolled back, or nothing to do; 1 there is nothing to go back to; with --wait
    those of rollout status (124: --timeout passed).

    Examples:
      dsctl rollout undo node-agent
      dsctl rollout undo node-agent --to-revision=3 --wait --timeout=10m
      dsctl rollout undo node-agent --dry-run=server
    """
    options = UndoOptions(
        selection=selection.read(
            "rollout undo",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        to_revision=to_revision,
        yes=yes,
        wait=wait,
        timeout=waiting.seconds(timeout, goes=wait, needs="--wait"),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        output=require_output(output),
        manager=field_manager,
        cause=flags.change_cause(change_cause),
        show_managed_fields=show_managed_fields,
    )
    return run(options, ctx.obj)


def run(options: UndoOptions, env: Env) -> int:
    """Undo one after the other, then wait for all; one that fails does not stop the others."""
    if options.to_revision < 0:
        raise UsageError(f"--to-revision must not be negative: {options.to_revision}")
    showing = Showing(options.output, options.dry_run, options.show_managed_fields, typed=True)
    found = selection.targets(options.selection, env)
    done, code = eachone.each(
        found, showing, env, lambda target: _undo(target, options, env), verb="rolled back"
    )
    if options.wait and options.dry_run is DryRunMode.NONE and done:
        code = max(code, waiting.follow(done, options.timeout, options.output, env))
    return code


def _undo(target: Target, options: UndoOptions, env: Env) -> Done:
    from dsctl.actions import undo as action
    from dsctl.actions.changecause import NOT_RECORDED
    from dsctl.actions.writes import Done, WriteOptions

    cluster = env.cluster()
    plan = action.plan(cluster, target, options.to_revision, env.warn_local, yes=options.yes)
    name = plan.live["metadata"]["name"]
    if plan.needless:
        same = f"skipped rollback (current template already matches revision {plan.number})"
        return Done(name, same, plan.live, (NOT_RECORDED,) if options.cause else ())
    _show(plan, env)
    if options.dry_run is DryRunMode.CLIENT:
        from dsctl.render.history import template_text
        from dsctl.render.text import escape_lines

        text = template_text(plan.wanted)
        shown = escape_lines(text) if env.stdout_is_tty else text
        return Done(name, f"will roll back to {shown}", plan.wanted)
    write = WriteOptions(
        options.manager,
        dry_run=options.dry_run is DryRunMode.SERVER,
        cause=options.cause,
    )
    return action.send(cluster, plan, write)


def _show(plan: Undo, env: Env) -> None:
    """What changes in the template, and how many nodes that is, on stderr."""
    from dsctl.domain.revisions import without_nulls
    from dsctl.domain.undo import sentences
    from dsctl.render.style import Style
    from dsctl.render.textdiff import diff_lines, print_diff

    name = plan.live["metadata"]["name"]
    before, after = (
        {"spec": {"template": without_nulls(obj["spec"]["template"])}}
        for obj in (plan.live, plan.wanted)
    )
    now = "now" if plan.current is None else f"now (revision {plan.current})"
    lines = diff_lines(before, after, f"{name} {now}", f"{name} revision {plan.number}")
    env.stdout.flush()
    painted = env.flags.color == "always" or (env.color and env.stderr_is_tty)
    print_diff(lines, env.stderr, Style(painted))
    for line in sentences(plan.live, plan.wanted, plan.number, plan.consequence):
        env.say(line)
