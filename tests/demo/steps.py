"""The steps of the demo: what to say, and what to run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
NAMESPACE = "logging"


@dataclass(frozen=True)
class Step:
    """One command line with the words before it. ``tool`` is ``dsctl`` or ``kubectl``."""

    name: str
    say: str
    args: tuple[str, ...]
    tool: str = "dsctl"


def _step(name: str, say: str, line: str, tool: str = "dsctl") -> Step:
    words = tuple(str(HERE / w) if w.endswith(".yaml") else w for w in line.split())
    return Step(name, say, words, tool)


def steps(node: str) -> list[Step]:
    """The whole demo; ``node`` is the worker that gets the label."""
    return [
        _step("validate", "Check the manifest, without a cluster.", "validate -f fluentd.yaml"),
        _step("create", "Create the log collector.", "create -f fluentd.yaml"),
        _step(
            "land",
            "Wait until it runs everywhere it should.",
            "rollout status fluentd -n logging --timeout=60s",
        ),
        _step(
            "nodes",
            "One pod a node, the control plane included; gpu nodes are excluded by their taint.",
            "get fluentd -n logging --pods",
        ),
        _step("image", "Apply a new image...", "apply -f fluentd-v1.19.yaml"),
        _step(
            "rollout",
            "...and watch it replace the pods, two at a time.",
            "rollout status fluentd -n logging --timeout=120s",
        ),
        _step("probe", "Another agent, for labelled nodes only.", "apply -f probe.yaml"),
        _step("empty", "It waits for a label.", "get disk-probe -n logging --pods"),
        _step("label", "Label a node...", f"label node {node} probe=disk", "kubectl"),
        _step(
            "gain",
            "...and it gains a pod.",
            "wait disk-probe -n logging --for=jsonpath={.status.numberReady}=1 --timeout=30s",
        ),
        _step("gained", "Here it is.", "get disk-probe -n logging --pods"),
        _step("unlabel", "Take the label away...", f"label node {node} probe-", "kubectl"),
        _step(
            "lose",
            "...and the pod goes.",
            "wait disk-probe -n logging --for=jsonpath={.status.currentNumberScheduled}=0 "
            "--timeout=30s",
        ),
        _step(
            "orphan",
            "Delete the collector, but let its pods live (kubectl's --cascade=false still works).",
            "delete fluentd -n logging --cascade=false",
        ),
        _step(
            "stay",
            "The pods are still there, without an owner.",
            "get pods -n logging -l app.kubernetes.io/name=fluentd -o wide",
            "kubectl",
        ),
        _step("adopt", "Create it again...", "create -f fluentd-v1.19.yaml"),
        _step(
            "adopted",
            "...and it adopts them.",
            "rollout status fluentd -n logging --timeout=60s",
        ),
        _step("ages", "The same pods: none was restarted.", "get fluentd -n logging --pods"),
        _step(
            "delete",
            "Delete everything, pods included.",
            "delete fluentd disk-probe -n logging --cascade=foreground",
        ),
        _step("gone", "Nothing is left.", "get -n logging"),
    ]
