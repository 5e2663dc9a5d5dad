"""``dsctl delete``: what argv means, and which combinations are refused before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsctl.cli import delete
from dsctl.cli.delete import DeleteOptions
from dsctl.cli.selection import Selection
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

PLAIN = DeleteOptions(
    selection=Selection(names=("a",)),
    cascade="background",
    grace_period=None,
    force=False,
    ignore_not_found=False,
    wait=None,
    timeout=0.0,
    interactive=False,
    yes=False,
    dry_run="none",
    output=None,
)


def with_(**changes: Any) -> DeleteOptions:
    return replace(PLAIN, **changes)


def listed(**changes: Any) -> DeleteOptions:
    return replace(PLAIN, selection=Selection(**changes), ignore_not_found=True)


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        ("a", PLAIN),
        ("ds a", PLAIN),
        ("ds/a", PLAIN),
        ("daemonset.apps/a ds/b", with_(selection=Selection(names=("a", "b")))),
        ("a b", with_(selection=Selection(names=("a", "b")))),
        (
            "-f x.yaml -f y.yaml,z.yaml",
            with_(selection=Selection(files=("x.yaml", "y.yaml", "z.yaml"))),
        ),
        ("-R -f dir", with_(selection=Selection(files=("dir",), recursive=True))),
        ("-k dir", with_(selection=Selection(kustomize="dir"))),
        ("-f x.yaml -l app=a", with_(selection=Selection(files=("x.yaml",), selector="app=a"))),
        ("-l app=a", listed(selector="app=a")),
        ("-A -l=app=a", listed(selector="app=a", all_namespaces=True)),
        ("--field-selector=metadata.name=a", listed(field_selector="metadata.name=a")),
        ("--all", listed(everything=True)),
        (
            "ds --all --ignore-not-found=false",
            replace(listed(everything=True), ignore_not_found=False),
        ),
        ("a --ignore-not-found", with_(ignore_not_found=True)),
        ("a --cascade", PLAIN),
        ("a --cascade=orphan", with_(cascade="orphan")),
        ("--cascade=foreground a", with_(cascade="foreground")),
        ("a --cascade=false", with_(cascade="false")),
        ("a --wait=false", with_(wait=False)),
        ("a --no-wait", with_(wait=False)),
        ("a --wait", with_(wait=True)),
        ("a --wait=true", with_(wait=True)),
        ("a -i", with_(interactive=True)),
        ("a --interactive=false", PLAIN),
        ("a --yes", with_(yes=True)),
        ("a -y", with_(yes=True)),
        ("a --timeout=2m", with_(timeout=120.0)),
        ("a --timeout 90s", with_(timeout=90.0)),
        ("a --now", with_(grace_period=1)),
        ("a --grace-period=30", with_(grace_period=30)),
        ("a --grace-period=-5", PLAIN),
        ("a --grace-period=0", with_(grace_period=1)),
        ("a --grace-period=0 --force", with_(grace_period=0, force=True)),
        ("a --force", with_(grace_period=0, force=True)),
        ("a --dry-run", with_(dry_run="unchanged")),
        ("a --dry-run=server", with_(dry_run="server")),
        ("a -o name", with_(output="name")),
        ("a -oname", with_(output="name")),
    ],
)
def test_argv_to_options(
    argv: str, options: DeleteOptions, dsctl: Dsctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every flag means what kubectl takes it to mean."""
    seen: list[DeleteOptions] = []
    monkeypatch.setattr(delete, "run", lambda found, env: seen.append(found))
    result = dsctl("delete", *argv.split())
    assert (result.code, result.err) == (0, "")
    assert seen == [options]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("", "delete needs to know which DaemonSets: names, -f, -l or --all"),
        ("ds", "delete needs to know which DaemonSets: names, -f, -l or --all"),
        ("-A", "delete needs to know which DaemonSets: names, -f, -l or --all"),
        ("-l=", "delete needs to know which DaemonSets: names, -f, -l or --all"),
        ("a -l app=a", "name cannot be provided when a selector is specified"),
        ("a --all", "name cannot be provided when a selector is specified"),
        ("a -f x.yaml", "name cannot be provided when a path is specified"),
        ("a -A", "a resource cannot be retrieved by name across all namespaces"),
        ("-f x.yaml -k dir", "only one of -f or -k can be specified"),
        ("-k dir -R", "the -k flag can't be used with -f or -R"),
        ("-f x.yaml -A", "--all-namespaces does not go with -f or -k"),
        ("-f x.yaml --field-selector=a=b", "--field-selector does not go with -f or -k"),
        ("--all -l app=a", "cannot set --all and --selector at the same time"),
        (
            "--all --field-selector=a=b",
            "cannot set --all and --field-selector at the same time",
        ),
        ("a --now --grace-period=3", "--now and --grace-period cannot be specified together"),
        (
            "a --force --grace-period=3",
            "--force and --grace-period greater than 0 cannot be specified together",
        ),
        (
            "a --force --now",
            "--force and --grace-period greater than 0 cannot be specified together",
        ),
        ("a --timeout=-1s", "--timeout must not be negative"),
        ("a --timeout=soon", "--timeout takes a time such as 30s, 5m or 1h, not 'soon'"),
        ("a -o json", "unexpected -o output mode: json. We only support '-o name'"),
        ("a --cascade orphan", "--cascade takes its value after an equals sign"),
        (
            "a --cascade=all",
            'invalid cascade value (all). Must be "background", "foreground", or "orphan"',
        ),
        ("-l a=b=c", "bad label selector 'a=b=c'"),
        ("pods a", "'pods' is not a DaemonSet: dsctl handles DaemonSets only"),
    ],
)
def test_refused_before_anything_is_sent(argv: str, message: str, dsctl: Dsctl) -> None:
    """What kubectl refuses is refused as bad usage, without a kubeconfig even."""
    result = dsctl("delete", *argv.split())
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith(f"error: {message}")


def test_an_empty_name_is_refused(dsctl: Dsctl) -> None:
    """An unset variable in a script deletes nothing."""
    result = dsctl("delete", "")
    assert (result.code, result.err) == (2, "error: resource name may not be empty\n")
