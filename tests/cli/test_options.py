"""argv to Options: each flag of get, create, apply and replace, in each of its forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dsctl.cli.options import DryRunMode


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("get", "names", ()),
        ("get ds a b a", "names", ("a", "b")),
        ("get -f x -f y,z", "files", ("x", "y", "z")),
        ("get --filename=x", "files", ("x",)),
        ("get -k dir", "kustomize", "dir"),
        ("get -R -f d", "recursive", True),
        ("get -o=yaml", "output", "yaml"),
        ("get -l a=b", "selector", "a=b"),
        ("get --field-selector metadata.name=x", "field_selector", "metadata.name=x"),
        ("get -A", "all_namespaces", True),
        ("get -A=false", "all_namespaces", False),
        ("get --no-headers", "headers", False),
        ("get --no-headers=false", "headers", True),
        ("get --show-labels", "show_labels", True),
        ("get -L a,b -L c", "label_columns", ("a", "b", "c")),
        ("get --show-kind", "show_kind", True),
        ("get --sort-by=.metadata.name", "sort_by", ".metadata.name"),
        ("get --chunk-size=7", "chunk_size", 7),
        ("get -w", "watch", True),
        ("get --watch-only", "watch", True),
        ("get --watch-only", "watch_only", True),
        ("get -w --output-watch-events", "watch_events", True),
        ("get x --ignore-not-found", "ignore_not_found", True),
        ("get --show-managed-fields", "show_managed_fields", True),
        ("get x -o yaml --neat", "neat", True),
        ("get x", "neat", False),
        ("get x", "pods", None),
        ("get x --pods", "pods", True),
        ("get x --no-pods", "pods", False),
        ("get x --pods=false", "pods", False),
        ("create -f x", "files", ("x",)),
        ("create ds agent --image=a --image b", "images", ("a", "b")),
        ("create daemonset agent --image=a", "name", "agent"),
        ("create agent --image=a --port 80", "port", 80),
        ("create agent --image=a -- run -n 1", "command", ("run", "-n", "1")),
        ("create -f x --dry-run=server", "dry_run", DryRunMode.SERVER),
        ("create -f x --dry-run", "dry_run", DryRunMode.CLIENT),
        ("create -f x --dry-run=true", "dry_run", DryRunMode.CLIENT),
        ("create -f x", "dry_run", DryRunMode.NONE),
        ("create -f x", "validation", "Strict"),
        ("create -f x --validate=false", "validation", "Ignore"),
        ("create -f x --validate=warn", "validation", "Warn"),
        ("create -f x --validate", "validation", "Strict"),
        ("create -f x --field-manager=me", "manager", "me"),
        ("create -f x", "manager", "dsctl"),
        ("create -f x --save-config", "save_config", True),
        ("create -f x -l a=b", "selector", "a=b"),
        ("apply -f x --force-conflicts", "force_conflicts", True),
        ("apply -f x --server-side", "force_conflicts", False),
        ("apply -k dir", "kustomize", "dir"),
        ("apply -f x --dry-run=client", "dry_run", DryRunMode.CLIENT),
        ("replace -f x --force", "force", True),
        ("replace -f x --force --cascade=orphan", "cascade", "orphan"),
        ("replace -f x --force --cascade", "cascade", "background"),
        ("replace -f x --force --grace-period=3", "grace_period", 3),
        ("replace -f x --force --timeout=1m30s", "timeout", 90.0),
    ],
)
def test_each_flag_fills_its_field(
    options: Callable[..., Any], line: str, field: str, value: object
) -> None:
    """Short, long, repeated, with and without an equals sign."""
    assert getattr(options(*line.split()), field) == value
