"""``dsctl rollout step``: what argv means, and what is refused before anything is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsctl.cli import rollout_step
from dsctl.cli.options import DryRunMode
from dsctl.cli.rollout_step import StepOptions
from dsctl.domain.batches import Batch
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

PLAIN = StepOptions(
    name="a",
    batches=(Batch("1", 1), Batch("10%", "10%")),
    nodes=None,
    node_selector=None,
    order="name",
    max_unavailable=None,
    soak=0.0,
    undo=False,
    wait=True,
    timeout=0.0,
    stall_timeout=600.0,
    dry_run=DryRunMode.NONE,
    output=None,
)


def with_(**changes: Any) -> StepOptions:
    return replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        ("a --batch 1,10%", PLAIN),
        ("ds/a --batch=1,10%", PLAIN),
        ("ds a --batch 1,10% --on-failure stop --wait", PLAIN),
        ("a --nodes x,y --nodes z", with_(batches=(), nodes=("x", "y", "z"), order="given")),
        ("a --node-selector zone=a", with_(batches=(), node_selector="zone=a")),
        ("a --batch 1,10% --order-by age", with_(order="age")),
        (
            "a --batch 1,10% --order-by topology.kubernetes.io/zone",
            with_(order="topology.kubernetes.io/zone"),
        ),
        ("a --batch 1,10% --max-unavailable 3", with_(max_unavailable=3)),
        ("a --batch 1,10% --max-unavailable=20%", with_(max_unavailable="20%")),
        ("a --batch 1,10% --soak 1m30s", with_(soak=90.0)),
        ("a --batch 1,10% --on-failure=undo", with_(undo=True)),
        ("a --batch 1,10% --wait=false --timeout 5m", with_(wait=False, timeout=300.0)),
        ("a --batch 1,10% --stall-timeout 0", with_(stall_timeout=0.0)),
        ("a --batch 1,10% --dry-run=client", with_(dry_run=DryRunMode.CLIENT)),
    ],
)
def test_argv_to_options(
    argv: str, options: StepOptions, dsctl: Dsctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is parsed at the edge."""
    seen: list[StepOptions] = []
    monkeypatch.setattr(rollout_step, "run", lambda found, env: seen.append(found))
    result = dsctl("rollout", "step", *argv.split())
    assert (result.code, result.err) == (0, "")
    assert seen == [options]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("", "rollout step takes one NAME"),
        ("a b --batch 1", "rollout step takes one NAME"),
        ("a", "rollout step needs --batch, --nodes or --node-selector"),
        ("a --batch 0", "--batch: '0' updates no node"),
        ("a --batch 150%", "--batch: '150%' is more than all nodes"),
        ("a --batch 50%,10%", "--batch: batches are cumulative, and 10% comes after 50%"),
        ("a --batch 5,3", "--batch: batches are cumulative, and 3 comes after 5"),
        ("a --batch=", "--batch: '' is neither a number of nodes nor a percentage"),
        ("a --nodes=", "--nodes names no node"),
        ("a --nodes x,y,x", "--nodes names x more than once"),
        ("a --nodes x --node-selector a=b", "--nodes does not go with --node-selector"),
        ("a --nodes x --order-by age", "--nodes does not go with --node-selector or --order-by"),
        ("a --batch 1 --order-by=-", "--order-by takes name, age or a label key, not '-'"),
        ("a --batch 1 --max-unavailable 0", "--max-unavailable takes a number of nodes"),
        ("a --batch 1 --max-unavailable x", "--max-unavailable takes a number of nodes"),
        ("a --batch 1 --max-unavailable 1,2", "--max-unavailable takes a number of nodes"),
        ("a --batch 1 --soak=-1s", "--soak must not be negative"),
        ("a --batch 1 --on-failure=retry", "--on-failure takes stop or undo, not 'retry'"),
        ("a --batch 1 -o wide", 'unable to match a printer suitable for the output format "wide"'),
        ("a --batch 1 -o json --dry-run=server", "-o does not go with --dry-run"),
        ("a --node-selector a=b=c", "bad label selector 'a=b=c'"),
    ],
)
def test_refused_before_anything_is_asked(argv: str, message: str, dsctl: Dsctl) -> None:
    """Bad usage is exit 2, without a kubeconfig even."""
    result = dsctl("rollout", "step", *argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")
