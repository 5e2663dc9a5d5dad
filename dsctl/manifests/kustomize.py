"""``-k DIR``: what ``kubectl kustomize`` or ``kustomize build`` makes of a directory."""

from __future__ import annotations

from dsctl.errors import UsageError

#: Seconds that building may take: remote bases are fetched meanwhile.
TIMEOUT = 120


def build(directory: str, *, path: str | None = None) -> bytes:
    """The built manifests. ``path`` is where to look for the program, else PATH.

    Raises UsageError where neither program is there, or where building fails.
    """
    import os
    import subprocess

    command = [*_program(path), directory]
    if not os.path.isdir(directory) and "://" not in directory:
        raise UsageError(f"-k takes a directory with a kustomization, not {directory!r}")
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"{' '.join(command)}: no result after {TIMEOUT} s") from None
    except OSError as error:
        raise UsageError(f"can't run {command[0]}: {error.strerror or error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["failed"]
        raise UsageError(f"{' '.join(command)}: {said[-1].removeprefix('error: ')}")
    return done.stdout


def _program(path: str | None) -> list[str]:
    import shutil

    for name, verb in (("kubectl", "kustomize"), ("kustomize", "build")):
        program = shutil.which(name, path=path)
        if program:
            return [program, verb]
    raise UsageError(
        "-k needs kubectl or kustomize in PATH",
        hint="or build elsewhere and pipe: kustomize build DIR | dsctl … -f -",
    )
