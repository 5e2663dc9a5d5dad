"""``dsctl wait``: until DaemonSets are in a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.selection import Selection
from dsctl.cli.trouble import sayer
from dsctl.errors import AnswerIsNo, ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.actions.wait import Met
    from dsctl.cli.env import Env
    from dsctl.domain.conditions import Condition
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class WaitOptions:
    """What the command line of ``wait`` says. ``timeout`` in seconds; 0: check once."""

    selection: Selection
    conditions: tuple[str, ...]
    timeout: float
    output: str | None
    show_managed_fields: bool


def wait(
    ctx: typer.Context,
    names: flags.Names = None,
    conditions: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="CONDITION",
            help="rolled-out, ready, available, placed, create, delete, jsonpath='{…}'[=V] or "
            "condition=TYPE[=V]; may repeat: all must be met, one after the other",
        ),
    ] = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    field_selector: flags.FieldSelector = None,
    everything: Annotated[
        bool, typer.Option("--all/--no-all", help="Every DaemonSet of the namespace")
    ] = False,
    all_namespaces: flags.AllNamespaces = False,
    timeout: Annotated[
        str,
        typer.Option(
            "--timeout",
            metavar="TIME",
            help="When to give up, 30s by default; 0: check once, negative: a week",
        ),
    ] = "30s",
    output: flags.Output = None,
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Wait until DaemonSets are in a state.

    Exit codes: 0 all conditions met; 1 nothing matches, or --timeout=0 and not met; 124 timed out.

    Examples:
      dsctl wait node-agent --for=rolled-out --timeout=5m
      dsctl wait --for=available -l team=infra
      dsctl wait node-agent --for=jsonpath='{.status.numberReady}'=3
      dsctl wait node-agent --for=delete
    """
    options = WaitOptions(
        selection=selection.read(
            "wait",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
            field_selector=field_selector,
            everything=everything,
            all_namespaces=all_namespaces,
        ),
        conditions=tuple(conditions or ()),
        timeout=flags.seconds("--timeout", timeout),
        output=output or None,
        show_managed_fields=show_managed_fields,
    )
    return run(options, ctx.obj)


def run(options: WaitOptions, env: Env) -> int:
    """Wait for one DaemonSet after the other; the exit code of the worst.

    Raises AnswerIsNo where nothing matches, unless a deletion was waited for.
    """
    from dsctl.actions import wait as action
    from dsctl.cli.reporting import report
    from dsctl.domain.conditions import Form

    conditions = _conditions(options.conditions)
    form = _format(options.output)
    seconds = options.timeout if options.timeout >= 0 else flags.A_WEEK
    end = env.monotonic() + seconds
    found = _targets(options.selection, conditions, seconds, env)
    if not found and all(condition.form is not Form.DELETE for condition in conditions):
        raise AnswerIsNo("no matching resources found")
    left = max(end - env.monotonic(), 0.001) if seconds else 0.0
    code, shown = int(ExitCode.OK), 0
    for outcome in action.wait(env.cluster(), found, conditions, left, on_trouble=sayer(env)):
        if isinstance(outcome, action.NotMet):
            code = max(code, report(outcome.error, env))
        else:
            _print(outcome, form, env, first=not shown, managed=options.show_managed_fields)
            shown += 1
    return code


def _conditions(texts: tuple[str, ...]) -> list[Condition]:
    from dsctl.domain.conditions import FORMS, parse

    known = f"it takes {', '.join(FORMS)}, condition=TYPE[=VALUE] or jsonpath='{{…}}'[=VALUE]"
    if not texts:
        raise UsageError("wait needs --for", hint=known)
    try:
        return [parse(text) for text in texts]
    except ValueError as error:
        unknown = str(error).startswith("unrecognized")
        raise UsageError(str(error), hint=known if unknown else None) from None


def _format(output: str | None) -> OutputFormat | None:
    if output is None:
        return None
    from dsctl.render import output as printers

    return printers.parse(output, printers.OBJECTS)


def _targets(
    chosen: Selection, conditions: list[Condition], seconds: float, env: Env
) -> list[Target]:
    """What is meant; where something is to be created, what matches as soon as anything does."""
    from dsctl.domain.conditions import Form

    creating = any(condition.form is Form.CREATE for condition in conditions)
    if not (chosen.listed and creating and seconds):
        return selection.targets(chosen, env)
    from dsctl.actions.wait import created
    from dsctl.errors import DeadlineExceeded

    found = created(
        env.cluster(),
        env.namespace,
        seconds,
        all_namespaces=chosen.all_namespaces,
        label_selector=chosen.selector,
        field_selector=chosen.field_selector,
        on_trouble=sayer(env),
    )
    if not found:
        raise DeadlineExceeded("timed out waiting for the condition: no DaemonSet matches")
    return found


def _print(met: Met, form: OutputFormat | None, env: Env, *, first: bool, managed: bool) -> None:
    """kubectl's line for each condition that is met, or the object for ``-o``."""
    if form is None:
        env.print(f"daemonset.apps/{met.target.name} condition met")
    else:
        from dsctl.render import output as printers

        obj = {"apiVersion": "apps/v1", "kind": "DaemonSet"} | met.obj
        printers.print_objects(
            [obj], form, env.stdout, is_list=False, first=first, show_managed_fields=managed
        )
    env.stdout.flush()
