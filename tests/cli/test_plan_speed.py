"""What ``plan`` may cost over a saved fleet: processor time and memory of the whole process.

Processor time, since wall time on a busy machine says little; a plan of a dump waits for nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.yardstick import least

NODES = 5000
MANIFEST = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: logs}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      nodeSelector: {disk: ssd}
      containers:
      - name: agent
        image: registry.example/agent:1
        ports: [{containerPort: 80, hostPort: 80}]
        resources: {requests: {cpu: 100m, memory: 64Mi}}
"""


def _node(disk: str, tainted: bool) -> dict[str, Any]:
    """A node of the size that clouds have them: labels, conditions, images."""
    name = "node-NUMBER"
    amounts = {"cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "95551679124"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "uid": "f0a1c2d4-NUMBER",
            "labels": {
                "kubernetes.io/hostname": name,
                "topology.kubernetes.io/zone": "zone-a",
                "disk": disk,
                **{f"example.com/label-{k}": f"value-{k}" for k in range(12)},
            },
            "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
            "creationTimestamp": "2026-04-01T00:00:00Z",
        },
        "spec": {
            "providerID": f"cloud://zone/{name}",
            "taints": [{"key": "dedicated", "effect": "NoSchedule"}] if tainted else [],
        },
        "status": {
            "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
            "allocatable": amounts,
            "capacity": amounts,
            "conditions": [
                {
                    "type": kind,
                    "status": "True" if kind == "Ready" else "False",
                    "reason": f"Kubelet{kind}",
                    "message": f"kubelet has something to say of {kind}",
                    "lastHeartbeatTime": "2026-05-01T11:00:00Z",
                    "lastTransitionTime": "2026-05-01T10:00:00Z",
                }
                for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
            ],
            "images": [
                {"names": [f"registry.example/team/image-{k}:1.4"], "sizeBytes": 10**7}
                for k in range(10)
            ],
            "nodeInfo": {"kernelVersion": "6.8.0", "kubeletVersion": "v1.37.2"},
        },
    }


def _pod() -> dict[str, Any]:
    """A daemon pod."""
    owner = {"kind": "DaemonSet", "name": "agent", "uid": "ds", "controller": True}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "agent-NUMBER",
            "namespace": "logs",
            "uid": "pod-NUMBER",
            "labels": {"app": "agent", "controller-revision-hash": "h1"},
            "ownerReferences": [owner],
        },
        "spec": {
            "nodeName": "node-NUMBER",
            "nodeSelector": {"disk": "ssd"},
            "containers": [
                {
                    "name": "agent",
                    "image": "registry.example/agent:1",
                    "env": [{"name": f"VARIABLE_{k}", "value": "x" * 40} for k in range(10)],
                    "ports": [{"containerPort": 80, "hostPort": 80}],
                    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
                }
            ],
            "volumes": [{"name": f"v{k}", "hostPath": {"path": f"/v/{k}"}} for k in range(5)],
        },
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "agent", "ready": True, "state": {"running": {}}}],
        },
    }


def _text(obj: dict[str, Any]) -> str:
    return json.dumps(obj, indent=4)


def _save(path: Path, items: list[str]) -> None:
    """A List as kubectl prints it, with the number of each item in place of NUMBER."""
    listed = ",".join(item.replace("NUMBER", f"{i:05}") for i, item in enumerate(items))
    path.write_text(f'{{"apiVersion": "v1", "kind": "List", "items": [{listed}]}}')


# A process of its own measures: what a child of pytest has for its peak is pytest's size.
_MEASURE = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "dsctl", "plan", *sys.argv[1:]])
_, status, usage = os.wait4(child.pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, file=sys.stderr)
os._exit(os.waitstatus_to_exitcode(status))
"""


def _run(*args: str) -> tuple[str, float, float]:
    """Stdout, processor seconds and peak MB of a ``plan`` that must be made."""
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, *args],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    seconds, peak = ran.stderr.splitlines()[-1].split()
    return ran.stdout, float(seconds), float(peak)


def test_a_plan_over_5000_nodes_and_their_pods(tmp_path: Path) -> None:
    """From nodes alone at most 1.5 s, with a pod on each 2.5 s: about twice what it takes."""
    manifest = tmp_path / "agent.yaml"
    manifest.write_text(MANIFEST)
    nodes, pods = tmp_path / "nodes.json", tmp_path / "pods.json"
    kinds = {(d, t): _text(_node(d, t)) for d in ("ssd", "hdd") for t in (True, False)}
    _save(nodes, [kinds["ssd" if i % 3 else "hdd", i % 10 == 0] for i in range(NODES)])
    _save(pods, [_text(_pod())] * NODES)
    assert nodes.stat().st_size > 4000 * NODES
    of_nodes = ("-f", str(manifest), "--cluster-dump", str(nodes))
    said, seconds, peak = _run(*of_nodes)
    assert said.splitlines()[-1].startswith("5000 nodes: 3000 eligible, 2000 excluded; 3000 would")
    assert seconds < 1.5 or least(lambda: _run(*of_nodes)[1], 1.5) <= 1.5
    assert peak < 200
    of_both = (*of_nodes, "--cluster-dump", str(pods), "-o", "json")
    said, seconds, peak = _run(*of_both)
    summary = json.loads(said)["summary"]
    assert (summary["eligible"], summary["byVerdict"]["WouldRun"]) == (3000, 3000)
    assert seconds < 2.5 or least(lambda: _run(*of_both)[1], 2.5) <= 2.5
    assert peak < 250
