"""Building the control plane from source: once for each version, then found again.

The binaries of a part (kubernetes, etcd, kwok) are made in a directory of their own beside the
final one and moved there when all of them stand, so what is found is always whole.
"""

from __future__ import annotations

import importlib.resources
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dsctl.sandbox import record, versions
from dsctl.sandbox.golang import Go
from dsctl.sandbox.paths import Layout
from dsctl.sandbox.progress import Progress

PARTS = ("etcd", "kwok", "kubernetes")

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

# KWOK's own description of how nodes and pods live; it comes with its module.
_STAGES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)


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
        kwok_home=layout.part("kwok", versions.KWOK),
        kubernetes_home=layout.part("kubernetes", kubernetes.release),
    )


def ensure(
    layout: Layout,
    kubernetes: versions.KubernetesVersion,
    environ: Mapping[str, str],
    progress: Progress,
) -> Binaries:
    """The binaries for ``kubernetes``, built now if they are not there yet (about 6 minutes).

    Raises ClusterError if Go is missing or too old, if a module can't be downloaded, or if
    something does not compile.
    """
    binaries = homes(layout, kubernetes)
    if not _missing(binaries):
        return binaries
    go = Go(environ, layout.root)
    progress.say(
        f"Building the control plane of Kubernetes {kubernetes.release} from source. "
        "This takes some minutes, once."
    )
    with record.locked(layout.bin, on_wait=lambda: progress.say("Another build is under way.")):
        missing = _missing(binaries)  # the other one may have made them
        _sweep(layout)
        count = sum(len(PACKAGES[part]) for part in missing)
        done = 0
        for part in missing:
            done = _build_part(go, part, binaries, kubernetes, progress, done, count)
    return binaries


def _missing(binaries: Binaries) -> list[str]:
    """The parts that are not there. A directory that is there is whole."""
    return [part for part in PARTS if not getattr(binaries, f"{part}_home").is_dir()]


def _sweep(layout: Layout) -> None:
    """Remove what killed builds left behind. Only under the lock."""
    for left in layout.bin.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)


def _build_part(
    go: Go,
    part: str,
    binaries: Binaries,
    kubernetes: versions.KubernetesVersion,
    progress: Progress,
    done: int,
    count: int,
) -> int:
    home: Path = getattr(binaries, f"{part}_home")
    title = home.name.replace("-", " ", 1)
    draft = Path(tempfile.mkdtemp(prefix=".building-", dir=home.parent))
    try:
        module = _module(part, kubernetes, draft)
        packages = PACKAGES[part]
        with progress.step(f"fetching the sources of {title}"):
            go.run(
                ["list", "-deps", "-f", "{{if not .Module}}{{end}}", *packages.values()],
                module,
                failure=f"the Go modules of {title} can't be downloaded",
                hint="is there a way to a Go module proxy from here? see `go env GOPROXY`",
                on_line=progress.detail,
            )
        for program, package in packages.items():
            done += 1
            with progress.step(f"building {program} of {title} ({done} of {count})"):
                go.run(
                    _command(part, kubernetes, draft / program, package),
                    module,
                    failure=f"{program} of {title} can't be built",
                    on_line=progress.detail,
                )
        if part == "kwok":
            _take_stages(go, module, draft)
        shutil.rmtree(module)
        draft.chmod(0o755)
        draft.rename(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return done


def _module(part: str, kubernetes: versions.KubernetesVersion, draft: Path) -> Path:
    """A copy of the module's files, for the package that holds them may be inside a zip."""
    name = f"kubernetes-{kubernetes.minor}" if part == "kubernetes" else part
    source = importlib.resources.files("dsctl.sandbox") / "modules" / name
    target = draft / "module"
    target.mkdir()
    for file in ("go.mod", "go.sum"):
        (target / file).write_bytes((source / file).read_bytes())
    return target


def _command(
    part: str, kubernetes: versions.KubernetesVersion, output: Path, package: str
) -> list[str]:
    flags = ["-s", "-w"]
    if part == "kubernetes":
        stamp = "k8s.io/component-base/version"
        major, minor = kubernetes.minor.split(".")
        flags += ["-X", f"{stamp}.gitVersion={kubernetes.release}"]
        flags += ["-X", f"{stamp}.gitMajor={major}", "-X", f"{stamp}.gitMinor={minor}"]
    return [
        "build",
        "-trimpath",
        "-buildvcs=false",
        "-ldflags",
        " ".join(flags),
        "-o",
        str(output),
        package,
    ]


def _take_stages(go: Go, module: Path, draft: Path) -> None:
    """Copy KWOK's stages out of its module; the module cache may be cleaned later."""
    source = go.run(
        ["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"],
        module,
        failure="the sources of kwok are not where go said",
    ).strip()
    (draft / "stages").mkdir()
    for stage in _STAGES:
        text = Path(source, "kustomize", "stage", stage).read_bytes()
        (draft / "stages" / os.path.basename(stage)).write_bytes(text)
