"""The help pages: complete, quick, and their examples can be typed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable

import pytest

from dsctl.cli import app, argv, flagtable
from tests.cli.conftest import Result
from tests.yardstick import least

Run = Callable[..., Result]
PATHS = sorted(app.COMMANDS)


def lines_of(path: str) -> list[str]:
    """The examples of a command's help, as they stand there."""
    _, _, rest = (app.build(path).help or "").partition("Examples:\n")
    return [line.strip() for line in rest.splitlines() if line.strip()]


def examples_of(path: str) -> list[list[str]]:
    """The words after ``dsctl``, up to a pipe or a redirection, of each example that names it."""
    found = []
    for line in lines_of(path):
        inner = re.search(r"[$<]\((dsctl [^)]*)\)", line)
        for words in calls(inner[1] if inner else line):
            typed = " ".join(argv.command_words(words, app.COMMANDS)[0])
            if typed in app.COMMANDS and meaning(typed) == meaning(path):
                found.append(words)
    return found


def calls(line: str) -> list[list[str]]:
    """The arguments of each call of dsctl in a line of shell."""
    found: list[list[str]] = [[]]
    for word in shlex.split(line):
        if word in ("|", "&&", ">", "<"):
            found.append([])
        else:
            found[-1].append(word)
    return [words[1:] for words in found if words[:1] == ["dsctl"]]


def meaning(path: str) -> tuple[str, str]:
    """What runs at ``path``: the same for another name of a command."""
    row = app.COMMANDS[path]
    return row.module, row.function or path.replace(" ", "_")


@pytest.mark.parametrize("path", PATHS)
def test_there_are_two_examples_that_can_be_typed(path: str) -> None:
    """Each is read by the command's own flags and arguments; nothing is run."""
    found = examples_of(path)
    assert len(found) >= 2, f"{path} needs two examples in its docstring"
    command = app.build(path)
    for words in found:
        typed, rest = argv.command_words(words, app.COMMANDS)
        reading = argv.read(rest, app.flags_of(command))
        if app.COMMANDS[path].names:
            from dsctl.cli.names import strip_type_word

            reading.positionals = strip_type_word(reading.positionals)
        with command.make_context(" ".join(typed), reading.argv(), obj=None):
            pass


@pytest.mark.parametrize("path", PATHS)
def test_a_page_says_what_it_must(dsctl: Run, path: str) -> None:
    """One line of summary, every flag once under its section, the formats of ``-o``."""
    page = dsctl(*path.split(), "--help", environ={"COLUMNS": "100"})
    assert (page.code, page.err) == (0, "")
    assert page.out == dsctl(*path.split(), "-h").out == dsctl("help", *path.split()).out
    lines = page.out.splitlines()
    assert lines[0].startswith(f"Usage: dsctl {path} ")
    assert (lines[1], lines[3]) == ("", "")
    assert re.fullmatch(r"[A-Z].{9,98}\.", lines[2])
    assert all(len(line) <= 100 for line in lines), max(lines, key=len)
    for param in app.build(path).params:
        if param.param_type_name == "option":
            flag = flagtable.long_name(param)
            assert len(re.findall(rf"^  (?:-\w, |    ){flag}(?![-\w])", page.out, re.M)) == 1, flag
            assert param.help, flag
            if flag == "--output":
                words = re.sub(r"\s+", " ", page.out)
                assert all(word in words for word in flagtable.formats(path))


@pytest.mark.parametrize("path", PATHS)
def test_pages_fit_narrow_and_wide_terminals(dsctl: Run, path: str) -> None:
    """At 40 columns as at 200 nothing is lost or broken; prose and flags are within the width."""
    narrow, wide = (
        dsctl(*path.split(), "--help", environ={"COLUMNS": columns}).out
        for columns in ("40", "200")
    )
    assert narrow.split() == wide.split()
    prose = [line for line in narrow.splitlines() if not line.startswith((" ", "Usage: "))]
    assert all(len(line) <= 40 for line in prose)
    flags = narrow.partition("\n  -")[2].splitlines()
    assert all(len(line) <= 40 or len(line.split()) <= 3 for line in flags)


def test_codes_beyond_the_usual_are_told(dsctl: Run) -> None:
    """Whoever waits ends with 124 when time is up, and says so."""
    for path in PATHS:
        if any("--timeout" in param.opts for param in app.build(path).params):
            assert "124" in dsctl(*path.split(), "--help").out, f"{path}: Exit codes: … 124"


_ALL_PAGES = """
import sys, time
from dsctl.cli import app
from dsctl.cli.env import Env
from dsctl.main import main
slowest = 0.0
for path in app.COMMANDS:
    began = time.process_time()
    main([*path.split(), "--help"], Env.of_process())
    slowest = max(slowest, time.process_time() - began)
print(slowest, file=sys.stderr)
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_no_page_imports_what_speaks_to_a_cluster() -> None:
    """All of them in one process: nothing heavy is loaded by any, none takes above 0.25 s."""

    def slowest() -> float:
        ran = subprocess.run(
            [sys.executable, "-c", _ALL_PAGES],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        seconds, modules = ran.stderr.splitlines()
        heavy = {"kubernetes", "jsonschema", "pydantic", "msgspec", "rich"}
        assert not heavy & set(modules.split())
        return float(seconds)

    assert least(slowest, 0.25) <= 0.25


@pytest.mark.parametrize("path", ["get", "rollout step", "create", "set env"])
def test_a_page_comes_at_once(path: str) -> None:
    """At most 0.25 s of processor time with the start of Python; on a quiet machine that is all."""
    script = (
        "import resource, sys; from dsctl.cli.env import Env; from dsctl.main import main\n"
        "main([*sys.argv[1:], '--help'], Env.of_process())\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, file=sys.stderr)"
    )

    def seconds() -> float:
        ran = subprocess.run(
            [sys.executable, "-c", script, *path.split()],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return float(ran.stderr)

    assert least(seconds, 0.25) <= 0.25


@pytest.mark.parametrize(
    ("path", "usage"),
    [
        ("get", "[NAME...] [flags]"),
        ("endpoints", "NAME [flags]"),
        ("events", "NAME [flags]"),
        ("expose", "NAME [flags]"),
        ("why", "NAME [flags]"),
        ("migrate-selector", "NAME [flags]"),
        ("adopt", "[flags]"),
        ("orphans", "[flags]"),
    ],
)
def test_the_usage_says_how_many_names_are_taken(dsctl: Run, path: str, usage: str) -> None:
    """Any number, one, or none: what else is given is refused."""
    assert dsctl(path, "--help").out.splitlines()[0] == f"Usage: dsctl {path} {usage}"
