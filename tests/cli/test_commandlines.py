"""Commands that messages name can be typed as they stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dsctl.cli.argv import GlobalFlags
from dsctl.cli.commandlines import addressed
from tests.cli.conftest import Result

Run = Callable[..., Result]

HINT = "dsctl why a says where its pods are; then dsctl rollout resume a"


@pytest.mark.parametrize(
    ("flags", "text", "told"),
    [
        (GlobalFlags(), HINT, HINT),
        (
            GlobalFlags(namespace="logs"),
            HINT,
            "dsctl -n logs why a says where its pods are; then dsctl -n logs rollout resume a",
        ),
        (
            GlobalFlags(context="my prod", namespace="logs"),
            "to undo it: dsctl rollout undo a",
            "to undo it: dsctl --context 'my prod' -n logs rollout undo a",
        ),
        # its own namespace is that of the object
        (
            GlobalFlags(sandbox="dev", namespace="logs"),
            "dsctl -n other adopt -f FILE",
            "dsctl --sandbox dev -n other adopt -f FILE",
        ),
        # no place to look in
        (
            GlobalFlags(namespace="logs"),
            "see: dsctl rollout step --help",
            "see: dsctl rollout step --help",
        ),
        (GlobalFlags(namespace="logs"), "dsctl explain --rules", "dsctl explain --rules"),
        (GlobalFlags(namespace="logs"), "dsctl getting old", "dsctl getting old"),
    ],
)
def test_a_command_in_a_message_looks_where_this_one_did(
    flags: GlobalFlags, text: str, told: str
) -> None:
    """The flags that say which cluster and namespace are put in, each quoted for a shell."""
    assert addressed(text, flags) == told


@pytest.mark.parametrize(
    ("flags", "text", "told"),
    [
        (GlobalFlags(), "dsctl rollout resume a", "dsctl -n logs rollout resume a"),
        (
            GlobalFlags(sandbox="dev", namespace="here"),
            "dsctl rollout resume a",
            "dsctl --sandbox dev -n logs rollout resume a",
        ),
        # the manifest says it to this command too, perhaps among others
        (GlobalFlags(), "dsctl apply -f all.yaml", "dsctl apply -f all.yaml"),
        (
            GlobalFlags(),
            "carry it on: dsctl migrate-selector a -f FILE; or: dsctl rollout resume a",
            "carry it on: dsctl migrate-selector a -f FILE; or: dsctl -n logs rollout resume a",
        ),
        (GlobalFlags(), "dsctl -n other adopt -f FILE", "dsctl -n other adopt -f FILE"),
    ],
)
def test_a_command_about_another_namespace_says_so(
    flags: GlobalFlags, text: str, told: str
) -> None:
    """A manifest, or -A, may have named one that is not the call's."""
    assert addressed(text, flags, "logs") == told


def test_a_hint_has_the_namespace_of_the_call(dsctl: Run) -> None:
    """Errors pass through it, like every other line on stderr."""
    ran = dsctl("why", "-n", "logs")
    assert "hint: dsctl -n logs get lists them" in ran.err
