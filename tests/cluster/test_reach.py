"""Reaching pods: ``logs`` and ``exec`` by node, ``expose`` and ``endpoints``."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.conftest import Dsctl, Kubectl, Sandbox, eventually, fresh_namespace
from tests.cluster.daemonsets import daemonset
from tests.cluster.test_get import ready

LABELS = {"app": "a"}


def with_ports() -> dict[str, Any]:
    """A DaemonSet with two containers and ports of every sort."""
    obj = daemonset("a")
    containers = obj["spec"]["template"]["spec"]["containers"]
    containers[0]["ports"] = [
        {"name": "metrics", "containerPort": 9100, "hostPort": 29100},
        {"name": "dns", "containerPort": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
    ]
    containers.append({"name": "side", "image": "registry.example/side:1"})
    obj["metadata"]["labels"]["team"] = "infra"
    return obj


@pytest.fixture(scope="module")
def fleet(sandbox: Sandbox) -> Iterator[Kubectl]:
    """A namespace with ``a`` on the workers, and ``odd`` whose selector has an expression."""
    with fresh_namespace(sandbox) as name:
        kubectl = Kubectl(sandbox, name)
        odd = daemonset("odd")
        odd["spec"]["selector"] = {
            "matchExpressions": [{"key": "app", "operator": "In", "values": ["odd", "even"]}]
        }
        kubectl.apply(with_ports(), odd)
        ready(kubectl, "a")
        ready(kubectl, "odd")
        yield kubectl


@pytest.fixture
def dsctl(sandbox: Sandbox, fleet: Kubectl) -> Dsctl:
    """dsctl in the fleet's namespace."""
    return Dsctl(sandbox, fleet.namespace)


def pods(kubectl: Kubectl) -> dict[str, dict[str, Any]]:
    """The pods of ``a`` by node."""
    found = kubectl.json("get", "pods", "-l", "app=a")["items"]
    return {pod["spec"]["nodeName"]: pod for pod in found}


def test_the_log_of_a_node_is_kubectls_of_its_pod(fleet: Kubectl, dsctl: Dsctl) -> None:
    """Byte for byte, with the flags of kubectl logs; nothing on stderr where nothing is chosen."""
    node, pod = next(iter(pods(fleet).items()))
    name = pod["metadata"]["name"]
    for flags in ((), ("--tail=2",), ("--timestamps", "--tail=1"), ("--previous",)):
        theirs = fleet("logs", name, "-c", "agent", *flags)
        ran = dsctl("logs", "a", "--node", node, "-c", "agent", *flags)
        assert (ran.code, ran.out, ran.err) == (0, theirs, "")
    assert dsctl("logs", "ds/a", "agent", "--node", node).code == 0
    chosen = dsctl("logs", "ds", "a", "--node", node)
    assert chosen.err == 'Defaulted container "agent" out of: agent, side\n'


def test_without_a_node_one_pod_is_taken_and_said(fleet: Kubectl, dsctl: Dsctl) -> None:
    """As kubectl does, and with the node."""
    found = pods(fleet)
    ran = dsctl("logs", "a", "-c", "agent", "--tail=1")
    assert ran.code == 0
    words = ran.err.split()
    assert words[:4] == ["Found", str(len(found)), "pods,", "using"]
    node = words[-1]
    assert words[4] == f"pod/{found[node]['metadata']['name']}"


def test_a_node_without_a_pod_is_explained(fleet: Kubectl, dsctl: Dsctl, sandbox: Sandbox) -> None:
    """Exit 1 with the verdict of why; a node that does not exist is exit 3, with near names."""
    nodes = json.loads(sandbox.kubectl("get", "nodes", "-o", "json"))["items"]
    empty = next(n["metadata"]["name"] for n in nodes if n["metadata"]["name"] not in pods(fleet))
    for command in (("logs", "a"), ("exec", "a")):
        rest = ("--", "true") if command[0] == "exec" else ()
        ran = dsctl(*command, "--node", empty, *rest)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith(f'error: no pod of daemonset "a" on node "{empty}": Excluded: ')
        gone = dsctl(*command, "--node", f"{empty}x", *rest)
        assert gone.code == 3
        assert gone.err.startswith(f'error: nodes "{empty}x" not found\nhint: did you mean ')
        wrong = dsctl(*command, "-c", "nope", "--node", next(iter(pods(fleet))), *rest)
        assert wrong.code == 2
        assert "container nope is not valid for pod" in wrong.err
        assert wrong.err.rstrip().endswith("out of: agent, side")
        assert dsctl("logs", "zzz", "--node", empty).code == 3


