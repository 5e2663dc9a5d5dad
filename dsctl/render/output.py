"""``-o``: one table of formats, which feeds validation, help, completion and the error message.

The formats are kubectl's (cli-runtime ``genericclioptions``, kubectl ``cmd/get/get_flags.go``)
without Go templates, and ``csv``. Each printer is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from dsctl.errors import UsageError

# Format name -> what comes after its "=", empty where nothing does; in the order of the help.
FORMATS = {
    "json": "",
    "yaml": "",
    "kyaml": "",
    "name": "",
    "wide": "",
    "jsonpath": "TEMPLATE",
    "jsonpath-as-json": "TEMPLATE",
    "jsonpath-file": "PATH",
    "custom-columns": "HEADER:FIELD,…",
    "custom-columns-file": "PATH",
    "csv": "",
}
TABLES = frozenset(("wide", "csv"))
ALL = frozenset(FORMATS)
OBJECTS = ALL - TABLES  # what a command that changes one object after another can print
ORDERED = frozenset(("json", "kyaml"))  # which keep the order of a Struct
REPORTS = frozenset(name for name in OBJECTS if name.startswith(("json", "yaml", "kyaml")))
_TEMPLATES = frozenset(("go-template", "go-template-file", "template", "templatefile"))


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """A format of the table above; ``program`` is its template or its columns, already read."""

    name: str
    argument: str = ""
    program: Any = None


def parse(text: str, allowed: Iterable[str] = ALL) -> OutputFormat:
    """Read the value of ``-o``, the template or the file that it names included.

    Raises UsageError for an unknown format (in kubectl's words), for a missing or broken
    template, and for a file that can't be read.
    """
    name, equals, argument = text.partition("=")
    if not equals and text.lower() in ("json", "yaml", "kyaml", "name"):
        name = text.lower()
    if name in _TEMPLATES:
        raise UsageError(
            f'the output format "{name}" is not supported',
            hint="JSONPath can do most of it: -o jsonpath='{.metadata.name}'",
        )
    allowed = set(allowed)
    if name not in allowed or (equals and not FORMATS.get(name)):
        raise _unknown(text, allowed)
    if not FORMATS[name]:
        return OutputFormat(name)
    if not argument:
        kind = "custom columns" if name.startswith("custom") else "template"
        raise UsageError(f"{name} format specified but no {kind} given", hint=f"-o {_usage(name)}")
    return OutputFormat(name, argument, _read(name, argument))


def usage(allowed: Iterable[str] = ALL) -> str:
    """The formats for a help text: ``json, yaml, …, jsonpath=TEMPLATE, …``."""
    allowed = set(allowed)
    return ", ".join(_usage(name) for name in FORMATS if name in allowed)


def candidates(allowed: Iterable[str] = ALL) -> list[str]:
    """The formats for completion, with ``=`` where something must follow."""
    allowed = set(allowed)
    return [f"{name}=" if what else name for name, what in FORMATS.items() if name in allowed]


def print_objects(
    objects: Sequence[dict[str, Any]],
    form: OutputFormat,
    stream: TextIO,
    *,
    is_list: bool,
    show_managed_fields: bool = False,
    first: bool = True,
    no_headers: bool = False,
) -> None:
    """Print objects of the server as kubectl does.

    ``is_list``: they are one ``v1`` List, as for a list or several names; else each is a document
    of its own. ``first``: nothing was printed with this format before (YAML separates documents,
    custom columns have headers once). ``no_headers`` is for custom columns. Tables (``wide``,
    ``csv``) are not made of objects: UsageError.
    """
    if form.name == "name":
        stream.write("".join([f"{name_of(obj)}\n" for obj in objects]))
        return
    if form.name in ("json", "yaml", "kyaml") and not show_managed_fields:
        from dsctl.render.jsonprint import without_managed_fields

        objects = [without_managed_fields(obj) for obj in objects]
    if is_list:
        from dsctl.render.jsonprint import as_list

        objects = [as_list(list(objects))]
    for obj in objects:
        print_document(obj, form, stream, first=first, no_headers=no_headers)
        first = False


def print_report(report: dict[str, Any], form: OutputFormat, stream: TextIO) -> None:
    """Print a document of dsctl's own, whole; ``form`` is one of ``REPORTS``, else UsageError."""
    if form.name not in REPORTS:
        raise _unknown(form.name, set(REPORTS))
    print_document(report, form, stream)


def print_document(
    obj: dict[str, Any],
    form: OutputFormat,
    stream: TextIO,
    *,
    first: bool = True,
    no_headers: bool = False,
) -> None:
    """Print one object or List as it is, in any format that is made of objects."""
    match form.name:
        case "json":
            from dsctl.render.jsonprint import print_json

            print_json(obj, stream)
        case "yaml":
            from dsctl.render.yamlprint import SEPARATOR, print_yaml

            stream.write("" if first else SEPARATOR)
            print_yaml(obj, stream)
        case "kyaml":
            from dsctl.render.kyamlprint import print_kyaml

            print_kyaml(obj, stream)
        case _ if form.program is not None:
            _print_found(obj, form, stream, headers=first and not no_headers)
        case _:
            raise _unknown(form.name, set(OBJECTS))


def print_rows(
    objects: Sequence[dict[str, Any]],
    form: OutputFormat,
    stream: TextIO,
    widths: list[int],
    *,
    headers: bool,
) -> None:
    """Print a batch of a watch in custom columns; no later batch is narrower (``widths``)."""
    _print_found({"items": list(objects)}, form, stream, headers=headers, widths=widths)


def _print_found(
    obj: dict[str, Any],
    form: OutputFormat,
    stream: TextIO,
    *,
    headers: bool,
    widths: list[int] | None = None,
) -> None:
    """What a template finds: raw for a script, but nothing that a terminal would obey."""
    from io import StringIO

    out = StringIO()
    if form.name.startswith("jsonpath"):
        from dsctl.render.jsonpath import print_jsonpath

        print_jsonpath(form.program, obj, out, as_json=form.name == "jsonpath-as-json")
    else:
        from dsctl.render.customcolumns import print_columns

        print_columns(form.program, obj, out, headers=headers, widths=widths)
    text = out.getvalue()
    if stream.isatty():
        from dsctl.render.text import escape_lines

        text = escape_lines(text)
    stream.write(text)


def print_event(
    event: str, obj: dict[str, Any], form: OutputFormat, stream: TextIO, *, first: bool = True
) -> None:
    """Print a watch event for --output-watch-events: ``{type, object}``, JSON on one line.

    kubectl keeps managedFields in these.
    """
    whole = {"type": event, "object": obj}
    match form.name:
        case "json":
            from dsctl.render.jsonprint import compact

            stream.write(f'{{"type":{compact(event)},"object":{compact(obj)}}}\n')
        case "kyaml":
            from dsctl.domain.struct import Struct
            from dsctl.render.kyamlprint import print_kyaml

            print_kyaml(Struct(whole), stream)
        case "name":
            stream.write(f"{name_of(obj)}\n")
        case _:
            print_document(whole, form, stream, first=first)


def name_of(obj: dict[str, Any]) -> str:
    """``daemonset.apps/x``: what ``-o name`` prints and change messages begin with."""
    kind = str(obj.get("kind") or "<unknown>").lower()
    group, slash, _ = str(obj.get("apiVersion") or "").partition("/")
    name = (obj.get("metadata") or {}).get("name") or "<unknown>"
    return f"{kind}.{group}/{name}" if slash else f"{kind}/{name}"


def _usage(name: str) -> str:
    return f"{name}={FORMATS[name]}" if FORMATS.get(name) else name


def _unknown(text: str, allowed: set[str]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(text.partition("=")[0].lower(), sorted(allowed), 1, 0.5)
    return UsageError(
        f'unable to match a printer suitable for the output format "{text}", '
        f"allowed formats are: {','.join(sorted(allowed))}",
        hint=f"did you mean -o {_usage(near[0])}?" if near else None,
    )


def _read(name: str, argument: str) -> Any:
    if name.startswith("jsonpath"):
        from dsctl.render.jsonpath import read_template

        template = _content("--template", argument) if name == "jsonpath-file" else argument
        return read_template(template)
    from dsctl.render.customcolumns import read_columns, read_file

    if name == "custom-columns-file":
        return read_file(_content("template", argument))
    return read_columns(argument)


def _content(what: str, path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"error reading {what} {path}: {reason}") from error
