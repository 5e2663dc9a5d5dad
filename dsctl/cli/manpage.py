"""The manual page ``dsctl(1)``, made of the same tables and docstrings as the help pages.

Written for man-db and mandoc: the macros of man(7) only. ``make docs`` writes it.
"""

from __future__ import annotations

import re
from typing import Any

from dsctl import __version__
from dsctl.cli import app, help
from dsctl.cli.argv import GLOBAL_FLAGS

_EXIT_CODES = (
    ("0", "Done; valid; no difference; the rollout is complete."),
    (
        "1",
        "It ran, and the answer is no: an invalid manifest, differences, a rollout that failed, "
        "stalled or is held, a question answered no.",
    ),
    ("2", "Usage: a bad flag or argument, a file that can't be read."),
    ("3", "The cluster said no or could not be asked: not found, conflict, forbidden, no answer."),
    ("124", "A --timeout passed."),
    ("130", "Interrupted."),
    ("141", "The reader of the output went away."),
)
_ENVIRONMENT = (
    ("KUBECONFIG", "The kubeconfig files, as kubectl reads them."),
    ("EDITOR, KUBE_EDITOR", "The editor of dsctl edit."),
    ("NO_COLOR", "No colour where --color does not say otherwise."),
    ("COLUMNS", "The width of tables, where the terminal does not tell."),
    (
        "DSCTL_COMPLETION_SECONDS",
        "How long completion waits for the cluster; 0.26 where it is not set.",
    ),
)


def page() -> str:
    """The whole page, in roff."""
    lines = [
        f'.TH DSCTL 1 "" "dsctl {__version__}" "User Commands"',
        ".SH NAME",
        r"dsctl \- kubectl for DaemonSets: validate, create, roll out and explain node agents",
        ".SH SYNOPSIS",
        r".B dsctl",
        r"\fICOMMAND\fR [\fIflags\fR]",
        ".br",
        r".B kubectl ds",
        r"\fICOMMAND\fR [\fIflags\fR]",
        ".SH DESCRIPTION",
        _text(
            "dsctl is kubectl for one kind, the DaemonSet, with kubectl's verbs, flags, kubeconfig "
            "rules and output formats. It says of each node whether a DaemonSet should run there, "
            "does, and if not, why."
        ),
        ".SH COMMANDS",
    ]
    for group in app.GROUPS:
        lines.append(f".SS {_text(group[0].upper() + group[1:])}")
        for path, row in app.COMMANDS.items():
            if row.group == group:
                lines += _command(path)
    lines += [".SH CONNECTION FLAGS", "These stand before or after any command."]
    for spellings, _field, text in GLOBAL_FLAGS:
        if text:
            lines += _tagged(", ".join(spellings.split()), text)
    lines.append(".SH EXIT STATUS")
    for code, text in _EXIT_CODES:
        lines += _tagged(code, text)
    lines.append(".SH ENVIRONMENT")
    for name, text in _ENVIRONMENT:
        lines += _tagged(name, text)
    lines += [".SH SEE ALSO", ".BR kubectl (1)"]
    return "\n".join(lines) + "\n"


def _command(path: str) -> list[str]:
    built = app.build(path)
    context = built.make_context(path, [], resilient_parsing=True)
    usage = f"{path} {help.arguments(built, context)}".rstrip()
    lines = [".TP", rf"\fBdsctl {_text(usage)}\fR"]
    about, _, examples = (built.help or "").partition("Examples:\n")
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", about) if part.strip()]
    for number, paragraph in enumerate(paragraphs):
        lines += [".IP", _text(paragraph)] if number else [_text(paragraph)]
    flags = [row for _section, rows in help.sections(built, path) for row in rows]
    if flags:
        lines.append(".RS")
        for spelled, text in flags:
            lines += _tagged(spelled.strip(), text)
        lines.append(".RE")
    shown = [line.strip() for line in examples.splitlines() if line.strip()]
    if shown:
        lines += [".IP", "Examples:", ".IP", ".nf", *(_text(line) for line in shown), ".fi"]
    return lines


def _tagged(tag: str, text: str) -> list[str]:
    return [".TP", rf"\fB{_text(tag)}\fR", _text(text or " ")]


def _text(text: Any) -> str:
    """Text as roff shows it unchanged: its escapes and dashes, and a dot or quote in front."""
    escaped = str(text).replace("\\", r"\e").replace("-", r"\-").replace("…", "...")
    escaped = escaped.replace("'", r"\(aq").replace("`", r"\(ga").replace("^", r"\(ha")
    escaped = escaped.replace("~", r"\(ti")
    return r"\&" + escaped if escaped[:1] in (".", "") else escaped
