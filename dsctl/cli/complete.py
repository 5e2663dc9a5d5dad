"""Candidates for the shell: command words, flags, and names of DaemonSets.

``kubectl_complete-ds`` is asked by kubectl with the words after ``kubectl ds``, the last one being
completed, and answers in Cobra's form: a candidate a line, then ``:4`` (no file names).
"""

from __future__ import annotations

import contextlib
import sys

from dsctl.cli.env import Env

NO_FILES = ":4"
#: Completion must feel instant: a cluster that is slower than this gives no candidates.
SECONDS = "300ms"


def main(words: list[str]) -> int:
    """Print the candidates for ``words``; never fails and never prints an error."""
    with contextlib.suppress(Exception):
        sys.stdout.write("".join(f"{c}\n" for c in candidates(words, Env.of_process())))
    sys.stdout.write(NO_FILES + "\n")
    return 0


def candidates(words: list[str], env: Env) -> list[str]:
    """What the last of ``words`` could become, sorted as the help has it."""
    from dsctl.cli import app

    *before, prefix = words or [""]
    path = _path(before)
    if path not in app.COMMANDS:
        found = _command_words(path)
    elif prefix.startswith("-"):
        found = sorted(f for f in app.flags_of(app.build(path)) if f.startswith("--"))
        found += [name for name in _global_flags() if name not in found]
    elif app.COMMANDS[path].names:
        found = _daemonsets(before, env)
    else:
        found = []
    return [word for word in found if word.startswith(prefix)]


def _path(before: list[str]) -> str:
    from dsctl.cli import app

    words = [word for word in before if not word.startswith("-")]
    for length in (2, 1):
        path = " ".join(words[:length])
        if path in app.COMMANDS:
            return path
    return words[0] if words else ""


def _command_words(group: str) -> list[str]:
    from dsctl.cli import app

    if group:
        return [p.split()[1] for p in app.COMMANDS if p.startswith(group + " ")]
    return list(dict.fromkeys(path.split()[0] for path in app.COMMANDS))


def _global_flags() -> list[str]:
    from dsctl.cli.argv import GLOBAL_FLAGS

    return [spellings.split()[-1] for spellings, _field, text in GLOBAL_FLAGS if text]


def _daemonsets(before: list[str], env: Env) -> list[str]:
    from dsctl.api.resources import DAEMONSETS
    from dsctl.cli import argv as grammar

    env.flags = grammar.read(before, {}).globals._replace(request_timeout=SECONDS)
    table = env.cluster().table(DAEMONSETS, env.namespace, include_object="None")
    return [str(row["cells"][0]) for row in table.get("rows") or ()]
