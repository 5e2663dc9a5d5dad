"""``dsctl adopt``: create a DaemonSet over the pods that a former one left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from dsctl.cli import options as flags
from dsctl.cli import planning
from dsctl.cli.options import DryRunMode
from dsctl.cli.trouble import sayer
from dsctl.cli.writing import Showing, require_output, show
from dsctl.errors import AlreadyExists, AnswerIsNo, DsctlError, ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.actions.writes import Done, Failed, NotSent, WriteOptions
    from dsctl.cli.env import Env
    from dsctl.domain.adoption import AdoptionPlan
    from dsctl.manifests.documents import Document
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class AdoptOptions:
    """What the command line of ``adopt`` says. ``timeout`` in seconds, for each DaemonSet."""

    files: tuple[str, ...]
    kustomize: str | None
    recursive: bool
    output: OutputFormat | None
    dry_run: DryRunMode
    validation: str
    manager: str
    cause: str | None
    show_managed_fields: bool
    timeout: float
    plan: bool
    yes: bool


def adopt(
    ctx: typer.Context,
    names: flags.NoNames = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    validate: flags.Validate = "strict",
    field_manager: flags.FieldManager = "dsctl",
    change_cause: flags.ChangeCause = None,
    show_managed_fields: flags.ShowManagedFields = False,
    timeout: flags.Timeout = "5m",
    plan: planning.PlanFlag = False,
    yes: planning.Yes = False,
) -> int:
    """Create a DaemonSet over pods without a controller, and see that they become its own.

    Pods of the same template run on untouched; those of another roll to the new one, also where a
    plain create would take them for up to date. --plan says of each pod what becomes of it.

    Exit codes: 0 adopted; 1 nothing to adopt, or pods that were to stay did not; 124 some pods have
    no owner yet.

    Examples:
      dsctl adopt -f agent.yaml --plan
      dsctl adopt -f agent.yaml
      dsctl adopt -f agent.yaml --plan -o json
    """
    if names:
        raise UsageError("adopt takes no names: it creates what -f FILE says")
    options = AdoptOptions(
        files=flags.split(filename),
        kustomize=kustomize,
        recursive=recursive,
        output=require_output(output),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        validation=flags.field_validation(validate),
        manager=field_manager,
        cause=flags.change_cause(change_cause),
        show_managed_fields=show_managed_fields,
        timeout=_positive(timeout),
        plan=plan,
        yes=yes,
    )
    return run(options, ctx.obj)


def _positive(text: str) -> float:
    seconds = flags.seconds("--timeout", text)
    if seconds <= 0:
        raise UsageError("--timeout must be above 0")
    return seconds


def run(options: AdoptOptions, env: Env) -> int:
    """Plan, ask where that is wanted, create, and wait until each pod has its owner."""
    if not options.files and not options.kustomize:
        raise UsageError("adopt needs -f FILE or -k DIR", hint="dsctl orphans lists what there is")
    from dsctl.cli import inputs

    documents = inputs.load(env, options.files, options.kustomize, recursive=options.recursive)
    shown: dict[int, AdoptionPlan] = {}
    if options.plan:
        shown = {id(document): _plan(document, options, env) for document in documents}
        if not _agreed(list(shown.values()), options, env):
            return int(ExitCode.OK)
    showing = Showing(options.output, options.dry_run, options.show_managed_fields)
    adopted: list[tuple[AdoptionPlan, Done]] = []
    code = show(_outcomes(documents, shown, adopted, options, env), showing, env, verb="adopted")
    if options.dry_run is DryRunMode.NONE:
        for plan, done in adopted:
            with env.about(done.namespace):
                code = max(code, _verify(plan, done, options, env))
    return code


def _write_options(options: AdoptOptions) -> WriteOptions:
    from dsctl.actions.writes import WriteOptions

    dry_run = options.dry_run is DryRunMode.SERVER
    return WriteOptions(options.manager, options.validation, dry_run, options.cause)


def _plan(document: Document, options: AdoptOptions, env: Env) -> AdoptionPlan:
    from dsctl.actions import adopt as action
    from dsctl.cli.targets import prepared

    manifest, namespace = prepared(document, env)
    if options.dry_run is DryRunMode.CLIENT:
        return action.plan_locally(env.cluster(), manifest, namespace)
    try:
        return action.plan(env.cluster(), manifest, namespace, _write_options(options))
    except AlreadyExists as error:
        error.hint = (
            "what its selector matches is its own already; to change it: "
            f"dsctl apply -f {document.source or 'FILE'}"
        )
        raise


def _agreed(plans: list[AdoptionPlan], options: AdoptOptions, env: Env) -> bool:
    """Print the plans and ask, as ``planning.agreed`` does. Raises AnswerIsNo for a no."""
    return planning.goes_on(
        lambda form, on_stderr: _show_plans(plans, form, env, on_stderr=on_stderr),
        env,
        yes=options.yes,
        dry_run=options.dry_run,
        output=options.output,
    )


def _show_plans(
    plans: list[AdoptionPlan], form: OutputFormat | None, env: Env, *, on_stderr: bool
) -> None:
    out = env.stderr if on_stderr else env.stdout
    if form is not None:
        from dsctl.render.output import print_report

        items = [plan.to_dict() for plan in plans]
        several = {"apiVersion": "dsctl/v1", "kind": "AdoptionPlanList", "items": items}
        print_report(items[0] if len(items) == 1 else several, form, out)
        return
    from dsctl.render.orphans import print_plan
    from dsctl.render.style import Style

    for plan in plans:
        print_plan(plan, out, Style(env.color and not on_stderr))
        _say_notes(plan, env)


def _say_notes(plan: AdoptionPlan, env: Env) -> None:
    for note in plan.notes:
        env.warn_local(f"daemonset {plan.name!r}: {note}")


def _outcomes(
    documents: list[Document],
    shown: dict[int, AdoptionPlan],
    adopted: list[tuple[AdoptionPlan, Done]],
    options: AdoptOptions,
    env: Env,
) -> Iterator[Done | Failed | NotSent]:
    from dsctl.actions import adopt as action
    from dsctl.actions.writes import Done, each
    from dsctl.cli.findings import warn
    from dsctl.cli.targets import prepared

    def write(document: Document) -> Done:
        manifest, namespace = prepared(document, env)
        plan = _plan(document, options, env)
        before = shown.get(id(document))
        if before is None:
            _say_notes(plan, env)
        elif not before.same_as(plan):
            raise AnswerIsNo(
                f'daemonsets.apps "{plan.name}": the pods changed since the plan was shown',
                hint="nothing was sent; look at the plan again",
            )
        if options.dry_run is DryRunMode.CLIENT:
            warn(document, env)
            action.refuse_nothing(plan)
            return Done(plan.name, "created", action.as_created(manifest, plan))
        done = action.adopt(env.cluster(), manifest, namespace, plan, _write_options(options))
        adopted.append((plan, done))
        return done

    return each(documents, write)


def _verify(plan: AdoptionPlan, done: Done, options: AdoptOptions, env: Env) -> int:
    """Wait for the adoption, say how it went; the exit code."""
    from dsctl.actions import adopt as action
    from dsctl.cli.reporting import report
    from dsctl.domain.adoption import Action

    name = f"daemonset {plan.name!r}"
    try:
        found = action.verify(env.cluster(), plan, done.obj, options.timeout, on_trouble=sayer(env))
    except KeyboardInterrupt:
        env.say(f"{name} is created; no longer waiting for its pods: dsctl get {plan.name} --pods")
        raise
    except DsctlError as error:
        error.message = f"{name} is created, but {error.message}"
        return report(error, env)
    replaced = len(plan.of(Action.ADOPT_AND_REPLACE))
    line = f"{name}: {_pods(found.adopted)} adopted"
    if replaced:
        line += f", {replaced} to be replaced: dsctl rollout status {plan.name}"
    env.say(line)
    if found.gone:
        problem = f"{_pods(len(found.gone))} that were to stay are gone: {_names(found.gone)}"
    elif found.outdated:
        problem = (
            f"{_pods(len(found.outdated))} of the same template do not count as updated and "
            f"will be replaced: {_names(found.outdated)}"
        )
    else:
        return int(ExitCode.OK)
    return report(AnswerIsNo(f"{name}: {problem}"), env)


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
