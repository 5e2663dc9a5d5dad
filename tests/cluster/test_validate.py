"""``dsctl validate --against-cluster``: judged as an update of what really runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox
from tests.cluster.daemonsets import daemonset, text


def _rules(dsctl: Dsctl, path: Path) -> tuple[int, list[str], str]:
    ran = dsctl("validate", "-f", str(path), "--against-cluster", "-o", "json")
    (document,) = ran.json()["documents"]
    return ran.code, [finding["rule"] for finding in document["findings"]], ran.err


def test_a_selector_change_is_an_error_as_for_the_server(
    dsctl: Dsctl, kubectl: Kubectl, tmp_path: Path
) -> None:
    """dsctl says before the request what the server says to it, and where."""
    kubectl.apply(daemonset("a"))
    changed = daemonset("a")
    changed["spec"]["selector"] = {"matchLabels": {"other": "x"}}
    changed["spec"]["template"]["metadata"]["labels"] = {"other": "x"}
    path = tmp_path / "a.yaml"
    path.write_text(text(changed))
    code, rules, _ = _rules(dsctl, path)
    assert (code, rules.count("selector-immutable")) == (1, 1)
    with pytest.raises(AssertionError, match="field is immutable"):
        kubectl("replace", "-f", str(path), "--dry-run=server")


def test_what_would_restart_is_told(dsctl: Dsctl, kubectl: Kubectl, tmp_path: Path) -> None:
    """A new template replaces pods; the manifest that runs already changes nothing."""
    kubectl.apply(daemonset("a"))
    path = tmp_path / "a.yaml"
    path.write_text(text(daemonset("a")))
    code, rules, _ = _rules(dsctl, path)
    assert (code, "update-replaces-pods" in rules) == (0, False)
    changed = daemonset("a")
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/new:2"
    path.write_text(text(changed))
    code, rules, _ = _rules(dsctl, path)
    assert (code, "update-replaces-pods" in rules) == (0, True)


def test_a_daemonset_that_is_not_there_is_new(dsctl: Dsctl, tmp_path: Path) -> None:
    """It is judged as for a create, and said to be new."""
    path = tmp_path / "a.yaml"
    path.write_text(text(daemonset("a")))
    code, rules, err = _rules(dsctl, path)
    assert (code, "update-replaces-pods" in rules) == (0, False)
    assert "a is new" in err


def test_the_servers_version_is_judged_by(sandbox: Sandbox, dsctl: Dsctl, tmp_path: Path) -> None:
    """Without --kubernetes-version, the schema is that of the cluster."""
    path = tmp_path / "a.yaml"
    path.write_text(text(daemonset("a")))
    ran = dsctl("validate", "-f", str(path), "--against-cluster", "-o", "json")
    minor = ".".join(sandbox.release.removeprefix("v").split(".")[:2])
    assert ran.json()["kubernetesVersion"] == minor
    other = dsctl(
        "validate", "-f", str(path), "--against-cluster", "--kubernetes-version=1.35", "-o", "json"
    )
    assert other.json()["kubernetesVersion"] == "1.35"
