"""``dsctl diff``: the diff that kubectl prints, and a consequence that comes true."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, _run, eventually
from tests.cluster.daemonsets import daemonset, text

UID = re.compile(r"(uid|creationTimestamp): .*")


def body(output: str) -> str:
    """The diff without its file names, which hold times and temporary directories."""
    kept = [line for line in output.splitlines() if not re.match(r"diff -u|--- |\+\+\+ ", line)]
    return UID.sub(r"\1: …", "\n".join(kept))


def kubectl_diff(sandbox: Sandbox, namespace: str, manifest: str) -> tuple[int, str]:
    command = [str(sandbox.kubectl_program), "-n", namespace, "diff", "-f", "-"]
    flags = ["--server-side", "--field-manager=dsctl"]
    ran = _run([*command, *flags], sandbox.environ, manifest, 60)
    return ran.code, ran.out


def test_the_diff_is_kubectls(dsctl: Dsctl, kubectl: Kubectl, sandbox: Sandbox) -> None:
    """Line for line, for what is new, changed and the same; so are the exit codes."""
    first, second = daemonset("a"), daemonset("a", image="registry.example/agent:2")
    second["metadata"]["labels"]["team"] = "infra"
    second["spec"]["template"]["spec"]["tolerations"] = [{"operator": "Exists"}]
    for manifest, code in ((first, 1), (first, 0), (second, 1)):
        ours = dsctl("diff", "-f", "-", input=text(manifest))
        theirs = kubectl_diff(sandbox, kubectl.namespace, text(manifest))
        assert (ours.code, theirs[0]) == (code, code), ours.err
        assert body(ours.out) == body(theirs[1])
        if manifest is first:
            dsctl("apply", "-f", "-", input=text(first))
            dsctl("wait", "a", "--for=rolled-out")
    name = f"apps.v1.DaemonSet.{kubectl.namespace}.a"
    lines = dsctl("diff", "-f", "-", input=text(second)).out.splitlines()
    assert lines[:3] == [
        f"diff -u -N LIVE/{name} MERGED/{name}",
        f"--- LIVE/{name}",
        f"+++ MERGED/{name}",
    ]


@pytest.fixture
def marked(sandbox: Sandbox) -> Iterator[str]:
    """A label that four nodes have: ``one`` on two of them, ``two`` on the others."""
    label = f"test-{secrets.token_hex(4)}"
    nodes = sandbox.kubectl("get", "nodes", "-o", "name").split()[:4]
    for value, some in (("one", nodes[:2]), ("two", nodes[2:])):
        sandbox.kubectl("label", *some, f"{label}={value}")
    yield label
    sandbox.kubectl("label", *nodes, f"{label}-")


def pods(kubectl: Kubectl) -> dict[str, str]:
    """Node and uid of every pod that is not going."""
    found = kubectl.json("get", "pods")["items"]
    return {
        pod["spec"]["nodeName"]: pod["metadata"]["uid"]
        for pod in found
        if "nodeName" in pod["spec"] and not pod["metadata"].get("deletionTimestamp")
    }


def on(label: str, *values: str, image: str = "registry.example/agent:1") -> dict[str, Any]:
    """A DaemonSet on the nodes with one of these values, with every taint tolerated."""
    obj = daemonset("a", image=image)
    expression = {"key": label, "operator": "In", "values": list(values)}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    pod = obj["spec"]["template"]["spec"]
    pod["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    pod["tolerations"] = [{"operator": "Exists"}]
    obj["spec"]["updateStrategy"] = {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 9},
    }
    return obj


@pytest.mark.parametrize(
    ("values", "image", "sentence"),
    [
        (("one",), "registry.example/agent:1", None),
        (("one",), "registry.example/agent:2", "pods replaced on 2 nodes"),
        (("one", "two"), "registry.example/agent:1", "pods replaced on 2 nodes, 2 nodes gained"),
        (("two",), "registry.example/agent:1", "2 nodes gained, 2 nodes lost"),
    ],
)
def test_the_consequence_comes_true(
    values: tuple[str, ...],
    image: str,
    sentence: str | None,
    marked: str,
    dsctl: Dsctl,
    kubectl: Kubectl,
) -> None:
    """The nodes that gain, lose and replace a pod are as many as were foretold."""
    dsctl("apply", "-f", "-", input=text(on(marked, "one")))
    before = eventually(lambda: found if len(found := pods(kubectl)) == 2 else None)
    assert before is not None
    manifest = text(on(marked, *values, image=image))
    told = dsctl("diff", "-f", "-", input=manifest)
    report = dsctl("diff", "-f", "-", "-o", "json", input=manifest).json()
    (item,) = report["items"]
    if sentence is None:
        assert (told.code, told.out, told.err) == (0, "", "")
        assert (item["changes"], item["consequence"]) == ([], None)
        return
    assert told.code == 1
    assert told.err == f"daemonset 'a': {sentence}\n"
    dsctl("apply", "-f", "-", input=manifest)

    def arrived() -> bool:
        after = pods(kubectl)
        both = before.keys() & after.keys()
        assert item["consequence"] == {
            "replaced": sum(before[node] != after[node] for node in both),
            "gained": len(after.keys() - before.keys()),
            "lost": len(before.keys() - after.keys()),
        }
        return True

    assert eventually(arrived)


def test_the_report_has_every_field(dsctl: Dsctl) -> None:
    """A DiffReport: changes by path, without what the server counts by itself."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    changed = daemonset("a", image="registry.example/agent:2")
    changed["metadata"]["labels"]["team"] = "infra"
    ran = dsctl("diff", "-f", "-", "-o", "json", input=text(changed))
    assert ran.code == 1
    report = ran.json()
    assert (report["apiVersion"], report["kind"]) == ("dsctl/v1", "DiffReport")
    (item,) = report["items"]
    assert item["daemonSet"]["name"] == "a"
    assert [(c["op"], c["path"], c["old"], c["new"]) for c in item["changes"]] == [
        ("add", "metadata.labels[team]", None, "infra"),
        (
            "replace",
            "spec.template.spec.containers[0].image",
            "registry.example/agent:1",
            "registry.example/agent:2",
        ),
    ]


