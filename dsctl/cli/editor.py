"""The editor that the user prefers, and the file it is given.

Which program, and when a shell reads its command line, is as kubectl has it
(``cmd/util/editor/editor.go``).
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from dsctl.errors import AnswerIsNo, UsageError

_VARIABLES = ("KUBE_EDITOR", "EDITOR")
_DEFAULT = "vi"


class EditedFile:
    """A file of one's own, readable by nobody else. It stays until ``remove``."""

    def __init__(self, suffix: str) -> None:
        try:
            handle, path = tempfile.mkstemp(prefix="dsctl-edit-", suffix=suffix)
        except OSError as error:
            raise UsageError(f"cannot make a temporary file: {error.strerror}") from None
        os.close(handle)
        self.path = Path(path)
        self._written = ""

    def write(self, text: str) -> None:
        """Put ``text`` in the place of what it holds."""
        self._written = text
        try:
            # As ``read`` decodes: what was saved in another encoding comes back as it was.
            self.path.write_bytes(text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise AnswerIsNo(f"cannot write {self.path}: {error.strerror}") from None

    def read(self) -> str:
        """What it holds now; "" where the editor removed it."""
        try:
            return self.path.read_bytes().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise AnswerIsNo(f"cannot read {self.path}: {error.strerror}") from None

    @property
    def touched(self) -> bool:
        """Whether it holds something that was not written here."""
        return self.read() not in ("", self._written)

    def remove(self) -> None:
        """Delete it, if it is there; what an editor made of it that is no file stays."""
        with contextlib.suppress(OSError):
            self.path.unlink()


def launch(path: Path, environ: Mapping[str, str]) -> None:
    """Run the editor on the file until it ends.

    Raises AnswerIsNo where it can't be run, or ends in failure.
    """
    command, shown = command_line(environ, str(path))
    with _interrupts_left_to_the_editor():
        try:
            code = subprocess.run(command, env=dict(environ), check=False).returncode
        except OSError as error:
            raise AnswerIsNo(
                f'unable to launch the editor "{shown}": {error.strerror}',
                hint="set KUBE_EDITOR or EDITOR",
            ) from None
    if code:
        raise AnswerIsNo(f'there was a problem with the editor "{shown}" (exit code {code})')


def command_line(environ: Mapping[str, str], path: str) -> tuple[list[str], str]:
    """The arguments that edit ``path``, and the editor as the user wrote it."""
    editor = next((environ[name] for name in _VARIABLES if environ.get(name)), _DEFAULT)
    if not any(quote in editor for quote in "\"'\\"):
        return [*editor.split(" "), path], editor
    shell = environ.get("SHELL") or "/bin/bash"
    return [shell, "-c", f"{editor} {shlex.quote(path)}"], editor


@contextlib.contextmanager
def _interrupts_left_to_the_editor() -> Iterator[None]:
    """Ctrl-C goes to all processes of the terminal: here it must not end anything.

    A handler, and not SIG_IGN, which the editor would inherit.
    """
    try:
        before = signal.signal(signal.SIGINT, lambda *_: None)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
