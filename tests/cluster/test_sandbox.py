"""The sandbox itself: that it is what it says, keeps to itself, heals, and goes without a trace."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsctl.sandbox import nodes, processes
from dsctl.sandbox.kwokctl import COMPONENTS
from dsctl.sandbox.paths import Layout
from tests.cluster.conftest import (
    NODES,
    VERSION,
    Kubectl,
    Ran,
    Sandbox,
    eventually,
    private_sandbox,
)

AGENT = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "agent"},
    "spec": {
        "selector": {"matchLabels": {"app": "agent"}},
        "template": {
            "metadata": {"labels": {"app": "agent"}},
            "spec": {"containers": [{"name": "agent", "image": "agent:1"}]},
        },
    },
}


def command(verb: str, *args: str, name: str) -> Ran:
    """Run ``dsctl sandbox VERB --name NAME``."""
    result = subprocess.run(
        [sys.executable, "-m", "dsctl", "sandbox", verb, "--name", name, *args],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(result.returncode, result.stdout, result.stderr)


def with_version(*args: str) -> tuple[str, ...]:
    """The arguments of an `up` of the Kubernetes under test."""
    return args if VERSION is None else (*args, "--kubernetes-version", VERSION)


def traces(name: str) -> list[str]:
    """What is left of a sandbox: its processes, whatever they are now, and its files."""
    paths = Layout(os.environ).cluster(name)
    found = [
        f"process {process.pid}: {process.program}"
        for process in processes.from_proc()
        if str(paths.directory) in " ".join((process.program, *process.arguments))
    ]
    return found + ([str(paths.directory)] if paths.directory.exists() else [])


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """A sandbox whose parts may be killed; each test leaves it running with 12 nodes."""
    with private_sandbox("own") as sandbox:
        yield sandbox


def kill(sandbox: Sandbox, *components: str) -> None:
    """Kill parts of a sandbox, and wait until they are gone."""
    pids = processes.components(sandbox.paths)
    for component in components:
        os.kill(pids[component], signal.SIGKILL)
    eventually(lambda: not set(components) & set(processes.components(sandbox.paths)))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_every_part_listens_on_loopback_only(sandbox: Sandbox) -> None:
    """No socket of any process of the sandbox can be reached from outside this machine."""
    pids = processes.components(sandbox.paths)
    assert set(pids) == set(COMPONENTS)
    for component, pid in pids.items():
        listening = listeners(pid)
        assert listening, f"{component} listens nowhere"
        assert set(listening) <= {"127.0.0.1", "::1"}, f"{component}: {listening}"


def listeners(pid: int) -> list[str]:
    """The addresses on which a process has a listening TCP socket."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(os.readlink(fd).removeprefix("socket:[").removesuffix("]"))
    found = []
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                raw = bytes.fromhex(fields[1].split(":")[0])
                words = [raw[i : i + 4][::-1] for i in range(0, len(raw), 4)]  # little-endian
                found.append(socket.inet_ntop(family, b"".join(words)))
    return found


def test_the_server_says_which_kubernetes_it_is(sandbox: Sandbox) -> None:
    """The version is stamped into the binaries, so that clients can tell."""
    server = json.loads(sandbox.kubectl("version", "-o", "json"))["serverVersion"]
    assert server["gitVersion"] == sandbox.release
    major, minor = sandbox.release.removeprefix("v").split(".")[:2]
    assert (server["major"], server["minor"]) == (major, minor)


def test_nodes_are_as_the_layout_says(own: Sandbox) -> None:
    """What the API server holds is what the module documents, and all of it is Ready."""
    found = {
        node["metadata"]["name"]: node
        for node in json.loads(own.kubectl("get", "nodes", "-o", "json"))["items"]
    }
    assert set(found) == {plan.name for plan in nodes.layout(NODES)}
    for plan in nodes.layout(NODES):
        node = found[plan.name]
        assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == plan.zone
        assert node["metadata"]["labels"]["kubernetes.io/arch"] == plan.arch
        assert node["spec"].get("unschedulable", False) is plan.cordoned
        ready = [c["status"] for c in node["status"]["conditions"] if c["type"] == "Ready"]
        assert ready == ["True"]


