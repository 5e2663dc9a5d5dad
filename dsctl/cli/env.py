"""What a command may use of the world around it: made once, in ``main``, never at import."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from dsctl.cli.argv import GlobalFlags
from dsctl.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from dsctl.api.client import Cluster


class Env:
    """Streams, terminal, clock, and the cluster once someone asks for it."""

    def __init__(
        self, stdin: TextIO, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str]
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.environ = environ
        self.flags = GlobalFlags()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.sleep: Callable[[float], None] = time.sleep
        self.monotonic: Callable[[], float] = time.monotonic
        self.warnings: list[str] = []
        #: What stands after ``--``; None: there was no ``--``.
        self.after_dashes: list[str] | None = None
        #: A manifest comes on stdin: nothing else may read from there.
        self.stdin_is_input = False
        self._cluster: Cluster | None = None
        self._about: str | None = None

    @classmethod
    def of_process(cls) -> Env:
        """The streams and the environment of this process."""
        from dsctl.cli.stdio import ready

        return cls(*ready(os.environ), os.environ)

    @property
    def stdin_is_tty(self) -> bool:
        """Whether someone can answer a question."""
        return _is_tty(self.stdin)

    @property
    def stdout_is_tty(self) -> bool:
        """Whether a person reads stdout."""
        return _is_tty(self.stdout)

    @property
    def stderr_is_tty(self) -> bool:
        """Whether a person reads stderr."""
        return _is_tty(self.stderr)

    @property
    def color(self) -> bool:
        """Whether stdout may carry colour: --color, else NO_COLOR, TERM and the terminal."""
        if self.flags.color != "auto":
            return self.flags.color == "always"
        plain = self.environ.get("NO_COLOR") or self.environ.get("TERM") == "dumb"
        return self.stdout_is_tty and not plain

    @property
    def width(self) -> int:
        """Columns of the terminal; COLUMNS wins; 80 where neither tells."""
        columns = self.environ.get("COLUMNS", "")
        if columns.isdigit() and int(columns) > 0:
            return int(columns)
        try:
            return os.get_terminal_size(self.stdout.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    @property
    def height(self) -> int:
        """Rows of the terminal; LINES wins; 24 where neither tells."""
        rows = self.environ.get("LINES", "")
        if rows.isdigit() and int(rows) > 0:
            return int(rows)
        try:
            return os.get_terminal_size(self.stdout.fileno()).lines or 24
        except (OSError, ValueError):
            return 24

    def cluster(self) -> Cluster:
        """The API server that the flags, the environment and the kubeconfig name.

        Raises ConfigError or UsageError as ``api.kubeconfig.load`` does.
        """
        if self._cluster is None:
            from dsctl.cli.connect import connect

            self._cluster = connect(self)
        if self.stdin_is_input:
            self._cluster.reserve_stdin()
        return self._cluster

    @property
    def namespace(self) -> str:
        """The namespace to work in: ``-n``, else that of the cluster's context."""
        return self.flags.namespace or self.cluster().namespace

    @contextmanager
    def about(self, namespace: str | None) -> Iterator[None]:
        """While it lasts, what is said is about a DaemonSet there: its commands say so."""
        before, self._about = self._about, namespace
        try:
            yield
        finally:
            self._about = before

    @property
    def told_namespace(self) -> str:
        """The namespace of the DaemonSet that is told of. Raises as ``cluster`` does."""
        return self._about or self.namespace

    def print(self, text: str) -> None:
        """Write a line of data to stdout."""
        self.stdout.write(text + "\n")

    def say(self, text: str) -> None:
        """Write a line of progress, warning or hint to stderr; its commands as to be typed."""
        self.stdout.flush()
        self.stderr.write(self.addressed(text) + "\n")
        self.stderr.flush()

    def addressed(self, text: str) -> str:
        """``text`` with this call's connection flags in the command lines that it names."""
        if "dsctl " not in text:
            return text
        from dsctl.cli.commandlines import addressed

        return addressed(text, self.flags, self._elsewhere())

    def _elsewhere(self) -> str | None:
        """The namespace that is told of, where a command without ``-n`` would miss it."""
        with suppress(ConfigError, UsageError):  # else no cluster was asked about it
            return self._about if self._about and self._about != self.namespace else None
        return None

    def warn_local(self, text: str) -> None:
        """Show a warning of our own, about the command line."""
        self.say(f"warning: {text}")

    def warn(self, text: str) -> None:
        """Show a warning of the server, once each, as kubectl words it."""
        if text not in self.warnings:
            self.warnings.append(text)
            self.say(f"Warning: {text}")


def _is_tty(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False
