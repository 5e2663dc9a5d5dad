"""``orphans``, ``adopt`` and ``delete --orphans``: what argv means, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dsctl.cli import delete_orphans
from dsctl.cli.adopt import AdoptOptions
from dsctl.cli.delete_orphans import DeleteOrphansOptions
from dsctl.cli.options import DryRunMode
from dsctl.cli.orphans import OrphansOptions
from dsctl.render.output import OutputFormat
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

LIST = OrphansOptions(all_namespaces=False, selector=None, output=None, headers=True)
ADOPT = AdoptOptions(
    files=("a.yaml",),
    kustomize=None,
    recursive=False,
    output=None,
    dry_run=DryRunMode.NONE,
    validation="Strict",
    manager="dsctl",
    cause=None,
    show_managed_fields=False,
    timeout=300.0,
    plan=False,
    yes=False,
)
DELETE = DeleteOrphansOptions(
    selector=None,
    all_namespaces=False,
    grace_period=None,
    wait=True,
    timeout=0.0,
    interactive=False,
    yes=False,
    dry_run="none",
    output=None,
)


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        ("orphans", LIST),
        ("orphans -A", replace(LIST, all_namespaces=True)),
        ("orphans -l=app=a", replace(LIST, selector="app=a")),
        ("orphans -ojson", replace(LIST, output=OutputFormat("json"))),
        ("orphans -o name --no-headers", replace(LIST, output=OutputFormat("name"), headers=False)),
        ("adopt -f a.yaml", ADOPT),
        ("adopt -f a.yaml,b.yaml", replace(ADOPT, files=("a.yaml", "b.yaml"))),
        ("adopt -f a.yaml --plan -y", replace(ADOPT, plan=True, yes=True)),
        ("adopt -f a.yaml --dry-run=server", replace(ADOPT, dry_run=DryRunMode.SERVER)),
        ("adopt -f a.yaml -o yaml", replace(ADOPT, output=OutputFormat("yaml"))),
        ("adopt -k dir --timeout 2m", replace(ADOPT, files=(), kustomize="dir", timeout=120.0)),
        (
            "adopt -Rf dir --change-cause=x",
            replace(ADOPT, files=("dir",), recursive=True, cause="x"),
        ),
        (
            "adopt -f a.yaml --validate=warn --field-manager=m --show-managed-fields",
            replace(ADOPT, validation="Warn", manager="m", show_managed_fields=True),
        ),
    ],
)
def test_argv_to_options(argv: str, wanted: Any, options: Callable[..., Any]) -> None:
    """Flags as elsewhere; adopt waits five minutes at most unless told otherwise."""
    assert options(*argv.split()) == wanted


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        ("", DELETE),
        ("-l app=a", replace(DELETE, selector="app=a")),
        ("-A --yes", replace(DELETE, all_namespaces=True, yes=True)),
        ("--no-wait --now", replace(DELETE, wait=False, grace_period=1)),
        ("-i --timeout=5s", replace(DELETE, interactive=True, timeout=5.0)),
        ("--dry-run=server -o name", replace(DELETE, dry_run="server", output="name")),
        ("--force", replace(DELETE, grace_period=0)),
    ],
)
def test_delete_orphans_takes_the_flags_of_delete(
    argv: str, wanted: DeleteOrphansOptions, dsctl: Dsctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--orphans`` needs no name: it is about all orphans of the namespace, or of -l."""
    seen: list[DeleteOrphansOptions] = []
    monkeypatch.setattr(delete_orphans, "run", lambda found, env: seen.append(found))
    result = dsctl("delete", "--orphans", *argv.split())
    assert (result.code, result.err) == (0, "")
    assert seen == [wanted]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("orphans a", "orphans takes no names"),
        ("orphans -l a=b=c", "bad label selector 'a=b=c'"),
        ("orphans -o wide", 'unable to match a printer suitable for the output format "wide"'),
        ("adopt", "adopt needs -f FILE or -k DIR"),
        ("adopt a", "adopt takes no names"),
        ("adopt -f a.yaml --timeout=0", "--timeout must be above 0"),
        ("adopt -f a.yaml --timeout=soon", "--timeout takes a time"),
        ("adopt -f a.yaml --dry-run=maybe", "invalid dry-run value (maybe)"),
        ("adopt -f /nonexistent.yaml", "the path '/nonexistent.yaml' does not exist"),
        ("delete --orphans a", "--orphans goes with -l, -n and -A"),
        ("delete --orphans -f a.yaml", "--orphans goes with -l, -n and -A"),
        ("delete --orphans --all", "--orphans goes with -l, -n and -A"),
        ("delete --orphans --field-selector=a=b", "--orphans goes with -l, -n and -A"),
        ("delete --orphans -i -y", "--interactive and --yes cannot be specified together"),
    ],
)
def test_refused_before_anything_is_asked(argv: str, message: str, dsctl: Dsctl) -> None:
    """Bad usage is exit 2, without a kubeconfig even."""
    result = dsctl(*argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")
