"""``dsctl describe`` and ``dsctl events`` beside kubectl."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from dsctl.cli.env import Env
from dsctl.main import main
from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually, fresh_namespace
from tests.cluster.daemonsets import daemonset
from tests.cluster.test_get import ready

_AGE = re.compile(r"(?:<unknown>|\b(?:\d+[smhdy])+\b)(?: \(x\d+ over (?:\d+[smhdy])+\))?  +")


def rich() -> dict[str, Any]:
    """A DaemonSet with some of everything that kubectl describe has lines for."""
    obj = daemonset("rich", minReadySeconds=1)
    obj["metadata"]["annotations"] = {"note": "two\nlines", "owner": "infra", "long": "x" * 150}
    obj["metadata"]["labels"]["team"] = "infra"
    obj["spec"]["selector"]["matchExpressions"] = [
        {"key": "app", "operator": "In", "values": ["rich", "other"]}
    ]
    spec = obj["spec"]["template"]["spec"]
    obj["spec"]["template"]["metadata"]["annotations"] = {"checksum": "abc"}
    spec.update(
        serviceAccountName="default",
        nodeSelector={"kubernetes.io/os": "linux"},
        tolerations=[{"operator": "Exists"}, {"key": "a", "value": "b", "effect": "NoExecute"}],
        volumes=[
            {"name": "host", "hostPath": {"path": "/var/log"}},
            {"name": "cm", "configMap": {"name": "settings", "optional": True}},
        ],
        initContainers=[{"name": "init", "image": "registry.example/init:1", "command": ["true"]}],
    )
    spec["containers"][0].update(
        ports=[{"containerPort": 9100, "hostPort": 19100, "name": "metrics"}],
        args=["--flag", "two\nlines"],
        env=[{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        envFrom=[{"configMapRef": {"name": "settings", "optional": True}}],
        resources={"requests": {"cpu": "10m"}, "limits": {"memory": "64Mi"}},
        livenessProbe={"httpGet": {"path": "/healthz", "port": 9100}},
        volumeMounts=[{"name": "host", "mountPath": "/host", "readOnly": True}],
    )
    return obj


@pytest.fixture(scope="module")
def fleet(sandbox: Sandbox) -> Iterator[Kubectl]:
    """A namespace with ``a`` everywhere, ``rich``, and ``b`` which runs nowhere."""
    with fresh_namespace(sandbox) as name:
        kubectl = Kubectl(sandbox, name)
        nowhere = daemonset("b")
        nowhere["spec"]["template"]["spec"]["nodeSelector"] = {"no": "label", "no-such": "label"}
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "a-svc"},
            "spec": {"selector": {"app": "a"}, "ports": [{"port": 80}]},
        }
        kubectl.apply(daemonset("a"), rich(), nowhere, service)
        ready(kubectl, "a")
        ready(kubectl, "rich")
        yield kubectl


@pytest.fixture
def dsctl(sandbox: Sandbox, fleet: Kubectl) -> Dsctl:
    """dsctl in the fleet's namespace."""
    return Dsctl(sandbox, fleet.namespace)


def without_own_part(text: str) -> str:
    """What dsctl describes, without the block that kubectl does not have."""
    before, mark, rest = text.partition("\nHealth:")
    assert mark
    at = rest.find("\nEvents:")
    return f"{before}{rest[at:] if at >= 0 else chr(10)}"


def without_ages(text: str) -> list[str]:
    """The lines; those of events, whose order within a second is any, sorted and without ages."""
    top, mark, events = text.partition("\nEvents:")
    return [*top.splitlines(), mark, *sorted(_AGE.sub("", events).splitlines())]


@pytest.mark.parametrize(
    "args",
    [
        ("a",),
        ("rich",),
        ("b",),
        ("a", "--show-events=false"),
        ("ri",),
    ],
)
def test_kubectls_lines_are_kubectls(fleet: Kubectl, dsctl: Dsctl, args: tuple[str, ...]) -> None:
    """Without dsctl's own block, byte for byte but for ages: prefixes of names too."""

    def same() -> bool:
        theirs = fleet("describe", "ds", *args)
        ours = dsctl("describe", *args)
        assert ours.code == 0, ours.err
        assert without_ages(without_own_part(ours.out)) == without_ages(theirs.rstrip("\n") + "\n")
        return True

    eventually(same, timeout=20)


