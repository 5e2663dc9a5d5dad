"""The process boundary: makes the Env, runs the command, turns errors into exit codes."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import Any, NoReturn

from dsctl.cli.env import Env
from dsctl.cli.reporting import report, say
from dsctl.cli.stdio import arguments
from dsctl.errors import DsctlError, ExitCode


def entry() -> NoReturn:
    """Console script ``dsctl``, also installed as the kubectl plugin ``kubectl-ds``."""
    # Nothing that start-up makes is garbage: looking for some costs 5 ms of 130.
    gc.disable()
    name = os.path.basename(sys.argv[0])
    prog = "kubectl ds" if name.startswith("kubectl-ds") else "dsctl"
    env = Env.of_process()
    code = main(arguments(), env, prog)
    # Everything is flushed and closed: the interpreter's own tidying up would cost 5 ms.
    os._exit(_flushed(code, env))


def complete_entry() -> NoReturn:
    """Console script ``kubectl_complete-ds``, which kubectl asks for candidates."""
    from dsctl.cli.complete import main as complete

    env = Env.of_process()
    code = complete(arguments(), env)
    # Not sys.exit: what still waits for a server that is slow is left behind.
    os._exit(_flushed(code, env))


def main(argv: list[str], env: Env, prog: str = "dsctl") -> int:
    """Run one command line and return its exit code; never raises, but for a bug."""
    try:
        from dsctl.cli.app import dispatch

        return dispatch(argv, env, prog)
    except DsctlError as error:
        return report(error, env)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.PIPE_CLOSED
    except OSError as error:
        # What commands open they explain themselves: this is our own output that failed.
        say(env, f"error: cannot write the output: {error.strerror or error}")
        _discard(env.stdout)  # what is left of it would fail, and be told, once more
        return ExitCode.NO
    except RuntimeError as error:
        return _typer_exit(error, env)
    except Exception as error:  # noqa: BLE001 (a bug is raised again)
        return _typer_error(error, env)


def _typer_exit(error: RuntimeError, env: Env) -> int:
    from typer import Abort, Exit

    if isinstance(error, Exit):
        return error.exit_code
    if isinstance(error, Abort):
        return ExitCode.INTERRUPTED
    raise error


def _typer_error(error: Exception, env: Env) -> int:
    """Typer's own complaint about the command line, in our words and with our exit code."""
    from typer.exceptions import TyperException

    if not isinstance(error, TyperException):
        raise error
    message = error.format_message().rstrip(".")
    first, _, rest = message.partition(". ")
    near = _connection_flag(first)
    if near:
        first = first.partition(" (")[0]  # Typer's guess, among the command's own flags
    say(env, f"error: {first[:1].lower()}{first[1:]}" if first else "error: bad usage")
    context = getattr(error, "ctx", None)
    if rest:
        say(env, f"hint: {rest}")
    elif near:
        say(env, f"hint: did you mean {near}?")
    elif context is not None and first.startswith("Got unexpected extra") and _only_files(context):
        say(env, f"hint: it takes files: {context.command_path} -f FILE")
    elif context is not None:
        say(env, f"hint: see {context.command_path} --help")
    return ExitCode.USAGE


def _connection_flag(message: str) -> str | None:
    """The connection flag that an unknown option is a misspelling of: Typer knows none of them."""
    what, _, option = message.partition(": ")
    if what != "No such option":
        return None
    from difflib import get_close_matches

    from dsctl.cli.argv import GLOBAL_FLAGS

    names = [name for spellings, *_ in GLOBAL_FLAGS for name in spellings.split()]
    return next(iter(get_close_matches(option.split(" ")[0], names, 1, 0.85)), None)


def _only_files(context: Any) -> bool:
    """Whether the command takes files and no names at all."""
    params = context.command.params
    return any("--filename" in param.opts for param in params) and not any(
        param.param_type_name == "argument" for param in params
    )


def _flushed(code: int, env: Env) -> int:
    """Flush what is buffered; a reader that went away meanwhile is no traceback."""
    for stream in (env.stdout, env.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            code = code or ExitCode.PIPE_CLOSED
        except (OSError, ValueError) as error:
            if stream is env.stdout:
                say(env, f"error: cannot write the output: {getattr(error, 'strerror', error)}")
                code = code or ExitCode.NO
        else:
            continue
        _discard(stream)
    return int(code)


def _discard(stream: object) -> None:
    """Let the interpreter's own flush at exit end in /dev/null instead of in an error."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]
