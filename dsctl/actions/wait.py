"""Wait until DaemonSets meet conditions, by watch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.actions.targets import Target, of_object, states
from dsctl.api.resources import DAEMONSETS
from dsctl.domain.conditions import Condition, Form, describe
from dsctl.errors import AnswerIsNo, ClusterError, DeadlineExceeded, DsctlError, Unreachable

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Trouble = Callable[[ClusterError], None]


@dataclass(frozen=True, slots=True)
class Met:
    """A target meets a condition. ``obj`` as it then was; for a deletion, as it last was."""

    target: Target
    condition: Condition
    obj: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NotMet:
    """A target failed to, and why: AnswerIsNo, DeadlineExceeded, or the server's refusal."""

    target: Target
    error: DsctlError


def created(
    cluster: Cluster,
    namespace: str,
    timeout: float,
    *,
    all_namespaces: bool = False,
    label_selector: str | None = None,
    field_selector: str | None = None,
    on_trouble: Trouble | None = None,
) -> list[Target]:
    """What matches, as soon as anything does; empty when ``timeout`` seconds passed."""
    following = cluster.follow(
        DAEMONSETS,
        None if all_namespaces else namespace,
        all_namespaces=all_namespaces,
        label_selector=label_selector,
        field_selector=field_selector,
        timeout=timeout,
        on_trouble=on_trouble,
    )
    with following:
        for _ in following:
            if following.objects:
                return [of_object(obj) for obj in following.objects.values()]
    return []


def wait(
    cluster: Cluster,
    targets: Sequence[Target],
    conditions: Sequence[Condition],
    timeout: float,
    *,
    on_trouble: Trouble | None = None,
) -> Iterator[Met | NotMet]:
    """Each target in turn meets the conditions in their order, or not; as kubectl has it.

    ``timeout`` seconds are for all together; 0 checks once. A target that is not there is NotMet
    unless it is to be created, and passed over in silence if it is to be deleted. Raises
    Unreachable: no other target would fare better.
    """
    end = time.monotonic() + timeout
    for target in targets:
        try:
            yield from _wait_for_one(cluster, target, conditions, end, timeout, on_trouble)
        except Unreachable:
            raise
        except DsctlError as error:
            yield NotMet(target, error)


def _wait_for_one(
    cluster: Cluster,
    target: Target,
    conditions: Sequence[Condition],
    end: float,
    timeout: float,
    on_trouble: Trouble | None,
) -> Iterator[Met]:
    waiting = list(conditions)
    forms = {condition.form for condition in conditions}
    latest: dict[str, Any] | None = None
    for obj in states(cluster, target, end, on_trouble=on_trouble):
        if latest is None and obj is None and Form.CREATE not in forms:
            if Form.DELETE in forms:
                return
            # Raises NotFound in the server's own words.
            obj = cluster.read(DAEMONSETS, target.name, target.namespace)
        while waiting and _met(waiting[0], obj, latest):
            yield Met(target, waiting.pop(0), obj or latest or {})
        latest = obj or latest
        if not waiting:
            return
    raise _not_met(target, waiting[0], obj, timeout)


def _met(condition: Condition, obj: dict[str, Any] | None, before: dict[str, Any] | None) -> bool:
    """Whether ``obj`` meets it, None being no object. ``before``: as it last was seen."""
    if condition.form is Form.DELETE:
        if before is None:
            return False
        return obj is None or obj["metadata"]["uid"] != before["metadata"]["uid"]
    try:
        return obj is not None and condition.met(obj)
    except ValueError as error:
        raise AnswerIsNo(str(error)) from error


def _not_met(
    target: Target, condition: Condition, obj: dict[str, Any] | None, timeout: float
) -> DsctlError:
    why = describe(condition, obj)
    where = f"daemonsets/{target.name}" + (f": {why}" if why else "")
    hint = None
    if condition.kind is not None:
        hint = (
            "the DaemonSet controller sets no conditions: try --for=rolled-out, ready or available"
        )
    if not timeout:
        return AnswerIsNo(f"condition not met for {where}", hint=hint)
    return DeadlineExceeded(f"timed out waiting for the condition on {where}", hint=hint)