def test_what_kubectl_leaves_out_is_there(fleet: Kubectl, dsctl: Dsctl) -> None:
    """Health, strategy, revision, nodes by verdict, pods by revision, services, pods' events."""
    text = dsctl("describe", "a").out
    lines = {line.partition(":")[0]: line.partition(":")[2].strip() for line in text.splitlines()}
    assert lines["Health"] == "Healthy"
    assert lines["Rollout Phase"] == "Complete"
    assert lines["Update Strategy"].startswith("RollingUpdate (max unavailable 1")
    newest = fleet.json("get", "controllerrevisions", "-l", "app=a")["items"][0]
    own_hash = newest["metadata"]["labels"]["controller-revision-hash"]
    assert lines["Revision"].startswith(f"1 ({own_hash})")
    pods = fleet.json("get", "pods", "-l", "app=a")["items"]
    assert re.search(rf"\n  1 +{own_hash} +{len(pods)} +{len(pods)} +true ", text)
    assert f"{len(pods)} Ready" in lines["Nodes by Verdict"]
    assert re.search(r"\n  a-svc +ClusterIP +\S+ +80/TCP\n", text)
    assert f"Successfully assigned {fleet.namespace}/{pods[0]['metadata']['name']}" in text
    assert text.index("\nPod Events:") < text.index("\nEvents:")


