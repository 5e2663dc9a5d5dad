"""Names of DaemonSets on the command line."""

from __future__ import annotations

import pytest

from dsctl.cli.names import strip_type_word
from dsctl.errors import UsageError


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", []),
        ("x", ["x"]),
        ("x y", ["x", "y"]),
        ("ds", []),
        ("ds x", ["x"]),
        ("daemonset a b", ["a", "b"]),
        ("DaemonSets.apps a", ["a"]),
        ("daemonsets.v1.apps a", ["a"]),
        ("ds/x", ["x"]),
        ("ds/a daemonset.apps/b", ["a", "b"]),
        ("ds/ds", ["ds"]),
        ("ds ds", ["ds"]),
        ("ds x k=v/w", ["x", "k=v/w"]),
        ("ds/x k=v/w old-", ["x", "k=v/w", "old-"]),
        ("ds/x c=registry/image:1", ["x", "c=registry/image:1"]),
        ("x pods", ["x", "pods"]),
        ("ds pods", ["pods"]),
        ("ds/pods", ["pods"]),
    ],
)
def test_names_are_found_in_every_form_kubectl_takes(words: str, names: list[str]) -> None:
    """The kind may stand first or before a slash; what is left are the names."""
    assert strip_type_word(words.split()) == names


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("ds/a b", "beside 'ds/a'"),
        ("a ds/b", "not in both"),
        ("ds ds/a", "not in both"),
        ("pods", "handles DaemonSets only"),
        ("po/x", "handles DaemonSets only"),
        ("ds,pods", "handles DaemonSets only"),
        ("deployments.apps x", "handles DaemonSets only"),
        ("ds/", "names no DaemonSet"),
    ],
)
def test_other_kinds_and_mixed_forms_are_refused(words: str, message: str) -> None:
    """Anything that is not clearly a DaemonSet is exit code 2, with a way on."""
    with pytest.raises(UsageError, match=message) as caught:
        strip_type_word(words.split())
    assert caught.value.hint
