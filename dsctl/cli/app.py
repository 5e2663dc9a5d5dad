"""The command table, and the way from argv to the one Typer command that it names.

``--help`` and completion read the table alone; a command's module is imported when it is called.
To add a command: write its module, add a row here, a row to the argv table test, and run
``make docs``.
"""

from __future__ import annotations

import gc
import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

from dsctl.cli import argv as grammar
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsctl.cli.env import Env


class Command(NamedTuple):
    """One row of the table. ``names``: its positional arguments begin with DaemonSet names."""

    module: str
    help: str
    group: str
    names: bool = True
    function: str = ""


#: The groups, in the order of the help.
GROUPS = ("check", "change", "see", "roll", "remove", "reach the pods", "the tool")

#: kubectl's commands that dsctl has not, and no nearest spelling of its own stands for.
_KUBECTLS = frozenset(
    "api-resources api-versions attach auth certificate cluster-info config cordon cp debug drain"
    " kustomize port-forward proxy run taint top uncordon".split()
)

COMMANDS: dict[str, Command] = {
    "validate": Command("validate", "Check manifests without a cluster", "check", names=False),
    "explain": Command("explain", "Explain a rule of validate, or a field", "check", names=False),
    "plan": Command("plan", "Say which nodes would run a manifest's pods", "check", names=False),
    "diff": Command("diff", "Show what apply would change", "check", names=False),
    "create": Command("create", "Create DaemonSets from files, or one from an image", "change"),
    "apply": Command("apply", "Create or update by server-side apply", "change"),
    "replace": Command("replace", "Replace DaemonSets with what files say", "change"),
    "edit": Command("edit", "Change live DaemonSets in an editor", "change"),
    "patch": Command("patch", "Change fields by a patch", "change"),
    "set image": Command("set_image", "Set the images of containers", "change"),
    "set env": Command("set_env", "Set environment variables of containers", "change"),
    "set resources": Command("set_resources", "Set requests and limits of containers", "change"),
    "set serviceaccount": Command(
        "set_serviceaccount", "Set the service account of the pods", "change", names=False
    ),
    "set sa": Command(
        "set_serviceaccount", "Same as set serviceaccount", "change", False, "set_serviceaccount"
    ),
    "label": Command("label", "Set and remove labels", "change"),
    "annotate": Command("annotate", "Set and remove annotations", "change"),
    "suspend": Command("suspend", "Take a DaemonSet off every node", "change"),
    "unsuspend": Command(
        "suspend", "Put a suspended DaemonSet back", "change", function="unsuspend"
    ),
    "get": Command("get", "List DaemonSets, or show one with its pods node by node", "see"),
    "describe": Command("describe", "Describe DaemonSets in full, for people", "see"),
    "events": Command("events", "List the events of a DaemonSet and of its pods", "see"),
    "why": Command("why", "Say of each node whether a DaemonSet runs there, or why not", "see"),
    "wait": Command("wait", "Wait until a DaemonSet is in a state", "see"),
    "rollout status": Command(
        "rollout_status", "Watch a rollout until it is done", "roll", function="status"
    ),
    "rollout history": Command(
        "rollout_history", "Show the revisions, and what is on each", "roll", function="history"
    ),
    "rollout diff": Command(
        "rollout_diff", "Show what changed between two revisions", "roll", False, "diff"
    ),
    "rollout undo": Command(
        "rollout_undo", "Go back to an earlier revision", "roll", function="undo"
    ),
    "rollout restart": Command(
        "rollout_restart", "Restart all pods, or some", "roll", function="restart"
    ),
    "rollout pause": Command(
        "rollout_hold", "Hold a rolling update where it is", "roll", function="pause"
    ),
    "rollout resume": Command(
        "rollout_hold", "Let a paused rolling update go on", "roll", function="resume"
    ),
    "rollout step": Command(
        "rollout_step", "Update a paused or OnDelete DaemonSet in batches", "roll", function="step"
    ),
    "delete": Command("delete", "Delete DaemonSets, with or without their pods", "remove"),
    "orphans": Command("orphans", "List pods that no DaemonSet owns any more", "remove"),
    "adopt": Command(
        "adopt", "Create a DaemonSet over the pods of a former one", "remove", names=False
    ),
    "migrate-selector": Command(
        "migrate_selector",
        "Give a DaemonSet another selector without restarting a pod",
        "remove",
        function="migrate_selector",
    ),
    "logs": Command("logs", "Print the log of one pod, chosen by node", "reach the pods", False),
    "exec": Command(
        "exec_", "Run a command in one pod, chosen by node", "reach the pods", function="exec_"
    ),
    "expose": Command("expose", "Make a Service for the pods", "reach the pods"),
    "endpoints": Command(
        "endpoints", "Say of each node how its pod can be reached", "reach the pods"
    ),
    "sandbox up": Command("sandbox", "Start a local control plane", "the tool", False, "up"),
    "sandbox down": Command("sandbox", "Stop it and remove its files", "the tool", False, "down"),
    "sandbox status": Command("sandbox", "Show the sandboxes", "the tool", False, "status"),
    "sandbox env": Command(
        "sandbox", "Print what makes a shell use the sandbox", "the tool", False, "env"
    ),
    "sandbox scale": Command(
        "sandbox", "Set the number of simulated nodes", "the tool", False, "scale"
    ),
    "completion": Command("completion", "Print what completes dsctl in a shell", "the tool", False),
    "version": Command("version", "Show the versions of dsctl and the server", "the tool", False),
}


