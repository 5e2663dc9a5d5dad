"""``migrate-selector``: what argv means, what is refused, and the file that it keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dsctl.cli.keeping import Keeper
from dsctl.cli.migrate_selector import MigrateSelectorOptions
from dsctl.errors import UsageError
from tests.cli.conftest import Result

Dsctl = Callable[..., Result]

PLAIN = MigrateSelectorOptions(
    name="a",
    files=("new.yaml",),
    plan=False,
    yes=False,
    drop_old_labels=False,
    keep=None,
    timeout=900.0,
)


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        ("a -f new.yaml", PLAIN),
        ("ds/a -f=new.yaml", PLAIN),
        ("daemonset a -f new.yaml --plan", replace(PLAIN, plan=True)),
        ("a -f new.yaml --plan -y", replace(PLAIN, plan=True, yes=True)),
        ("a -f new.yaml --drop-old-labels", replace(PLAIN, drop_old_labels=True)),
        ("a -f new.yaml --keep old.yaml", replace(PLAIN, keep="old.yaml")),
        ("a -f new.yaml --timeout=90s", replace(PLAIN, timeout=90.0)),
    ],
)
def test_argv_to_options(
    argv: str, wanted: MigrateSelectorOptions, options: Callable[..., Any]
) -> None:
    """One DaemonSet, one file; a quarter of an hour unless told otherwise."""
    assert options("migrate-selector", *argv.split()) == wanted


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("", "migrate-selector needs the name of one DaemonSet"),
        ("ds", "migrate-selector needs the name of one DaemonSet"),
        ("a b -f new.yaml", "migrate-selector takes one DaemonSet"),
        ("a", "migrate-selector needs -f FILE with the new manifest"),
        ("a -f new.yaml --timeout=0", "--timeout must be above 0"),
        ("a -f new.yaml --timeout=soon", "--timeout takes a time"),
        ("a -f /nonexistent.yaml", "the path '/nonexistent.yaml' does not exist"),
        ("pods/a -f new.yaml", "'pods/a' is not a DaemonSet"),
    ],
)
def test_refused_before_anything_is_asked(argv: str, message: str, dsctl: Dsctl) -> None:
    """Bad usage is exit 2, without a kubeconfig even."""
    result = dsctl("migrate-selector", *argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")


def test_a_file_that_is_there_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says already will do; another content goes to the next free name."""
    monkeypatch.chdir(tmp_path)
    first, other = {"kind": "DaemonSet"}, {"kind": "Other"}
    assert Keeper("a", None).keep(first) == "a-before-migration.yaml"
    assert Keeper("a", None).keep(first) == "a-before-migration.yaml"
    assert Keeper("a", None).keep(other) == "a-before-migration-2.yaml"
    assert (tmp_path / "a-before-migration.yaml").read_text() == "kind: DaemonSet\n"
    with pytest.raises(UsageError, match="the file is there and says something else"):
        Keeper("a", "a-before-migration.yaml").keep(other)
    with pytest.raises(UsageError, match="can't be written"):
        Keeper("a", "no/such/directory").keep(other)
