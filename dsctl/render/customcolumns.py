"""``-o custom-columns``: columns of JSONPath fields, as kubectl prints them.

Ported from kubectl ``cmd/get/customcolumn.go``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TextIO

from dsctl.domain.jsonpath import JSONPath, JSONPathMismatch
from dsctl.errors import UsageError
from dsctl.render.jsonpath import go_scalar, read_template
from dsctl.render.jsonprint import without_surrogates
from dsctl.render.tabwriter import aligned

_FIELD = re.compile(r"\{\.?([^{}]+)\}|\.?([^{}]+)")
_FILE_FORM = (
    "Expected format is one line of space separated headers, "
    "one line of space separated column specs."
)


@dataclass(frozen=True, slots=True)
class Column:
    """A header and the field below it."""

    header: str
    path: JSONPath


def read_columns(spec: str) -> tuple[Column, ...]:
    """``NAME:.metadata.name,…``. Raises UsageError for a part without a path, or a bad one."""
    columns = []
    for part in spec.split(","):
        header, colon, field = part.partition(":")
        if not colon or not field:
            raise UsageError(
                f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
            )
        columns.append(Column(header, read_template(relaxed(field))))
    return tuple(columns)


def read_file(content: str) -> tuple[Column, ...]:
    """The two lines of a custom-columns file: headers, then fields. Raises UsageError."""
    lines = content.split("\n")
    if not content:
        raise UsageError(f"invalid template, missing header line. {_FILE_FORM}")
    if len(lines) < 2 or (len(lines) == 2 and not lines[1]):
        raise UsageError(f"invalid template, missing spec line. {_FILE_FORM}")
    headers, fields = lines[0].split(), lines[1].split()
    if len(headers) != len(fields):
        raise UsageError(
            f"number of headers ({len(headers)}) and field specifications ({len(fields)}) "
            "don't match"
        )
    paths = [read_template(relaxed(field)) for field in fields]
    return tuple(Column(*pair) for pair in zip(headers, paths, strict=True))


def relaxed(field: str) -> str:
    """``metadata.name``, with or without a dot and braces, as a JSONPath template.

    Ported from ``RelaxedJSONPathExpression``. Raises UsageError.
    """
    if not field:
        return field
    match = _FIELD.fullmatch(field)
    if match is None:
        raise UsageError(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or "
            f"'{{name1.name2}}' or '{{.name1.name2}}', got {field!r}"
        )
    return f"{{.{match[1] or match[2]}}}"


def print_columns(
    columns: tuple[Column, ...],
    obj: dict[str, Any],
    stream: TextIO,
    *,
    headers: bool = True,
    widths: list[int] | None = None,
) -> None:
    """Write a line for ``obj``, or for each of its items if it is a list. Raises UsageError.

    ``widths``: those of what was printed before, which a watch keeps.
    """
    items = obj["items"] if isinstance(obj.get("items"), list) else [obj]
    lines = ["\t".join([c.header for c in columns])] if headers else []
    lines += ["\t".join([_cell(c, item) for c in columns]) for item in items]
    stream.write(aligned("".join([f"{line}\n" for line in lines]), widths=widths))


def _cell(column: Column, item: Any) -> str:
    try:
        found = column.path.find(item)
    except JSONPathMismatch as error:
        raise UsageError(f"column {column.header}: {error}") from error
    values = [_escaped(go_text(value)) for values in found for value in values]
    if not found or not found[0]:
        values.insert(0, "<none>")
    return ",".join(values)


def _escaped(text: str) -> str:
    """As ``EscapeTerminal``: only what kubectl escapes, since scripts read this."""
    return without_surrogates(text.replace("\x1b", "^[").replace("\r", "\\r"))


def go_text(value: Any) -> str:
    """A value as ``fmt.Sprint`` prints it: ``map[a:1 b:[x y]]``, ``<nil>``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return f"map[{' '.join([f'{k}:{go_text(value[k])}' for k in sorted(value)])}]"
    if isinstance(value, list):
        return f"[{' '.join([go_text(v) for v in value])}]"
    return "<nil>" if value is None else go_scalar(value)
