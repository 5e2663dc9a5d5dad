"""The help pages: of the whole tool, of a group, of one command, and of the global flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsctl.cli.argv import GLOBAL_FLAGS

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


def command(built: Any, prog: str, width: int) -> str:
    """The help page of one command, from its Typer parameters and its docstring."""
    context = built.make_context(prog, [], resilient_parsing=True, max_content_width=width)
    first, _, rest = (built.help or "").partition("\n")
    lines = [f"Usage: {prog} {_arguments(built, context)}[flags]", "", first]
    if rest.strip():
        lines += [rest.rstrip()]
    rows = [(_spellings(p), p.help or "") for p in built.params if p.param_type_name == "option"]
    if rows:
        lines += ["", "Flags:"]
        column = min(max(len(spelled) for spelled, _help in rows) + 2, 34)
        for spelled, text in rows:
            lines += _row(spelled, text, column, max(width, 60))
    lines += ["", "Connection flags: dsctl options"]
    return "\n".join(lines)


def _arguments(built: Any, context: Any) -> str:
    metavars = [p.make_metavar(context) for p in built.params if p.param_type_name == "argument"]
    return "".join(f"{metavar} " for metavar in metavars)


def _spellings(param: Any) -> str:
    names = sorted(param.opts, key=len)
    lead = "" if len(names[0]) == 2 else "    "
    value = "" if param.is_flag else f" {param.metavar or 'VALUE'}"
    if names[-1] in ("--cascade", "--dry-run", "--validate"):
        value = f"[={param.metavar or 'VALUE'}]"
    return lead + ", ".join(names) + value


def _row(spelled: str, text: str, column: int, width: int) -> list[str]:
    import textwrap

    wrapped = textwrap.wrap(text, max(width - column - 2, 20)) or [""]
    if len(spelled) + 2 > column:
        head, wrapped = [f"  {spelled}"], ["", *wrapped]
        return head + [f"  {'':{column}}{line}" for line in wrapped[1:]]
    return [f"  {spelled:{column}}{wrapped[0]}"] + [
        f"  {'':{column}}{line}" for line in wrapped[1:]
    ]
