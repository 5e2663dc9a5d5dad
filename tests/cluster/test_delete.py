"""``dsctl delete`` against a real control plane: what is gone, what stays, and what is said."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dsctl.actions import targets
from dsctl.actions.delete import DeleteHow, NotDeleted, Propagation, each
from dsctl.api.client import Cluster
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.errors import Conflict
from tests.cluster.conftest import Dsctl, Kubectl, Ran, Sandbox, eventually
from tests.cluster.daemonsets import daemonset

#: nodes of the shared sandbox that take a DaemonSet without tolerations
COUNT = 9


def marked(name: str, **metadata: Any) -> dict[str, Any]:
    """A DaemonSet with more metadata: labels, finalizers, a namespace."""
    obj = daemonset(name)
    obj["metadata"] |= metadata
    return obj


def running(kubectl: Kubectl, name: str) -> None:
    """Create it, and wait until it has all its pods."""
    kubectl.apply(daemonset(name))
    kubectl("rollout", "status", f"ds/{name}", "--timeout=50s")


def names(kubectl: Kubectl) -> list[str]:
    """The DaemonSets that the server has."""
    return [item["metadata"]["name"] for item in kubectl.json("get", "ds")["items"]]


def pods(kubectl: Kubectl, name: str) -> dict[str, dict[str, Any]]:
    """The pods of one label, by uid."""
    found = kubectl.json("get", "pods", "-l", f"app={name}")["items"]
    return {pod["metadata"]["uid"]: pod for pod in found}


def hold(kubectl: Kubectl, kind: str, name: str) -> None:
    """Put a finalizer on an object, which keeps it until ``release``."""
    kubectl("patch", kind, name, "--type=merge", "-p", '{"metadata":{"finalizers":["test/hold"]}}')


def release(kubectl: Kubectl, kind: str, name: str) -> None:
    """Let it go."""
    kubectl("patch", kind, name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')


def test_delete_takes_the_pods_along(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """By default the DaemonSet is gone when dsctl returns, and its pods follow."""
    running(kubectl, "one")
    result = dsctl("delete", "one")
    told = f"deleting daemonset 'one': {COUNT} pods on {COUNT} nodes go with it\n"
    assert result == Ran(
        0, f'daemonset.apps "one" deleted from {kubectl.namespace} namespace\n', told
    )
    assert names(kubectl) == []
    eventually(lambda: not pods(kubectl, "one"))


def test_several_names_go_on_past_a_missing_one(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """A name that is not there is reported and does not stop the others."""
    kubectl.apply(daemonset("one"), daemonset("two"), daemonset("keep"))
    result = dsctl("delete", "one", "missing", "two")
    assert names(kubectl) == ["keep"]
    assert result.code == 3
    assert [line.split('"')[1] for line in result.out.splitlines()] == ["one", "two"]
    assert result.err.splitlines()[-1] == 'error: daemonsets.apps "missing" not found'


@pytest.mark.parametrize("spelling", ["orphan", "false"])
def test_orphan_keeps_the_same_pods(kubectl: Kubectl, dsctl: Dsctl, spelling: str) -> None:
    """With --cascade=orphan (or false) every pod stays, by uid, without an owner."""
    running(kubectl, "one")
    before = pods(kubectl, "one")
    result = dsctl("delete", "one", f"--cascade={spelling}")
    assert result.code == 0
    assert names(kubectl) == []
    after = pods(kubectl, "one")
    assert after.keys() == before.keys()
    assert not any(pod["metadata"].get("ownerReferences") for pod in after.values())
    assert not any(pod["metadata"].get("deletionTimestamp") for pod in after.values())
    *notes, _, last, adopt = result.err.splitlines()
    assert last == f"daemonset 'one': {len(before)} pods stay, without an owner"
    assert adopt == f"to adopt them: dsctl -n {kubectl.namespace} adopt -f FILE"
    deprecated = (
        "warning: --cascade=false is deprecated (boolean value) "
        "and can be replaced with --cascade=orphan."
    )
    assert notes == ([deprecated] if spelling == "false" else [])


def test_orphan_counts_its_own_pods_alone(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Pods that its selector matches but another DaemonSet owns are neither counted nor touched."""
    other = daemonset("other")
    other["spec"]["template"]["metadata"]["labels"] |= {"app": "one", "own": "other"}
    other["spec"]["selector"] = {"matchLabels": {"own": "other"}}
    kubectl.apply(other)
    kubectl("rollout", "status", "ds/other", "--timeout=50s")
    running(kubectl, "one")
    both = pods(kubectl, "one")
    result = dsctl("delete", "one", "--cascade=orphan")
    after = pods(kubectl, "one")
    assert after.keys() == both.keys()
    free = [pod for pod in after.values() if not pod["metadata"].get("ownerReferences")]
    assert len(free) == len(both) / 2
    assert f"daemonset 'one': {len(free)} pods stay, without an owner\n" in result.err