def dispatch(argv: list[str], env: Env, prog: str) -> int:
    """Run the command that ``argv`` names; return its exit code.

    Raises the errors of ``dsctl.errors``, and Typer's own for a bad flag.
    """
    if argv[:1] in (["__complete"], ["__completeNoDesc"]):
        from dsctl.cli.complete import main as complete

        return complete(argv[1:], env, descriptions=argv[0] == "__complete")
    words, rest = grammar.command_words(argv, COMMANDS)
    path = " ".join(words)
    if not words or words[0] in ("help", "options"):
        return _show_help(words, rest, env, prog)
    if path not in COMMANDS:
        return _group_help_or_unknown(words, rest, env, prog)
    row = COMMANDS[path]
    command = build(path)
    flags = flags_of(command)
    records = row.group == "change" and any(arg.startswith("--record") for arg in rest)
    if records:
        from dsctl.cli import recording

        flags |= recording.FLAG
    reading = grammar.read(rest, flags)
    env.flags = reading.globals
    env.after_dashes = reading.after_dashes
    if records and {"--record", "--no-record"} & set(reading.options):
        line = " ".join((prog, *argv))
        recording.replace(reading, line, has_cause="--change-cause" in flags, env=env)
    if {"--help", "-h"} & set(reading.options):
        return _command_help(command, path, env, prog)
    if row.names:
        from dsctl.cli.names import strip_type_word

        reading.positionals = strip_type_word(reading.positionals)
    gc.freeze()
    gc.enable()
    with command.make_context(f"{prog} {path}", reading.argv(), obj=env) as ctx:
        code = command.invoke(ctx)
    return _with_warnings(int(code or 0), env)


def build(path: str) -> Any:
    """The Typer command at ``path``: its module imported, its parameters introspected."""
    import typer

    row = COMMANDS[path]
    module = importlib.import_module(f"dsctl.cli.{row.module}")
    function = getattr(module, row.function or path.replace(" ", "_"))
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    settings = {"help_option_names": ["-h", "--help"]}
    app.command(path.split()[-1], context_settings=settings)(function)
    return typer.main.get_command(app)


def flags_of(command: Any) -> dict[str, grammar.Flag]:
    """Every spelling of the command's options, as ``argv.read`` wants them."""
    table = {
        "-h": grammar.Flag("--help", "bool"),
        "--help": grammar.Flag("--help", "bool"),
    }
    for param in command.params:
        if param.param_type_name != "option":
            continue
        name = next((o for o in param.opts if o.startswith("--")), param.opts[0])
        negative = param.secondary_opts[0] if param.secondary_opts else None
        kind = "bare" if name in grammar.BARE_VALUES else "bool" if param.is_flag else "value"
        for spelling in param.opts:
            table[spelling] = grammar.Flag(name, kind, negative)
        for spelling in param.secondary_opts:
            table[spelling] = grammar.Flag(spelling, "bool", name)
    return table


def _with_warnings(code: int, env: Env) -> int:
    if code == 0 and env.flags.warnings_as_errors and env.warnings:
        from dsctl.errors import AnswerIsNo

        count = len(env.warnings)
        raise AnswerIsNo(f"{count} warning{'s' if count > 1 else ''} received")
    return code


def _show_help(words: tuple[str, ...], rest: list[str], env: Env, prog: str) -> int:
    from dsctl.cli import help as pages

    if "--version" in rest:
        from dsctl import __version__

        env.print(f"dsctl {__version__}")
        return 0
    if words and words[0] == "options":
        env.print(pages.global_flags())
        return 0
    topic = " ".join((*words[1:], *grammar.read(rest, {}).positionals))
    if topic in COMMANDS:
        return _command_help(build(topic), topic, env, prog)
    if topic:
        return _group_help_or_unknown(tuple(topic.split()), ["--help"], env, prog)
    env.print(pages.overview(prog, COMMANDS, GROUPS))
    return 0


def _command_help(command: Any, path: str, env: Env, prog: str) -> int:
    from dsctl.cli import help as pages

    env.print(pages.command(command, prog, path, env.width))
    return 0


def _group_help_or_unknown(words: tuple[str, ...], rest: list[str], env: Env, prog: str) -> int:
    from dsctl.cli import help as pages

    members = {p: c for p, c in COMMANDS.items() if p.startswith(words[0] + " ")}
    following = grammar.read(rest, {}).positionals
    if members and not following:
        env.print(pages.group(prog, words[0], members))
        return 0
    wrong = " ".join((words[0], *following[:1])) if members else words[0]
    if words[0] in ("scale", "autoscale"):
        hint = f"a DaemonSet has no replicas; {prog} suspend NAME takes it off every node"
        raise UsageError(f"unknown command {wrong!r}", hint=hint)
    if words[0] in _KUBECTLS:
        raise UsageError(f"unknown command {wrong!r}", hint=f"use kubectl {words[0]}")
    near = _meant(words[0], following[:1])
    help_of = f"{prog} {words[0]}" if members else prog
    hint = f"did you mean {prog} {near}?" if near else f"see: {help_of} --help"
    raise UsageError(f"unknown command {wrong!r}", hint=hint)


def _meant(word: str, following: list[str]) -> str | None:
    """The command that is written most like these words.

    A group's name alone chooses none of it: ``rolout foo`` is not what stands first there.
    """
    from difflib import get_close_matches

    def nearest(text: str, known: Iterable[str]) -> str | None:
        return next(iter(get_close_matches(text, list(known), 1)), None)

    firsts = {path.split()[0] for path in COMMANDS}
    below = next((path for path in COMMANDS if path.split()[1:] == [word]), None)
    if word not in firsts and below:
        return below
    first = word if word in firsts else nearest(word, firsts)
    seconds = {p.split()[1]: p for p in COMMANDS if first and p.startswith(f"{first} ")}
    second = nearest(following[0], seconds) if following and seconds else None
    if second:
        return seconds[second]
    if first != word and first:
        return first
    return nearest(" ".join((word, *following)), COMMANDS.keys() - set(seconds.values()))
