"""A manifest put aside in a file before its DaemonSet is deleted, and never over another one."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from dsctl.errors import UsageError


class Keeper:
    """Keeps the manifest of daemonset ``name``: in ``path`` where the user gave one.

    Else in the working directory, or where that can't be written, in one for temporary files.
    ``path`` is None until something is kept.
    """

    def __init__(self, name: str, path: str | None) -> None:
        self.path: str | None = None
        self._name = name
        self._wanted = path

    def keep(self, manifest: dict[str, Any]) -> str:
        """Write it, and return the file's name; a file that says just this already will do.

        Raises UsageError where the user's file is there and says something else, or where no
        file can be written.
        """
        from dsctl.render.yamlprint import encode

        text = encode(manifest)
        if self._wanted is not None:
            self.path = self._in(self._wanted, text)
            if self.path is None:
                raise UsageError(
                    f"--keep {self._wanted}: the file is there and says something else",
                    hint="nothing is overwritten: name another file",
                )
            return self.path
        try:
            self.path = self._free(f"{self._name}-before-migration", text)
        except UsageError:
            directory = tempfile.mkdtemp(prefix="dsctl-")
            self.path = self._free(os.path.join(directory, self._name), text)
        return self.path

    def _free(self, stem: str, text: str) -> str:
        number = 1
        while True:
            suffix = "" if number == 1 else f"-{number}"
            found = self._in(f"{stem}{suffix}.yaml", text)
            if found is not None:
                return found
            number += 1

    @staticmethod
    def _in(path: str, text: str) -> str | None:
        """The path where it holds the text now; None where it holds another one."""
        try:
            with open(path, "x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            try:
                with open(path, encoding="utf-8") as file:
                    return path if file.read() == text else None
            except (OSError, UnicodeDecodeError):
                return None
        except OSError as error:
            raise UsageError(f"{path} can't be written: {error.strerror}") from None
        return path