def test_a_daemonset_is_ready_at_once_and_its_pods_answer(kubectl: Kubectl) -> None:
    """Pods run on every untainted node; logs, exec with its exit code, and stdin work."""
    kubectl.apply(AGENT)
    untainted = [plan for plan in nodes.layout(NODES) if plan.pool in ("worker", "small")]
    eventually(lambda: kubectl.json("get", "ds", "agent")["status"]["desiredNumberScheduled"])
    kubectl("rollout", "status", "ds/agent", "--timeout=60s")
    pods = kubectl.json("get", "pods", "-l", "app=agent")["items"]
    assert {pod["spec"]["nodeName"] for pod in pods} == {plan.name for plan in untainted}
    assert len({pod["status"]["podIP"] for pod in pods}) == len(pods)
    name = pods[0]["metadata"]["name"]
    assert kubectl("logs", name).splitlines()[-1] == "ready"
    assert kubectl("exec", name, "-i", "--", "cat", input="abc") == "abc"
    with pytest.raises(AssertionError, match="exit code 7"):
        kubectl("exec", name, "--", "sh", "-c", "exit 7")


def test_a_node_stays_not_ready_once_its_kubelet_is_dead(own: Sandbox) -> None:
    """Without the annotation KWOK leaves it alone; with it, the node is Ready again."""
    node = "worker-0012"
    own.kubectl("annotate", "node", node, "kwok.x-k8s.io/node-")
    condition = {"type": "Ready", "status": "False", "reason": "Test", "message": "dead"}
    patch = json.dumps({"status": {"conditions": [condition]}})
    own.kubectl("patch", "node", node, "--subresource=status", "-p", patch)
    eventually(lambda: "not-ready:NoExecute" in taints(own, node), 20)
    assert command("scale", "--nodes", "13", name=own.name).code == 0  # waits for the new one only
    assert command("scale", "--nodes", str(NODES), name=own.name).code == 0
    own.kubectl("annotate", "node", node, "kwok.x-k8s.io/node=fake")
    eventually(lambda: taints(own, node) == "", 20)


def taints(sandbox: Sandbox, node: str) -> str:
    """The taints of a node, each as ``key:effect``, joined by commas."""
    path = "jsonpath={range .spec.taints[*]}{.key}:{.effect},{end}"
    return sandbox.kubectl("get", "node", node, "-o", path)


def test_a_second_up_finds_it_running(own: Sandbox) -> None:
    """It says so, restarts nothing and changes no node."""
    before = processes.components(own.paths)
    ran = command("up", name=own.name)
    assert ran.code == 0
    assert f"sandbox {own.name} is running already: Kubernetes {own.release}" in ran.out
    assert f"{NODES} nodes" in ran.out
    assert processes.components(own.paths) == before


def test_another_kubernetes_under_one_name_is_refused(own: Sandbox) -> None:
    """The hint says what can be done instead."""
    other = "1.36" if own.release.startswith("v1.37") else "1.37"
    ran = command("up", "--kubernetes-version", other, name=own.name)
    assert ran.code == 2
    assert f"error: sandbox {own.name} has Kubernetes {own.release}" in ran.err
    assert f"hint: dsctl sandbox down --name {own.name}" in ran.err