def test_a_command_runs_in_the_pod_of_a_node(fleet: Kubectl, dsctl: Dsctl) -> None:
    """Streams apart, arguments whole, exit code passed through and said in kubectl's words."""
    node = next(iter(pods(fleet)))
    script = "echo out; echo err >&2; exit $1"
    ran = dsctl("exec", "a", "--node", node, "-c", "agent", "--", "sh", "-c", script, "-", "7")
    assert (ran.code, ran.out) == (7, "out\n")
    assert ran.err == "err\ncommand terminated with exit code 7\n"
    odd = dsctl("exec", "ds/a", "--node", node, "-q", "--", "printf", "%s|", "a b", "-n", "é&=", "")
    assert (odd.code, odd.out, odd.err) == (0, "a b|-n|é&=||", "")


def test_stdin_ends_and_large_streams_arrive_whole(
    sandbox: Sandbox, fleet: Kubectl, dsctl: Dsctl
) -> None:
    """More than any buffer holds, both ways at once: neither side waits for the other for ever."""
    node = next(iter(pods(fleet)))
    data = os.urandom(3_000_000)
    command = [sys.executable, "-m", "dsctl", "-n", fleet.namespace, "exec", "a", "-c", "agent"]
    ran = subprocess.run(
        [*command, "--node", node, "-i", "--", "cat"],
        env=sandbox.environ,
        input=data,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout == data
    without = dsctl("exec", "a", "-q", "--node", node, "--", "cat", input="not passed on")
    assert (without.code, without.out) == (0, "")


def test_interrupts_and_closed_pipes_end_without_a_traceback(
    sandbox: Sandbox, fleet: Kubectl
) -> None:
    """130 for Ctrl-C and 141 when the reader goes away, for exec and for a followed log."""
    node = next(iter(pods(fleet)))
    dsctl = [sys.executable, "-m", "dsctl", "-n", fleet.namespace]
    for command in (
        ["exec", "a", "-q", "--node", node, "--", "sh", "-c", "echo begun; exec sleep 30"],
        ["logs", "a", "-c", "agent", "--node", node, "-f"],
    ):
        process = subprocess.Popen(
            [*dsctl, *command],
            env=sandbox.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "Traceback" not in err
    program = " ".join([*dsctl, "exec", "a", "-q", "--node", node, "--", "yes"])
    ran = subprocess.run(
        ["bash", "-c", f"{program} | head -1; exit ${{PIPESTATUS[0]}}"],
        env=sandbox.environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (141, "y\n", "")


def test_a_terminal_is_passed_on(sandbox: Sandbox, fleet: Kubectl) -> None:
    """With -it the process has a terminal of the same size, and ours is put back at the end."""
    node = next(iter(pods(fleet)))
    command = [sys.executable, "-m", "dsctl", "-n", fleet.namespace, "exec", "a", "-c", "agent"]
    script = "tty; read word; echo got $word; exit 5"
    command += ["--node", node, "-it", "--", "sh", "-c", script]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, sandbox.environ)
    waiting = select.poll()
    waiting.register(terminal, select.POLLIN)
    shown, sent, end = b"", False, time.monotonic() + 30
    while time.monotonic() < end:
        if not sent and b"/dev/" in shown:
            os.write(terminal, b"hello\r")
            sent = True
        if waiting.poll(200):
            try:
                shown += os.read(terminal, 4096)
            except OSError:
                break
    assert b"got hello" in shown
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 5


def test_what_is_forbidden_is_said(fleet: Kubectl, dsctl: Dsctl) -> None:
    """The server's words and exit 3 for one who may read pods but not run or read logs."""
    fleet("create", "role", "r", "--verb=get,list", "--resource=pods,daemonsets.apps")
    fleet("create", "rolebinding", "r", "--role=r", "--user=rita")
    for args in (("logs", "a"), ("exec", "a", "--", "true")):
        ran = dsctl("--as=rita", *args)
        assert ran.code == 3
        assert 'User "rita" cannot ' in ran.err
    shown = dsctl("endpoints", "a", "--as=rita")
    assert shown.code == 0
    assert "warning: may not list services" in shown.err
    assert "PodIP" in shown.out


DEPLOYMENT = {
    **with_ports(),
    "kind": "Deployment",
    "spec": {**with_ports()["spec"], "replicas": 0},
}


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("--port=80",),
        ("--port=80,443", "--target-port=metrics"),
        ("--port=53",),
        ("--protocol=UDP", "--name=other"),
        ("--type=NodePort", "--port=80", "--target-port=9100"),
        ("--type=LoadBalancer", "--load-balancer-ip=192.0.2.1", "--port=80"),
        ("--cluster-ip=None",),
        ("--session-affinity=ClientIP", "--external-ip=192.0.2.7"),
        ("-l", "x=y,z=1"),
        ("--selector=app=a,team=x",),
    ],
)
def test_the_service_is_what_kubectl_makes_of_a_deployment(
    fleet: Kubectl, dsctl: Dsctl, flags: tuple[str, ...]
) -> None:
    """kubectl refuses a DaemonSet; for a Deployment of the same template it makes this one."""
    fleet("apply", "-f", "-", input=json.dumps(DEPLOYMENT))
    theirs = fleet("expose", "deployment", "a", *flags, "--dry-run=client", "-o", "yaml")
    assert dsctl("expose", "a", *flags, "--dry-run=client", "-o", "yaml").out == theirs
    assert dsctl("expose", "a", *flags, "--dry-run=client").out == fleet(
        "expose", "deployment", "a", *flags, "--dry-run=client"
    )
    fleet("delete", "deployment", "a")