def test_what_apply_would_remove_is_shown(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Also of what create and kubectl's apply wrote, whose ownership apply migrates first."""
    rich = daemonset("a", minReadySeconds=5)
    rich["metadata"]["labels"]["old"] = "yes"
    rich["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"containerPort": 80}]
    rich["spec"]["template"]["spec"]["tolerations"] = [{"operator": "Exists"}]
    for create in (
        lambda: dsctl("create", "-f", "-", input=text(rich)),
        lambda: kubectl("apply", "-f", "-", input=text(rich)),
    ):
        create()
        before = kubectl.json("get", "ds", "a")["spec"]
        ran = dsctl("diff", "-f", "-", "-o", "json", input=text(daemonset("a")))
        (item,) = ran.json()["items"]
        paths = {c["path"]: (c["op"], c["new"]) for c in item["changes"]}
        pod = "spec.template.spec"
        assert paths["metadata.labels[old]"] == ("remove", None)
        assert paths[f"{pod}.tolerations"] == ("remove", None)
        assert paths[f"{pod}.containers[0].ports"] == ("remove", None)
        assert "spec.minReadySeconds" in paths
        assert kubectl.json("get", "ds", "a")["spec"] == before
        dsctl("apply", "-f", "-", input=text(daemonset("a")))
        assert dsctl("diff", "-f", "-", input=text(daemonset("a"))).code == 0
        kubectl("delete", "ds", "a")


def test_conflicts_are_told_and_the_diff_is_shown_all_the_same(dsctl: Dsctl) -> None:
    """Whose field it is stands on stderr; with --force-conflicts nothing is said."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    dsctl("set", "image", "a", "agent=registry.example/agent:9")
    ran = dsctl("diff", "-f", "-", input=text(daemonset("a")))
    assert ran.code == 1
    assert "-      - image: registry.example/agent:9" in ran.out
    assert "owned by dsctl-set" in ran.err
    forced = dsctl("diff", "-f", "-", "--force-conflicts", input=text(daemonset("a")))
    assert forced.code == 1
    assert [line for line in forced.out.splitlines() if "image:" in line] == [
        "-      - image: registry.example/agent:9",
        "+      - image: registry.example/agent:1",
    ]
    assert "owned by" not in forced.err


def test_another_program(dsctl: Dsctl, kubectl: Kubectl, tmp_path: Path) -> None:
    """KUBECTL_EXTERNAL_DIFF gets two directories; its code is the command's, unless it failed."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    changed = text(daemonset("a", image="registry.example/agent:2"))
    script = tmp_path / "compare"
    script.write_text(
        '#!/bin/sh\necho "$1" "$(cat $2/* | grep -c agent:1)" "$(ls $3)"\nexit $CODE\n'
    )
    script.chmod(0o755)
    for code, expected in ((0, 0), (1, 1), (3, 2)):
        environ = {"KUBECTL_EXTERNAL_DIFF": f"{script} -x ;rm", "CODE": str(code)}
        ran = dsctl("diff", "-f", "-", input=changed, environ=environ)
        assert (ran.code, ran.out) == (expected, f"-x 1 apps.v1.DaemonSet.{kubectl.namespace}.a\n")
    missing = {"KUBECTL_EXTERNAL_DIFF": "/nonexistent/diff"}
    ran = dsctl("diff", "-f", "-", input=changed, environ=missing)
    assert ran.code == 2
    assert 'failed to run "/nonexistent/diff"' in ran.err


def test_failures_are_above_one(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """1 means that they differ: what could not be compared ends with 2 or 3, the rest is shown."""
    dsctl("apply", "-f", "-", input=text(daemonset("a")))
    selector = daemonset("a")
    selector["spec"]["selector"] = {"matchLabels": {"app": "b"}}
    invalid = daemonset("b", minReadySeconds=-1)
    ran = dsctl("diff", "-f", "-", input=text(selector, invalid, daemonset("c")))
    assert ran.code == 3
    assert "immutable" in ran.err
    assert "minReadySeconds" in ran.err
    assert "apps.v1.DaemonSet" in ran.out
    assert dsctl("diff", "-f", "-", input=text(selector)).code == 2
    assert dsctl("diff", "-f", "/nonexistent.yaml").code == 2
    assert dsctl("diff").code == 2
    assert json.loads(kubectl("get", "ds", "-o", "json"))["items"][0]["metadata"]["name"] == "a"
