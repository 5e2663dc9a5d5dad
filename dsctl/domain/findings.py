"""Findings: what validation reports."""

from __future__ import annotations

from enum import Enum


class Severity(Enum):
    """How much a finding weighs: errors make a document invalid, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
