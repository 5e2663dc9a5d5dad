"""Driving kwokctl: what it is told, and how it is run.

kwokctl makes the keys, and starts the five processes with the right arguments. Everything about
it is kept below one directory (KWOK_WORKDIR), and nothing of the user's own KWOK is read.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from dsctl.errors import ClusterError
from dsctl.sandbox import versions
from dsctl.sandbox.binaries import Binaries
from dsctl.sandbox.nodes import SIMULATED
from dsctl.sandbox.paths import ClusterPaths, down_command

#: kwokctl's names for what runs, in the order in which they start.
COMPONENTS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok-controller",
)

CRDS = (
    "Stage",
    "Logs",
    "ClusterLogs",
    "Exec",
    "ClusterExec",
    "Attach",
    "ClusterAttach",
    "PortForward",
    "ClusterPortForward",
)

# A kubelet renews its lease four times within its duration: with 5,000 nodes every 150 s this
# is 33 small writes a second. The grace period must leave room for two missed renewals.
_LEASE_SECONDS = 600
_GRACE_SECONDS = 330
_START_SECONDS = 120


def settings(
    binaries: Binaries, kubernetes: versions.KubernetesVersion, ports: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The documents of a kwokctl configuration file for one sandbox."""
    (annotation,) = (f"{key}={value}" for key, value in SIMULATED.items())
    options = {
        "runtime": "binary",
        "kwokVersion": versions.KWOK,
        "kubeVersion": kubernetes.release,
        "etcdVersion": versions.ETCD.removeprefix("v"),
        "bindAddress": "127.0.0.1",
        "etcdBinary": str(binaries.etcd),
        "kubeApiserverBinary": str(binaries.kubernetes("kube-apiserver")),
        "kubeControllerManagerBinary": str(binaries.kubernetes("kube-controller-manager")),
        "kubeSchedulerBinary": str(binaries.kubernetes("kube-scheduler")),
        "kubectlBinary": str(binaries.kubernetes("kubectl")),
        "kwokControllerBinary": str(binaries.kwok),
        **{f"{listener}Port": port for listener, port in ports.items()},
        "enableCRDs": list(CRDS),
        "disableQPSLimits": True,
        "heartbeatFactor": 1,  # else kwokctl multiplies the following three by 5
        "nodeLeaseDurationSeconds": _LEASE_SECONDS,
        "kubeControllerManagerNodeMonitorPeriodMilliseconds": 2_000,
        "kubeControllerManagerNodeMonitorGracePeriodMilliseconds": _GRACE_SECONDS * 1000,
    }
    patches = {
        "etcd": {"unsafe-no-fsync": "true"},
        "kube-apiserver": {
            # The nodes' InternalIPs are made up; their kubelet is KWOK, on this machine.
            "kubelet-preferred-address-types": "InternalDNS",
            # Unset, the server wants a network interface with a route, or it does not start.
            "advertise-address": "192.0.2.1",
            "service-cluster-ip-range": "10.96.0.0/16",
        },
        "kube-controller-manager": {
            # A restart after a crash need not wait for the lease of the dead one.
            "leader-elect": "false",
            # Taints of dead nodes at once, also if most of a small fleet is dead.
            "node-eviction-rate": "100",
            "secondary-node-eviction-rate": "100",
            "large-cluster-size-threshold": "0",
        },
        "kube-scheduler": {"leader-elect": "false"},
    }
    managed = [
        {"key": "manage-all-nodes", "value": "false", "override": True},
        {"key": "manage-nodes-with-annotation-selector", "value": annotation},
    ]
    return [
        {
            "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
            "kind": "KwokctlConfiguration",
            "options": options,
            "componentsPatches": [
                *(
                    {"name": name, "extraArgs": [{"key": k, "value": v} for k, v in args.items()]}
                    for name, args in patches.items()
                ),
                {"name": "kwok-controller", "extraArgs": managed},
            ],
        },
        {
            "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
            "kind": "KwokConfiguration",
            # All of it: what is not said here would be zero or false, not KWOK's default.
            "options": {
                "enableDebuggingHandlers": True,
                "enablePodsOnNodeSyncListPager": True,
                "podsOnNodeSyncParallelism": 4,
                "podPlayStageParallelism": 16,
                "nodePlayStageParallelism": 16,
                "nodeLeaseParallelism": 8,
            },
        },
    ]


def write_settings(paths: ClusterPaths, documents: list[dict[str, Any]]) -> None:
    """Write the configuration file that ``run`` hands to kwokctl."""
    text = "---\n".join(json.dumps(document, indent=1) + "\n" for document in documents)
    paths.settings.write_text(text)


def link(paths: ClusterPaths, binaries: Binaries) -> None:
    """Make those of kwokctl's links that lead nowhere lead to the binaries that there are."""
    others = {"etcd": binaries.etcd, "kwok-controller": binaries.kwok}
    for name in COMPONENTS:
        place = paths.plane / "bin" / name
        if not place.exists() and place.parent.is_dir():
            place.unlink(missing_ok=True)
            place.symlink_to(others.get(name) or binaries.kubernetes(name))


def run(verb: str, paths: ClusterPaths, binaries: Binaries, environ: Mapping[str, str]) -> None:
    """Run ``kwokctl VERB cluster``. Raises ClusterError with what it said if it fails."""
    command = [str(binaries.kwokctl), "--config", str(paths.settings), verb, "cluster"]
    if verb == "create":
        command += ["--kubeconfig", ""]  # else it adds a context to the user's own
    try:
        result = subprocess.run(
            command,
            env=_environment(paths, binaries, environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=paths.directory,
            text=True,
            errors="replace",
            timeout=_START_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClusterError(
            f"sandbox {paths.name} did not start within {_START_SECONDS} s",
            hint=f"look into {paths.logs}",
        ) from None
    if result.returncode:
        lines = result.stdout.strip().splitlines() or ["(it said nothing)"]
        raise ClusterError(
            f"kwokctl could not {verb} sandbox {paths.name}: {lines[-1].strip()}",
            hint=None if verb == "create" else f"{down_command(paths.name)} clears it away",
        )


def _environment(
    paths: ClusterPaths, binaries: Binaries, environ: Mapping[str, str]
) -> dict[str, str]:
    """The user's environment without KWOK_* and KUBECONFIG; our kubectl first in PATH."""
    kept = {k: v for k, v in environ.items() if not k.startswith("KWOK_") and k != "KUBECONFIG"}
    own = str(binaries.kubernetes("kubectl").parent)
    return {
        **kept,
        "KWOK_WORKDIR": str(paths.kwok),
        "KUBERC": "off",  # a user's aliases and defaults for the kubectl that kwokctl calls
        "KUBECACHEDIR": str(paths.directory / "kubectl-cache"),
        "PATH": own + os.pathsep + environ.get("PATH", os.defpath),
    }
