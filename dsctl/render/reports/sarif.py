"""SARIF 2.1.0, as GitHub code scanning and editors open it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dsctl.domain.findings import Finding, Severity, ValidationReport

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def log(report: ValidationReport, version: str) -> dict[str, Any]:
    """The SARIF log of one run. ``version`` is dsctl's own."""
    found = [(d.source, f) for d in report.documents for f in d.findings]
    rules = sorted({finding.rule for _, finding in found})
    index = {rule: number for number, rule in enumerate(rules)}
    driver = {
        "name": "dsctl",
        "version": version,
        "rules": [_declared(rule) for rule in rules],
    }
    results = [_result(source, finding, index[finding.rule]) for source, finding in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


def _declared(name: str) -> dict[str, Any]:
    from dsctl.domain.rulebook import find

    rule = find(name)
    if rule is None:
        return {"id": name, "name": name}
    return {
        "id": name,
        "name": name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.remedy or rule.summary},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(source: str, finding: Finding, rule_index: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(source)}}
    if finding.line:
        place["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.path}]
    text = f"{finding.path}: {finding.message}" if finding.path else finding.message
    if finding.hint:
        text = f"{text}\n{finding.hint}"
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [location],
    }


def _uri(source: str) -> str:
    """A path as a URI reference: relative as it is, absolute as ``file:``."""
    if source.startswith(("http://", "https://")):
        return source
    if source == "-":
        return "stdin"
    encoded = quote(source.removeprefix("./").replace("\\", "/"))
    return f"file://{encoded}" if encoded.startswith("/") else encoded
