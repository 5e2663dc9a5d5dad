"""JUnit XML: a suite for each file, a case for each document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape as xml_escape

from dsctl.domain.findings import DocumentReport, Finding, Severity, ValidationReport
from dsctl.render.reports.words import sentence, title
from dsctl.render.text import escape


def lines(report: ValidationReport) -> Iterator[str]:
    """The document in pieces. Errors are failures; warnings and infos go to ``system-out``."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites {_attributes(name='dsctl validate', **_counts(report.documents))}>\n"
    for source, group in groupby(report.documents, lambda document: document.source):
        documents = tuple(group)
        yield f"  <testsuite {_attributes(name=source, **_counts(documents))}>\n"
        for document in documents:
            yield from _case(document)
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _counts(documents: tuple[DocumentReport, ...]) -> dict[str, int]:
    return {
        "tests": len(documents),
        "failures": sum(1 for d in documents if d.valid is False),
        "skipped": sum(1 for d in documents if d.skipped),
    }


def _case(document: DocumentReport) -> Iterator[str]:
    attributes = _attributes(
        name=f"{title(document)} (document {document.index + 1})",
        classname=document.source,
        file=document.source,
        line=document.line or 1,
    )
    yield f"    <testcase {attributes}>\n"
    if document.skipped:
        yield '      <skipped message="not a DaemonSet"/>\n'
    errors = [f for f in document.findings if f.severity is Severity.ERROR]
    others = [f for f in document.findings if f.severity is not Severity.ERROR]
    if errors:
        message = sentence(errors[0]) if len(errors) == 1 else f"{len(errors)} errors"
        yield f"      <failure {_attributes(type=errors[0].rule, message=message)}>"
        yield f"{_text(_told(document, errors))}</failure>\n"
    if others:
        yield f"      <system-out>{_text(_told(document, others))}</system-out>\n"
    yield "    </testcase>\n"


def _told(document: DocumentReport, findings: list[Finding]) -> str:
    told = []
    for finding in findings:
        place = f"{document.source}:{finding.line}:{finding.column}"
        told.append(f"{place}: {finding.severity.value}: {sentence(finding)} [{finding.rule}]")
        if finding.hint:
            told.append(f"  hint: {finding.hint}")
    return "\n".join(told)


def _attributes(**values: object) -> str:
    return " ".join(f'{name}="{_text(str(value), True)}"' for name, value in values.items())


def _text(text: str, quoted: bool = False) -> str:
    """Text for XML, which has no way to write most control characters."""
    safe = "\n".join(escape(line) for line in text.split("\n"))
    return xml_escape(safe, {'"': "&quot;", "\n": "&#10;"} if quoted else {})
