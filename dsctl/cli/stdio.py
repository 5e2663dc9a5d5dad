"""The three streams and the arguments of the process, whatever it was started with.

Like kubectl, dsctl reads and writes UTF-8 in any locale; a stream that is closed is no reason to
fail before something is to be written there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO


def ready(environ: Mapping[str, str]) -> tuple[TextIO, TextIO, TextIO]:
    """Standard input, output and error, open and in UTF-8 (or what PYTHONIOENCODING says).

    What can't be encoded (a name of a file that is no text) is escaped, never an error.
    """
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        _reopen()
    encoding = None if environ.get("PYTHONIOENCODING") else "utf-8"
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a test may have put something else there
            reconfigure(encoding=encoding, errors="backslashreplace")
    return sys.stdin, sys.stdout, sys.stderr


def _reopen() -> None:
    """Occupy the descriptors that are closed: else the connection to the server would get them.

    Nothing can be read there. What is written to stderr is lost; what is written to stdout is an
    error as it would be without this, since whoever started dsctl expects no output to be lost.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 (it stays)


def arguments() -> list[str]:
    """The arguments after the program's name, as UTF-8 in any locale."""
    if sys.getfilesystemencoding() == "utf-8":
        return sys.argv[1:]
    return [os.fsencode(word).decode("utf-8", "surrogateescape") for word in sys.argv[1:]]
