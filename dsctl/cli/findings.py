"""What the offline rules add to the server's word: lines, remedies, warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document


def lines_of(document: Document) -> list[str]:
    """The errors that the offline rules find, one a line, each with its place and remedy."""
    from dsctl.domain.findings import Severity
    from dsctl.manifests.validate import check

    lines = []
    for finding in check(document):
        if finding.severity is Severity.ERROR:
            place = f"{document.source}:{finding.line}" if document.source else "manifest"
            remedy = f" ({finding.hint})" if finding.hint else ""
            lines.append(f"  {place}: {finding.path}: {finding.message}{remedy}")
    return lines


def warn(document: Document, env: Env) -> None:
    """Show the offline findings as warnings on stderr; they never stop a command."""
    from dsctl.manifests.validate import check

    for finding in check(document):
        place = f"{document.source}:{finding.line}: " if document.source else ""
        path = f"{finding.path}: " if finding.path else ""
        env.warn_local(f"{place}{path}{finding.message}")
