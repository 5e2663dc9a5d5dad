"""``dsctl wait``: what argv means, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsctl.cli import wait
from dsctl.cli.selection import Selection
from dsctl.cli.wait import WaitOptions
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

PLAIN = WaitOptions(
    selection=Selection(names=("a",)),
    conditions=("rolled-out",),
    timeout=30.0,
    output=None,
    show_managed_fields=False,
)


def with_(**changes: Any) -> WaitOptions:
    return replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        ("a --for=rolled-out", PLAIN),
        ("--for rolled-out ds/a", PLAIN),
        ("ds a b --for=rolled-out", with_(selection=Selection(names=("a", "b")))),
        (
            "--for=rolled-out -l app=a -A",
            with_(selection=Selection(selector="app=a", all_namespaces=True)),
        ),
        ("--for=rolled-out ds --all", with_(selection=Selection(everything=True))),
        (
            "--for=rolled-out --field-selector=metadata.name=a",
            with_(selection=Selection(field_selector="metadata.name=a")),
        ),
        ("--for=rolled-out -f x.yaml", with_(selection=Selection(files=("x.yaml",)))),
        (
            "a --for=create --for=jsonpath={.a}=1,2",
            with_(conditions=("create", "jsonpath={.a}=1,2")),
        ),
        ("a --for=rolled-out --timeout=5m", with_(timeout=300.0)),
        ("a --for=rolled-out --timeout=0", with_(timeout=0.0)),
        ("a --for=rolled-out --timeout=-1s", with_(timeout=-1.0)),
        ("a --for=rolled-out -o=name", with_(output="name")),
        (
            "a --for=rolled-out -o json --show-managed-fields",
            with_(output="json", show_managed_fields=True),
        ),
    ],
)
def test_argv_to_options(
    argv: str, options: WaitOptions, dsctl: Dsctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every flag means what kubectl takes it to mean."""
    seen: list[WaitOptions] = []
    monkeypatch.setattr(wait, "run", lambda found, env: seen.append(found))
    result = dsctl("wait", *argv.split())
    assert (result.code, result.err) == (0, "")
    assert seen == [options]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("ds --for=ready", "wait needs to know which DaemonSets: names, -f, -l or --all"),
        ("a", "wait needs --for"),
        ("a --for=done", 'unrecognized condition: "done"'),
        ("a --for=jsonpath={.a", "unexpected path string"),
        ("a --for=ready --timeout=later", "--timeout takes a time such as 30s, 5m or 1h"),
        (
            "a --for=ready -o wide",
            'unable to match a printer suitable for the output format "wide"',
        ),
        ("a --for=ready --all", "name cannot be provided when a selector is specified"),
        ("po/a --for=ready", "'po/a' is not a DaemonSet"),
    ],
)
def test_refused_before_anything_is_asked(argv: str, message: str, dsctl: Dsctl) -> None:
    """Bad usage is exit 2, without a kubeconfig even."""
    result = dsctl("wait", *argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")


def test_an_unknown_condition_lists_the_known_ones(dsctl: Dsctl) -> None:
    """The hint has every form that --for takes."""
    result = dsctl("wait", "a", "--for=healthy")
    for word in ("create", "delete", "rolled-out", "ready", "available", "placed", "jsonpath="):
        assert word in result.err.splitlines()[1]
