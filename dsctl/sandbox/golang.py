"""The Go toolchain of this machine: found, checked, and run in a module of ours."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dsctl.errors import ClusterError

NEEDED = (1, 26)

_OURS = {
    # A user's own settings (a workspace, vendoring, another platform) would change the build.
    "GO111MODULE": "on",
    "GOWORK": "off",
    "GOTOOLCHAIN": "local",
    "CGO_ENABLED": "0",
}
_DROPPED = ("GOOS", "GOARCH", "GOAMD64", "GOARM64", "GOEXPERIMENT", "GODEBUG")


class Go:
    """A Go that is new enough, in an environment fit for our modules."""

    def __init__(self, environ: Mapping[str, str], fallback: Path) -> None:
        """Find it. Raises ClusterError, naming what is missing, if there is none or it is old.

        ``fallback`` is where Go keeps its files for a user without a home.
        """
        needed = ".".join(map(str, NEEDED))
        hint = f"install Go {needed} or newer and have `go` in PATH"
        program = shutil.which("go", path=environ.get("PATH"))
        if program is None:
            raise ClusterError("Go is missing: the sandbox is built from source", hint=hint)
        self.program = program
        self._environ = {k: v for k, v in environ.items() if k not in _DROPPED}
        self._environ.update(_OURS)
        # Not empty: an empty GOFLAGS means the user's `go env -w` one.
        self._environ["GOFLAGS"] = "-mod=readonly"
        if not environ.get("HOME"):  # go has no place of its own then
            for variable in ("GOCACHE", "GOPATH"):
                self._environ.setdefault(variable, str(fallback / variable.lower()))
        found = self.version()
        if found < NEEDED:
            raise ClusterError(f"Go {'.'.join(map(str, found))} is too old", hint=hint)

    def version(self) -> tuple[int, int]:
        """Major and minor version; (0, 0) if the program does not say."""
        answer = subprocess.run(
            [self.program, "version"],
            cwd="/",
            env=self._environ,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        match = re.search(r"\bgo(\d+)\.(\d+)", answer.stdout)
        return (int(match[1]), int(match[2])) if match else (0, 0)

    def run(
        self,
        arguments: Sequence[str],
        directory: Path,
        *,
        failure: str,
        hint: str | None = None,
        on_line: Callable[[str], None] = lambda line: None,
    ) -> str:
        """Run ``go ARGUMENTS`` in ``directory``; return its stdout.

        ``on_line`` gets each line of stderr as it comes. Raises ClusterError with ``failure``
        and the last thing that go said.
        """
        process = subprocess.Popen(
            [self.program, *arguments],
            cwd=directory,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None and process.stderr is not None
        last = ""
        try:
            # Nothing we run prints enough on stdout to fill a pipe while stderr is read.
            for line in process.stderr:
                if line.strip():
                    last = line.strip()
                    on_line(last)
            output = process.stdout.read()
            code = process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
            process.stdout.close()
            process.stderr.close()
        if code:
            raise ClusterError(f"{failure}: {last or f'go ended with {code}'}", hint=hint)
        return output
