"""What ``validate`` may cost: processor time and memory of the whole process.

Processor time, since wall time on a busy machine says little; validation waits for nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.yardstick import least

AGENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent-{number}
  namespace: kube-system
  labels: {{app: agent, tier: node}}
spec:
  selector:
    matchLabels: {{app: agent-{number}}}
  updateStrategy:
    rollingUpdate: {{maxUnavailable: 10%}}
  template:
    metadata:
      labels: {{app: agent-{number}, tier: node}}
    spec:
      hostNetwork: true
      serviceAccountName: agent
      priorityClassName: system-node-critical
      tolerations:
      - operator: Exists
      initContainers:
      - name: prepare
        image: registry.example/prepare:1.{number}
        command: [sh, -c, "cp /bin/agent /shared"]
        volumeMounts:
        - {{name: shared, mountPath: /shared}}
      containers:
      - name: agent
        image: registry.example/agent:1.{number}
        args:
        - --node=$(NODE_NAME)
        - --config=/etc/agent/config.yaml
        env:
        - name: NODE_NAME
          valueFrom:
            fieldRef: {{fieldPath: spec.nodeName}}
        - name: LEVEL
          value: "3"
        ports:
        - {{name: metrics, containerPort: 9100, hostPort: 9100}}
        resources:
          requests: {{cpu: 100m, memory: 64Mi}}
          limits: {{memory: 128Mi}}
        securityContext:
          privileged: false
          capabilities: {{add: [NET_ADMIN], drop: [ALL]}}
        readinessProbe:
          httpGet: {{path: /healthz, port: metrics}}
          periodSeconds: 5
        volumeMounts:
        - {{name: config, mountPath: /etc/agent, readOnly: true}}
        - {{name: logs, mountPath: /var/log, readOnly: true}}
        - {{name: shared, mountPath: /shared}}
      - name: sidecar
        image: registry.example/sidecar@sha256:{digest}
        resources:
          limits: {{memory: 32Mi, cpu: 50m}}
        livenessProbe:
          tcpSocket: {{port: 9101}}
      volumes:
      - name: config
        configMap: {{name: agent}}
      - name: logs
        hostPath: {{path: /var/log}}
      - name: shared
        emptyDir: {{}}
"""


#: Runs dsctl and then tells its own peak: the one that wait4 tells is never below that of the
#: process it was forked from.
MEASURED = """
import re, sys
from dsctl.cli.env import Env
from dsctl.main import main
code = main(sys.argv[1:], Env.of_process())
with open("/proc/self/status") as status:
    print("peak", re.search(r"VmHWM:\\s+(\\d+) kB", status.read())[1], file=sys.stderr)
sys.exit(code)
"""


def _seconds(*paths: Path) -> float:
    """Processor seconds of a ``validate`` that must find all valid."""
    command = [sys.executable, "-m", "dsctl", "validate", *map(str, paths)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    said = process.stdout.read().decode()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    return usage.ru_utime + usage.ru_stime


def _peak(path: Path) -> float:
    """Peak memory of the same in MB."""
    command = [sys.executable, "-c", MEASURED, "validate", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-1]) / 1024


def _write(directory: Path, number: int) -> Path:
    path = directory / f"{number:04}.yaml"
    path.write_text(AGENT.format(number=number, digest=f"{number:064x}"))
    return path


def test_a_thousand_files(tmp_path: Path) -> None:
    """A thousand one-DaemonSet files in one call: at most 2.5 s and 150 MB."""
    for number in range(1000):
        _write(tmp_path, number)
    assert least(lambda: _seconds(tmp_path), 2.5) <= 2.5
    if os.path.exists("/proc/self/status"):
        assert 10 < _peak(tmp_path) <= 150


def test_one_file(tmp_path: Path) -> None:
    """One file: the whole process at most 0.28 s."""
    path = _write(tmp_path, 1)
    assert least(lambda: _seconds(path), 0.28) <= 0.28
