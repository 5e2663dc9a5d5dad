"""``dsctl diff``: what argv means, and what is refused before anything is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dsctl.domain.consequence import Consequence
from dsctl.render.output import OutputFormat
from tests.cli.conftest import Result

Options = Callable[..., Any]
Dsctl = Callable[..., Result]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("-f x.yaml", {"files": ("x.yaml",), "force_conflicts": False, "manager": "dsctl"}),
        ("-f x.yaml,y.yaml -R", {"files": ("x.yaml", "y.yaml"), "recursive": True}),
        ("-k dir", {"kustomize": "dir"}),
        ("-f x.yaml -l app=a", {"selector": "app=a"}),
        ("-f x.yaml --server-side --force-conflicts", {"force_conflicts": True}),
        ("-f x.yaml --field-manager=me", {"manager": "me"}),
        ("-f x.yaml --show-managed-fields --concurrency=4", {"show_managed_fields": True}),
        ("-f x.yaml -o json", {"output": OutputFormat("json")}),
    ],
)
def test_argv_to_options(argv: str, expected: dict[str, Any], options: Options) -> None:
    """kubectl's flags; those that choose what dsctl always does are accepted."""
    built = options("diff", *argv.split())
    assert {field: getattr(built, field) for field in expected} == expected


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("", "diff needs -f FILE or -k DIR"),
        ("-f x.yaml --server-side=false", "dsctl applies on the server only"),
        ("-f x.yaml --concurrency=0", "--concurrency must be at least 1"),
        ("-f x.yaml -o name", "unable to match a printer suitable for the output format"),
        ("-f /nonexistent.yaml", "the path"),
    ],
)
def test_failures_are_above_one(argv: str, message: str, dsctl: Dsctl) -> None:
    """Exit code 1 is for differences alone."""
    result = dsctl("diff", *argv.split())
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}")


@pytest.mark.parametrize(
    ("consequence", "sentence"),
    [
        (Consequence(0, 0, 0), "nothing restarts"),
        (Consequence(1, 0, 0), "pod replaced on 1 node"),
        (Consequence(12, 1, 3), "pods replaced on 12 nodes, 1 node gained, 3 nodes lost"),
        (
            Consequence(2, 0, 0, by_hand=True),
            "pods replaced on 2 nodes once someone deletes them (OnDelete)",
        ),
        (
            Consequence(2, None, None),
            "pods replaced on 2 nodes, nodes gained or lost can't be told",
        ),
    ],
)
def test_the_consequence_in_one_sentence(consequence: Consequence, sentence: str) -> None:
    """Only what happens is named; nothing is said to be certain that is not."""
    assert str(consequence) == sentence
