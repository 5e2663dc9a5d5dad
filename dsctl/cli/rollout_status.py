"""``dsctl rollout status``: where a rollout stands."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.selection import Selection
from dsctl.cli.trouble import sayer
from dsctl.errors import AnswerIsNo, DsctlError, ExitCode, Unreachable, UsageError

if TYPE_CHECKING:
    from dsctl.actions.rollout import Rollout
    from dsctl.actions.targets import Target
    from dsctl.cli.env import Env
    from dsctl.domain.rollout import RolloutStatus
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """What the command line of ``rollout status`` says. ``timeout`` in seconds, 0: never."""

    selection: Selection
    watch: bool
    timeout: float
    revision: int
    output: str | None


def status(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", "-w", help="Watch until it is done (default)")
    ] = True,
    timeout: Annotated[
        str,
        typer.Option("--timeout", metavar="TIME", help="When to give up; 0 (default): never"),
    ] = "0s",
    revision: Annotated[
        int,
        typer.Option(
            "--revision", metavar="N", help="Fail once another revision is rolled out; 0: any"
        ),
    ] = 0,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FORMAT", help="json or yaml: a report at the end"),
    ] = None,
) -> int:
    """Watch a rollout until it is done.

    Exit codes: 0 complete; 1 it will not go on by itself, or was deleted; 124 --timeout passed.
    With --no-watch: 1 while it is under way.

    Examples:
      dsctl rollout status node-agent
      dsctl rollout status node-agent --timeout=5m
      dsctl rollout status -l team=infra --no-watch -o json
    """
    options = StatusOptions(
        selection=selection.read(
            "rollout status",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        watch=watch,
        timeout=flags.seconds("--timeout", timeout),
        revision=revision,
        output=output or None,
    )
    return run(options, ctx.obj)


def run(options: StatusOptions, env: Env) -> int:
    """Follow one DaemonSet after the other; the exit code of the worst.

    The report of ``-o`` is printed however it ends, at an interrupt too.
    """
    if options.revision < 0:
        raise UsageError(f"revision must be a positive integer: {options.revision}")
    if options.timeout < 0:
        raise UsageError("--timeout must not be negative", hint="0 watches for ever")
    form = _format(options.output)
    found = selection.targets(options.selection, env)
    if not found:
        env.say(f"No resources found in {env.namespace} namespace.")
    statuses: list[RolloutStatus] = []
    try:
        return _follow_all(found, options, env, statuses, report=form is not None)
    finally:
        if form is not None:
            _print_report(statuses, form, env, as_list=options.selection.listed or len(found) > 1)


def _format(output: str | None) -> OutputFormat | None:
    if output is None:
        return None
    from dsctl.render import output as printers

    return printers.parse(output, printers.REPORTS)


def _follow_all(
    found: list[Target],
    options: StatusOptions,
    env: Env,
    statuses: list[RolloutStatus],
    *,
    report: bool,
) -> int:
    """Follow each, the timeout for all of them together; ``statuses`` gets the last of each."""
    from dsctl.actions.rollout import Following, Rollout
    from dsctl.cli import reporting

    end = time.monotonic() + options.timeout
    code = int(ExitCode.OK)
    for target in found:
        left = max(end - time.monotonic(), 0.001) if options.timeout else None
        how = Following(left, options.revision or None, with_revision=report)
        rollout = Rollout(
            env.cluster(),
            target,
            how,
            env.now,
            on_trouble=sayer(env),
        )
        try:
            code = max(code, _follow(rollout, env, watch=options.watch, report=report))
        except Unreachable:
            raise
        except DsctlError as error:
            code = max(code, reporting.report(error, env))
        finally:
            if rollout.last is not None:
                statuses.append(rollout.last.status)
    return code


def _follow(rollout: Rollout, env: Env, *, watch: bool, report: bool) -> int:
    """Show states until the rollout has ended; raises AnswerIsNo where that is no good end.

    With a ``report`` to come on stdout, the lines go to stderr.
    """
    from dsctl.domain.rollout import kubectl_line

    for state in rollout:
        line = kubectl_line(state.daemonset)[0]
        if report:
            env.say(line)
        else:
            env.print(line)
            env.stdout.flush()
        if state.status.phase.good:
            break
        if state.status.phase.ended:
            raise _held(state.status)
        if not watch:
            return int(ExitCode.NO)
    return int(ExitCode.OK)


def _held(status: RolloutStatus) -> AnswerIsNo:
    """Why a rollout that has not failed goes no further."""
    from dsctl.domain.rollout import RolloutPhase

    done = f"{status.counts.updated} of {status.counts.desired} pods are updated"
    if status.phase is RolloutPhase.AWAITING_DELETION:
        return AnswerIsNo(
            f"daemonset {status.name!r} updates on deletion (OnDelete): {done}",
            hint="the others get the new template when someone deletes them",
        )
    return AnswerIsNo(f"the rollout of daemonset {status.name!r} is {status.phase.value}: {done}")


def _print_report(
    statuses: list[RolloutStatus], form: OutputFormat, env: Env, *, as_list: bool
) -> None:
    from dsctl.render import output as printers

    reports: list[dict[str, Any]] = [status.to_dict() for status in statuses]
    if as_list:
        whole = {"apiVersion": "dsctl/v1", "kind": "RolloutStatusList", "items": reports}
        printers.print_report(whole, form, env.stdout)
    elif reports:
        printers.print_report(reports[0], form, env.stdout)
