"""What becomes of simulated pods: KWOK stages that make those of one template fail, each its way.

A template is given a fate by a label, so that an old version lives and the new one fails.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cluster.conftest import Kubectl

FATE = "test/fate"

_CRASHED = """
  lastState:
    terminated:
      exitCode: 3
      reason: Error
      startedAt: {{ $since | Quote }}
      finishedAt: {{ $since | Quote }}
"""
_RUNS = "  restartCount: 0\n  started: true\n  state:\n    running: {startedAt: SINCE}\n"
#: the phase of the pod, what its container's status says
FATES = {
    "slow": ("Running", _RUNS),
    "bad-image": (
        "Pending",
        "  restartCount: 0\n  state:\n    waiting:\n      reason: ImagePullBackOff\n"
        '      message: Back-off pulling image "registry.example/none"\n',
    ),
    "crash-loop": (
        "Running",
        "  restartCount: 4\n  state:\n    waiting:\n      reason: CrashLoopBackOff\n"
        "      message: back-off 40s restarting failed container\n" + _CRASHED,
    ),
    "bad-config": (
        "Pending",
        "  restartCount: 0\n  state:\n    waiting:\n      reason: CreateContainerConfigError\n"
        '      message: configmap "settings" not found\n',
    ),
    "never-ready": (
        "Running",
        _RUNS,
    ),
}
# The times are the pod's own, so that playing it again changes nothing.
_TEMPLATE = """
{{ $since := .metadata.creationTimestamp }}
conditions:
- lastTransitionTime: {{ $since | Quote }}
  status: "True"
  type: Initialized
- lastTransitionTime: {{ $since | Quote }}
  status: "READY"
  type: Ready
  reason: "REASON"
  message: "MESSAGE"
- lastTransitionTime: {{ $since | Quote }}
  status: "READY"
  type: ContainersReady
containerStatuses:
{{ range .spec.containers }}
- image: {{ .image | Quote }}
  name: {{ .name | Quote }}
  ready: WELL
STATUS
{{ end }}
phase: PHASE
startTime: {{ $since | Quote }}
"""


def fated(manifest: dict[str, Any], fate: str, image: str = "agent:2") -> dict[str, Any]:
    """The manifest with another image, and a template whose pods meet this fate."""
    changed: dict[str, Any] = json.loads(json.dumps(manifest))
    template = changed["spec"]["template"]
    template["metadata"]["labels"][FATE] = fate
    template["spec"]["containers"][0]["image"] = f"registry.example/{image}"
    return changed


@contextmanager
def fate(kubectl: Kubectl, kind: str) -> Iterator[str]:
    """A fate of one's own of a ``kind`` of ``FATES``, as long as the block lasts."""
    name = f"{kind}-{secrets.token_hex(3)}"
    text = _template(kind)
    stage = {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
            "selector": {
                "matchLabels": {FATE: name},
                "matchExpressions": [
                    {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"},
                    {"key": ".status.phase", "operator": "In", "values": ["Pending"]},
                ],
            },
            "weight": 100,
            "delay": {"durationMilliseconds": 1000 if kind == "slow" else 50},
            "next": {"statusTemplate": text},
        },
    }
    kubectl.apply(stage)
    try:
        yield name
    finally:
        kubectl("delete", "stage", name, "--wait=false")


def _template(kind: str) -> str:
    phase, status = FATES[kind]
    well = kind == "slow"
    unready = "containers with unready status: [agent]"
    words = {
        "STATUS": status.rstrip("\n"),
        "SINCE": "{{ $since | Quote }}",
        "PHASE": phase,
        "READY": str(well),
        "WELL": str(well).lower(),
        "REASON": "" if well else "ContainersNotReady",
        "MESSAGE": "" if well else unready,
    }
    text = _TEMPLATE
    for word, value in words.items():
        text = text.replace(word, value)
    return text
