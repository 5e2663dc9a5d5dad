"""Workflow commands of GitHub Actions: an annotation for each finding, at its line."""

from __future__ import annotations

from collections.abc import Iterator

from dsctl.domain.findings import Finding, Severity, ValidationReport
from dsctl.render.reports.words import sentence
from dsctl.render.text import escape

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def lines(report: ValidationReport) -> Iterator[str]:
    """One line a finding; nothing where there are none."""
    for document in report.documents:
        for finding in document.findings:
            yield f"::{_COMMANDS[finding.severity]} {_where(document.source, finding)}::"
            yield f"{_data(_message(finding))}\n"


def _where(source: str, finding: Finding) -> str:
    properties = {} if source in ("", "-") else {"file": source}
    if finding.line:
        properties |= {"line": str(finding.line), "col": str(finding.column or 1)}
    properties["title"] = f"dsctl {finding.rule}"
    return ",".join(f"{name}={_property(value)}" for name, value in properties.items())


def _message(finding: Finding) -> str:
    text = sentence(finding)
    return f"{text}\nhint: {escape(finding.hint)}" if finding.hint else text


def _data(text: str) -> str:
    """Escaped as the toolkit of the Actions does it (``escapeData``)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
