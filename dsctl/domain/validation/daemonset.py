"""The DaemonSet itself. Ported from pkg/apis/apps/validation (ValidateDaemonSet)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report
from dsctl.domain.validation.labels import check_selector, selector_error, selector_matches
from dsctl.domain.validation.meta import check_meta, check_template_generation
from dsctl.domain.validation.pod import check_template
from dsctl.domain.validation.strategy import check_strategy


def check_daemonset(report: Report, obj: dict[str, Any]) -> None:
    """ValidateDaemonSet, on a defaulted tree."""
    check_template_generation(report, obj["metadata"])
    check_meta(report, obj["metadata"], "metadata")
    check_spec(report, obj["spec"])


def check_spec(report: Report, spec: dict[str, Any]) -> None:
    """ValidateDaemonSetSpec."""
    selector = spec.get("selector")
    template = spec["template"]
    check_selector(report, selector, "spec.selector")
    labels = template["metadata"].get("labels") or {}
    if not selector_error(selector) and not selector_matches(selector, labels):
        detail = "`selector` does not match template `labels`"
        rule = "selector-required" if selector is None else "selector-mismatch"
        where = "spec.template.metadata.labels"
        with report.moved(where, "spec.selector" if selector is None else where):
            report.invalid(rule, where, labels or None, detail)
    if selector is not None and not (
        selector.get("matchLabels") or selector.get("matchExpressions")
    ):
        detail = "empty selector is invalid for daemonset"
        report.invalid("selector-empty", "spec.selector", {}, detail)
    check_template(report, template, "spec.template")
    _check_daemon_pod(report, template["spec"])
    report.nonnegative("min-ready-negative", "spec.minReadySeconds", spec.get("minReadySeconds"))
    check_strategy(report, spec["updateStrategy"], "spec.updateStrategy")
    limit = spec.get("revisionHistoryLimit")
    report.nonnegative("history-limit-negative", "spec.revisionHistoryLimit", limit)


def _check_daemon_pod(report: Report, pod: dict[str, Any]) -> None:
    if pod["restartPolicy"] != "Always":
        path = "spec.template.spec.restartPolicy"
        report.unsupported("restart-policy-not-always", path, pod["restartPolicy"], ["Always"])
    if "activeDeadlineSeconds" in pod:
        detail = "activeDeadlineSeconds in DaemonSet is not Supported"
        path = "spec.template.spec.activeDeadlineSeconds"
        report.forbidden("active-deadline-forbidden", path, detail)
