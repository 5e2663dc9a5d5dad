"""What the formats have in common: how a document is named and a finding put in one sentence."""

from __future__ import annotations

from dsctl.domain.findings import DocumentReport, Finding, Severity, ValidationReport
from dsctl.render.text import escape


def title(document: DocumentReport) -> str:
    """``DaemonSet kube-system/agent``; as much of it as the document says."""
    if document.kind is None:
        return f"document {document.index + 1}"
    names = "/".join(part for part in (document.namespace, document.name) if part)
    return escape(f"{document.kind} {names}".rstrip())


def sentence(finding: Finding) -> str:
    """``spec.x: message``, on one line and safe to print."""
    return escape(f"{finding.path}: {finding.message}" if finding.path else finding.message)


def count(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def summary(report: ValidationReport) -> str:
    """The verdict in one line."""
    invalid = sum(1 for d in report.documents if d.valid is False and d.kind is not None)
    broken = sum(1 for d in report.documents if d.valid is False and d.kind is None)
    skipped = sum(1 for d in report.documents if d.skipped)
    sets = count(report.daemonsets, "DaemonSet")
    if report.valid:
        parts = [f"valid: {sets}"]
    elif not report.daemonsets and not invalid and not broken:
        parts = ["nothing to validate"]
    else:
        bad = [f"{invalid} of {sets}"] if invalid else []
        bad += [f"{count(broken, 'document')} that can't be read"] if broken else []
        parts = [f"invalid: {' and '.join(bad)}"]
    for severity in Severity:
        number = report.count(severity)
        if number:
            noun = "note" if severity is Severity.INFO else severity.value
            parts.append(count(number, noun))
    if skipped:
        parts.append(f"{count(skipped, 'document')} of other kinds passed over")
    return f"{', '.join(parts)} (Kubernetes {report.kubernetes_version})"
