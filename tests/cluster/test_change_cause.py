"""``--change-cause``: history tells the cause of each change, and of no other."""

from __future__ import annotations

import json
from typing import Any

from tests.cluster.conftest import Dsctl, Kubectl, eventually
from tests.cluster.daemonsets import daemonset, text
from tests.cluster.holds import settled

CAUSE = "kubernetes.io/change-cause"


def manifest(image: int, cause: str | None = None, **spec: Any) -> str:
    obj = daemonset("a", image=f"registry.example/agent:{image}", **spec)
    if cause is not None:
        obj["metadata"]["annotations"] = {CAUSE: cause}
    return text(obj)


def live(kubectl: Kubectl) -> dict[str, Any]:
    found: dict[str, Any] = kubectl.json("get", "ds", "a", "--show-managed-fields")
    return found


def cause(kubectl: Kubectl) -> str | None:
    found: str | None = live(kubectl)["metadata"].get("annotations", {}).get(CAUSE)
    return found


def history(kubectl: Kubectl, *expected: tuple[int, str | None]) -> None:
    """Wait until the ControllerRevisions are these: number and change cause."""
    found: list[tuple[int, str | None]] = []

    def look() -> bool:
        items = kubectl.json("get", "controllerrevisions")["items"]
        found[:] = sorted(
            (r["revision"], r["metadata"].get("annotations", {}).get(CAUSE)) for r in items
        )
        return found == list(expected)

    try:
        eventually(look, 10)
    except AssertionError:
        assert found == list(expected)


def test_create_apply_and_replace_record_it(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Each revision has the cause that was given with it, in the write that made it."""
    assert dsctl("create", "-f", "-", "--change-cause=first", input=manifest(1)).code == 0
    history(kubectl, (1, "first"))
    assert dsctl("apply", "-f", "-", "--change-cause", "second", input=manifest(2)).code == 0
    history(kubectl, (1, "first"), (2, "second"))
    assert dsctl("replace", "-f", "-", "--change-cause=third", input=manifest(3)).code == 0
    history(kubectl, (1, "first"), (2, "second"), (3, "third"))


def test_apply_without_one_clears_the_old_one_with_the_template_only(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """An apply that leaves the template alone keeps the cause, another takes it away."""
    dsctl("apply", "-f", "-", "--change-cause=first", input=manifest(1))
    ran = dsctl("apply", "-f", "-", input=manifest(1))
    assert ran.out == "daemonset.apps/a unchanged\n"
    ran = dsctl("apply", "-f", "-", input=manifest(1, minReadySeconds=1))
    assert (ran.out, cause(kubectl)) == ("daemonset.apps/a configured\n", "first")
    dsctl("apply", "-f", "-", input=manifest(2, minReadySeconds=1))
    history(kubectl, (1, "first"), (2, None))
    assert cause(kubectl) is None


def test_replace_without_one_clears_the_old_one_with_the_template_only(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Also where the file is a dump of the live object, as in get | sed | replace."""
    dsctl("create", "-f", "-", "--change-cause=first", input=manifest(1))
    dsctl("replace", "-f", "-", input=manifest(1, minReadySeconds=1))
    assert cause(kubectl) == "first"
    settled(kubectl)  # the dump has a resourceVersion
    dumped = dsctl("get", "a", "-o", "yaml").out
    ran = dsctl("replace", "-f", "-", input=dumped.replace("agent:1", "agent:2"))
    assert (ran.code, ran.err) == (0, "")
    history(kubectl, (1, "first"), (2, None))


def test_a_cause_for_no_change_is_said_not_to_be_recorded(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The revision in place keeps the cause that made it."""
    dsctl("apply", "-f", "-", "--change-cause=first", input=manifest(1))
    for verb in ("apply", "replace"):
        ran = dsctl(verb, "-f", "-", "--change-cause=again", input=manifest(1))
        assert ran.code == 0
        assert "the template did not change: the change cause is not recorded" in ran.err
        assert cause(kubectl) == "first"


def test_the_manifests_own_annotation_is_a_cause(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """It holds for apply and replace, and --change-cause goes before it."""
    dsctl("apply", "-f", "-", input=manifest(1, "of the file"))
    assert cause(kubectl) == "of the file"
    dsctl("replace", "-f", "-", input=manifest(2, "another"))
    assert cause(kubectl) == "another"
    dsctl("apply", "-f", "-", "--change-cause=of the flag", input=manifest(3, "of the file"))
    history(kubectl, (1, "of the file"), (2, "another"), (3, "of the flag"))


def test_a_cause_that_kubectl_annotated_is_replaced_and_cleared(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Another manager owns the annotation: no conflict, and no old cause in the new revision."""
    dsctl("apply", "-f", "-", input=manifest(1))
    kubectl("annotate", "ds", "a", f"{CAUSE}=by kubectl")
    ran = dsctl("apply", "-f", "-", "--change-cause=ours", input=manifest(2))
    assert (ran.code, ran.err) == (0, "")
    history(kubectl, (1, None), (2, "ours"))
    kubectl("annotate", "ds", "a", f"{CAUSE}=by kubectl", "--overwrite")
    assert dsctl("apply", "-f", "-", input=manifest(2)).out == "daemonset.apps/a unchanged\n"
    assert cause(kubectl) == "by kubectl"
    assert dsctl("apply", "-f", "-", input=manifest(3)).code == 0
    history(kubectl, (1, None), (2, "ours"), (3, None))


def test_a_template_that_comes_back_gets_the_new_cause(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The controller only renumbers its revision, and copies no annotation into it."""
    dsctl("apply", "-f", "-", "--change-cause=first", input=manifest(1))
    history(kubectl, (1, "first"))
    dsctl("apply", "-f", "-", "--change-cause=second", input=manifest(2))
    history(kubectl, (1, "first"), (2, "second"))
    dsctl("apply", "-f", "-", "--change-cause=back again", input=manifest(1))
    history(kubectl, (2, "second"), (3, "back again"))


def test_a_conflict_on_another_field_leaves_the_cause(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Nothing is cleared for an apply that the server refuses."""
    dsctl("apply", "-f", "-", "--change-cause=first", input=manifest(1))
    kubectl("set", "image", "ds/a", "agent=registry.example/agent:9")
    kubectl("annotate", "ds", "a", f"{CAUSE}=by kubectl", "--overwrite")
    ran = dsctl("apply", "-f", "-", "--change-cause=mine", input=manifest(2))
    assert (ran.code, "belongs to another manager" in ran.err) == (3, True)
    assert cause(kubectl) == "by kubectl"


def test_a_dry_run_shows_it_and_stores_nothing(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """--dry-run=server for all three, --dry-run=client for create."""
    args = ("-f", "-", "--change-cause=why", "-o", "json")
    for mode in ("client", "server"):
        shown = json.loads(dsctl("create", *args, f"--dry-run={mode}", input=manifest(1)).out)
        assert shown["metadata"]["annotations"][CAUSE] == "why"
    dsctl("apply", "-f", "-", "--change-cause=first", input=manifest(1))
    for verb in ("apply", "replace"):
        shown = json.loads(dsctl(verb, *args, "--dry-run=server", input=manifest(2)).out)
        assert shown["metadata"]["annotations"][CAUSE] == "why"
    assert cause(kubectl) == "first"
