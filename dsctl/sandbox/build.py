"""Building the control plane from source: once for each version, then found again.

The binaries of a part (kubernetes, etcd, kwok) are made in a directory of their own beside the
final one and moved there when all of them stand, so what is found is always whole.
"""

from __future__ import annotations

import importlib.resources
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dsctl.sandbox import kwok_source, record, versions
from dsctl.sandbox.binaries import PACKAGES, Binaries, homes
from dsctl.sandbox.golang import Go
from dsctl.sandbox.paths import Layout
from dsctl.sandbox.progress import Progress

_NO_PROXY = "is there a way to a Go module proxy from here? see `go env GOPROXY`"


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
    if not binaries.missing():
        return binaries
    go = Go(environ, layout.root)
    progress.say(
        f"Building the control plane of Kubernetes {kubernetes.release} from source. "
        "This takes some minutes, once."
    )
    with record.locked(layout.bin, on_wait=lambda: progress.say("Another build is under way.")):
        missing = binaries.missing()  # the other one may have made them
        _sweep(layout)
        _Builder(go, kubernetes, progress, missing).build_all(binaries)
    return binaries


def _sweep(layout: Layout) -> None:
    """Remove what killed builds left behind. Only under the lock."""
    for left in layout.bin.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)


class _Builder:
    """Builds some parts, counting the programs."""

    def __init__(
        self,
        go: Go,
        kubernetes: versions.KubernetesVersion,
        progress: Progress,
        parts: list[str],
    ) -> None:
        self._go = go
        self._kubernetes = kubernetes
        self._progress = progress
        self._parts = parts
        self._count = sum(len(PACKAGES[part]) for part in parts)
        self._done = 0

    def build_all(self, binaries: Binaries) -> None:
        for part in self._parts:
            home = binaries.home(part)
            draft = Path(tempfile.mkdtemp(prefix=".building-", dir=home.parent))
            try:
                self._build(part, home.name.replace("-", " ", 1), draft)
                draft.chmod(0o755)
                draft.rename(home)
            finally:
                shutil.rmtree(draft, ignore_errors=True)

    def _build(self, part: str, title: str, draft: Path) -> None:
        module = self._module(part, draft)
        with self._progress.step(f"fetching the sources of {title}"):
            self._fetch(part, title, module)
            if part == "kwok":
                self._prepare_kwok(module, draft)
        for program, package in PACKAGES[part].items():
            self._done += 1
            with self._progress.step(
                f"building {program} of {title} ({self._done} of {self._count})"
            ):
                self._go.run(
                    ["build", *self._flags(part), "-o", str(draft / program), package],
                    module,
                    failure=f"{program} of {title} can't be built",
                    on_line=self._progress.detail,
                )
        shutil.rmtree(module)

    def _module(self, part: str, draft: Path) -> Path:
        """A copy of the module's files: it is changed for KWOK, and ours may be in a zip."""
        name = f"kubernetes-{self._kubernetes.minor}" if part == "kubernetes" else part
        source = importlib.resources.files("dsctl.sandbox") / "modules" / name
        target = draft / "module"
        target.mkdir()
        for file in ("go.mod", "go.sum"):
            (target / file).write_bytes((source / file).read_bytes())
        return target

    def _fetch(self, part: str, title: str, module: Path) -> None:
        self._go.run(
            ["list", "-deps", "-f", "{{if .Incomplete}}{{end}}", *PACKAGES[part].values()],
            module,
            failure=f"the Go modules of {title} can't be downloaded",
            hint=_NO_PROXY,
            on_line=self._progress.detail,
        )

    def _prepare_kwok(self, module: Path, draft: Path) -> None:
        where = self._go.run(
            ["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"],
            module,
            failure="go does not say where the source of kwok is",
        )
        source = kwok_source.repair(Path(where.strip()), module)
        kwok_source.take_stages(source, draft)

    def _flags(self, part: str) -> list[str]:
        linker = ["-s", "-w"]
        if part == "kubernetes":
            stamp = "k8s.io/component-base/version"
            major, minor = self._kubernetes.minor.split(".")
            linker += ["-X", f"{stamp}.gitVersion={self._kubernetes.release}"]
            linker += ["-X", f"{stamp}.gitMajor={major}", "-X", f"{stamp}.gitMinor={minor}"]
        return [
            "-trimpath",
            "-buildvcs=false",
            "-gcflags=all=-dwarf=false",  # the linker drops it, and a fifth of the time goes there
            "-ldflags",
            " ".join(linker),
        ]