def test_scaling_adds_and_removes_nodes(own: Sandbox) -> None:
    """Nodes that stay are the same objects; `up --nodes` scales as well."""
    uid = own.kubectl("get", "node", "worker-0001", "-o", "jsonpath={.metadata.uid}")
    ran = command("scale", "--nodes", "30", name=own.name)
    assert (ran.code, ran.out) == (0, f"sandbox {own.name} has 30 nodes (18 added, 0 removed)\n")
    report = command("status", "-o", "json", name=own.name).json()["sandboxes"][0]
    assert (report["nodes"], report["nodesReady"]) == (30, 30)
    assert "gpu-0023" in own.kubectl("get", "nodes", "-o", "name")
    ran = command("up", "--nodes", str(NODES), name=own.name)
    assert f"{NODES} nodes" in ran.out
    names = own.kubectl("get", "nodes", "-o", "name").split()
    assert sorted(names) == sorted(f"node/{plan.name}" for plan in nodes.layout(NODES))
    assert own.kubectl("get", "node", "worker-0001", "-o", "jsonpath={.metadata.uid}") == uid


def test_scaling_leaves_foreign_nodes_alone(own: Sandbox) -> None:
    """A node made by hand is not one of the fleet."""
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "by-hand"}}
    own.kubectl("create", "-f", "-", input=json.dumps(node))
    assert command("scale", "--nodes", "0", name=own.name).code == 0
    assert own.kubectl("get", "nodes", "-o", "name") == "node/by-hand\n"
    own.kubectl("delete", "node", "by-hand")
    assert command("scale", "--nodes", str(NODES), name=own.name).code == 0


@pytest.mark.parametrize("count", ["-1", "10000", "many"])
def test_a_number_of_nodes_that_cannot_be_is_refused(own: Sandbox, count: str) -> None:
    """Before anything is asked of the cluster."""
    assert command("scale", "--nodes", count, name=own.name).code == 2


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
def test_a_shell_that_evaluates_env_uses_the_sandbox(own: Sandbox, shell: str) -> None:
    """``eval "$(dsctl sandbox env)"`` is all that kubectl needs."""
    script = (
        f'eval "$({sys.executable} -m dsctl sandbox env --path --name {own.name})"'
        " && kubectl config current-context && command -v kubectl"
    )
    environ = {k: v for k, v in os.environ.items() if k != "KUBECONFIG"}
    try:
        out = subprocess.check_output([shell, "-c", script], env=environ, text=True)
    except FileNotFoundError:
        pytest.skip(f"no {shell}")
    assert out.splitlines() == [f"sandbox-{own.name}", str(own.kubectl_program)]


def test_status_names_every_process(own: Sandbox) -> None:
    """With its pid, in JSON and as a table."""
    report = command("status", "-o", "json", name=own.name).json()
    (found,) = report["sandboxes"]
    pids = {component["name"]: component["pid"] for component in found["components"]}
    assert pids == processes.components(own.paths)
    assert (found["state"], found["kubernetesVersion"]) == ("Running", own.release)
    table = command("status", name=own.name).out
    assert all(f"{name} " in table and str(pid) in table for name, pid in pids.items())


def test_a_killed_api_server_is_healed_by_up(own: Sandbox) -> None:
    """Only what was down is started; objects and nodes are as before."""
    own.kubectl("create", "namespace", "kept")
    before = processes.components(own.paths)
    kill(own, "kube-apiserver")
    status = command("status", "-o", "json", name=own.name)
    assert (status.code, status.json()["sandboxes"][0]["state"]) == (1, "Degraded")
    ran = command("up", name=own.name)
    assert (ran.code, "is up again" in ran.out) == (0, True), ran.err
    after = processes.components(own.paths)
    assert [name for name in COMPONENTS if before[name] != after[name]] == ["kube-apiserver"]
    own.kubectl("delete", "namespace", "kept", "--wait=false")


