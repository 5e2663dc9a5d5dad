"""Running a staged rollout for ``rollout step``: its lines, its undo, its report."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from dsctl.actions.step import Event, Kind, Limits, StepFailed, Stepping
from dsctl.cli.options import DryRunMode
from dsctl.cli.reporting import printable
from dsctl.cli.trouble import sayer
from dsctl.domain.step_report import Outcome, StepReport
from dsctl.domain.strategy import paused
from dsctl.errors import ClusterError, DeadlineExceeded, DsctlError, ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.cli.rollout_step import StepOptions
    from dsctl.domain.batches import Choice


def run(options: StepOptions, choice: Choice, daemonset: dict[str, Any], env: Env) -> int:
    """Step to the end of the last batch, or to the failure; the report is printed in any case.

    Raises what ``Stepping`` raises, with the way to carry on.
    """
    run = _Run(options, choice, daemonset, env)
    if options.dry_run is not DryRunMode.NONE:
        return run.preview()
    return run.step()


class _Run:
    def __init__(
        self, options: StepOptions, choice: Choice, daemonset: dict[str, Any], env: Env
    ) -> None:
        self.options = options
        self.env = env
        self.outcome = Outcome.COMPLETE
        self.message: str | None = None
        self.done = 0
        self._told: set[str] = set()
        self._back: tuple[str, ...] = ()
        self.stepping = self._new(daemonset, choice, wait=options.wait)

    def preview(self) -> int:
        """Say which nodes each batch would do."""
        choice = self.stepping.choice
        found = self.stepping.preview()
        fleet = self.stepping.fleet
        updated = len(fleet.started)
        for index, (target, nodes) in enumerate(found):
            which = self._batch(index)
            updated += len(nodes)
            count = f"{updated} of {len(fleet.all)} nodes updated"
            count += self._short_of(target, updated)
            names = ", ".join(nodes) or ("no node" if choice.batches else "nothing to do")
            self.env.print(f"{which}: {count}: {names} (dry run)")
        return int(ExitCode.OK)

    def step(self) -> int:
        """Step; the exit code. For bad usage there is nothing to report."""
        usage = False
        try:
            self._step()
        except UsageError:
            usage = True
            raise
        except KeyboardInterrupt:
            self.outcome = Outcome.INTERRUPTED
            self.env.say(f"interrupted: {self.stepping.where_it_stands()}")
            self.env.say(f"to carry on: {self._command()}")
            raise
        except DsctlError as error:
            self.message = error.message
            raise
        finally:
            if not usage:
                self._report()
        return int(ExitCode.OK)

    def _step(self) -> None:
        try:
            self._follow(self.stepping)
        except (StepFailed, DeadlineExceeded) as error:
            late = isinstance(error, DeadlineExceeded)
            self.outcome = Outcome.TIMED_OUT if late else Outcome.STOPPED
            if self.options.undo and self.stepping.fleet.all:
                self._undo(error)
            elif error.hint is None:
                undo = shlex.join(self._words("undo")) + ", then step again"
                error.hint = f"to carry on: {self._command()}" + ("" if late else f"; or: {undo}")
            raise
        except DsctlError as error:
            self.outcome = Outcome.STOPPED
            if isinstance(error, ClusterError) and self.stepping.deleted:
                error.hint = error.hint or f"to carry on: {self._command()}"
            raise
        if self.done < max(1, len(self.stepping.choice.batches)):
            self.outcome = Outcome.STARTED
        self._say_complete()

    def _undo(self, error: DsctlError) -> None:
        """Put template and nodes back; ``error`` is told how that went."""
        from dsctl.actions import step_undo

        failed, name = self.stepping, self.options.name
        self.env.say(printable(f"{error.message}: putting the template back"))
        try:
            target = failed.target
            daemonset, number = step_undo.put_back(self.env.cluster(), target, failed)
            choice, dark = step_undo.choice_to_return(failed.choice, failed.fleet)
            if dark:
                self.env.warn_local(f"not put back, since they are not ready: {', '.join(dark)}")
            self.stepping = self._new(daemonset, choice, wait=True)
            if choice.nodes:
                self._back = choice.nodes
                self._follow(self.stepping)
        except DsctlError as second:
            error.message += f"; and it could not be undone: {second.message}"
            carry_on = f"to carry on: {self._command()}" if self._back else None
            error.hint = error.hint or second.hint or carry_on
            return
        self.outcome = Outcome.UNDONE
        count = len(choice.nodes or ())
        nodes = "1 node" if count == 1 else f"{count} nodes"
        error.message += f"; undone: {nodes} of daemonset {name!r} put back to revision {number}"

    def _new(self, daemonset: dict[str, Any], choice: Choice, *, wait: bool) -> Stepping:
        limits = Limits(self.options.timeout or None, self.options.stall_timeout or None, wait)
        env = self.env
        return Stepping(env.cluster(), daemonset, choice, limits, env.now, on_trouble=sayer(env))

    def _follow(self, stepping: Stepping) -> None:
        for event in stepping:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        self._warn_of_passed()
        stepping = self.stepping
        fleet, total = stepping.fleet, len(stepping.fleet.all)
        match event.kind:
            case Kind.BEGUN:
                self.env.say(f"{self._batch(event.batch)}: {event.target} of {total} nodes")
            case Kind.DELETED:
                self.env.say(printable(f"{event.node}: pod {event.pod} deleted"))
            case Kind.AVAILABLE:
                self.env.say(printable(f"{event.node}: the new pod is available"))
            case Kind.HELD:
                self.env.say(printable(f"waiting: {event.message}"))
            case Kind.DONE:
                self.done = event.batch + 1
                count = f"{len(fleet.updated)} of {total} nodes are updated"
                count += self._short_of(event.target, len(fleet.updated))
                self._print(f"{self._batch(event.batch)} done: {count}")

    def _short_of(self, target: int, updated: int) -> str:
        """Why a batch ends with fewer nodes than it wants, if it does."""
        if self.stepping.choice.batches and updated < target:
            return f" (not {target}: no other node was chosen)"
        return ""

    def _warn_of_passed(self) -> None:
        """Nodes that can't be done are never left out in silence."""
        for node, why in self.stepping.fleet.passed.items():
            if node not in self._told:
                self._told.add(node)
                self.env.warn_local(
                    printable(f"{node} keeps its old pod, it is passed over: {why}")
                )

    def _print(self, line: str) -> None:
        """A line of the result; with a report to come on stdout, it goes to stderr."""
        if self.options.output is not None:
            self.env.say(line)
        else:
            self.env.print(line)
            self.env.stdout.flush()

    def _batch(self, index: int) -> str:
        batches = self.stepping.choice.batches
        if not batches:
            return "the chosen nodes"
        return f"batch {index + 1} of {len(batches)} ({batches[index].text})"

    def _say_complete(self) -> None:
        fleet = self.stepping.fleet
        if len(fleet.done) == len(fleet.all) and paused(self.stepping.daemonset):
            resume = shlex.join(self._words("resume"))
            self.env.say(f"all nodes are updated: {resume} puts the strategy back")

    def _report(self) -> None:
        if self.options.output is None:
            return
        from dsctl.render import output as printers

        stepping = self.stepping
        report = StepReport(
            daemonset=stepping.daemonset,
            revision=stepping.revision,
            choice=stepping.choice,
            fleet=stepping.fleet,
            max_unavailable=stepping.most,
            batches_done=self.done,
            deleted=tuple(stepping.deleted),
            outcome=self.outcome,
            message=self.message,
        )
        printers.print_report(report.to_dict(), self.options.output, self.env.stdout)

    def _command(self) -> str:
        """The command line that carries on from where it stands.

        Once the template is back, the nodes that were touched are what is left: to the batches
        all others would count as done.
        """
        options = self.options
        words = self._words("step")
        most = []
        if options.max_unavailable is not None:
            most = ["--max-unavailable", str(options.max_unavailable)]
        if self._back:
            left = [node for node in self._back if node not in self.stepping.fleet.done]
            return shlex.join([*words, "--nodes", ",".join(left or self._back), *most])
        if options.batches:
            words += ["--batch", ",".join(batch.text for batch in options.batches)]
        if options.nodes:
            words += ["--nodes", ",".join(options.nodes)]
        if options.node_selector:
            words += ["--node-selector", options.node_selector]
        if options.order not in ("name", "given"):
            words += ["--order-by", options.order]
        words += most
        if options.soak:
            words += ["--soak", f"{options.soak:g}s"]
        if options.undo:
            words += ["--on-failure", "undo"]
        return shlex.join(words)

    def _words(self, command: str) -> list[str]:
        return ["dsctl", "rollout", command, self.options.name]
