"""``validate --fix``: rewrite files in place before they are judged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.manifests.paths import Inputs


def fix_files(inputs: Inputs, env: Env) -> None:
    """Fix every file that ``-f`` names, and say on stderr what was and what was not changed.

    A path that can't be read is left to the reading that follows. Raises UsageError for stdin,
    URLs and kustomizations, and for a file that can't be written.
    """
    from dsctl.manifests.paths import expand

    inputs.check()
    if inputs.kustomize or any(p == "-" or "://" in p for p in inputs.paths):
        raise UsageError("--fix rewrites files: give them with -f, without -, URLs and -k")
    for path in inputs.paths:
        try:
            names = expand(path, inputs.recursive)
        except UsageError:
            continue
        for name in names:
            _fix_file(name, env)


def _fix_file(name: str, env: Env) -> None:
    from dsctl.manifests.fix import fix

    try:
        with open(name, "rb") as stream:
            data = stream.read()
    except OSError:
        return
    fixed = fix(data, name)
    if fixed.data != data:
        _write(name, fixed.data)
    for line in fixed.done:
        env.say(f"fixed: {line}")
    for line in fixed.left:
        env.say(f"not fixed: {line}")


def _write(name: str, data: bytes) -> None:
    """Replace the file at once, so that an interruption leaves the old one or the new one."""
    import shutil

    target = os.path.realpath(name)
    part = f"{target}.dsctl-fix"
    try:
        with open(part, "xb") as stream:
            stream.write(data)
        shutil.copymode(target, part)
        os.replace(part, target)
    except OSError as error:
        if not isinstance(error, FileExistsError) and os.path.exists(part):
            os.unlink(part)
        raise UsageError(f"can't write {name!r}: {error.strerror or error}") from None
