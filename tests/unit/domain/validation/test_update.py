"""Updates: what is immutable, what an old object excuses, and when pods are replaced."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dsctl.domain.validation import Severity, defaulted, validate_update
from tests.unit.domain.validation.sample import daemonset, with_container, with_pod


def outcome(new: dict[str, Any], old: dict[str, Any]) -> list[tuple[str, str]]:
    """Rule and path of everything said of the update."""
    return [(problem.rule, problem.path) for problem in validate_update(new, old)]


def test_no_change() -> None:
    """The same again is fine, also against what the server stored of it."""
    assert outcome(daemonset(), daemonset()) == []
    live = defaulted(daemonset())
    live["metadata"] |= {"uid": "u", "resourceVersion": "7", "generation": 3}
    assert outcome(daemonset(), live) == []


def test_selector_is_immutable() -> None:
    """Another selector is refused, another spelling of the same is not."""
    other = daemonset(selector={"matchLabels": {"app": "agent", "x": "y"}})
    other["spec"]["template"]["metadata"]["labels"]["x"] = "y"
    assert ("selector-immutable", "spec.selector") in outcome(other, daemonset())
    spelled = daemonset(selector={"matchLabels": {"app": "agent"}, "matchExpressions": []})
    assert outcome(spelled, daemonset()) == []


@pytest.mark.parametrize("field", ["name", "namespace", "uid", "deletionTimestamp"])
def test_identity_is_immutable(field: str) -> None:
    """Name, namespace, uid and deletion can't be changed by an update."""
    old, new = daemonset(), daemonset()
    old["metadata"]["uid"] = "a"
    new["metadata"][field] = "other"
    assert outcome(new, old) == [("field-immutable", f"metadata.{field}")]


def test_no_new_finalizers_while_deleted() -> None:
    """An object that is being deleted takes no new finalizers."""
    old, new = daemonset(), daemonset()
    old["metadata"] |= {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a.b/c"]}
    new["metadata"]["finalizers"] = ["a.b/c", "d.e/f"]
    assert outcome(new, old) == [("finalizers-while-deleted", "metadata.finalizers")]


def test_new_mistakes_are_errors_and_tolerated_old_ones_are_not() -> None:
    """What the server let in once it lets stay, for the rules it has relaxed that way."""
    wrong = with_pod(hostNetwork=True, securityContext={"sysctls": [{"name": "net.x"}]})
    assert outcome(wrong, daemonset())[0][0] == "sysctl-host-namespace"
    assert outcome(wrong, wrong) == []
    assert outcome(with_pod(dnsPolicy="x"), with_pod(dnsPolicy="x")) != []


@pytest.mark.parametrize(
    ("new", "old", "replaced"),
    [
        (with_container(image="agent:2"), daemonset(), True),
        (
            with_container(resources={"limits": {"memory": "1024Mi"}}),
            with_container(resources={"limits": {"memory": "1Gi"}}),
            False,
        ),
        (with_container(resources={}), daemonset(), False),
        (with_container(env=[]), daemonset(), False),
        (with_pod(hostPID=False), daemonset(), False),
        (with_pod(shareProcessNamespace=False), daemonset(), True),
        (with_pod(affinity={}), daemonset(), True),
        (with_pod(nodeSelector={"a": ""}), daemonset(), True),
        (daemonset(minReadySeconds=5), daemonset(), False),
        (daemonset(updateStrategy={"type": "OnDelete"}), daemonset(), False),
    ],
)
def test_pods_are_replaced_only_when_the_template_changes(
    new: dict[str, Any], old: dict[str, Any], replaced: bool
) -> None:
    """The template is compared as Go compares it: defaults, amounts, empty lists, pointers."""
    found = validate_update(new, old)
    assert [p.rule for p in found] == (["update-replaces-pods"] if replaced else [])
    assert all(p.severity is Severity.INFO for p in found)


def test_on_delete_says_when() -> None:
    """With OnDelete pods stay until they are deleted, and the note says so."""
    old = daemonset(updateStrategy={"type": "OnDelete"})
    new = copy.deepcopy(old)
    new["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
    (note,) = validate_update(new, old)
    assert "until it is deleted" in note.message