def test_a_stopped_sandbox_is_started_again(own: Sandbox) -> None:
    """As after a reboot: pids mean nothing any more, data and address are kept."""
    address = own.kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
    own.kubectl("create", "namespace", "kept-too")
    kill(own, *COMPONENTS)
    for file in own.paths.pids.glob("*.pid"):
        file.write_text(str(os.getpid()))  # numbers are given out again after a reboot
    assert command("status", "-o", "json", name=own.name).json()["sandboxes"][0]["state"] == (
        "Stopped"
    )
    assert command("env", name=own.name).code == 3
    ran = command("up", name=own.name)
    assert (ran.code, "is up again" in ran.out) == (0, True), ran.err
    own.kubectl("get", "namespace", "kept-too")
    assert own.kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}") == address
    own.kubectl("create", "namespace", "after")
    own_kubectl = Kubectl(own, "after")
    eventually(lambda: own_kubectl("get", "serviceaccount", "default", "--ignore-not-found"))
    own_kubectl.apply(AGENT)
    eventually(lambda: own_kubectl.json("get", "ds", "agent")["status"].get("numberReady") == 9)
    own.kubectl("delete", "namespace", "after", "--wait=false")


def test_two_sandboxes_stand_side_by_side_and_one_goes_without_a_trace(own: Sandbox) -> None:
    """Each has ports of its own; the end of one leaves its binaries and the other one alone."""
    name = f"second-{secrets.token_hex(4)}"
    started = time.monotonic()
    ran = command("up", *with_version("--nodes", "2"), name=name)
    try:
        assert ran.code == 0, ran.err
        assert time.monotonic() - started < 60  # the promise is 10 s; machines of CI are slow
        second = Sandbox(name)
        assert second.kubectl("get", "nodes", "-o", "name").split() == [
            "node/control-plane-0002",
            "node/worker-0001",
        ]
        home = Path(os.environ.get("HOME", "/"))
        assert not (home / ".kwok").exists()
    finally:
        down = command("down", name=name)
    assert (down.code, down.out) == (0, f"sandbox {name} is down\n")
    assert traces(name) == []
    assert command("up", name=own.name).out.count("is running already") == 1


def test_down_of_what_is_not_there_says_so(own: Sandbox) -> None:
    """And is no failure: a script can call it to be sure."""
    ran = command("down", name="never-was")
    assert (ran.code, ran.out) == (0, "sandbox never-was was not running\n")


def test_an_up_killed_half_way_leaves_nothing_after_down(own: Sandbox) -> None:
    """Not even what it had started and never wrote down."""
    name = f"killed-{secrets.token_hex(4)}"
    args = with_version("--nodes", "2")
    up = subprocess.Popen(
        [sys.executable, "-m", "dsctl", "sandbox", "up", "--name", name, *args],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    paths = Layout(os.environ).cluster(name)
    try:
        eventually(lambda: (paths.pids / "kube-apiserver.pid").exists(), 60)
    finally:
        up.kill()
        up.wait()
        ran = command("down", name=name)
    assert (ran.code, ran.out) == (0, f"sandbox {name} is down\n")
    assert traces(name) == []


def test_down_ends_a_half_dead_sandbox_with_what_ran_in_its_pods() -> None:
    """Some parts killed, one command of `exec` still at work: all of it goes."""
    with private_sandbox("half", nodes=1) as half:
        half.kubectl("create", "namespace", "work")
        kubectl = Kubectl(half, "work")
        eventually(lambda: kubectl("get", "serviceaccount", "default", "--ignore-not-found"))
        kubectl.apply(AGENT)
        eventually(lambda: kubectl.json("get", "ds", "agent")["status"].get("numberReady") == 1)
        pod = kubectl("get", "pods", "-o", "name").strip()
        duration = str(10_000 + secrets.randbelow(80_000))
        client = subprocess.Popen(
            [str(half.kubectl_program), "-n", "work", "exec", pod, "--", "sleep", duration],
            env=half.environ,
        )
        try:
            eventually(lambda: sleeping(duration))
            kill(half, "kwok-controller", "etcd")
        finally:
            client.kill()
            client.wait()
        assert command("down", name=half.name).code == 0
        assert traces(half.name) == []
        assert not sleeping(duration)


def sleeping(duration: str) -> bool:
    """Whether a `sleep` for so long runs."""
    return any(
        os.path.basename(process.program) == "sleep" and duration in process.arguments
        for process in processes.from_proc()
    )
