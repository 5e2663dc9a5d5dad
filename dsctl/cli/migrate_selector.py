"""``dsctl migrate-selector``: another selector for a DaemonSet, and no pod restarts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli import planning
from dsctl.cli.trouble import sayer
from dsctl.errors import AnswerIsNo, DsctlError, ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.actions.migrate import Scene
    from dsctl.actions.migrate_steps import Steps
    from dsctl.cli.env import Env
    from dsctl.cli.keeping import Keeper
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class MigrateSelectorOptions:
    """What the command line of ``migrate-selector`` says. ``timeout`` in seconds, for all of it."""

    name: str
    files: tuple[str, ...]
    plan: bool
    yes: bool
    drop_old_labels: bool
    keep: str | None
    timeout: float


def migrate_selector(
    ctx: typer.Context,
    names: flags.OneName = None,
    filename: flags.Files = None,
    plan: planning.PlanFlag = False,
    yes: planning.Yes = False,
    drop_old_labels: Annotated[
        bool,
        typer.Option(
            "--drop-old-labels/--no-drop-old-labels",
            help="Take the former labels from the pods at the end (also later, run again)",
        ),
    ] = False,
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="FILE",
            help="Where the former manifest is kept (default: NAME-before-migration.yaml here)",
        ),
    ] = None,
    timeout: flags.Timeout = "15m",
) -> int:
    """Give a DaemonSet another selector, without restarting a pod.

    A selector is immutable, so the DaemonSet is deleted without its pods and created anew over
    them. The template of FILE may differ from the live one in labels only. Interrupted anywhere, it
    is carried on by running it again; its way back is the same command with the kept manifest.

    Exit codes: 0 done, or nothing to do; 1 it can't be migrated, or pods went away meanwhile; 124
    --timeout passed, run it again.

    Examples:
      dsctl migrate-selector node-agent -f new.yaml --plan
      dsctl migrate-selector node-agent -f new.yaml
      dsctl migrate-selector node-agent -f new.yaml --drop-old-labels
    """
    if len(names or ()) != 1:
        raise UsageError(
            "migrate-selector needs the name of one DaemonSet"
            if not names
            else "migrate-selector takes one DaemonSet",
            hint="dsctl migrate-selector NAME -f new.yaml",
        )
    seconds = flags.seconds("--timeout", timeout)
    if seconds <= 0:
        raise UsageError("--timeout must be above 0")
    options = MigrateSelectorOptions(
        name=(names or [""])[0],
        files=flags.split(filename),
        plan=plan,
        yes=yes,
        drop_old_labels=drop_old_labels,
        keep=keep or None,
        timeout=seconds,
    )
    return run(options, ctx.obj)


def run(options: MigrateSelectorOptions, env: Env) -> int:
    """Look how far it is, show the plan where that is wanted, and do what is left."""
    from dsctl.actions import migrate
    from dsctl.actions.migrate import Stage

    manifest, namespace = _manifest(options, env)
    cluster = env.cluster()
    scene = migrate.look(cluster, options.name, manifest, namespace)
    if scene.stage is Stage.DONE:
        return _only_labels(scene, options, env)
    if options.plan:

        def show(form: OutputFormat | None, on_stderr: bool) -> None:
            _show_plan(scene, options, env)

        if not planning.goes_on(show, env, yes=options.yes):
            return int(ExitCode.OK)
    else:
        _say_notes(scene, env)
    return _migrate(scene, options, env)


def _manifest(options: MigrateSelectorOptions, env: Env) -> tuple[dict[str, Any], str]:
    if not options.files:
        raise UsageError(
            "migrate-selector needs -f FILE with the new manifest",
            hint=f"dsctl migrate-selector {options.name} -f new.yaml",
        )
    from dsctl.cli import inputs
    from dsctl.cli.targets import prepared

    documents = inputs.load(env, options.files, None, recursive=False)
    named = [d for d in documents if d.name == options.name]
    if len(documents) != 1 or not named:
        found = ", ".join(repr(d.name) for d in documents)
        raise UsageError(
            f"{', '.join(options.files)} must hold just the new manifest of daemonset "
            f"{options.name!r}, it holds {found}",
            hint="the name stays; only the selector and labels of the pods change",
        )
    return prepared(named[0], env)


def _only_labels(scene: Scene, options: MigrateSelectorOptions, env: Env) -> int:
    """The selector is the manifest's already: what may be left is to drop the former labels."""
    import json

    from dsctl.actions.migrate_steps import forget_labels
    from dsctl.domain.migration import OLD_LABELS

    annotations = (scene.live or {})["metadata"].get("annotations") or {}
    try:
        old = json.loads(annotations.get(OLD_LABELS) or "{}")
    except ValueError:
        old = {}
    if not options.drop_old_labels or not isinstance(old, dict) or not old:
        env.print(f"daemonset.apps/{options.name} unchanged")
        env.say(f"daemonset {options.name!r} has this selector already: {scene.new_selector}")
        return int(ExitCode.OK)
    if options.plan:

        def show(form: OutputFormat | None, on_stderr: bool) -> None:
            env.print(f"{_pods(len(scene.pods))} would lose their former labels: {_pairs(old)}")

        if not planning.goes_on(show, env, yes=options.yes):
            return int(ExitCode.OK)
    env.say(forget_labels(env.cluster(), scene, old))
    env.print(f"daemonset.apps/{options.name} migrated")
    return int(ExitCode.OK)


