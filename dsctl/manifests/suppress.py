"""What a manifest itself turns off: ``# dsctl: disable RULE,…`` and an annotation.

A comment at the end of a line is about that line, a comment on a line of its own about the next
line that is none, a comment before the first line of a document about all of it. The annotation
``dsctl/disable`` is about its document. Only warnings and infos can be turned off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from dsctl.domain.findings import Finding, Severity

if TYPE_CHECKING:
    from dsctl.manifests.documents import Document

ANNOTATION = "dsctl/disable"

_COMMENT = re.compile(r"(^|\s)#\s*dsctl:\s*disable[ =]+([a-z0-9-]+(?:\s*,\s*[a-z0-9-]+)*)")


def suppressor(document: Document, disabled: frozenset[str]) -> Callable[[Finding], bool]:
    """Tells of each finding whether ``--disable``, a comment or the annotation turns it off."""
    everywhere = disabled | _annotated(document)
    lines: dict[int, set[str]] = {}
    if document.text and "dsctl:" in document.text and not document.is_json:
        everywhere, lines = _commented(document.text, document.positions.line, everywhere)

    def off(finding: Finding) -> bool:
        if finding.severity is Severity.ERROR:
            return False
        here = lines.get(finding.line or 0, ())
        return finding.rule in everywhere or finding.rule in here

    return off


def _annotated(document: Document) -> frozenset[str]:
    metadata = document.value.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    value = annotations.get(ANNOTATION) if isinstance(annotations, dict) else None
    return _names(value) if isinstance(value, str) else frozenset()


def _commented(
    text: str, first: int, everywhere: frozenset[str]
) -> tuple[frozenset[str], dict[int, set[str]]]:
    lines: dict[int, set[str]] = {}
    waiting: set[str] = set()
    begun = False
    for number, line in enumerate(text.split("\n"), first):
        match = _COMMENT.search(line)
        names = _names(match[2]) if match else frozenset()
        content = line.split("#", 1)[0].strip() if line.lstrip().startswith("#") else line.strip()
        if not content or content.startswith("---"):
            waiting |= names
            continue
        if not begun:
            everywhere, waiting, begun = everywhere | waiting, set(), True
        if names or waiting:
            lines[number] = waiting | names
            waiting = set()
    return everywhere, lines


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split(",") if name.strip())
