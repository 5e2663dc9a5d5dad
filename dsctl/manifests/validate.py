"""Documents in, a report out: syntax, schema, the server's rules, and dsctl's own advice.

The server stops at the first stage that fails: a decode error hides what validation would say.
Here every stage speaks, each finding with the line that has to change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.domain.findings import (
    DocumentReport,
    Finding,
    Severity,
    ValidationReport,
    in_order,
)
from dsctl.manifests.identity import is_daemonset, missing_identity, wrong_identity
from dsctl.manifests.schema import NEWEST, Version, accepts, name
from dsctl.manifests.suppress import suppressor

if TYPE_CHECKING:
    from dsctl.domain.validation import Problem
    from dsctl.manifests.documents import Document
    from dsctl.manifests.schema_errors import SchemaError


@dataclass(frozen=True, slots=True)
class Settings:
    """What to judge by: the Kubernetes version, and the rules that are turned off.

    ``ignore_others``: a document without a kind is passed over, like one of another kind. ``old``
    gives the object that a document would replace; without it, and where it gives None, the
    document is judged as new.
    """

    version: Version = NEWEST
    disabled: frozenset[str] = frozenset()
    ignore_others: bool = False
    old: Callable[[Document], dict[str, Any] | None] | None = None


_DEFAULTS = Settings()


def validate(documents: Iterable[Document], settings: Settings = _DEFAULTS) -> ValidationReport:
    """The report on all documents. They are taken one by one and none is kept."""
    seen: dict[tuple[str, str | None, str], int] = {}
    reports = []
    for document in documents:
        report = judge(document, settings)
        if not report.skipped and document.name:
            report = _with_repetition(document, report, seen, settings)
        reports.append(report)
    return ValidationReport(name(settings.version), tuple(reports))


def judge(document: Document, settings: Settings = _DEFAULTS) -> DocumentReport:
    """The report on one document; one of another kind is skipped."""
    broken = any(finding.severity is Severity.ERROR for finding in document.findings)
    skipped = False
    if not document.value and broken:
        findings = document.findings
    elif document.kind is None and not settings.ignore_others:
        problem = missing_identity(document)
        findings = [*document.findings, *([problem] if problem else [])]
    elif is_daemonset(document):
        findings = check(document, settings)
    else:
        skipped = True
        findings = [f for f in document.findings if f.severity is not Severity.ERROR]
    return DocumentReport(
        source=document.source,
        index=document.index,
        line=document.line,
        api_version=document.api_version,
        kind=document.kind,
        namespace=document.namespace,
        name=document.name,
        skipped=skipped,
        findings=in_order(findings),
    )


def check(document: Document, settings: Settings = _DEFAULTS) -> list[Finding]:
    """Everything that is to say about one DaemonSet, in the order of its lines."""
    version, value = settings.version, document.value
    findings = [*document.findings, *wrong_identity(document)]
    refused: list[SchemaError] = []
    if not accepts(value, version):
        from dsctl.manifests.schema_errors import schema_errors

        refused = schema_errors(value, version)
        findings += [_of_schema(document, error) for error in refused]
        value = _repaired(value, refused)
    told = _paths_told(refused)
    old = settings.old(document) if settings.old else None
    for problem in _problems(value, old, version):
        if not told & {problem.path, problem.place}:
            findings.append(_of_rule(document, problem))
    off = suppressor(document, settings.disabled)
    return list(in_order(finding for finding in findings if not off(finding)))


def _problems(
    value: dict[str, Any], old: dict[str, Any] | None, version: Version
) -> Iterator[Problem]:
    from dsctl.domain import validation as rules

    if old is None:
        yield from rules.validate_daemonset(value, version=version)
    else:
        yield from rules.validate_update(value, old, version=version)
    yield from rules.warnings(value, version=version)
    yield from rules.advice(value, version=version)


def _of_rule(document: Document, problem: Problem) -> Finding:
    return document.finding(
        problem.severity,
        problem.rule,
        problem.path,
        problem.message,
        problem.hint,
        document.positions.lookup(problem.place or problem.path),
    )


def _of_schema(document: Document, error: SchemaError) -> Finding:
    positions = document.positions
    place = positions.lookup_key(error.path) if error.of_key else positions.lookup(error.path)
    return document.finding(
        Severity.ERROR, error.rule, error.path, error.message, error.hint, place
    )


def _paths_told(refused: list[SchemaError]) -> set[str]:
    """Where a wrong type was reported, and the map it stands in: rules would only repeat it."""
    paths = {error.path for error in refused if not error.of_key}
    return paths | {path.rpartition("[")[0] for path in paths if path.endswith("]")}


def _repaired(value: dict[str, Any], refused: list[SchemaError]) -> dict[str, Any]:
    """The object with what was plainly meant in place of a wrong type, for the rules to judge."""
    repairs = [error for error in refused if error.repaired is not None]
    if not repairs:
        return value
    from copy import deepcopy

    value = deepcopy(value)
    for error in repairs:
        holder: Any = value
        for step in error.steps[:-1]:
            holder = holder[step]
        holder[error.steps[-1]] = error.repaired
    return value


def _with_repetition(
    document: Document,
    report: DocumentReport,
    seen: dict[tuple[str, str | None, str], int],
    settings: Settings,
) -> DocumentReport:
    """Add a warning where an earlier document of the file has the same namespace and name."""
    from dataclasses import replace

    key = (document.source, document.namespace, document.name or "")
    line = seen.setdefault(key, document.line)
    if line == document.line:
        return report
    message = f"another DaemonSet of this file has the same name (line {line})"
    hint = "only one of them can exist; remove or rename one"
    finding = document.finding(
        Severity.WARNING, "document-duplicate", "metadata.name", message, hint
    )
    kept = [f for f in (finding,) if not suppressor(document, settings.disabled)(f)]
    return replace(report, findings=in_order([*report.findings, *kept]))
