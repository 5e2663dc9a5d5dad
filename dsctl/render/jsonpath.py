"""``-o jsonpath``: what kubectl's JSONPath templates print.

Ported from client-go ``util/jsonpath`` (``PrintResults``) and cli-runtime ``printers/jsonpath.go``;
the templates themselves are read and applied in ``dsctl.domain.jsonpath``.
"""

from __future__ import annotations

from typing import Any, TextIO

from dsctl.domain.jsonpath import JSONPath, JSONPathError, JSONPathMismatch
from dsctl.errors import UsageError
from dsctl.render.gonumbers import general, json_int
from dsctl.render.jsonprint import compact, encode, without_surrogates


def read_template(template: str) -> JSONPath:
    """The template of ``jsonpath=…``. Raises UsageError, which says where it goes wrong."""
    try:
        return JSONPath(template)
    except JSONPathError as error:
        raise UsageError(
            f"error parsing jsonpath {template}, {error}", hint=_pointed(template, error.position)
        ) from error


def print_jsonpath(path: JSONPath, obj: Any, stream: TextIO, *, as_json: bool = False) -> None:
    """Write what ``path`` finds in ``obj``, without a newline that the template does not ask for.

    Values of one pair of braces are separated by spaces; ``as_json`` writes them as an array.
    Raises UsageError where the template does not fit the object, after writing nothing.
    """
    try:
        found = path.find(obj)
    except JSONPathMismatch as error:
        raise UsageError(f"error executing jsonpath: {error}") from error
    for values in found:
        if as_json:
            stream.write(encode(values) + "\n")
        else:
            stream.write(" ".join([text(value) for value in values]))


def text(value: Any) -> str:
    """A value as the printer shows it: JSON for maps and lists, ``null``, else Go's ``%v``."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, (dict, list)):
        return compact(value)
    if value is None:
        return "null"
    return go_scalar(value)


def go_scalar(value: float | bool) -> str:
    """A boolean or number as ``fmt`` prints it with ``%v``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return general(float(value), 6) if abs(value) >= 2**63 else json_int(value)
    return general(value, 6)


def _pointed(template: str, position: int) -> str:
    """The template up to the place of an error, so that it can be found in a long one."""
    start = max(position - 30, 0)
    shown = template[start : position + 20]
    return f"at character {position + 1}: {'…' if start else ''}{shown!r}"
