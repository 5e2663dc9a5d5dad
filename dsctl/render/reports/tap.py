"""Test Anything Protocol, version 13: a test for each document."""

from __future__ import annotations

from collections.abc import Iterator

from dsctl.domain.findings import DocumentReport, ValidationReport
from dsctl.render.jsonprint import compact
from dsctl.render.reports.words import sentence, title
from dsctl.render.text import escape


def lines(report: ValidationReport) -> Iterator[str]:
    """The plan, then each document; its findings as a YAML block."""
    yield f"TAP version 13\n1..{len(report.documents)}\n"
    for number, document in enumerate(report.documents, 1):
        yield f"{'not ok' if document.valid is False else 'ok'} {number} - {_name(document)}\n"
        if document.findings:
            yield from _block(document)


def _name(document: DocumentReport) -> str:
    name = f"{escape(document.source)} {title(document)}".replace("#", "\\#")
    return f"{name} # SKIP not a DaemonSet" if document.skipped else name


def _block(document: DocumentReport) -> Iterator[str]:
    yield "  ---\n  findings:\n"
    for finding in document.findings:
        fields = {
            "severity": finding.severity.value,
            "rule": finding.rule,
            "line": finding.line,
            "message": sentence(finding),
            "hint": finding.hint,
        }
        lead = "  - "
        for name, value in fields.items():
            if value is not None:
                yield f"{lead}{name}: {compact(value)}\n"
                lead = "    "
    yield "  ...\n"
