"""The programs that make up a control plane: what they are built from, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dsctl.sandbox import versions
from dsctl.sandbox.paths import Layout

#: Part -> program -> the Go package that it is built from.
PACKAGES = {
    "etcd": {"etcd": "go.etcd.io/etcd/server/v3"},
    "kwok": {
        "kwok": "sigs.k8s.io/kwok/cmd/kwok",
        "kwokctl": "sigs.k8s.io/kwok/cmd/kwokctl",
    },
    "kubernetes": {
        "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
        "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
        "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
        "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    },
}


@dataclass(frozen=True, slots=True)
class Binaries:
    """Where the programs of one control plane lie."""

    etcd_home: Path
    kwok_home: Path
    kubernetes_home: Path

    @property
    def etcd(self) -> Path:
        """The etcd server."""
        return self.etcd_home / "etcd"

    @property
    def kwok(self) -> Path:
        """The controller that simulates nodes and pods."""
        return self.kwok_home / "kwok"

    @property
    def kwokctl(self) -> Path:
        """The program that starts and stops the control plane."""
        return self.kwok_home / "kwokctl"

    def home(self, part: str) -> Path:
        """The directory of ``part``: kubernetes, etcd or kwok."""
        homes = {
            "etcd": self.etcd_home,
            "kwok": self.kwok_home,
            "kubernetes": self.kubernetes_home,
        }
        return homes[part]

    def missing(self) -> list[str]:
        """The parts that are not there. A directory that is there is whole."""
        return [part for part in PACKAGES if not self.home(part).is_dir()]

    def kubernetes(self, program: str) -> Path:
        """kube-apiserver, kube-controller-manager, kube-scheduler or kubectl."""
        return self.kubernetes_home / program

    def stages(self) -> list[str]:
        """KWOK's fast stages, each as YAML text, in the order of their names."""
        return [path.read_text() for path in sorted((self.kwok_home / "stages").glob("*.yaml"))]


def homes(layout: Layout, kubernetes: versions.KubernetesVersion) -> Binaries:
    """Where the binaries for ``kubernetes`` are or will be."""
    return Binaries(
        etcd_home=layout.part("etcd", versions.ETCD),
        kwok_home=layout.part("kwok", versions.KWOK_BUILD),
        kubernetes_home=layout.part("kubernetes", kubernetes.release),
    )
