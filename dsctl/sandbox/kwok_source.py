"""KWOK as we build it: its own source, with the repairs that `exec` needs.

As released, a command that ends with a code other than 0 in a simulated pod looks like a broken
server to the client; one that reads its stdin never sees the end of it; and with a terminal, the
last of its output may be lost and Ctrl-C does not reach it.
"""

from __future__ import annotations

import importlib.resources
import os
import shutil
from pathlib import Path

from dsctl.errors import ClusterError

#: KWOK's own description of how nodes and pods live, below kustomize/stage in its module.
STAGES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)

#: Our Go file, which takes the place of one of KWOK's (go itself ignores directories with a _).
_REPLACEMENT = "modules/kwok/_repairs/exec_repairs.go"

# file -> (what stands there once, what shall stand there)
REPAIRS = {
    "pkg/kwok/server/debugging_exec.go": (
        (
            "return s.execInContainerWithTTY(ctx, cmd, in, stdout, resize)",
            "return exitCode(s.execInContainerWithTTY(ctx, cmd, in, stdout, resize))",
        ),
        (
            "return s.execInContainer(ctx, cmd, in, stdout, stderr)",
            "return exitCode(s.execInContainer(ctx, cmd, in, stdout, stderr))",
        ),
    ),
    "pkg/utils/exec/exec.go": (
        (
            "_, _ = io.Copy(inPipe, opt.In)",
            "_, _ = io.Copy(inPipe, opt.In)\n\t\t\t\t_ = inPipe.Close()",
        ),
    ),
}


def repair(source: Path, module: Path) -> Path:
    """Copy KWOK's source into our module's directory, repair it, and make the module use it.

    Returns where the copy is. Raises ClusterError if the source is not the one we know.
    """
    copy = module / "kwok"
    shutil.copytree(source, copy, copy_function=shutil.copyfile)  # the original is read-only
    for directory, _, _ in os.walk(copy):
        os.chmod(directory, 0o755)
    for file, changes in REPAIRS.items():
        text = (copy / file).read_text()
        for before, after in changes:
            if text.count(before) != 1:
                raise ClusterError(f"the source of KWOK is not as expected: {file}")
            text = text.replace(before, after)
        (copy / file).write_text(text)
    replacement = importlib.resources.files("dsctl.sandbox") / _REPLACEMENT
    server = copy / "pkg/kwok/server"
    (server / "debugging_exec_other.go").unlink()
    (server / replacement.name).write_bytes(replacement.read_bytes())
    with open(module / "go.mod", "a") as file_of_module:
        file_of_module.write("\nreplace sigs.k8s.io/kwok => ./kwok\n")
    return copy


def take_stages(source: Path, home: Path) -> None:
    """Put KWOK's stages beside its binaries: the module cache may be cleaned later."""
    target = home / "stages"
    target.mkdir()
    for stage in STAGES:
        shutil.copyfile(source / "kustomize/stage" / stage, target / os.path.basename(stage))
