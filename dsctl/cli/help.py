"""The help pages: of the whole tool, of a group, of one command, and of the global flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.cli import flagtable as table
from dsctl.cli.argv import BARE_VALUES, GLOBAL_FLAGS

#: Where the text of a flag begins, and where it does on a narrow terminal.
_COLUMN, _NARROW = 30, 6

if TYPE_CHECKING:
    from dsctl.cli.app import Command


def overview(prog: str, commands: Mapping[str, Command], groups: tuple[str, ...]) -> str:
    """What ``dsctl --help`` prints."""
    lines = [
        f"Usage: {prog} COMMAND [flags]",
        "",
        "kubectl for DaemonSets: validate, create, roll out and explain node agents.",
    ]
    width = max(len(path) for path in commands) + 2
    for name in groups:
        lines += ["", f"{name[0].upper()}{name[1:]}:"]
        lines += [
            f"  {path:{width}}{row.help}" for path, row in commands.items() if row.group == name
        ]
    lines += [
        "",
        f"Flags of a command: {prog} COMMAND --help. Connection flags: {prog} options.",
    ]
    return "\n".join(lines)


def group(prog: str, word: str, members: Mapping[str, Command]) -> str:
    """What ``dsctl rollout`` prints: the commands of one group."""
    width = max(len(path) for path in members) + 2
    lines = [f"Usage: {prog} {word} COMMAND [flags]", "", "Commands:"]
    lines += [f"  {path:{width}}{row.help}" for path, row in members.items()]
    return "\n".join([*lines, "", f"Flags of a command: {prog} {word} COMMAND --help"])


def global_flags() -> str:
    """What ``dsctl options`` prints."""
    rows = [(", ".join(names.split()), text) for names, _field, text in GLOBAL_FLAGS if text]
    width = max(len(names) for names, _text in rows) + 2
    lines = ["These flags stand before or after any command:", ""]
    return "\n".join(lines + [f"  {names:{width}}{text}" for names, text in rows])


def command(built: Any, prog: str, path: str, width: int) -> str:
    """The help page of the command at ``path``, from its Typer parameters and its docstring."""
    context = built.make_context(path, [], resilient_parsing=True)
    first, _, rest = (built.help or "").partition("\n")
    lines = [f"Usage: {prog} {path} {arguments(built, context)}[flags]", ""]
    lines += _fitted("\n".join([first, rest.rstrip()]).rstrip(), width)
    for section, rows in sections(built, path):
        lines += ["", f"{section}:"]
        for spelled, text in rows:
            lines += _row(spelled, text, width)
    lines += ["", f"Connection flags: {prog} options"]
    return "\n".join(lines)


def _fitted(text: str, width: int) -> Iterator[str]:
    """Its lines. Paragraphs that are too wide are broken anew; examples, being indented, stay."""
    from itertools import groupby
    from textwrap import wrap

    for prose, run in groupby(text.split("\n"), lambda line: line[:1].strip() != ""):
        lines = list(run)
        if prose and max(map(len, lines)) > width:
            lines = wrap(" ".join(lines), max(width, 20), break_on_hyphens=False)
        yield from lines


def sections(built: Any, path: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The flags of a command by section: how each is written, and its help."""
    options = [p for p in built.params if p.param_type_name == "option"]
    for section in table.SECTIONS:
        here = [p for p in options if table.section(path, table.long_name(p)) == section]
        if here:
            yield section, [(_spellings(p), _text(p, path)) for p in here]


def _text(param: Any, path: str) -> str:
    """The help of an option; that of ``-o`` ends with the formats that the command takes."""
    text = str(param.help or "")
    if table.long_name(param) != "--output":
        return text
    listed = ", ".join(table.format_usage(path))
    return f"{text}: {listed}"


def arguments(built: Any, context: Any) -> str:
    """The positional arguments of a usage line, a space after each."""
    shown = [p for p in built.params if p.param_type_name == "argument" and not p.hidden]
    metavars = [p.make_metavar(context) for p in shown]
    return "".join(f"{metavar} " for metavar in metavars)


def _spellings(param: Any) -> str:
    names = sorted(param.opts, key=len)
    lead = "" if len(names[0]) == 2 else "    "
    value = "" if param.is_flag else f" {param.metavar or 'VALUE'}"
    if names[-1] in BARE_VALUES:
        value = f"[={param.metavar or 'VALUE'}]"
    return lead + ", ".join(names) + value


def _row(spelled: str, text: str, width: int) -> list[str]:
    import textwrap

    column = _COLUMN if width >= 2 * _COLUMN else _NARROW
    room = max(width - column - 2, 20)
    wrapped = textwrap.wrap(text, room, break_on_hyphens=False, break_long_words=False) or [""]
    if len(spelled) + 2 > column:
        lines = [f"  {spelled}"]
    else:
        lines = [f"  {spelled:{column}}{wrapped.pop(0)}"]
    return lines + [f"  {'':{column}}{line}" for line in wrapped]