def test_a_service_is_made_and_its_ways_are_told(fleet: Kubectl, dsctl: Dsctl) -> None:
    """What endpoints reports agrees with the pods, and with the EndpointSlices of the Services."""
    flags = ("--port=80", "--target-port=metrics", "--type=NodePort", "--traffic-policy=Local")
    made = dsctl("expose", "a", "--name=np", *flags)
    assert (made.code, made.out) == (0, "service/np exposed\n")
    assert dsctl("expose", "a", "--headless", "--name=hl").out == "service/hl exposed\n"
    again = dsctl("expose", "a", "--headless", "--name=hl")
    assert again.code == 3
    assert again.err.startswith('error: services "hl" already exists\nhint: ')
    dry = dsctl("expose", "a", "--name=dry", "--dry-run=server")
    assert dry.out == "service/dry exposed (server dry run)\n"
    service = fleet.json("get", "service", "np")["spec"]
    assert service["internalTrafficPolicy"] == service["externalTrafficPolicy"] == "Local"

    report = dsctl("endpoints", "a", "-o", "json").json()
    assert report["kind"] == "EndpointsReport"
    found = pods(fleet)
    assert [node["node"] for node in report["nodes"]] == sorted(found)
    for node in report["nodes"]:
        status = found[node["node"]]["status"]
        ways = {(w["type"], w["address"], w["port"], w["protocol"]) for w in node["ways"]}
        dashed = status["podIP"].replace(".", "-")
        assert ways == {
            ("HostPort", status["hostIP"], 29100, "TCP"),
            ("PodIP", status["podIP"], 9100, "TCP"),
            ("PodIP", status["podIP"], 53, "UDP"),
            ("PodIP", status["podIP"], 53, "TCP"),
            ("HeadlessDNS", f"{dashed}.hl.{fleet.namespace}.svc", 9100, "TCP"),
            ("HeadlessDNS", f"{dashed}.hl.{fleet.namespace}.svc", 53, "UDP"),
            ("HeadlessDNS", f"{dashed}.hl.{fleet.namespace}.svc", 53, "TCP"),
            ("ServiceIP", service["clusterIP"], 80, "TCP"),
            ("NodePort", status["hostIP"], service["ports"][0]["nodePort"], "TCP"),
        }

    def served() -> bool:
        selector = "kubernetes.io/service-name=hl"
        slices = fleet.json("get", "endpointslices", "-l", selector)["items"]
        theirs = {a for part in slices for e in part["endpoints"] or () for a in e["addresses"]}
        assert theirs == {pod["status"]["podIP"] for pod in found.values()}
        return True

    eventually(served)
    table = dsctl("endpoints", "a").out.splitlines()
    assert table[0].split() == [
        "NODE", "POD", "READY", "WAY", "ADDRESS", "PORT", "NAME", "SERVICE",
    ]  # fmt: skip
    assert len(table) == 1 + sum(len(node["ways"]) for node in report["nodes"])


