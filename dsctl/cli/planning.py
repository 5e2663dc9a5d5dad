"""Plans of documents, shown; and the question of ``--plan`` before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from dsctl.cli import nodeviews
from dsctl.cli.options import DryRunMode
from dsctl.cli.targets import prepared, warn_of_orphans
from dsctl.render.output import REPORTS

if TYPE_CHECKING:
    from dsctl.actions.plan import Plan
    from dsctl.actions.writes import WriteOptions
    from dsctl.cli.env import Env
    from dsctl.cli.nodeviews import View
    from dsctl.domain.whatif import Edits
    from dsctl.manifests.documents import Document
    from dsctl.render.output import OutputFormat


PlanFlag = Annotated[
    bool,
    typer.Option(
        "--plan/--no-plan", help="Show what it would do to each node first, and ask (or --yes)"
    ),
]
Yes = Annotated[bool, typer.Option("--yes/--no-yes", "-y", help="Go on without a question")]


def of_cluster(
    documents: Iterable[Document], edits: Edits, env: Env, options: WriteOptions
) -> list[Plan]:
    """The plans against the live cluster, for a write with these options."""
    from dsctl.actions import plan

    found = []
    for document in documents:
        manifest, namespace = prepared(document, env)
        cluster = env.cluster()
        found.append(
            plan.of_cluster(cluster, manifest, namespace, options, edits, env.now(), env.warn_local)
        )
        if found[-1].live is None:
            warn_of_orphans(manifest, namespace, env)
    return found


def of_dump(
    documents: Iterable[Document], paths: Sequence[str], edits: Edits, env: Env
) -> list[Plan]:
    """The plans against a saved cluster; what the server would refuse is warned of."""
    from dsctl.actions import dump, plan
    from dsctl.cli.findings import lines_of
    from dsctl.manifests.paths import read_saved

    env.stdin_is_input = env.stdin_is_input or "-" in paths
    saved = dump.read((path, read_saved(path, env.stdin)) for path in paths)
    found = []
    for document in documents:
        for line in lines_of(document):
            env.warn_local(f"the server would refuse it: {line.strip()}")
        manifest, _ = prepared(document, env, offline=True)
        found.append(plan.of_dump(saved, manifest, edits, env.now()))
    return found


def show(plans: Sequence[Plan], how: View, env: Env, *, on_stderr: bool = False) -> None:
    """Print the plans: one report, or one below the other."""
    found = [nodeviews.Shown(p.report, p.report.nodes, p.labels) for p in plans]
    nodeviews.show(found, how, env, on_stderr=on_stderr)


def agreed(
    documents: Sequence[Document],
    env: Env,
    options: WriteOptions,
    *,
    yes: bool,
    dry_run: DryRunMode,
    output: OutputFormat | None,
    creates: bool = False,
) -> bool:
    """``--plan``: print what would change, and what that does to each node; ask: ``goes_on``.

    ``creates``: what is there already will be refused, which is warned of.
    """
    from dsctl.domain.whatif import NO_EDITS

    plans = of_cluster(documents, NO_EDITS, env, options)
    for plan in plans:
        if creates and plan.live is not None:
            env.warn_local(
                f"daemonset {plan.report.name!r} already exists: create is refused, "
                "and the plan is that of apply"
            )

    def print_plans(form: OutputFormat | None, on_stderr: bool) -> None:
        if form is None:
            _show_differences(plans, env, env.stderr if on_stderr else env.stdout)
        show(plans, _view(form), env, on_stderr=on_stderr)

    return goes_on(print_plans, env, yes=yes, dry_run=dry_run, output=output)


def goes_on(
    show_plan: Callable[[OutputFormat | None, bool], None],
    env: Env,
    *,
    yes: bool,
    dry_run: DryRunMode = DryRunMode.NONE,
    output: OutputFormat | None = None,
) -> bool:
    """Show a plan (its format, whether on stderr), then ask. False: nothing is to be sent.

    Without a terminal the answer is ``--yes``; a dry run needs none. Where the objects of ``-o``
    follow on stdout, the plan goes to stderr. Raises AnswerIsNo for a no.
    """
    from dsctl.cli.asking import can_ask, confirm

    agreed = yes or dry_run is not DryRunMode.NONE
    ends_here = not agreed and not can_ask(env)
    if output is None or (ends_here and output.name in REPORTS):
        show_plan(output, False)
    else:
        show_plan(None, True)
    if agreed:
        return True
    if ends_here:
        env.say("nothing was sent: add --yes to go on")
        return False
    confirm(env, "Go on?")
    return True


def _show_differences(plans: Sequence[Plan], env: Env, out: TextIO) -> None:
    """What would change in each object that is there."""
    from dsctl.cli import difference
    from dsctl.render.jsonprint import without_managed_fields

    for plan in plans:
        if plan.compared is None or plan.compared.live is None:
            continue
        old, new = map(without_managed_fields, (plan.compared.live, plan.compared.merged))
        if old != new:
            metadata = new["metadata"]
            file = difference.file_of(metadata["namespace"], metadata["name"])
            difference.print_one(file, old, new, env, out)
            out.write("\n")


def _view(form: OutputFormat | None) -> View:
    return nodeviews.view(
        only=None,
        summary=False,
        each=False,
        node_map=None,
        group_by=nodeviews.ZONE,
        no_headers=False,
        form=form,
    )
