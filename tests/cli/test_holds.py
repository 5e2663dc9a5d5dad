"""``rollout pause|resume``, ``suspend`` and ``unsuspend``: what argv means, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsctl.cli import rollout_hold, suspend
from dsctl.cli.holding import HoldOptions
from dsctl.cli.options import DryRunMode
from dsctl.cli.selection import Selection
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

PLAIN = HoldOptions(Selection(names=("a",)), DryRunMode.NONE, None)


def with_(**changes: Any) -> HoldOptions:
    return replace(PLAIN, **changes)


BOTH = [
    ("a", PLAIN),
    ("ds/a", PLAIN),
    ("daemonset a b", with_(selection=Selection(names=("a", "b")))),
    ("-f x.yaml -R", with_(selection=Selection(files=("x.yaml",), recursive=True))),
    ("-l app=a", with_(selection=Selection(selector="app=a"))),
    ("a --dry-run=client", with_(dry_run=DryRunMode.CLIENT)),
    ("a --dry-run=server", with_(dry_run=DryRunMode.SERVER)),
    ("a --show-managed-fields", with_(show_managed_fields=True)),
]


@pytest.mark.parametrize(
    ("command", "argv", "options"),
    [(c, *row) for c in ("rollout pause", "rollout resume", "suspend", "unsuspend") for row in BOTH]
    + [
        ("rollout resume", "a --force", with_(force=True)),
        ("suspend", "a --wait --timeout=2m", with_(wait=True, timeout=120.0)),
        ("unsuspend", "a --wait=false", PLAIN),
    ],
)
def test_argv_to_options(
    command: str,
    argv: str,
    options: HoldOptions,
    dsctl: Dsctl,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The four commands select as kubectl's rollout commands do."""
    seen: list[HoldOptions] = []
    for module in (rollout_hold, suspend):
        name = f"run_{command.split()[-1]}"
        monkeypatch.setattr(module, name, lambda found, env: seen.append(found), raising=False)
    result = dsctl(*command.split(), *argv.split())
    assert (result.code, result.err) == (0, "")
    assert seen == [options]


@pytest.mark.parametrize("command", ["rollout pause", "rollout resume", "suspend", "unsuspend"])
@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("", "{} needs to know which DaemonSets: names, -f or -l"),
        ("ds", "{} needs to know which DaemonSets: names, -f or -l"),
        ("a -l app=a", "name cannot be provided when a selector is specified"),
        ("a -o wide", 'unable to match a printer suitable for the output format "wide"'),
        ("a --dry-run=maybe", "invalid dry-run value (maybe)"),
        ("deploy/a", "'deploy/a' is not a DaemonSet"),
    ],
)
def test_refused_before_anything_is_asked(
    command: str, argv: str, message: str, dsctl: Dsctl
) -> None:
    """Bad usage is exit 2, without a kubeconfig even; no name means none, never all."""
    result = dsctl(*command.split(), *argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message.format(command)}")


def test_a_negative_timeout_is_refused(dsctl: Dsctl) -> None:
    """It can mean nothing."""
    assert dsctl("suspend", "a", "--wait", "--timeout=-1s").code == 2
