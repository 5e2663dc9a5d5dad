"""How ``rollout status`` is shown: kubectl's lines, a live screen, or a report a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from dsctl.render import rollout as words
from dsctl.render.style import Style

if TYPE_CHECKING:
    from dsctl.actions.rollout import State
    from dsctl.cli.env import Env
    from dsctl.domain.blockers import Cause

#: seconds without a change after which a pipe is told why
_PATIENCE = 5.0


class Screen(Protocol):
    """Takes the states of one rollout, and its end."""

    def show(self, state: State) -> None:
        """Another state."""

    def warn(self, text: str) -> None:
        """Something that can't be told, or trouble with the server."""

    def end(self, state: State | None) -> None:
        """No more come; the last one, where there was any."""


class Lines:
    """kubectl's line for each change of the DaemonSet on stdout; what blocks it on stderr."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._said: set[Cause] = set()
        self._shown: set[Cause] = set()
        self._ignored: tuple[str, ...] = ()

    def show(self, state: State) -> None:
        """A line for a change; proofs of failure, and why it has stood still for a while."""
        from dsctl.domain.rollout import kubectl_line

        if state.changed:
            self._env.print(kubectl_line(state.daemonset)[0])
            self._env.stdout.flush()
        if not state.status.phase.ended:
            self._say_blockers(state)
        if state.status.ignored != self._ignored and (line := words.ignored_line(state.status)):
            self._env.say(f"warning: {line}")
        self._ignored = state.status.ignored

    def warn(self, text: str) -> None:
        """A line on stderr."""
        self._env.warn_local(text)

    def end(self, state: State | None) -> None:
        """The table of what is not done."""
        if state is not None:
            print_left(state, self._env)

    def _say_blockers(self, state: State) -> None:
        found = {group.cause: group for group in words.groups(state.status.blockers)}
        self._said &= found.keys()
        self._shown &= found.keys()
        for cause, group in found.items():
            due = group.first.sure or state.quiet >= _PATIENCE
            if due and cause not in self._said:
                self._said.add(cause)
                self._env.say(f"blocked: {words.group_line(group)}")
            if cause in self._said - self._shown and (lines := words.evidence(group.first)):
                self._shown.add(cause)
                for line in lines:
                    self._env.say(f"  {line}")


class LiveScreen:
    """A screen that is drawn again where it stands, for a terminal."""

    def __init__(self, env: Env) -> None:
        from dsctl.domain.rollout_rate import Rate
        from dsctl.render.live import Live

        self._env = env
        self._live = Live(env.stdout, lambda: (env.width, env.height), Style(env.color))
        self._rate = Rate()
        self._begun = env.monotonic()
        self._moved = False

    def show(self, state: State) -> None:
        """Draw it, at most ten times a second."""
        now = self._env.monotonic()
        if state.look is not None:
            self._rate.add(now, state.look.done)
        self._moved = self._moved or not state.status.phase.ended
        elapsed = now - self._begun
        self._live.draw(
            words.screen(state.status, state.look, self._rate, elapsed, self._env.width)
        )

    def warn(self, text: str) -> None:
        """A line that stays, above the screen."""
        self._live.clear()
        self._env.warn_local(text)

    def end(self, state: State | None) -> None:
        """Leave kubectl's last line, what it took, and the table of what is not done."""
        from dsctl.domain.rollout import kubectl_line

        self._live.clear()
        if state is None:
            return
        self._env.print(kubectl_line(state.daemonset)[0])
        self._env.stdout.flush()
        if self._moved and state.status.phase.good:
            elapsed = self._env.monotonic() - self._begun
            self._env.say(words.summary(state.status, self._rate, elapsed))
        if line := words.ignored_line(state.status):
            self._env.say(f"warning: {line}")
        print_left(state, self._env)


class Reports:
    """With ``-o``: kubectl's lines on stderr, or for ``jsonl`` a report for each change."""

    def __init__(self, env: Env, *, each: bool) -> None:
        self._env = env
        self._each = each
        self._last: dict[str, Any] | None = None
        self._ignored: tuple[str, ...] = ()

    def show(self, state: State) -> None:
        """A line, or a report if it is another than the one before."""
        from dsctl.domain.rollout import kubectl_line

        if state.status.ignored != self._ignored and (line := words.ignored_line(state.status)):
            self._env.say(f"warning: {line}")
        self._ignored = state.status.ignored
        if not self._each:
            if state.changed:
                self._env.say(kubectl_line(state.daemonset)[0])
            return
        report = state.status.to_dict()
        if report != self._last:
            from dsctl.render.jsonprint import compact

            self._last = report
            self._env.print(compact(report))
            self._env.stdout.flush()

    def warn(self, text: str) -> None:
        """A line on stderr."""
        self._env.warn_local(text)

    def end(self, state: State | None) -> None:
        """Nothing: the report tells it all."""


def print_left(state: State, env: Env) -> None:
    """What is not done, on stderr; nothing where all is."""
    status = state.status
    if not status.blockers:
        return
    if status.phase.good:
        env.say("nodes that are not ready, or not to run it, are not waited for:")
    env.stdout.flush()
    words.print_left(status, env.now(), env.stderr, Style(env.color and env.stderr_is_tty))
    env.stderr.flush()
