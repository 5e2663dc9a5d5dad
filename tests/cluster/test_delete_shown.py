"""``dsctl delete``: what is said beforehand, the question, and the pods going."""

from __future__ import annotations

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually, fresh_namespace
from tests.cluster.daemonsets import daemonset
from tests.cluster.terminal import on_terminal
from tests.cluster.test_delete import COUNT, hold, marked, names, pods, release, running


def test_what_goes_is_said_before_anything_is_sent(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Pods and nodes are counted, and whether they stay; a dry run says what would be."""
    running(kubectl, "one")
    ran = dsctl("delete", "one", "--dry-run=server")
    assert ran.err == f"would delete daemonset 'one': {COUNT} pods on {COUNT} nodes go with it\n"
    ran = dsctl("delete", "one", "--cascade=orphan")
    assert ran.err.splitlines()[0] == (
        f"deleting daemonset 'one': {COUNT} pods on {COUNT} nodes stay, without an owner"
    )


@pytest.mark.parametrize(
    ("args", "typed", "left"),
    [
        (("one", "two"), "n\n", ["one", "two"]),
        (("one", "two"), "y\n", []),
        (("one", "two", "--yes"), "n\n", []),
        (("--all",), "n\n", ["one", "two"]),
        (("-l", "app in (one,two)"), "n\n", ["one", "two"]),
        (("one",), "n\n", ["two"]),
        (("one", "-i"), "n\n", ["one", "two"]),
        (("one", "-i"), "yes\n", ["two"]),
    ],
)
def test_a_terminal_is_asked_before_more_than_one_goes(
    args: tuple[str, ...], typed: str, left: list[str], sandbox: Sandbox, kubectl: Kubectl
) -> None:
    """More than one, --all and -i ask, --yes never does; a no exits 1 with nothing deleted."""
    for name in ("one", "two"):
        made = daemonset(name)
        made["spec"]["template"]["spec"]["nodeSelector"] = {"no": "where"}
        kubectl.apply(made)
    ran = on_terminal(sandbox, typed, "-n", kubectl.namespace, "delete", *args)
    assert names(kubectl) == left
    refused = len(left) == 2
    assert ran.code == (1 if refused else 0), ran.err
    assert ("[y/N]" in ran.err) == (typed != "n\n" or refused)
    assert refused == ("error: answered no: nothing was sent" in ran.err)


def test_without_a_terminal_it_goes_ahead(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """As kubectl does; -i asks all the same, and the end of the input is a no."""
    kubectl.apply(daemonset("one"), daemonset("two"), daemonset("three"))
    assert dsctl("delete", "one", "two", "--wait=false").code == 0
    assert names(kubectl) == ["three"]
    assert dsctl("delete", "three", "-i", input="").code == 1
    assert names(kubectl) == ["three"]
    ran = dsctl("delete", "-f", "-", "-i", input="{}")
    assert ran.code == 2


def test_wait_shows_the_pods_going_and_names_the_one_that_stays(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """--wait is for the pods too: a line each, what is still waited for, and 124 at the end."""
    running(kubectl, "one")
    pod = next(iter(pods(kubectl, "one").values()))
    name, node = pod["metadata"]["name"], pod["spec"]["nodeName"]
    hold(kubectl, "pod", name)
    try:
        ran = dsctl("delete", "one", "--wait", "--timeout=6s")
        lines = ran.err.splitlines()
        assert ran.code == 124
        gone = [line for line in lines if line.endswith(f" of {COUNT})")]
        assert len(gone) == COUNT - 1
        stays = f"1 pod left: {name} on {node} (Terminating, finalizer test/hold)"
        assert f"daemonset 'one': still waiting: {stays}" in lines
        assert lines[-1] == f"error: timed out waiting for pods: {stays}"
        assert names(kubectl) == []
    finally:
        release(kubectl, "pod", name)
    eventually(lambda: not pods(kubectl, "one"))


def test_pods_that_went_before_they_were_looked_for_are_told_of_too(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """Of several DaemonSets the pods of the later ones are mostly gone when their turn comes."""
    running(kubectl, "one")
    running(kubectl, "two")
    ran = dsctl("delete", "one", "two", "--wait", "--timeout=30s")
    assert ran.code == 0, ran.err
    for name in ("one", "two"):
        gone = [x for x in ran.err.splitlines() if x.startswith(f"pod {name}-") and " is gone" in x]
        assert len(gone) == COUNT, ran.err


def test_a_finalizer_of_the_daemonset_is_said_while_waiting(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Not only when the time is up."""
    kubectl.apply(marked("one", finalizers=["test/hold"]))
    try:
        ran = dsctl("delete", "one", "--timeout=1s")
        assert "daemonset 'one': still waiting: finalizer test/hold" in ran.err.splitlines()
    finally:
        release(kubectl, "ds", "one")


def test_an_orphan_delete_of_one_that_is_going_says_so(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Its pods may be going already: that is told before."""
    running(kubectl, "one")
    pod = next(iter(pods(kubectl, "one").values()))["metadata"]["name"]
    hold(kubectl, "pod", pod)
    try:
        assert dsctl("delete", "one", "--cascade=foreground", "--wait=false").code == 0
        ran = dsctl("delete", "one", "--cascade=orphan", "--timeout=20s")
        assert "it is being deleted since" in ran.err.splitlines()[0]
        assert ran.code == 0, ran.err
    finally:
        release(kubectl, "pod", pod)


def test_an_orphan_delete_that_runs_out_of_time_tells_of_its_orphans(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """A finalizer keeps the DaemonSet, not the pods: how to adopt them is said all the same."""
    running(kubectl, "one")
    hold(kubectl, "ds", "one")
    try:
        ran = dsctl("delete", "one", "--cascade=orphan", "--timeout=2s")
        assert ran.code == 124, ran.err
        told = ran.err.splitlines()[-3:-1]
        assert told[0] == f"daemonset 'one': {COUNT} pods stay, without an owner"
        assert told[1] == f"to adopt them: dsctl -n {kubectl.namespace} adopt -f FILE"
    finally:
        release(kubectl, "ds", "one")


def test_of_several_namespaces_each_daemonset_is_told_with_its_own(
    dsctl: Dsctl, kubectl: Kubectl, sandbox: Sandbox
) -> None:
    """Two of one name would read as one before the question."""
    here = kubectl.namespace
    kubectl.apply(marked("one", labels={"which": here}))
    with fresh_namespace(sandbox) as there:
        Kubectl(sandbox, there).apply(marked("one", labels={"which": here}))
        ran = dsctl("delete", "-A", "-l", f"which={here}", "--dry-run=server")
        said = sorted(line.partition(":")[0] for line in ran.err.splitlines())
        assert said == sorted(
            f"would delete daemonset 'one' in namespace {name}" for name in (here, there)
        )


def test_overlapping_selectors_are_told_apart_by_uid(dsctl: Dsctl, kubectl: Kubectl) -> None:
    """Pods of another DaemonSet that the selector matches are neither counted nor waited for."""
    other = daemonset("other")
    other["spec"]["template"]["metadata"]["labels"] |= {"app": "one", "own": "other"}
    other["spec"]["selector"] = {"matchLabels": {"own": "other"}}
    kubectl.apply(other)
    kubectl("rollout", "status", "ds/other", "--timeout=50s")
    running(kubectl, "one")
    before = pods(kubectl, "one")
    ran = dsctl("delete", "one", "--wait", "--timeout=30s")
    assert ran.code == 0, ran.err
    assert ran.err.splitlines()[0] == (
        f"deleting daemonset 'one': {COUNT} pods on {COUNT} nodes go with it"
    )
    left = pods(kubectl, "one")
    assert left.keys() == {k for k, p in before.items() if "own" in p["metadata"]["labels"]}


def test_an_orphan_delete_tells_of_another_that_selects_the_pods(
    dsctl: Dsctl, kubectl: Kubectl
) -> None:
    """It adopts them as soon as they have no owner, so they do not stay: warned of before."""
    running(kubectl, "one")
    other = daemonset("other")
    other["spec"]["template"]["metadata"]["labels"] |= {"app": "one", "own": "other"}
    other["spec"]["selector"] = {"matchLabels": {"own": "other"}}
    kubectl.apply(other)
    kubectl("rollout", "status", "ds/other", "--timeout=50s")
    warning = "warning: DaemonSet one selects these pods too (app=one): it adopts them"
    assert warning not in dsctl("delete", "one", "--cascade=orphan", "--dry-run=server").err
    ran = dsctl("delete", "other", "--cascade=orphan")
    assert ran.code == 0
    assert ran.err.splitlines()[1].startswith(warning)
    eventually(lambda: len(pods(kubectl, "one")) == COUNT)
