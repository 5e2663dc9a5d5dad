"""``dsctl rollout step``: a rollout in stages, by deleting pods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli.options import DryRunMode
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.batches import Batch, Choice
    from dsctl.render.output import OutputFormat

_WAYS = ("stop", "undo")


@dataclass(frozen=True, slots=True)
class StepOptions:
    """What the command line of ``rollout step`` says. Times in seconds, 0: never, or none.

    ``nodes`` and ``node_selector`` None: all nodes. ``batches`` empty: all that are chosen.
    """

    name: str
    batches: tuple[Batch, ...]
    nodes: tuple[str, ...] | None
    node_selector: str | None
    order: str
    max_unavailable: int | str | None
    soak: float
    undo: bool
    wait: bool
    timeout: float
    stall_timeout: float
    dry_run: DryRunMode
    output: OutputFormat | None


def step(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", show_default=False)] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            "--batch",
            metavar="LIST",
            help="How many nodes shall be updated after each batch, in all: 1,10%,50%,100%",
        ),
    ] = None,
    nodes: Annotated[
        list[str] | None,
        typer.Option("--nodes", metavar="NODES", help="Only these, in this order: a canary"),
    ] = None,
    node_selector: Annotated[
        str | None,
        typer.Option("--node-selector", metavar="SELECTOR", help="Only nodes with these labels"),
    ] = None,
    order_by: Annotated[
        str | None,
        typer.Option(
            "--order-by",
            metavar="WHAT",
            help="name (default), age (oldest node first), or the key of a node label",
        ),
    ] = None,
    max_unavailable: Annotated[
        str | None,
        typer.Option(
            "--max-unavailable",
            metavar="N|P%",
            help="How many nodes may be without an available pod (default: what the paused "
            "strategy says, else 1)",
        ),
    ] = None,
    soak: Annotated[
        str, typer.Option("--soak", metavar="TIME", help="How long new pods shall stay ready")
    ] = "0s",
    on_failure: Annotated[
        str,
        typer.Option(
            "--on-failure",
            metavar="HOW",
            help="stop (default), or undo: put the template and the touched nodes back",
        ),
    ] = "stop",
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait for the last batch too (default)")
    ] = True,
    timeout: Annotated[
        str, typer.Option("--timeout", metavar="TIME", help="When to give up; 0 (default): never")
    ] = "0s",
    stall_timeout: Annotated[
        str,
        typer.Option(
            "--stall-timeout", metavar="TIME", help="Stop when so long nothing happens; 0: never"
        ),
    ] = "10m",
    dry_run: flags.DryRun = "none",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FORMAT", help="A report at the end, as"),
    ] = None,
) -> int:
    """Update a paused or OnDelete DaemonSet in batches of nodes.

    Each batch deletes old pods within the budget, and waits until the new ones are available and
    have soaked. Nodes that are updated already count. Ended at any point and called again, it
    carries on where it was.

    Exit codes: 0 all batches are done; 1 the new version fails, nothing happens any more, or it
    can't be stepped; 124 --timeout passed; 130 interrupted.

    Examples:
      dsctl rollout step node-agent --nodes worker-1,worker-2
      dsctl rollout step node-agent --batch 1,10%,50%,100% --soak 30s --on-failure undo
      dsctl rollout step node-agent --batch 25% --order-by topology.kubernetes.io/zone
    """
    options = read(
        names or [],
        batch=batch,
        nodes=nodes,
        node_selector=node_selector,
        order_by=order_by,
        max_unavailable=max_unavailable,
        soak=soak,
        on_failure=on_failure,
        wait=wait,
        timeout=timeout,
        stall_timeout=stall_timeout,
        dry_run=flags.dry_run(dry_run, ctx.obj),
        output=output,
    )
    return run(options, ctx.obj)


def read(
    names: list[str],
    *,
    batch: str | None,
    nodes: list[str] | None,
    node_selector: str | None,
    order_by: str | None,
    max_unavailable: str | None,
    soak: str,
    on_failure: str,
    wait: bool,
    timeout: str,
    stall_timeout: str,
    dry_run: DryRunMode,
    output: str | None,
) -> StepOptions:
    """The options, everything parsed. Raises UsageError."""
    if len(names) != 1 or not names[0]:
        raise UsageError("rollout step takes one NAME", hint="see: dsctl rollout step --help")
    chosen = None if nodes is None else _nodes(nodes)
    if chosen is not None and (node_selector is not None or order_by is not None):
        raise UsageError("--nodes does not go with --node-selector or --order-by")
    if batch is None and chosen is None and node_selector is None:
        raise UsageError(
            "rollout step needs --batch, --nodes or --node-selector",
            hint="--batch 1,10%,50%,100% for all nodes in stages, --nodes a,b for a canary",
        )
    if on_failure not in _WAYS:
        raise UsageError(f"--on-failure takes stop or undo, not {on_failure!r}")
    if output is not None and dry_run is not DryRunMode.NONE:
        raise UsageError("-o does not go with --dry-run: a step that was not made has no report")
    return StepOptions(
        name=names[0],
        batches=() if batch is None else _batches(batch),
        nodes=chosen,
        node_selector=flags.selector(node_selector),
        order="given" if chosen is not None else _order(order_by),
        max_unavailable=None if max_unavailable is None else flags.max_unavailable(max_unavailable),
        soak=_seconds("--soak", soak),
        undo=on_failure == "undo",
        wait=wait,
        timeout=_seconds("--timeout", timeout),
        stall_timeout=_seconds("--stall-timeout", stall_timeout),
        dry_run=dry_run,
        output=_format(output),
    )


def _nodes(values: list[str]) -> tuple[str, ...]:
    found = flags.split(values)
    if not found:
        raise UsageError("--nodes names no node")
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise UsageError(f"--nodes names {', '.join(twice)} more than once")
    return found


def _batches(text: str) -> tuple[Batch, ...]:
    from dsctl.domain.batches import parse_batches

    try:
        return parse_batches(text)
    except ValueError as error:
        raise UsageError(f"--batch: {error}") from None


def _order(value: str | None) -> str:
    from dsctl.domain.labels import key_problem

    if value is None:
        return "name"
    problem = key_problem(value)
    if problem:
        raise UsageError(f"--order-by takes name, age or a label key, not {value!r}: {problem}")
    return value


def _seconds(flag: str, text: str) -> float:
    seconds = flags.seconds(flag, text)
    if seconds < 0:
        raise UsageError(f"{flag} must not be negative")
    return seconds


def _format(output: str | None) -> OutputFormat | None:
    if not output:
        return None
    from dsctl.render import output as printers

    return printers.parse(output, printers.REPORTS)


def run(options: StepOptions, env: Env) -> int:
    """Step, say what happens, and undo it where that is wanted."""
    from dsctl.actions.modify import read as read_one
    from dsctl.actions.targets import Target
    from dsctl.cli import stepping

    cluster = env.cluster()
    daemonset = read_one(cluster, Target(env.namespace, options.name))
    return stepping.run(options, choice(options, env), daemonset, env)


def choice(options: StepOptions, env: Env) -> Choice:
    """What is to be stepped. Raises AnswerIsNo where ``--node-selector`` matches no node."""
    from dsctl.api.resources import NODES
    from dsctl.domain.batches import Choice
    from dsctl.errors import AnswerIsNo

    nodes = options.nodes
    if options.node_selector is not None:
        table = env.cluster().table(
            NODES, label_selector=options.node_selector, include_object="None"
        )
        nodes = tuple(str(row["cells"][0]) for row in table.get("rows") or ())
        if not nodes:
            raise AnswerIsNo(f"no node matches {options.node_selector!r}")
    return Choice(
        batches=options.batches,
        nodes=nodes,
        order=options.order,
        max_unavailable=options.max_unavailable,
        soak=timedelta(seconds=options.soak),
        strict=options.nodes is not None,
    )