def test_foreground_waits_for_the_pods(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """With --cascade=foreground no pod is left when dsctl returns."""
    running(kubectl, "one")
    assert dsctl("delete", "one", "--cascade=foreground").code == 0
    assert names(kubectl) == []
    assert pods(kubectl, "one") == {}


def test_foreground_timeout_names_what_is_left(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """A pod that can't go ends the wait with 124 and is named, with its node and the cause."""
    running(kubectl, "one")
    pod = next(iter(pods(kubectl, "one").values()))
    name, node = pod["metadata"]["name"], pod["spec"]["nodeName"]
    hold(kubectl, "pod", name)
    try:
        started = time.monotonic()
        result = dsctl("delete", "one", "--cascade=foreground", "--timeout=2s")
        assert 2 <= time.monotonic() - started < 10
        assert result.code == 124
        assert result.err.splitlines(keepends=True)[-1] == (
            "error: timed out waiting for the condition on daemonsets/one: "
            "waits for its pods (foreground deletion); "
            f"1 pod left: {name} on {node} (Terminating, finalizer test/hold)\n"
        )
        assert names(kubectl) == ["one"]
    finally:
        release(kubectl, "pod", name)
    eventually(lambda: names(kubectl) == [])


def test_a_finalizer_is_named_and_wait_false_does_not_wait(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """Without waiting the command ends at once; with it, the finalizer is named at the end."""
    kubectl.apply(marked("one", finalizers=["test/hold"]))
    try:
        assert dsctl("delete", "one", "--wait=false").code == 0
        result = dsctl("delete", "one", "--timeout=1s")
        assert result.code == 124
        assert result.err.endswith("daemonsets/one: finalizer test/hold\n")
    finally:
        release(kubectl, "ds", "one")


def test_the_wait_is_for_the_deleted_uid(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """An object of the same name, made meanwhile, does not keep the command waiting."""
    kubectl.apply(marked("one", finalizers=["test/hold"]))
    old = kubectl.json("get", "ds", "one")["metadata"]["uid"]

    def replaced() -> str:
        release(kubectl, "ds", "one")
        kubectl.apply(daemonset("one"))
        return str(kubectl.json("get", "ds", "one")["metadata"]["uid"])

    result, new = during(
        lambda: dsctl("delete", "one", "--timeout=30s"),
        lambda: kubectl.json("get", "ds", "one")["metadata"].get("deletionTimestamp"),
        replaced,
    )
    assert result.code == 0
    assert new != old
    assert names(kubectl) == ["one"]


def test_an_object_that_was_replaced_since_it_was_listed_stays(
    sandbox: Sandbox, kubectl: Kubectl
) -> None:
    """The uid that was listed is the precondition: the new object of that name is not deleted."""
    kubectl.apply(daemonset("one"))
    config = load(ConnectionOptions(namespace=kubectl.namespace), sandbox.environ)
    with closing(Cluster(config, on_warning=str)) as cluster:
        (listed,) = targets.listed(cluster, kubectl.namespace)
        kubectl("delete", "ds", "one")
        kubectl.apply(daemonset("one"))
        for how in (DeleteHow(), DeleteHow(Propagation.ORPHAN)):
            (outcome,) = each(cluster, [listed], how)
            assert isinstance(outcome, NotDeleted)
            assert isinstance(outcome.error, Conflict)
    live = kubectl.json("get", "ds", "one")["metadata"]
    assert live["uid"] != listed.uid
    assert "deletionTimestamp" not in live


def during(
    command: Callable[[], Ran], begun: Callable[[], Any], change: Callable[[], Any]
) -> tuple[Ran, Any]:
    """Run ``command``, and ``change`` once it has ``begun``; both results."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(command)
        eventually(begun)
        return (
            future.result(timeout=60) if (made := change()) is None else (future.result(60), made)
        )


def test_selectors_choose(kubectl: Kubectl, dsctl: Dsctl) -> None:
    """-l, --field-selector and --all delete what they match, and nothing else is not an error."""
    kubectl.apply(*(marked(n, labels={"team": t}) for n, t in (("a", "x"), ("b", "y"), ("c", "x"))))
    result = dsctl("delete", "ds", "-l", "team=x")
    assert (result.code, names(kubectl)) == (0, ["b"])
    result = dsctl("delete", "-l", "team=x")
    assert (result.code, result.out, result.err) == (0, "No resources found\n", "")
    kubectl.apply(daemonset("d"))
    assert dsctl("delete", "--field-selector=metadata.name=d").code == 0
    assert names(kubectl) == ["b"]
    assert dsctl("delete", "--all").code == 0
    assert names(kubectl) == []


def test_files_choose(kubectl: Kubectl, dsctl: Dsctl, tmp_path: Path) -> None:
    """-f deletes the DaemonSets of a file, filtered by -l; other kinds are named and left alone."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "svc"},
        "spec": {"ports": [{"port": 80}]},
    }
    objects = [marked("a", labels={"team": "x"}), service, daemonset("b"), daemonset("gone")]
    kubectl.apply(*objects[:3])
    file = tmp_path / "all.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    result = dsctl("delete", "-f", str(file), "-l", "team=x")
    assert (result.code, names(kubectl)) == (0, ["b"])
    assert "Service/svc" in result.err

    result = dsctl("delete", "-f", "-", input=file.read_text())
    assert result.code == 3
    assert names(kubectl) == []
    assert kubectl.json("get", "svc", "svc")
    assert 'daemonsets.apps "a" not found' in result.err
    assert dsctl("delete", "-f", str(file), "--ignore-not-found").code == 0


def test_a_file_of_another_namespace_is_refused(dsctl: Dsctl) -> None:
    """-n and the manifest's namespace must agree; nothing is sent else."""
    manifest = json.dumps(marked("a", namespace="elsewhere"))
    result = dsctl("delete", "-f", "-", input=manifest)
    assert (result.code, result.out) == (2, "")
    assert "elsewhere" in result.err


@pytest.mark.parametrize(
    ("how", "suffix"), [("client", " (dry run)"), ("server", " (server dry run)")]
)
def test_dry_runs_delete_nothing(kubectl: Kubectl, dsctl: Dsctl, how: str, suffix: str) -> None:
    """A dry run prints kubectl's line and leaves everything as it is."""
    kubectl.apply(daemonset("one"))
    result = dsctl("delete", "one", f"--dry-run={how}")
    expected = f'daemonset.apps "one" deleted from {kubectl.namespace} namespace{suffix}\n'
    assert (result.code, result.out) == (0, expected)
    assert result.out == kubectl("delete", "ds", "one", f"--dry-run={how}")
    assert "deletionTimestamp" not in kubectl.json("get", "ds", "one")["metadata"]


def test_missing_is_reported_unless_told_otherwise(dsctl: Dsctl) -> None:
    """Not found is exit 3; with --ignore-not-found nothing is said, as kubectl does."""
    result = dsctl("delete", "one")
    assert (result.code, result.err) == (3, 'error: daemonsets.apps "one" not found\n')
    assert dsctl("delete", "one", "--ignore-not-found") == Ran(0, "", "")


@pytest.mark.parametrize(
    "args",
    [
        ["one"],
        ["one", "--force"],
        ["one", "-o", "name"],
        ["--all"],
        ["-l", "app=none"],
        ["one", "--grace-period=0"],
        ["one", "--now", "--cascade"],
        ["one", "--cascade=true"],
    ],
)
def test_prints_what_kubectl_prints(kubectl: Kubectl, dsctl: Dsctl, args: list[str]) -> None:
    """Stdout is kubectl's, byte for byte, and the object is gone in the same way."""
    printed = []
    for program in (kubectl, dsctl):
        kubectl.apply(daemonset("one"))
        result = program("delete", "ds", *args)
        printed.append((result.out if isinstance(result, Ran) else result, names(kubectl)))
    assert printed[0] == printed[1]
