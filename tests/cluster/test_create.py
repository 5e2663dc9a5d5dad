"""``dsctl create`` against the real API server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cluster.conftest import Dsctl, Kubectl
from tests.cluster.daemonsets import daemonset, text


def names(kubectl: Kubectl) -> list[str]:
    return kubectl("get", "ds", "-o", "jsonpath={.items[*].metadata.name}").split()


def test_a_file_with_many_documents_creates_each_and_names_what_it_passed_over(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Other kinds beside the DaemonSets are named on stderr and are no failure."""
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}
    ran = dsctl("create", "-f", "-", input=text(daemonset("a"), config, daemonset("b")))
    assert (ran.code, ran.out) == (0, "daemonset.apps/a created\ndaemonset.apps/b created\n")
    assert "passed over" in ran.err
    assert "ConfigMap/settings" in ran.err
    assert names(kubectl) == ["a", "b"]
    assert kubectl("get", "configmap", "settings", "--ignore-not-found") == ""


def test_a_list_and_json_are_read_too(dsctl: Dsctl, kubectl: Kubectl, tmp_path: Path) -> None:
    """``kind: List`` counts as its items; a directory gives its files in order."""
    listed = {"apiVersion": "v1", "kind": "List", "items": [daemonset("a"), daemonset("b")]}
    (tmp_path / "list.json").write_text(json.dumps(listed))
    (tmp_path / "more.yaml").write_text(text(daemonset("c")))
    (tmp_path / "ignored.txt").write_text("not a manifest")
    assert dsctl("create", "-f", str(tmp_path)).code == 0
    assert names(kubectl) == ["a", "b", "c"]


