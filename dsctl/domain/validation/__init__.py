"""The API server's verdict on a DaemonSet, without a server.

Pure rules over decoded YAML or JSON, ported function by function from kubernetes
pkg/apis/apps/validation and pkg/apis/core/validation (v1.37.2; older versions by table). Paths
and messages are the server's own. Nothing here raises on any JSON-like input: values of a wrong
type count as absent, since the schema reports them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

# Imported before functions of the same names are defined below: importing a submodule later would
# put it in the place of the function.
import dsctl.domain.validation.advice
import dsctl.domain.validation.warnings  # noqa: F401
from dsctl.domain.findings import Severity
from dsctl.domain.validation.daemonset import check_daemonset
from dsctl.domain.validation.decode import decode
from dsctl.domain.validation.defaults import apply_defaults
from dsctl.domain.validation.dropped import drop_disabled
from dsctl.domain.validation.features import NEWEST, gates
from dsctl.domain.validation.field import Problem, Report

__all__ = [
    "NEWEST",
    "Problem",
    "Severity",
    "advice",
    "defaulted",
    "judge",
    "validate_daemonset",
    "validate_update",
    "warnings",
]

_Version = tuple[int, int]
_Object = Mapping[str, object]


def validate_daemonset(obj: _Object, *, version: _Version = NEWEST) -> list[Problem]:
    """The errors the server would answer to a create of ``obj`` (apps/v1)."""
    report = Report(version, gates(version))
    check_daemonset(report, defaulted(obj, version=version))
    return _with_hints(report.problems)


def validate_update(new: _Object, old: _Object, *, version: _Version = NEWEST) -> list[Problem]:
    """The errors the server would answer to a replacement of ``old`` by ``new``.

    If there are none and pods would be replaced, one info says so. ``old`` may be the live object
    or its manifest: what the server manages in metadata may be absent from both.
    """
    from dsctl.domain.validation.update import check_update, restart_note

    report = Report(version, gates(version))
    new_tree, old_tree = defaulted(new, version=version), defaulted(old, version=version)
    check_update(report, new_tree, old_tree)
    note = None if report.problems else restart_note(new_tree, old_tree)
    return _with_hints(report.problems) + ([note] if note else [])


def warnings(obj: _Object, *, version: _Version = NEWEST) -> list[Problem]:
    """The warnings the server would send with its answer to a create.

    It sends them only with an object it accepts; here they come either way.
    """
    return _with_hints(_warnings(defaulted(obj, version=version), version))


def advice(obj: _Object, *, version: _Version = NEWEST) -> list[Problem]:
    """What only dsctl says: warnings and infos on a DaemonSet the server may well accept."""
    from dsctl.domain.validation.advising import advise

    return advise(decode(obj), obj, version)


def judge(obj: _Object, *, version: _Version = NEWEST) -> list[Problem]:
    """Errors, warnings and advice together, for the price of decoding ``obj`` once."""
    from dsctl.domain.validation.advising import advise

    tree = decode(obj)
    advised = advise(tree, obj, version)
    _fill_in(tree, version)
    report = Report(version, gates(version))
    check_daemonset(report, tree)
    return _with_hints(report.problems + _warnings(tree, version)) + advised


def defaulted(obj: _Object, *, version: _Version = NEWEST) -> dict[str, Any]:
    """``obj`` as the server would hold it: decoded, with its defaults, without dropped fields."""
    tree = decode(obj)
    _fill_in(tree, version)
    return tree


def _fill_in(tree: dict[str, Any], version: _Version) -> None:
    apply_defaults(tree)
    drop_disabled(gates(version), tree["spec"]["template"]["spec"])


def _warnings(tree: dict[str, Any], version: _Version) -> list[Problem]:
    from dsctl.domain.validation.meta import repeated_owners
    from dsctl.domain.validation.warnings import template_warnings

    found = repeated_owners(tree["metadata"])
    found += template_warnings(tree["spec"]["template"], "spec.template", version)
    # The server says nothing twice.
    return list({(problem.path, problem.message): problem for problem in found}.values())


def _with_hints(problems: list[Problem]) -> list[Problem]:
    if not problems:
        return problems
    from dsctl.domain.validation.rules import remedy

    return [replace(problem, hint=remedy(problem.rule)) for problem in problems]
