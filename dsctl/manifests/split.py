"""A stream of documents cut into its documents the way kubectl cuts it.

Ported from apimachinery ``util/yaml`` (``YAMLReader.Read``): a line that begins with ``---`` ends a
document wherever it stands, and only a comment may follow on it. ``...`` does not cut, so what
follows it is never read. One thing is read that kubectl refuses and the server takes: directives
(``%YAML 1.1``) before the ``---`` of their document.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SEPARATOR = re.compile(r"^---([^\n]*)(?:\n|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The text of one document and where it begins: a line (from 1) of its stream.

    ``stray`` is set where the separator before it carries content, which kubectl refuses; the
    text is then that line and all that follows it.
    """

    text: str
    line: int
    stray: str | None = None


def split(text: str, line: int = 1) -> Iterator[Chunk]:
    """Cut YAML text into chunks; ``line`` is the number of its first line."""
    start, start_line, stray = 0, line, None
    for match in _SEPARATOR.finditer(text):
        rest = match[1].strip()
        content = rest if rest and not rest.startswith("#") else None
        if match.start() > start:
            chunk = text[start : match.start()]
            if "%" in chunk and has_directives(chunk, alone=True):
                continue
            yield Chunk(chunk, start_line, stray)
            start_line += chunk.count("\n")
            stray = content
            start = match.start() if content else match.end()
            start_line += 0 if content else 1
        else:
            stray = content
    if start < len(text):
        yield Chunk(text[start:], start_line, stray)


def has_directives(text: str, *, alone: bool = False) -> bool:
    """Whether text begins with directives (``%YAML``, ``%TAG``); ``alone``: and has no more."""
    found = False
    for line in io.StringIO(text):
        if line.startswith("%"):
            found = True
        elif line.strip() and not line.lstrip().startswith("#"):
            return found and not alone
    return found