def test_a_selector_with_expressions_is_refused_with_a_way_out(
    fleet: Kubectl, dsctl: Dsctl
) -> None:
    """The labels of the template are offered, and what is offered works."""
    ran = dsctl("expose", "odd", "--port=80")
    assert ran.code == 1
    assert "expressions (app in (even,odd))" in ran.err
    flag = ran.err.rstrip().rpartition(" ")[2]
    assert flag == "--selector=app=odd"
    assert dsctl("expose", "odd", "--port=80", flag).out == "service/odd exposed\n"
    assert dsctl("expose", "odd", "--selector=app=odd").code == 1  # no port anywhere


def test_pods_that_are_not_ready_are_said(fleet: Kubectl, dsctl: Dsctl) -> None:
    """The way is told, and that nothing goes there by a Service."""
    node, pod = next(iter(pods(fleet).items()))
    name = pod["metadata"]["name"]
    condition = {"type": "Ready", "status": "False", "reason": "Test"}
    patch = {"status": {"conditions": [condition]}}
    fleet("patch", "pod", name, "--subresource=status", "-p", json.dumps(patch))

    def said() -> bool:
        report = dsctl("endpoints", "a", "-o", "json").json()
        entry = next(entry for entry in report["nodes"] if entry["node"] == node)
        assert not entry["ready"]
        assert entry["notes"]
        assert {way["type"] for way in entry["ways"]} == {"HostPort", "PodIP"}
        return True

    eventually(said)
    assert f"{node}: the pod is not ready" in dsctl("endpoints", "a").err
    fleet("delete", "pod", name, "--wait=false")


def test_requests_are_logged_and_nothing_secret_in_them(fleet: Kubectl, dsctl: Dsctl) -> None:
    """More with every level, on stderr; the token never."""
    token = "s3cr3t-t0ken"
    shown = {n: dsctl("get", "a", f"-v={n}", f"--token={token}").err for n in (5, 6, 7, 8, 9)}
    assert shown[5] == ""
    assert shown[6].startswith("GET https://")
    assert shown[6].rstrip().endswith(" ms")
    assert "Authorization: Bearer <masked>" in shown[7]
    assert "Response Body: {" in shown[8]
    assert "[truncated " in shown[8]
    assert shown[9].startswith("curl -v -XGET ")
    assert len(shown[9]) > len(shown[8]) > len(shown[7]) > len(shown[6])
    assert not any(token in text for text in shown.values())


def test_versions_are_told_with_a_warning_where_they_are_too_far_apart(
    sandbox: Sandbox, dsctl: Dsctl
) -> None:
    """The server's as kubectl has it; no server, no server's version, and exit 3."""
    found = dsctl("version", "-o", "json").json()
    theirs = json.loads(sandbox.kubectl("version", "-o", "json"))
    assert found["serverVersion"] == theirs["serverVersion"]
    assert dsctl("version").out.splitlines()[1] == f"Server Version: {sandbox.release}"
    assert dsctl("version").err == ""
    away = dsctl("version", "-o", "json", "--server=http://127.0.0.1:1")
    assert away.code == 3
    assert set(away.json()) == {"clientVersion"}
