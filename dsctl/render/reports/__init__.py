"""Printers of a ValidationReport, one small module a format."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.domain.findings import ValidationReport

#: The values of ``-o``, in the order of the help.
FORMATS = ("text", "json", "yaml", "junit", "sarif", "github", "tap")


def check_format(name: str) -> str:
    """``name`` if it is a format; else UsageError with those there are."""
    if name not in FORMATS:
        raise UsageError(
            f"unknown output format {name!r}", hint=f"validate prints {', '.join(FORMATS)}"
        )
    return name


def print_report(
    report: ValidationReport, name: str, stream: TextIO, *, color: bool = False, version: str = ""
) -> None:
    """Print the report in one of ``FORMATS``. ``version`` is dsctl's, for SARIF."""
    match name:
        case "text":
            from dsctl.render.reports import text

            stream.writelines(text.lines(report, color=color))
        case "json":
            from dsctl.render.jsonprint import print_json

            print_json(report.to_dict(), stream)
        case "yaml":
            from dsctl.render.yamlprint import print_yaml

            print_yaml(report.to_dict(), stream)
        case "junit":
            from dsctl.render.reports import junit

            stream.writelines(junit.lines(report))
        case "sarif":
            from dsctl.render.jsonprint import print_json
            from dsctl.render.reports import sarif

            print_json(sarif.log(report, version), stream)
        case "github":
            from dsctl.render.reports import github

            stream.writelines(github.lines(report))
        case _:
            from dsctl.render.reports import tap

            stream.writelines(tap.lines(report))
