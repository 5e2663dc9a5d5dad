"""Defaulting before validation."""

from __future__ import annotations

from typing import Any

import pytest

from dsctl.domain.validation import defaulted
from dsctl.domain.validation.images import pull_policy, tag_of
from tests.unit.domain.validation.sample import daemonset, with_container, with_pod, with_volumes


def _pod(obj: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = defaulted(obj)["spec"]["template"]["spec"]
    return pod


def test_the_spec_itself() -> None:
    """Strategy and history have defaults; OnDelete has no numbers."""
    spec = defaulted(daemonset())["spec"]
    assert spec["updateStrategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0},
    }
    assert spec["revisionHistoryLimit"] == 10
    on_delete = defaulted(daemonset(updateStrategy={"type": "OnDelete"}))["spec"]
    assert on_delete["updateStrategy"] == {"type": "OnDelete"}


def test_the_input_is_left_alone() -> None:
    """Defaults go into a copy."""
    obj = with_volumes({"name": "v"})
    defaulted(obj)
    assert obj == with_volumes({"name": "v"})


def test_service_account_and_its_old_name_agree() -> None:
    """serviceAccount is another name of serviceAccountName, which wins."""
    assert _pod(with_pod(serviceAccount="old"))["serviceAccountName"] == "old"
    both = _pod(with_pod(serviceAccount="old", serviceAccountName="new"))
    assert both["serviceAccount"] == both["serviceAccountName"] == "new"


def test_resources_lose_what_is_finer_than_a_thousandth() -> None:
    """Quantities are rounded up to milli; what does not parse is left to be reported."""
    limits = {"cpu": "0.1m", "memory": "1Gi", "x": "?"}
    container = _pod(with_container(resources={"limits": limits}))["containers"][0]
    assert container["resources"]["limits"] == {"cpu": "1m", "memory": "1Gi", "x": "?"}


@pytest.mark.parametrize(
    ("image", "tag", "policy"),
    [
        ("agent", "latest", "Always"),
        ("agent:latest", "latest", "Always"),
        ("agent:1", "1", "IfNotPresent"),
        ("host:5000/agent", "latest", "Always"),
        ("host:5000/team/agent:v1", "v1", "IfNotPresent"),
        ("agent@sha256:" + "0" * 64, "", "IfNotPresent"),
        ("agent:latest@sha256:" + "0" * 64, "latest", "Always"),
        ("::::", None, "IfNotPresent"),
        (" ", None, "IfNotPresent"),
        ("Agent", None, "IfNotPresent"),
    ],
)
def test_pull_policy_follows_the_tag(image: str, tag: str | None, policy: str) -> None:
    """latest, written or implied, is always pulled; what can't be parsed is not."""
    assert (tag_of(image), pull_policy(image)) == (tag, policy)
