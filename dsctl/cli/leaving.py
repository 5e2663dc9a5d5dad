"""Waiting for deleted DaemonSets: their pods going node by node, and what is still waited for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dsctl.cli.trouble import sayer
from dsctl.errors import DeadlineExceeded, Forbidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsctl.actions import leaving
    from dsctl.actions.delete import Deleted
    from dsctl.actions.leaving_pods import Going, Scene
    from dsctl.actions.owned import PodRow
    from dsctl.cli.env import Env

#: up to so many pods each has a line of its own, more are counted
_EACH = 20
#: between two counts, in seconds
_PAUSE = 2.0


def wait(deleted: Sequence[tuple[Deleted, Scene | None]], end: float, env: Env) -> None:
    """Wait until all are gone, where there is a Scene its pods too; until ``end`` (monotonic).

    Raises DeadlineExceeded, which names what is left and why.
    """
    from dsctl.actions import leaving

    try:
        left: list[PodRow] = []
        for one, scene in deleted:
            if scene is not None:
                left += _pods(one, scene, end, env)
        said: set[str] = set()
        targets = [one for one, _ in deleted]
        for going in leaving.watch(
            env.cluster(), targets, end - time.monotonic(), on_trouble=sayer(env)
        ):
            _say_finalizers(going, said, env)
    except KeyboardInterrupt:
        if deleted:
            env.say("no longer waiting; the deletion goes on in the cluster")
        raise
    except Forbidden as error:  # kubectl too: who may delete but not look has done it all
        env.warn_local(f"not waiting: {error.message}")
        return
    if left:
        raise DeadlineExceeded(f"timed out waiting for pods: {_described(tuple(left), env)}")


def _pods(one: Deleted, scene: Scene, end: float, env: Env) -> tuple[PodRow, ...]:
    """Show the pods going; those that are left at the end of the time."""
    from dsctl.actions import leaving_pods

    shown = _Shown(env)
    left: tuple[PodRow, ...] = scene.pods or ()
    for going in leaving_pods.watch(env.cluster(), scene, end, on_trouble=sayer(env)):
        shown.show(going)
        left = going.left
    return left


class _Shown:
    """Lines on stderr: a pod each for a few, counts for many, and causes where it stands still."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._said = ""
        self._gone = 0
        self._next = 0.0

    def show(self, going: Going) -> None:
        if going.quiet:
            self._say_left(going)
            return
        for pod in going.gone:
            self._gone += 1
            if going.total <= _EACH:
                place = f" on {pod.node}" if pod.node else ""
                self._env.say(f"pod {pod.name}{place} is gone ({self._gone} of {going.total})")
        due = time.monotonic() >= self._next or not going.left
        if going.total > _EACH and going.gone and due:
            self._env.say(f"daemonset {going.name!r}: {self._gone} of {going.total} pods are gone")
            self._next = time.monotonic() + _PAUSE

    def _say_left(self, going: Going) -> None:
        text = _described(going.left, self._env)
        if going.left and text != self._said:
            self._said = text
            self._env.say(f"daemonset {going.name!r}: still waiting: {text}")


def _described(pods: tuple[PodRow, ...], env: Env) -> str:
    from dsctl.actions.leaving_pods import explained
    from dsctl.domain.deletion import Left

    return Left(terminating=True, pods=tuple(explained(env.cluster(), pods))).describe()


def _say_finalizers(going: leaving.Going, said: set[str], env: Env) -> None:
    from dsctl.domain.deletion import left

    if going.obj is None:
        return
    found = left(going.obj)
    if set(found.finalizers) <= {"foregroundDeletion", "orphan"}:
        return
    text = f"daemonset {going.deleted.target.name!r}: still waiting: {found.describe()}"
    if text not in said:
        said.add(text)
        env.say(text)
