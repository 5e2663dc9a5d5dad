"""The text of a patch, JSON or YAML, as a value."""

from __future__ import annotations

from typing import Any

from dsctl.domain.excerpt import numbered
from dsctl.errors import ManifestError, UsageError
from dsctl.manifests.compose import compose
from dsctl.manifests.encoding import decode_text
from dsctl.manifests.parsed import BrokenText
from dsctl.manifests.positions import Positions


def read_patch(data: bytes, source: str) -> Any:
    """The value of the first document. ``source`` is for the message: a path, or ``--patch``.

    Raises ManifestError, with the line, for text that is neither JSON nor YAML.
    """
    text = data.decode("utf-8", "replace")
    try:
        return compose(decode_text(data)).value
    except BrokenText as error:
        positions = Positions(text, 1, error.offset)
        line, column = positions.lookup("")
        excerpt, caret = positions.excerpt(line, column)
        raise ManifestError(
            f"{source}: line {line}, column {column}: {error.message}",
            hint=error.hint,
            detail=numbered(line, excerpt, caret),
        ) from None


def read_patch_file(path: str) -> Any:
    """The value of a file. Raises UsageError where it can't be read, ManifestError as above."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"unable to read patch file: {path}: {error.strerror}") from None
    return read_patch(data, path)
