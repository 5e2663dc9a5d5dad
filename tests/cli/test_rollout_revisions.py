"""``rollout history``, ``diff``, ``undo`` and ``restart``: what argv means, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsctl.cli import rollout_diff, rollout_history, rollout_restart, rollout_undo
from dsctl.cli.options import DryRunMode
from dsctl.cli.rollout_diff import DiffOptions
from dsctl.cli.rollout_history import HistoryOptions
from dsctl.cli.rollout_restart import RestartOptions
from dsctl.cli.rollout_undo import UndoOptions
from dsctl.cli.selection import Selection
from dsctl.domain.restart import Asked
from dsctl.render.output import OutputFormat
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

A = Selection(names=("a",))
JSON = OutputFormat("json")
HISTORY = HistoryOptions(A, revision=0, output=None, show_managed_fields=False)
DIFF = DiffOptions("a", old=None, new=None, output=None)
UNDO = UndoOptions(
    A,
    to_revision=0,
    yes=False,
    wait=False,
    timeout=0.0,
    dry_run=DryRunMode.NONE,
    output=None,
    manager="dsctl-rollout",
    cause=None,
    show_managed_fields=False,
)
RESTART = RestartOptions(
    A,
    some=None,
    at_once=None,
    wait=False,
    timeout=0.0,
    dry_run=DryRunMode.NONE,
    output=None,
    manager="dsctl-rollout",
    cause=None,
    show_managed_fields=False,
)


def some(at_once: int | str | None = None, timeout: float = 0.0, **asked: Any) -> RestartOptions:
    return replace(RESTART, some=Asked(**asked), at_once=at_once, timeout=timeout)


@pytest.mark.parametrize(
    ("module", "argv", "options"),
    [
        (rollout_history, "history a", HISTORY),
        (rollout_history, "history ds/a", HISTORY),
        (rollout_history, "history daemonset a", HISTORY),
        (rollout_history, "history a b", replace(HISTORY, selection=Selection(names=("a", "b")))),
        (rollout_history, "history -l x=y", replace(HISTORY, selection=Selection(selector="x=y"))),
        (rollout_history, "history -f x", replace(HISTORY, selection=Selection(files=("x",)))),
        (rollout_history, "history a --revision=3", replace(HISTORY, revision=3)),
        (rollout_history, "history a -o json", replace(HISTORY, output=JSON)),
        (
            rollout_history,
            "history a --revision 3 -oname --show-managed-fields",
            replace(HISTORY, revision=3, output=OutputFormat("name"), show_managed_fields=True),
        ),
        (rollout_diff, "diff a", DIFF),
        (rollout_diff, "diff ds a", DIFF),
        (rollout_diff, "diff ds/a 3", replace(DIFF, old=3)),
        (rollout_diff, "diff ds a 3 5", replace(DIFF, old=3, new=5)),
        (rollout_diff, "diff 7 3", replace(DIFF, name="7", old=3)),
        (rollout_diff, "diff ds/ds", replace(DIFF, name="ds")),
        (rollout_diff, "diff a -o json", replace(DIFF, output=JSON)),
        (rollout_undo, "undo a", UNDO),
        (rollout_undo, "undo daemonset.apps/a", UNDO),
        (rollout_undo, "undo -l x=y", replace(UNDO, selection=Selection(selector="x=y"))),
        (
            rollout_undo,
            "undo -R -f d",
            replace(UNDO, selection=Selection(files=("d",), recursive=True)),
        ),
        (rollout_undo, "undo a --to-revision 3 --yes", replace(UNDO, to_revision=3, yes=True)),
        (rollout_undo, "undo a --wait --timeout=5m", replace(UNDO, wait=True, timeout=300.0)),
        (rollout_undo, "undo a --dry-run=server", replace(UNDO, dry_run=DryRunMode.SERVER)),
        (rollout_undo, "undo a --change-cause=x", replace(UNDO, cause="x")),
        (rollout_undo, "undo a --change-cause=", UNDO),
        (rollout_undo, "undo a --field-manager=x -ojson", replace(UNDO, manager="x", output=JSON)),
        (rollout_restart, "restart a", RESTART),
        (rollout_restart, "restart ds a", RESTART),
        (rollout_restart, "restart a --wait", replace(RESTART, wait=True)),
        (rollout_restart, "restart a --wait=false", RESTART),
        (rollout_restart, "restart a --change-cause x", replace(RESTART, cause="x")),
        (rollout_restart, "restart a --node n1 --node=n2,n1", some(nodes=("n1", "n2"))),
        (rollout_restart, "restart a --unhealthy", some(unhealthy=True)),
        (rollout_restart, "restart a --unhealthy=false", RESTART),
        (rollout_restart, "restart a --revision-older-than=4", some(older_than=4)),
        (
            rollout_restart,
            "restart a --unhealthy --max-unavailable=10% --timeout 90s",
            some(unhealthy=True, at_once="10%", timeout=90.0),
        ),
        (
            rollout_restart,
            "restart a --node n1 --max-unavailable 2",
            some(nodes=("n1",), at_once=2),
        ),
    ],
)
def test_argv_to_options(
    module: Any, argv: str, options: Any, dsctl: Dsctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every flag means what it says, and what kubectl takes it to mean."""
    seen: list[Any] = []
    monkeypatch.setattr(module, "run", lambda found, env: seen.append(found))
    result = dsctl("rollout", *argv.split())
    assert (result.code, result.err) == (0, "")
    assert seen == [options]


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        ("history", "rollout history needs to know which DaemonSets: names, -f or -l"),
        ("history a --revision=-1", "revision must be a positive integer: -1"),
        ("history pods", "'pods' is not a DaemonSet: dsctl handles DaemonSets only"),
        ("history a -o wide", 'unable to match a printer suitable for the output format "wide"'),
        ("history a -o name", 'unable to match a printer suitable for the output format "name"'),
        ("diff", "rollout diff needs the name of a DaemonSet"),
        ("diff ds", "rollout diff needs the name of a DaemonSet"),
        ("diff po/a", "'po/a' is not a DaemonSet: dsctl handles DaemonSets only"),
        ("diff a x", "'x' is no revision: a number such as 3 is one"),
        ("diff a 1.5", "'1.5' is no revision: a number such as 3 is one"),
        ("diff a 0", "'0' is no revision: a number such as 3 is one"),
        ("diff a 1 2 3", "rollout diff takes one DaemonSet and at most two revisions"),
        ("diff a -o name", 'unable to match a printer suitable for the output format "name"'),
        ("undo", "rollout undo needs to know which DaemonSets: names, -f or -l"),
        ("undo ds", "rollout undo needs to know which DaemonSets: names, -f or -l"),
        ("undo a --to-revision=-1", "--to-revision must not be negative: -1"),
        ("undo a --to-revision=x", "invalid value for '--to-revision'"),
        ("undo a --timeout 5s", "--timeout goes with --wait"),
        ("undo a --wait --timeout=-1s", "--timeout must not be negative"),
        ("undo a --wait --timeout=x", "--timeout takes a time such as 30s, 5m or 1h, not 'x'"),
        ("undo a --dry-run=maybe", "invalid dry-run value (maybe)"),
        ("undo a -l x=y", "name cannot be provided when a selector is specified"),
        ("restart", "rollout restart needs to know which DaemonSets: names, -f or -l"),
        ("restart ds", "rollout restart needs to know which DaemonSets: names, -f or -l"),
        ("restart a --node=", "--node names no node"),
        ("restart a --node= --unhealthy", "--node names no node"),
        ("restart a --node=x --unhealthy", "give only one of --node, --unhealthy or --revision-"),
        ("restart a --revision-older-than=0", "--revision-older-than takes the number of a rev"),
        ("restart a --revision-older-than=x", "invalid value for '--revision-older-than'"),
        ("restart a --max-unavailable=1", "--max-unavailable goes with --node, --unhealthy or"),
        ("restart a --unhealthy --max-unavailable=0", "--max-unavailable takes a number of nodes"),
        (
            "restart a --unhealthy --max-unavailable=150%",
            "--max-unavailable takes a number of nodes, 1 or more, or a percentage of them, 1% to "
            "100%, not '150%'",
        ),
        ("restart a --unhealthy -o json", "-o goes with a restart of all pods"),
        ("restart a --unhealthy --change-cause=x", "--change-cause goes with a restart of all"),
        ("restart a --timeout=3s", "--timeout goes with --wait, --node, --unhealthy or"),
        ("restart a --unhealthy --timeout=-3s", "--timeout must not be negative"),
    ],
)
def test_refused_before_any_cluster_is_asked(dsctl: Dsctl, argv: str, error: str) -> None:
    """Exit 2: there is no kubeconfig here, and nobody missed it."""
    result = dsctl("rollout", *argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[0].startswith(f"error: {error}")