def test_an_image_is_enough(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """``create NAME --image`` makes a DaemonSet that the server accepts and the controller runs."""
    ran = dsctl("create", "agent", "--image=registry.example/a/b:1", "--port=80", "--", "run", "-v")
    assert ran.out == "daemonset.apps/agent created\n"
    obj = kubectl.json("get", "ds", "agent", "--show-managed-fields")
    container = obj["spec"]["template"]["spec"]["containers"][0]
    assert (container["name"], container["image"]) == ("b", "registry.example/a/b:1")
    assert container["command"] == ["run", "-v"]
    assert container["ports"][0]["containerPort"] == 80
    assert obj["metadata"]["managedFields"][0]["manager"] == "dsctl"


@pytest.mark.parametrize("mode", ["client", "server"])
def test_a_dry_run_stores_nothing(dsctl: Dsctl, kubectl: Kubectl, mode: str) -> None:
    """Both dry runs say so in kubectl's words, and leave the namespace empty."""
    ran = dsctl("create", "-f", "-", f"--dry-run={mode}", input=text(daemonset("a")))
    words = {"client": "(dry run)", "server": "(server dry run)"}
    assert (ran.code, ran.out) == (0, f"daemonset.apps/a created {words[mode]}\n")
    assert names(kubectl) == []


def test_a_taken_name_says_apply(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """The second create is refused with exit code 3, and the hint is the command that would do."""
    manifest = text(daemonset("a"))
    assert dsctl("create", "-f", "-", input=manifest).code == 0
    ran = dsctl("create", "-f", "-", input=manifest)
    assert ran.code == 3
    assert '"a" already exists' in ran.err
    assert f"dsctl -n {kubectl.namespace} apply -f -" in ran.err


def test_one_refusal_does_not_stop_the_others(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """What the server took is reported as done, what it refused is named with line and field."""
    broken = daemonset("b")
    broken["spec"]["template"]["spec"]["restartPolicy"] = "Never"
    ran = dsctl("create", "-f", "-", input=text(daemonset("a"), broken, daemonset("c")))
    assert ran.code == 3
    assert ran.out == "daemonset.apps/a created\ndaemonset.apps/c created\n"
    assert 'daemonsets.apps "b"' not in ran.out
    assert "spec.template.spec.restartPolicy" in ran.err
    assert "-:3" in ran.err
    assert names(kubectl) == ["a", "c"]


def test_two_documents_of_one_name_send_nothing(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """They can't both be meant: exit code 1, and not even the first is sent."""
    ran = dsctl("create", "-f", "-", input=text(daemonset("a"), daemonset("a")))
    assert ran.code == 1
    assert "-:1" in ran.err
    assert "-:3" in ran.err
    assert names(kubectl) == []


def test_an_unknown_field_is_the_servers_to_refuse(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """--validate is the server's field validation: strict refuses, warn warns, ignore is silent."""
    misspelt = daemonset("a")
    misspelt["spec"]["minReadySecond"] = 3
    strict = dsctl("create", "-f", "-", input=text(misspelt))
    assert strict.code == 3
    assert "minReadySecond" in strict.err
    assert names(kubectl) == []
    warned = dsctl("create", "-f", "-", "--validate=warn", input=text(misspelt))
    assert warned.code == 0
    assert 'Warning: unknown field "spec.minReadySecond"' in warned.err
    again = {**misspelt, "metadata": {"name": "b"}}
    ignored = dsctl("create", "-f", "-", "--validate=ignore", input=text(again))
    assert (ignored.code, ignored.err) == (0, "")


def test_a_warning_of_the_server_can_be_made_an_error(dsctl: Dsctl) -> None:
    """With --warnings-as-errors the command does its work and then exits 1."""
    misspelt = daemonset("a")
    misspelt["spec"]["minReadySecond"] = 3
    ran = dsctl(
        "create", "-f", "-", "--validate=warn", "--warnings-as-errors", input=text(misspelt)
    )
    assert ran.out == "daemonset.apps/a created\n"
    assert ran.code == 1
    assert "1 warning received" in ran.err


def test_an_unknown_namespace_is_named(dsctl: Dsctl) -> None:
    """The server's own words, exit code 3."""
    ran = dsctl("create", "-f", "-", "-n", "no-such-namespace", input=text(daemonset("a")))
    assert ran.code == 3
    assert 'namespaces "no-such-namespace" not found' in ran.err


def test_a_manifest_of_another_namespace_needs_it_named(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """As with kubectl: -n and the manifest must agree."""
    obj = daemonset("a")
    obj["metadata"]["namespace"] = "elsewhere"
    ran = dsctl("create", "-f", "-", input=text(obj))
    assert ran.code == 2
    assert "'elsewhere'" in ran.err
    assert names(kubectl) == []


def test_forbidden_says_who_may_not_do_what(dsctl: Dsctl, namespace: str) -> None:
    """Verb, resource, namespace and user, in the server's words."""
    ran = dsctl("create", "-f", "-", "--as", "nobody", input=text(daemonset("a")))
    assert ran.code == 3
    for part in ("nobody", "create", "daemonsets", namespace):
        assert part in ran.err


@pytest.mark.parametrize("command", ["create", "apply", "replace"])
@pytest.mark.parametrize(
    "document",
    [
        "metadata: [a]\nspec: [b]",
        "metadata: {name: odd, labels: [x], annotations: 3}\nspec: [b]",
        "metadata: {name: 12, namespace: [x]}\nspec: {selector: {matchExpressions: 7}}",
        "metadata: {name: odd}\nspec: {selector: x, template: {spec: null}}",
        "spec: null",
    ],
)
def test_whatever_a_manifest_holds_is_refused_in_words(
    dsctl: Dsctl, command: str, document: str
) -> None:
    """Values of the wrong type are told with their line; nothing ends in a traceback."""
    manifest = f"apiVersion: apps/v1\nkind: DaemonSet\n{document}\n"
    ran = dsctl(command, "-f", "-", input=manifest)
    assert ran.code in (2, 3)
    assert ran.err.startswith("error: -:")
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_plan_of_what_is_there_already_says_that_create_is_refused(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Before the question, not after a yes."""
    new = dsctl("create", "-f", "-", "--plan", input=text(daemonset("a")))
    assert (new.code, "already exists" in new.err) == (0, False)
    kubectl.apply(daemonset("a"))
    ran = dsctl("create", "-f", "-", "--plan", input=text(daemonset("a")))
    assert ran.code == 0
    assert "warning: daemonset 'a' already exists: create is refused" in ran.err
    applied = dsctl("apply", "-f", "-", "--plan", input=text(daemonset("a")))
    assert "already exists" not in applied.err
