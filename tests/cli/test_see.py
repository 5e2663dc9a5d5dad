"""argv to Options of the commands that show: ``describe`` and ``events``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("describe x", "events", None),
        ("describe ds x --show-events", "events", True),
        ("describe x --show-events=false", "events", False),
        ("events ds/x", "name", "x"),
        ("events x --types=warning,Normal", "types", ("Warning", "Normal")),
        ("events x --types Warning --types normal", "types", ("Warning", "Normal")),
        ("events x", "types", ()),
        ("events x -w", "watch", True),
        ("events x --watch=false", "watch", False),
        ("events x --no-headers", "headers", False),
        ("events x --show-managed-fields", "show_managed_fields", True),
        ("events x", "output", None),
    ],
)
def test_a_flag_is_a_field(
    options: Callable[..., Any], line: str, field: str, value: object
) -> None:
    """Every spelling ends in the field that it is for."""
    assert getattr(options(*line.split()), field) == value


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("describe a b", "names", ("a", "b")),
        ("describe -f x,y", "files", ("x", "y")),
        ("describe -k d", "kustomize", "d"),
        ("describe -l a=b", "selector", "a=b"),
        ("describe -A", "all_namespaces", True),
    ],
)
def test_describe_selects_as_other_commands_do(
    options: Callable[..., Any], line: str, field: str, value: object
) -> None:
    """Names, files, selectors, all namespaces."""
    assert getattr(options(*line.split()).selection, field) == value


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("describe", "error: describe needs to know which DaemonSets"),
        ("describe a -l b=c", "error: name cannot be provided when a selector is specified"),
        ("describe po/x", "error: 'po/x' is not a DaemonSet"),
        ("events", "error: events needs the name of one DaemonSet"),
        ("events a b", "error: events takes one DaemonSet, not 2"),
        ("events x --types=Bad", "error: valid --types are Normal or Warning"),
        ("events x -o wide", "error: unable to match a printer"),
        ("events x -o yml", "error: unable to match a printer"),
    ],
)
def test_bad_input_is_said_in_a_line(dsctl: Callable[..., Any], line: str, said: str) -> None:
    """Exit 2, before any server is asked."""
    ran = dsctl(*line.split())
    assert ran.code == 2
    assert ran.err.startswith(said)
