"""``dsctl rollout status``: what argv means, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsctl.cli import rollout_status
from dsctl.cli.rollout_status import StatusOptions
from dsctl.cli.selection import Selection
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

PLAIN = StatusOptions(Selection(names=("a",)), watch=True, timeout=0.0, revision=0, output=None)


def with_(**changes: Any) -> StatusOptions:
    return replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        ("a", PLAIN),
        ("ds a", PLAIN),
        ("ds/a", PLAIN),
        ("daemonset a b", with_(selection=Selection(names=("a", "b")))),
        ("-f x.yaml", with_(selection=Selection(files=("x.yaml",)))),
        ("-f dir -R", with_(selection=Selection(files=("dir",), recursive=True))),
        ("-l app=a", with_(selection=Selection(selector="app=a"))),
        ("a -w", PLAIN),
        ("a -w=false", with_(watch=False)),
        ("a --watch=false", with_(watch=False)),
        ("a --no-watch", with_(watch=False)),
        ("a --timeout=5m", with_(timeout=300.0)),
        ("a --revision=3", with_(revision=3)),
        ("a -o json", with_(output="json")),
        ("-oyaml a", with_(output="yaml")),
        ("a -o jsonl", with_(output="jsonl")),
        ("a --stall-timeout=90s", with_(stall_timeout=90.0)),
        ("a --stall-timeout 0", with_(stall_timeout=0.0)),
        ("a --fail-fast", with_(fail_fast=True)),
        ("a --fail-fast=false", PLAIN),
        ("a --ignore-nodes-not-ready", with_(ignore_not_ready=True)),
    ],
)
def test_argv_to_options(
    argv: str, options: StatusOptions, dsctl: Dsctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every flag means what kubectl takes it to mean."""
    seen: list[StatusOptions] = []
    monkeypatch.setattr(rollout_status, "run", lambda found, env: seen.append(found))
    result = dsctl("rollout", "status", *argv.split())
    assert (result.code, result.err) == (0, "")
    assert seen == [options]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("", "rollout status needs to know which DaemonSets: names, -f or -l"),
        ("ds", "rollout status needs to know which DaemonSets: names, -f or -l"),
        ("a -l app=a", "name cannot be provided when a selector is specified"),
        ("a --revision=-1", "revision must be a positive integer: -1"),
        ("a --timeout=-1s", "--timeout must not be negative"),
        ("a --stall-timeout=-1s", "--stall-timeout must not be negative"),
        ("a --stall-timeout=x", "--stall-timeout takes a time such as 30s, 5m or 1h, not 'x'"),
        ("a -o jsonl=x", 'unable to match a printer suitable for the output format "jsonl=x"'),
        ("a -o jsn", 'unable to match a printer suitable for the output format "jsn", allowed'),
        ("a -o wide", 'unable to match a printer suitable for the output format "wide"'),
        ("deploy/a", "'deploy/a' is not a DaemonSet"),
    ],
)
def test_refused_before_anything_is_asked(argv: str, message: str, dsctl: Dsctl) -> None:
    """Bad usage is exit 2, without a kubeconfig even."""
    result = dsctl("rollout", "status", *argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")
