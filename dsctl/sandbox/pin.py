"""Write the Go modules below ``modules/`` anew, after a version in ``versions`` changed.

    python -m dsctl.sandbox.pin [kubernetes-1.37 | etcd | kwok]...

Needs the network. What it writes is committed: users build from exactly these sums.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from dsctl.errors import DsctlError
from dsctl.sandbox import versions
from dsctl.sandbox.binaries import PACKAGES
from dsctl.sandbox.golang import Go
from dsctl.sandbox.paths import Layout
from dsctl.sandbox.progress import Progress

MODULES = Path(__file__).parent / "modules"

_REQUIRED = {
    "etcd": ("go.etcd.io/etcd/server/v3", versions.ETCD),
    "kwok": ("sigs.k8s.io/kwok", versions.KWOK),
}


def pin(name: str, go: Go) -> None:
    """Write go.mod and go.sum of the module ``name``. Raises ClusterError if go fails.

    KWOK's needs the modules of the default Kubernetes to be there: it gets the same versions of
    what both use, so that a build compiles that once.
    """
    part, _, minor = name.partition("-")
    if part == "kubernetes":
        module, version = "k8s.io/kubernetes", versions.RELEASES[minor]
    else:
        module, version = _REQUIRED[part]
    directory = MODULES / name
    directory.mkdir(exist_ok=True)
    (directory / "go.sum").unlink(missing_ok=True)
    answer = go.run(
        ["mod", "download", "-json", f"{module}@{version}"],
        Path("/"),
        failure=f"{module} {version} can't be downloaded",
    )
    upstream = Path(json.loads(answer)["GoMod"]).read_text()
    lines = [f"module dsctl.local/{part}", "", f"go {_go_version(upstream)}", ""]
    lines += re.findall(r"^godebug .*$", upstream, re.MULTILINE)
    lines += ["tool (", *(f"\t{package}" for package in PACKAGES[part].values()), ")", ""]
    lines += [f"require {module} {version}", ""]
    lines += _staging(upstream, version)
    if part == "kwok":
        lines += _as_in_kubernetes(upstream)
    (directory / "go.mod").write_text("\n".join(lines) + "\n")
    go.run(["mod", "tidy"], directory, failure=f"go mod tidy fails for {name}")


def _as_in_kubernetes(upstream: str) -> list[str]:
    text = (MODULES / f"kubernetes-{versions.DEFAULT}" / "go.mod").read_text()
    theirs = dict(re.findall(r"^\s+(\S+) (v\S+)", text, re.MULTILINE))
    theirs |= dict(re.findall(r"^\s+(\S+) => \S+ (v\S+)", text, re.MULTILINE))
    own = dict(re.findall(r"^\s+(\S+) (v\S+)", upstream, re.MULTILINE))
    shared = [name for name in own if name in theirs]
    return [
        "require (",
        *(f"\t{name} {theirs[name]}" for name in shared),
        ")",
        "",
        "replace (",  # what Kubernetes has older than KWOK wants
        *(
            f"\t{name} => {name} {theirs[name]}"
            for name in shared
            if _numbers(theirs[name]) < _numbers(own[name])
        ),
        ")",
        "",
    ]


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _go_version(upstream: str) -> str:
    """The language version of the original, but at least that which knows `tool`."""
    match = re.search(r"^go (\d+)\.(\d+)", upstream, re.MULTILINE)
    assert match is not None, "a go.mod without a go line"
    major, minor = max((int(match[1]), int(match[2])), (1, 24))
    return f"{major}.{minor}.0"


def _staging(upstream: str, version: str) -> list[str]:
    """Kubernetes has its staging modules beside it; outside, they have versions of their own."""
    names = re.findall(r"^\s+(\S+) => \./staging/", upstream, re.MULTILINE)
    if not names:
        return []
    staged = "v0" + version.removeprefix("v1")
    return ["replace (", *(f"\t{name} => {name} {staged}" for name in names), ")", ""]


def main(arguments: list[str]) -> int:
    """Pin what is named, or everything."""
    progress = Progress(sys.stderr)
    everything = [*_REQUIRED, *(f"kubernetes-{minor}" for minor in versions.RELEASES)]
    try:
        go = Go(os.environ, Layout(os.environ).root)
        for name in arguments or everything:
            with progress.step(f"pinning {name}"):
                pin(name, go)
    except DsctlError as error:
        progress.say(f"error: {error.message}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
