"""What the last word of a command line could become: for the shells, and for ``kubectl ds``.

The scripts in ``completions/`` ask ``dsctl __complete``, and kubectl asks ``kubectl_complete-ds``,
with the words before the cursor, the last of which is being completed. The answer is in Cobra's
form: a candidate a line (a tab and what it is may follow), then a colon and what the shell shall
do. For ``--flag=va`` the candidates are values: ``value``. Whatever goes wrong there are just no
candidates. What must be looked up is waited for until ``SECONDS`` after the start, or as long as
DSCTL_COMPLETION_SECONDS says, for clusters that are far away.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from dsctl.cli import argv as grammar
from dsctl.cli import flagtable as table
from dsctl.cli.env import Env

#: From the start of the process, so that the shell has its answer within 0.3 s.
SECONDS = 0.26
#: What the shell shall do beside the candidates: Cobra's ``ShellCompDirective``.
FILES, NO_SPACE, NO_FILES, DIRECTORIES = 0, 2, 4, 16
#: Stands for the word that is being completed, to see what the grammar takes it for.
_HERE = "\0"


class Answer(NamedTuple):
    """Candidates, and a directive for the shell."""

    words: list[str]
    directive: int = NO_FILES


class Wanted(NamedTuple):
    """What stands at the cursor: the value of ``flag``, or else a word or a flag."""

    flag: str | None
    text: str
    reading: grammar.Reading


def main(words: list[str], env: Env, *, descriptions: bool = False) -> int:
    """Print the candidates for the last of ``words``; never fails and never prints an error."""
    quiet = Env(io.StringIO(), io.StringIO(), io.StringIO(), env.environ)
    quiet.stdin_is_input = True  # no exec plugin may ask anything
    told = Answer([])
    with contextlib.suppress(Exception), _no_stderr():
        told = answer(words, quiet)
    lines = [word if descriptions else word.partition("\t")[0] for word in told.words]
    with contextlib.suppress(OSError, ValueError):
        env.stdout.write("".join(f"{line}\n" for line in lines) + f":{told.directive}\n")
    return 0


@contextlib.contextmanager
def _no_stderr() -> Iterator[None]:
    """Send what plugins would write to the terminal nowhere."""
    try:
        kept = os.dup(2)
    except OSError:  # closed: nothing can be written there
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def answer(words: list[str], env: Env) -> Answer:
    """The candidates for the last of ``words``, those alone that begin with it."""
    from dsctl.cli import app

    *before, word = words or [""]
    typed, rest = grammar.command_words(before, app.COMMANDS)
    if typed[:1] == ("help",):
        group = [*typed[1:], *grammar.read(rest, {}).positionals]
        return _begun(_command_words(" ".join(group)), word)
    path = " ".join(typed)
    command = app.build(path) if path in app.COMMANDS else None
    flags = app.flags_of(command) if command else {}
    wanted = _wanted(rest, word, flags)
    if wanted is None:
        return Answer([])
    env.flags = wanted.reading.globals
    if command is not None and table.argument(path, command, 0) == "daemonsets":
        from dsctl.cli.names import strip_type_word

        wanted.reading.positionals = strip_type_word(wanted.reading.positionals)
    if wanted.flag is not None:
        return _value(wanted, path, command, env)
    if wanted.reading.after_dashes is not None:
        return _after_dashes(wanted, path, command, env)
    if word.startswith("-"):
        return _begun(_flags(command, wanted.reading), word)
    if command is None:
        known = len(wanted.reading.positionals) == 0
        return _begun(_command_words(path) if known else [], word)
    return _argument(wanted, path, command, env)


def _wanted(rest: list[str], word: str, flags: Mapping[str, grammar.Flag]) -> Wanted | None:
    """What the grammar takes the last word for; None: for nothing that could be completed."""
    name, equals, value = word.partition("=")
    if equals and name.startswith("-") and "--" not in rest:
        flag = flags.get(name) or grammar.global_flag(name)
        return Wanted(flag.name, value, grammar.read(rest, flags)) if flag else None
    reading = grammar.read([*rest, _HERE], flags)
    if _HERE in reading.positionals:
        reading.positionals.remove(_HERE)
        return Wanted(None, word, reading)
    if _HERE in (reading.after_dashes or ()):
        return Wanted(None, word, reading)
    for option in reading.options:
        name, _, value = option.partition("=")
        if value == _HERE:
            return Wanted(name, word, reading)
    for spellings, field, _text in grammar.GLOBAL_FLAGS:
        if field and getattr(reading.globals, field) == _HERE:
            reading.globals = reading.globals._replace(**{field: None})  # type: ignore[arg-type]
            return Wanted(spellings.split()[-1], word, reading)
    return None


def _value(wanted: Wanted, path: str, command: Any, env: Env) -> Answer:
    flag = wanted.flag or ""
    param = next((p for p in command.params if flag in p.opts), None) if command else None
    kind = table.option(path, param) if param else table.global_flag(flag)
    if (param is not None and param.is_flag) or flag == "--help":
        kind = ("true", "false")
    before, text = "", wanted.text
    if flag in table.LISTS and "," in text:
        before, comma, text = text.rpartition(",")
        before += comma
    found = _candidates(kind, text, wanted, path, env)
    return found._replace(words=[before + word for word in found.words])


def _after_dashes(wanted: Wanted, path: str, command: Any, env: Env) -> Answer:
    """An argument still, unless it is of the command that ``exec`` runs."""
    if command is None or table.takes_command(command):
        return Answer([])
    wanted.reading.positionals += (wanted.reading.after_dashes or [])[:-1]
    return _argument(wanted, path, command, env)


def _argument(wanted: Wanted, path: str, command: Any, env: Env) -> Answer:
    kind = table.argument(path, command, len(wanted.reading.positionals))
    return _candidates(kind, wanted.text, wanted, path, env)


def _candidates(
    kind: table.Values | None, text: str, wanted: Wanted, path: str, env: Env
) -> Answer:
    if kind == table.FILE or text.startswith(("jsonpath-file=", "custom-columns-file=")):
        return Answer([], FILES)
    if kind == table.DIR:
        return Answer([], DIRECTORIES)
    if kind == table.FORMAT:
        return _begun(table.formats(path), text)
    if isinstance(kind, tuple):
        return _begun(kind, text)
    if kind is None or kind == table.TEXT:
        return Answer([])
    from dsctl.cli import candidates

    source, equals, _ = kind.partition("=")
    if equals and "=" in text:
        return Answer([])
    asked = candidates.Asked(env, wanted.reading.positionals, text)
    look_up = getattr(candidates, source)
    local = source in candidates.LOCAL
    found = look_up(asked) if local else _in_time(lambda: look_up(asked), env)
    return _begun([f"{word}=" for word in found] if equals else found, text)


def _in_time(search: Callable[[], list[str]], env: Env) -> list[str]:
    """What ``search`` finds before the time is up, else nothing.

    In a thread, because nothing else gets out of a name server or a plugin that does not answer.
    """
    found: list[str] = []

    def look() -> None:
        with contextlib.suppress(Exception):
            found.extend(search())

    worker = threading.Thread(target=look, daemon=True)
    worker.start()
    # What this process has computed so far is about as long as it runs.
    worker.join(max(_seconds(env) - time.process_time(), 0.15))
    return [] if worker.is_alive() else found


def _seconds(env: Env) -> float:
    try:
        return float(env.environ.get("DSCTL_COMPLETION_SECONDS", SECONDS))
    except ValueError:
        return SECONDS


def _begun(words: Iterable[str], text: str) -> Answer:
    """Those that begin with ``text``; where each wants more after its ``=``, without a space."""
    found = [word for word in words if word.startswith(text)]
    open_ended = bool(found) and all(word.partition("\t")[0][-1:] in "=/." for word in found)
    return Answer(found, NO_FILES | NO_SPACE if open_ended else NO_FILES)


def _command_words(group: str) -> list[str]:
    from dsctl.cli import app

    if group:
        below = [(p, row) for p, row in app.COMMANDS.items() if p.startswith(group + " ")]
        return [f"{path.split()[1]}\t{row.help}" for path, row in below]
    words: dict[str, str] = {}
    for path, row in app.COMMANDS.items():
        first, _, second = path.partition(" ")
        words.setdefault(first, f"{first} commands: see {first} --help" if second else row.help)
    words["help"] = "Explain a command"
    words["options"] = "Show the connection flags"
    return [f"{word}\t{text}" for word, text in words.items()]


def _flags(command: Any, reading: grammar.Reading) -> list[str]:
    """The flags that may still come: the command's own, then those of every command."""
    given = {option.partition("=")[0] for option in reading.options}
    found = []
    for param in command.params if command else ():
        if param.param_type_name != "option" or (given & set(param.opts) and not param.multiple):
            continue
        flag, text = table.long_name(param), param.help or ""
        found.append(f"{flag}\t{text}")
        if flag in grammar.BARE_VALUES:
            found.append(f"{flag}=\t{text}")
    for spellings, _field, text in grammar.GLOBAL_FLAGS:
        if text:
            found.append(f"{spellings.split()[-1]}\t{text}")
    return [*found, "--help\tExplain the command"]
