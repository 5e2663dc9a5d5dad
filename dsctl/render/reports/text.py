"""For people: each finding as ``file:line:column``, the line itself, what to do, and a summary."""

from __future__ import annotations

from collections.abc import Iterator

from dsctl.domain.excerpt import numbered
from dsctl.domain.findings import DocumentReport, Finding, Severity, ValidationReport
from dsctl.render.reports.words import sentence, summary, title
from dsctl.render.style import Style
from dsctl.render.text import escape

_STYLES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.INFO: "note"}


def lines(report: ValidationReport, *, color: bool = False) -> Iterator[str]:
    """The report in pieces to write: documents without findings are only counted."""
    style = Style(color)
    for document in report.documents:
        if document.findings:
            yield from _document(document, style)
    verdict = summary(report)
    yield style.paint(verdict, "good" if report.valid else "bad") + "\n"


def _document(document: DocumentReport, style: Style) -> Iterator[str]:
    source = escape(document.source)
    yield style.paint(f"{title(document)} in {source}", "bold") + "\n"
    for finding in document.findings:
        yield from _finding(finding, source, style)
    yield "\n"


def _finding(finding: Finding, source: str, style: Style) -> Iterator[str]:
    place = f"{source}:{finding.line}:{finding.column}" if finding.line else source
    severity = style.paint(finding.severity.value, _STYLES[finding.severity])
    rule = style.paint(f"[{finding.rule}]", "dim")
    yield f"{place}: {severity}: {sentence(finding)} {rule}\n"
    if finding.line and finding.excerpt is not None:
        yield numbered(finding.line, finding.excerpt, finding.caret) + "\n"
    if finding.hint:
        yield f"      {style.paint('hint:', 'note')} {escape(finding.hint)}\n"
