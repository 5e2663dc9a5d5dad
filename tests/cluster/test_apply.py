"""``dsctl apply`` and ``replace``: ownership, conflicts, selectors."""

from __future__ import annotations

from typing import Any

from tests.cluster.conftest import Dsctl, Kubectl
from tests.cluster.daemonsets import daemonset, text


def owners(obj: dict[str, Any]) -> set[tuple[str, str]]:
    """(manager, operation) of all who own fields of the object itself."""
    return {
        (entry["manager"], entry["operation"])
        for entry in obj["metadata"]["managedFields"]
        if not entry.get("subresource")
    }


def image(kubectl: Kubectl, name: str = "a") -> str:
    return kubectl("get", "ds", name, "-o", "jsonpath={.spec.template.spec.containers[0].image}")


def live(kubectl: Kubectl, name: str = "a") -> dict[str, Any]:
    return kubectl.json("get", "ds", name, "--show-managed-fields")


def test_created_configured_unchanged(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The three words are true: nothing is written by an apply that changes nothing."""
    first = dsctl("apply", "-f", "-", input=text(daemonset("a")))
    assert first.out == "daemonset.apps/a created\n"
    second = dsctl("apply", "-f", "-", input=text(daemonset("a", image="registry.example/agent:2")))
    assert second.out == "daemonset.apps/a configured\n"
    before = live(kubectl)["metadata"]["generation"]
    third = dsctl("apply", "-f", "-", input=text(daemonset("a", image="registry.example/agent:2")))
    assert third.out == "daemonset.apps/a unchanged\n"
    assert live(kubectl)["metadata"]["generation"] == before
    assert image(kubectl) == "registry.example/agent:2"


def test_create_replace_and_apply_never_conflict(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """What dsctl itself wrote by Update belongs to its Apply manager before the apply is sent."""
    dsctl("create", "-f", "-", input=text(daemonset("a", image="registry.example/agent:1")))
    dsctl("replace", "-f", "-", input=text(daemonset("a", image="registry.example/agent:2")))
    ran = dsctl("apply", "-f", "-", input=text(daemonset("a", image="registry.example/agent:3")))
    assert (ran.code, ran.out, ran.err) == (0, "daemonset.apps/a configured\n", "")
    assert image(kubectl) == "registry.example/agent:3"
    assert ("dsctl", "Apply") in owners(live(kubectl))
    assert ("dsctl", "Update") not in owners(live(kubectl))


def test_a_field_that_create_wrote_goes_when_the_manifest_drops_it(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Migrated before and not after the apply: the apply already owns what it should remove."""
    labelled = daemonset("a")
    labelled["metadata"]["labels"]["old"] = "yes"
    dsctl("create", "-f", "-", input=text(labelled))
    assert dsctl("apply", "-f", "-", input=text(daemonset("a"))).code == 0
    assert "old" not in live(kubectl)["metadata"]["labels"]


def test_a_kubectl_client_side_apply_is_taken_over(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The manager of the last-applied annotation is migrated, and the annotation goes with it."""
    kubectl("apply", "-f", "-", input=text(daemonset("a", image="registry.example/agent:1")))
    ran = dsctl("apply", "-f", "-", input=text(daemonset("a", image="registry.example/agent:2")))
    assert (ran.code, ran.out) == (0, "daemonset.apps/a configured\n")
    obj = live(kubectl)
    assert owners(obj) == {("dsctl", "Apply")}
    assert "kubectl.kubernetes.io/last-applied-configuration" not in (
        obj["metadata"].get("annotations") or {}
    )


def test_a_conflict_names_field_values_and_owner(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Fields that kubectl created stay kubectl's until --force-conflicts takes them over."""
    kubectl("create", "-f", "-", input=text(daemonset("a", image="registry.example/agent:1")))
    wanted = text(daemonset("a", image="registry.example/agent:2"))
    ran = dsctl("apply", "-f", "-", input=wanted)
    assert ran.code == 3
    assert 'spec.template.spec.containers[name="agent"].image' in ran.err
    for part in ("agent:1", "agent:2", "kubectl-create", "--force-conflicts"):
        assert part in ran.err
    assert image(kubectl) == "registry.example/agent:1"
    forced = dsctl("apply", "-f", "-", "--force-conflicts", input=wanted)
    assert (forced.code, forced.out) == (0, "daemonset.apps/a configured\n")
    assert image(kubectl) == "registry.example/agent:2"


def test_a_server_dry_run_foretells_the_apply(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Nothing is stored, not even moved ownership, and dsctl's own writes are no conflict."""
    dsctl("create", "-f", "-", input=text(daemonset("a", image="registry.example/agent:1")))
    wanted = text(daemonset("a", image="registry.example/agent:2"))
    ran = dsctl("apply", "-f", "-", "--dry-run=server", input=wanted)
    assert (ran.code, ran.out) == (0, "daemonset.apps/a configured (server dry run)\n")
    assert ("dsctl", "Update") in owners(live(kubectl))
    assert ("dsctl", "Apply") not in owners(live(kubectl))
    assert image(kubectl) == "registry.example/agent:1"


def test_a_selector_change_stops_everything_before_it_is_sent(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Exit code 1; the error names both selectors, and no other document is applied either."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    changed = daemonset("a")
    changed["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    changed["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    for command in ("apply", "replace"):
        ran = dsctl(command, "-f", "-", input=text(daemonset("b"), changed))
        assert (ran.code, ran.out) == (1, "")
        for part in ("immutable", "app=a", "app=other", "--cascade=orphan"):
            assert part in ran.err
    assert kubectl("get", "ds", "-o", "name") == "daemonset.apps/a\n"


def test_replace_replaces_and_needs_something_to_replace(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """A missing DaemonSet is exit code 3 with the command that would create it."""
    missing = dsctl("replace", "-f", "-", input=text(daemonset("a")))
    assert missing.code == 3
    assert "not found" in missing.err
    assert f"dsctl -n {kubectl.namespace} create" in missing.err
    dsctl("create", "-f", "-", input=text(daemonset("a")))
    ran = dsctl("replace", "-f", "-", input=text(daemonset("a", image="registry.example/agent:2")))
    assert ran.out == "daemonset.apps/a replaced\n"
    assert image(kubectl) == "registry.example/agent:2"


def test_a_forced_replace_makes_a_new_object(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """--force deletes, waits until it is gone, and creates again: even with another selector."""
    dsctl("create", "-f", "-", input=text(daemonset("a")))
    before = live(kubectl)["metadata"]["uid"]
    changed = daemonset("a")
    changed["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    changed["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    ran = dsctl("replace", "--force", "-f", "-", input=text(changed))
    assert ran.code == 0
    assert ran.out.endswith("daemonset.apps/a replaced\n")
    after = live(kubectl)
    assert after["metadata"]["uid"] != before
    assert after["spec"]["selector"] == {"matchLabels": {"app": "other"}}


def test_replace_with_a_stale_resource_version_is_a_conflict(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """A manifest that carries a resourceVersion replaces that version or nothing."""
    dsctl("create", "-f", "-", input=text(daemonset("a")))
    stale = daemonset("a", image="registry.example/agent:2")
    stale["metadata"]["resourceVersion"] = live(kubectl)["metadata"]["resourceVersion"]
    kubectl("label", "ds", "a", "touched=yes")
    ran = dsctl("replace", "-f", "-", input=text(stale))
    assert ran.code == 3
    assert image(kubectl) == "registry.example/agent:1"
