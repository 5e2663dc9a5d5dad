"""Where the sandbox keeps what it makes, all of it under the user's cache directory.

::

    $XDG_CACHE_HOME/dsctl/sandbox/      (~/.cache/dsctl/sandbox where it is unset)
      bin/kubernetes-v1.37.2/           binaries, built once; the only thing `down` leaves
      bin/etcd-v3.7.3/  bin/kwok-v0.8.0-dsctl.2/
      clusters/NAME/                    everything of one sandbox: kubeconfig, keys, data, logs
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from dsctl.errors import ConfigError, UsageError

DEFAULT_NAME = "dsctl"

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def root(environ: Mapping[str, str]) -> Path:
    """The directory of all sandboxes. A relative XDG_CACHE_HOME counts as unset, as XDG says.

    Raises UsageError if neither it nor a home directory is known.
    """
    cache = environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(cache):
        return Path(cache) / "dsctl" / "sandbox"
    home = environ.get("HOME", "")
    if not os.path.isabs(home):
        raise UsageError(
            "there is no place for the sandbox: HOME is not set",
            hint="set HOME, or XDG_CACHE_HOME to a directory for its binaries and data",
        )
    return Path(home) / ".cache" / "dsctl" / "sandbox"


def check_name(name: str) -> str:
    """``name`` itself, if it can name a sandbox; else UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} can't name a sandbox",
            hint="use up to 40 lower-case letters, digits and '-'",
        )
    return name


class Layout:
    """The directories below one root, for one user."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.root = root(environ)
        self.bin = self.root / "bin"
        self.clusters = self.root / "clusters"

    def part(self, part: str, version: str) -> Path:
        """Where the binaries of ``part`` (kubernetes, etcd, kwok) lie."""
        return self.bin / f"{part}-{version}"

    def kubectl(self, release: str) -> Path:
        """The kubectl that was built beside a control plane, whether or not it is there."""
        return self.part("kubernetes", release) / "kubectl"

    def cluster(self, name: str) -> ClusterPaths:
        """The paths of the sandbox ``name``. Raises UsageError for a bad name."""
        return ClusterPaths(self.clusters / check_name(name))

    def names(self) -> list[str]:
        """The sandboxes that have files here, running or not, sorted."""
        try:
            found = [entry.name for entry in os.scandir(self.clusters) if entry.is_dir()]
        except FileNotFoundError:
            return []
        return sorted(name for name in found if _NAME.fullmatch(name))


class ClusterPaths:
    """The files of one sandbox."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.name = directory.name
        self.record = directory / "sandbox.json"
        self.kubeconfig = directory / "kubeconfig"
        self.settings = directory / "kwokctl.yaml"
        self.container_log = directory / "container.log"
        self.exec_directory = directory / "exec"
        self.kwok = directory / "kwok"
        # kwokctl's own layout below KWOK_WORKDIR; its default cluster is named kwok.
        self.plane = self.kwok / "clusters" / "kwok"
        self.pids = self.plane / "pids"
        self.logs = self.plane / "logs"
        self.pki = self.plane / "pki"


def kubeconfig_path(name: str, environ: Mapping[str, str]) -> Path:
    """The kubeconfig of the sandbox ``name``, which must be up.

    Raises ConfigError if it is not, UsageError for a bad name.
    """
    paths = Layout(environ).cluster(name)
    if not paths.kubeconfig.is_file() or not _server_runs(paths):
        raise ConfigError(f"sandbox {name} is not running", hint=up_command(name))
    return paths.kubeconfig


def up_command(name: str) -> str:
    """The command that brings the sandbox ``name`` up, for hints."""
    return "dsctl sandbox up" + _named(name)


def down_command(name: str) -> str:
    """The command that takes the sandbox ``name`` down, for hints."""
    return "dsctl sandbox down" + _named(name)


def _named(name: str) -> str:
    return "" if name == DEFAULT_NAME else f" --name {name}"


def _server_runs(paths: ClusterPaths) -> bool:
    """Whether the API server's process is there, as cheaply as can be told."""
    try:
        pid = int((paths.pids / "kube-apiserver.pid").read_text())
        if os.path.exists("/proc/self/cmdline"):  # tells ours from a stranger or a zombie
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            return command.startswith(os.fsencode(paths.plane))
        os.kill(pid, 0)
    except (OSError, ValueError):
        return False
    return True