def _show_plan(scene: Scene, options: MigrateSelectorOptions, env: Env) -> None:
    from dsctl.actions.migrate import Stage
    from dsctl.cli.reporting import printable

    lines = [
        f"daemonset {options.name!r}: selector {scene.old_selector} becomes {scene.new_selector}",
        f"{_pods(len(scene.pods))} run on, with new labels, under the new DaemonSet",
    ]
    changed = [f"{key} from {old} to {new}" for key, (old, new) in scene.changed.items()]
    if changed:
        lines.append(f"labels that change: {', '.join(changed)}")
    if scene.kept:
        fate = "dropped at the end" if options.drop_old_labels else "kept"
        lines.append(f"former labels that are {fate}: {_pairs(scene.kept)}")
    if scene.stage is not Stage.START:
        lines.append(f"it was begun before; there is now: {scene.stage.value}")
    for line in lines:
        env.print(printable(line))
    _say_notes(scene, env)


def _say_notes(scene: Scene, env: Env) -> None:
    for note in scene.notes:
        env.warn_local(note)


def _migrate(scene: Scene, options: MigrateSelectorOptions, env: Env) -> int:
    from dsctl.actions.migrate_steps import Steps
    from dsctl.cli.keeping import Keeper
    from dsctl.cli.reporting import report

    keeper = Keeper(options.name, options.keep)
    steps = Steps(
        env.cluster(),
        scene,
        keeper.keep,
        drop_old_labels=options.drop_old_labels,
        timeout=options.timeout,
        on_trouble=sayer(env),
    )
    try:
        for step in steps:
            env.say(f"[{step.number}/{step.total}] {step.text}")
    except KeyboardInterrupt:
        env.say(f"interrupted; {_way_back(steps, keeper, options, scene)}")
        raise
    except DsctlError as error:
        if error.hint:
            error.message = f"{error.message} ({error.hint})"
        error.hint = _way_back(steps, keeper, options, scene)
        raise
    env.print(f"daemonset.apps/{options.name} migrated")
    if steps.missing:
        names = ", ".join(steps.missing[:5])
        more = f" and {len(steps.missing) - 5} more" if len(steps.missing) > 5 else ""
        return report(
            AnswerIsNo(
                f"daemonset {options.name!r}: {_pods(len(steps.missing))} went away meanwhile: "
                f"{names}{more}"
            ),
            env,
        )
    return int(ExitCode.OK)


def _way_back(steps: Steps, keeper: Keeper, options: MigrateSelectorOptions, scene: Scene) -> str:
    """What to do next, and the exact way back."""
    from shlex import quote

    place = f"dsctl -n {scene.target.namespace} migrate-selector {options.name}"
    if not steps.started:
        added = sorted(set(steps.new_labels) - set(steps.old_labels))
        back = f"daemonset {options.name!r} is as it was; run it again to go on"
        if steps.labelled and added:
            keys = " ".join(f"{key}-" for key in added)
            selector = scene.old_selector
            back += (
                ", or take the new labels back: "
                f"kubectl -n {scene.target.namespace} label pods -l '{selector}' {keys}"
            )
        return back
    kept = keeper.path or options.keep or f"{options.name}-before-migration.yaml"
    return f"run it again to go on; the way back: {place} -f {quote(kept)} --yes"


def _pairs(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
