"""``explain``: fields as kubectl explain prints them (its plaintext template), and rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dsctl.domain.fieldinfo import FieldInfo
from dsctl.domain.findings import Severity

if TYPE_CHECKING:
    from dsctl.domain.validation.rules import Rule

_WHOSE = {
    Severity.ERROR: "error: the API server refuses it; it can't be turned off",
    Severity.WARNING: "warning; --disable turns it off",
    Severity.INFO: "info; --disable turns it off",
}


def field_lines(info: FieldInfo, *, recursive: bool = False) -> Iterator[str]:
    """The page on one field, line by line."""
    yield from ("GROUP:      apps", "KIND:       DaemonSet", "VERSION:    v1", "")
    if info.name:
        yield from (f"FIELD: {info.name} <{info.type}>", "")
    yield "DESCRIPTION:"
    texts = [text for text in (info.description, info.type_description) if text]
    for text in texts or ["<empty>"]:
        yield from _wrapped(text, 76, 4)
    yield ""
    if info.fields:
        yield "FIELDS:"
        yield from _fields(info.fields, 1, short=recursive)
        yield ""


def rule_lines(rule: Rule) -> Iterator[str]:
    """The page on one rule, line by line."""
    yield from (f"RULE:      {rule.name}", f"SEVERITY:  {_WHOSE[rule.severity]}", "")
    yield "DESCRIPTION:"
    yield from _wrapped(rule.summary, 76, 4)
    if rule.remedy:
        yield from ("", "REMEDY:")
        yield from _wrapped(rule.remedy, 76, 4)


def rule_table(rules: Iterable[Rule]) -> Iterator[str]:
    """Name, severity and summary of each rule, in columns."""
    rows = [("RULE", "SEVERITY", "WHAT AND WHY")]
    rows += [(rule.name, rule.severity.value, rule.summary) for rule in rules]
    width = max(len(row[0]) for row in rows)
    for name, severity, summary in rows:
        yield f"{name:<{width}}   {severity:<8}   {summary}"


def _fields(fields: tuple[FieldInfo, ...], level: int, *, short: bool) -> Iterator[str]:
    pad = "  " * level
    for info in fields:
        yield f"{pad}{info.name}\t<{info.type}>{' -required-' if info.required else ''}"
        if not short:
            yield from _wrapped(info.description or "<no description>", 78 - len(pad), len(pad) + 2)
            yield ""
        elif info.fields:
            yield from _fields(info.fields, level + 1, short=True)


def _wrapped(text: str, width: int, indent: int) -> Iterator[str]:
    """Words in lines of at most ``width``; line breaks of the text stay."""
    pad = " " * indent
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > width:
                yield pad + line
                line = word
            else:
                line = f"{line} {word}" if line else word
        yield (pad + line).rstrip()
