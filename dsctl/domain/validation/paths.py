"""Paths of files and mounts. Ported from pkg/apis/core/validation (validateLocalDescendingPath,
validatePathNoBacksteps, ValidateLocalNonReservedPath)."""

from __future__ import annotations

from dsctl.domain.validation.field import Report


def check_no_backsteps(report: Report, value: str, path: str) -> None:
    """No ``..`` element."""
    if ".." in value and ".." in value.split("/"):
        report.invalid("path-backsteps", path, value, "must not contain '..'")


def check_descending(report: Report, value: str, path: str) -> None:
    """Relative, and no ``..`` element."""
    if value.startswith("/"):
        report.invalid("path-not-relative", path, value, "must be a relative path")
    check_no_backsteps(report, value, path)


def check_non_reserved(report: Report, value: str, path: str) -> None:
    """Relative, no ``..`` element, and not starting with ``..``."""
    check_descending(report, value, path)
    if value.startswith("..") and not value.startswith("../"):
        report.invalid("path-reserved", path, value, "must not start with '..'")
