"""Findings: what validation reports, on one document and on all of them.

``to_dict`` gives the ``ValidationReport`` of ``dsctl/v1``: its field names and their order are
public, and fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Severity(Enum):
    """How much a finding weighs: errors make a document invalid, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: what is wrong, where, and what to do about it.

    ``path`` is written as the API server writes it, ``""`` for a whole document; ``line`` and
    ``column`` count from 1, None where the document has no such place; ``excerpt`` is the line of
    the file that ``line`` names (of a long one, the part around the column), and ``caret`` the
    column in it: for people, and not in the report.
    """

    severity: Severity
    rule: str
    path: str
    message: str
    hint: str | None = None
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None
    caret: int = 1

    def to_dict(self) -> dict[str, Any]:
        """The finding as it stands in a report."""
        return {
            "severity": self.severity.value,
            "rule": self.rule,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What was found in one document. ``skipped``: another kind, which dsctl does not judge."""

    source: str
    index: int
    line: int | None
    api_version: str | None
    kind: str | None
    namespace: str | None
    name: str | None
    skipped: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool | None:
        """Whether it has no error; None for a document that was skipped."""
        return None if self.skipped else not self.count(Severity.ERROR)

    def count(self, severity: Severity) -> int:
        """How many findings of this severity it has."""
        return sum(1 for f in self.findings if f.severity is severity)

    def to_dict(self) -> dict[str, Any]:
        """The document as it stands in a report."""
        return {
            "source": self.source,
            "index": self.index,
            "line": self.line,
            "apiVersion": self.api_version,
            "kind": self.kind,
            "namespace": self.namespace,
            "name": self.name,
            "valid": self.valid,
            "skipped": self.skipped,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """The verdict on everything that was read. ``kubernetes_version`` is ``"1.37"``."""

    kubernetes_version: str
    documents: tuple[DocumentReport, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether there is no error and at least one DaemonSet."""
        return self.daemonsets > 0 and all(d.valid is not False for d in self.documents)

    @property
    def daemonsets(self) -> int:
        """How many documents are DaemonSets, of whatever apiVersion."""
        return sum(1 for d in self.documents if d.kind == "DaemonSet" and not d.skipped)

    def count(self, severity: Severity) -> int:
        """How many findings of this severity there are in all."""
        return sum(d.count(severity) for d in self.documents)

    def to_dict(self) -> dict[str, Any]:
        """The report as ``-o json`` prints it."""
        return {
            "apiVersion": "dsctl/v1",
            "kind": "ValidationReport",
            "kubernetesVersion": self.kubernetes_version,
            "valid": self.valid,
            "summary": {
                "documents": len(self.documents),
                "daemonSets": self.daemonsets,
                "skipped": sum(1 for d in self.documents if d.skipped),
                "errors": self.count(Severity.ERROR),
                "warnings": self.count(Severity.WARNING),
            },
            "documents": [document.to_dict() for document in self.documents],
        }


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as a report lists them: by line, column, severity, path and rule; each once."""
    return tuple(
        sorted(
            dict.fromkeys(findings),
            key=lambda f: (f.line or 0, f.column or 0, _RANK[f.severity], f.path, f.rule),
        )
    )