def test_a_fleet_that_is_well_is_told_of_without_reading_its_nodes(
    sandbox: Sandbox, fleet: Kubectl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same counts from rows alone; once a pod is not ready, every node is looked at."""

    def described() -> dict[str, str]:
        out = io.StringIO()
        env = Env(io.StringIO(), out, io.StringIO(), sandbox.environ)
        assert main(["-n", fleet.namespace, "describe", "a", "-v=6"], env) == 0
        env.cluster().close()
        log = env.stderr.getvalue()  # type: ignore[attr-defined]
        lines = (line.partition(": ") for line in out.getvalue().splitlines())
        return {key: value for key, _, value in lines} | {"whole": str("/nodes?limit" in log)}

    whole = described()
    assert whole["whole"] == "True"
    monkeypatch.setattr("dsctl.actions.description.FLEET", 1)
    quick = described()
    assert quick["whole"] == "False"
    counts = whole["Nodes by Verdict"]
    assert quick["Nodes by Verdict"].startswith(counts)
    assert quick["Pods Status"] == whole["Pods Status"]
    pod = fleet.json("get", "pods", "-l", "app=a")["items"][0]["metadata"]["name"]
    container = {"name": "agent", "ready": False, "restartCount": 0, "image": "a", "imageID": "a"}
    status = {
        "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [{**container, "state": {"running": {}}}],
    }
    patch = json.dumps({"status": status})
    fleet("patch", "pod", pod, "--subresource=status", "-p", patch)
    eventually(lambda: "1 NotReady" in described()["Nodes by Verdict"])
    fleet("delete", "pod", pod)
    ready(fleet, "a")


def test_a_pod_is_not_available_before_min_ready_seconds(fleet: Kubectl, dsctl: Dsctl) -> None:
    """Pods that wait for it are blockers, those of which the status says available are not."""

    def blockers() -> str:
        text = dsctl("describe", "paced").out
        return text.partition("\nBlockers:")[2].partition("\nServices:")[0]

    fleet.apply(daemonset("paced", minReadySeconds=1))
    ready(fleet, "paced")
    assert blockers().strip() in ("", "<none>")
    pods = [p["metadata"]["name"] for p in fleet.json("get", "pods", "-l", "app=paced")["items"]]
    fleet.apply(daemonset("paced", minReadySeconds=600))
    fleet("delete", "pod", pods[0])

    def all_ready_none_available() -> bool:
        status = fleet.json("get", "ds", "paced")["status"]
        return status["numberReady"] == len(pods) and "numberAvailable" not in status

    eventually(all_ready_none_available)
    shown = blockers()
    assert shown.count("ready, but not yet for 600 s (minReadySeconds)") == len(pods)
    fleet("delete", "ds", "paced")


def test_what_may_not_be_read_is_left_out_and_said(fleet: Kubectl, dsctl: Dsctl) -> None:
    """With the rights that kubectl describe needs, dsctl describes what these allow."""
    fleet("create", "role", "d", "--verb=get,list", "--resource=pods,daemonsets.apps")
    fleet("create", "rolebinding", "d", "--role=d", "--user=dora")
    ran = dsctl("describe", "a", "--as=dora")
    assert ran.code == 0, ran.err
    for what in ("nodes", "controllerrevisions", "services", "events"):
        assert f"may not list {what}" in ran.err
    assert "Health:" in ran.out
    assert "Services:" not in ran.out


def test_missing_names_and_missing_selection_are_told_apart(dsctl: Dsctl) -> None:
    """Exit 3 for a name that is not there, after what is; exit 2 where nothing is named."""
    ran = dsctl("describe", "a", "zzz")
    assert ran.code == 3
    assert ran.err == 'error: daemonsets.apps "zzz" not found\n'
    assert ran.out.startswith("Name: ")
    assert "\nEvents:" not in ran.out
    assert dsctl("describe").code == 2
    none = dsctl("describe", "-l", "no=such")
    assert (none.code, none.out) == (0, "")
    assert none.err.startswith("No resources found in ")


def test_events_are_kubectls_and_those_of_the_pods(fleet: Kubectl, dsctl: Dsctl) -> None:
    """Every event that kubectl lists of the DaemonSet and of each of its pods, newest last."""

    def same() -> bool:
        wanted = fleet("events", "--for=ds/a", "--no-headers").splitlines()
        for name in {line.split()[-1] for line in wanted}:  # Created pod: NAME
            wanted += fleet("events", f"--for=pod/{name}", "--no-headers").splitlines()
        ran = dsctl("events", "a", "--no-headers")
        ours = [line.split(None, 1)[1].split() for line in ran.out.splitlines()]
        assert sorted(ours) == sorted(line.split(None, 1)[1].split() for line in wanted)
        return True

    eventually(same, timeout=20)
    listed = dsctl("events", "a", "-o", "json").json()
    assert listed["kind"] == "EventList"
    times = [e["lastTimestamp"] or e["eventTime"] for e in listed["items"]]
    assert [t[:19] for t in times] == sorted(t[:19] for t in times)


def test_events_of_pods_that_are_gone_are_told(fleet: Kubectl, dsctl: Dsctl) -> None:
    """The controller's events name the pods it made: what happened to those stays known."""
    fleet.apply(daemonset("c"))
    ready(fleet, "c")
    gone = fleet.json("get", "pods", "-l", "app=c")["items"][0]["metadata"]["name"]
    fleet("delete", "pod", gone)
    eventually(lambda: f"Pod/{gone} " in dsctl("events", "c").out)


def test_types_are_checked_and_chosen(dsctl: Dsctl) -> None:
    """kubectl's words for a wrong type; no events of a type is no error."""
    wrong = dsctl("events", "a", "--types=Bad")
    assert (wrong.code, wrong.err) == (2, "error: valid --types are Normal or Warning\n")
    none = dsctl("events", "a", "--types=warning")
    assert (none.code, none.out) == (0, "")
    assert none.err.startswith("No events found in ")
    assert dsctl("events", "zzz").code == 3
    assert dsctl("events").code == 2


def test_watch_goes_on_with_what_happens(sandbox: Sandbox, fleet: Kubectl, dsctl: Dsctl) -> None:
    """An event of a pod made after the watch began is told of."""
    command = [sys.executable, "-m", "dsctl", "-n", fleet.namespace, "events", "a", "-w"]
    process = subprocess.Popen(
        command, env=sandbox.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().split()[:2] == ["LAST", "SEEN"]
        old = fleet.json("get", "pods", "-l", "app=a")["items"]
        fleet("delete", "pod", old[0]["metadata"]["name"])
        known = {pod["metadata"]["name"] for pod in old}

        def new() -> list[str]:
            pods = fleet.json("get", "pods", "-l", "app=a")["items"]
            return [p["metadata"]["name"] for p in pods if p["metadata"]["name"] not in known]

        name = eventually(new)[0]
        for line in process.stdout:
            if f"Pod/{name}" in line:
                break
    finally:
        process.terminate()
        process.communicate(timeout=10)
    ready(fleet, "a")


def test_describe_survives_hostile_text(fleet: Kubectl, dsctl: Dsctl) -> None:
    """Escape sequences in a label's value or an annotation never reach the output raw."""
    fleet("annotate", "ds", "b", "evil=\x1b[31mred", "--overwrite")
    assert "\x1b" not in dsctl("describe", "b").out
    assert json.loads(fleet("get", "ds", "b", "-o", "json"))["metadata"]["annotations"]["evil"]
