"""``exec`` in a pod: the streams of a remote process, over a WebSocket.

Ported from client-go ``tools/remotecommand`` (``v5.channel.k8s.io``). The ``kubernetes`` package
has no way to end stdin, so ``cat`` would never return, and knows neither our proxies nor our
credential plugins: this goes through the same door as everything else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from dsctl.api.http1 import Broken
from dsctl.api.resources import PODS
from dsctl.api.status import error_from_status
from dsctl.errors import Unreachable

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

_STDIN, _STDOUT, _STDERR, _ERROR, _RESIZE, _CLOSE = 0, 1, 2, 3, 4, 255
_PROTOCOLS = "v5.channel.k8s.io, v4.channel.k8s.io"
#: so much of stdin may be on its way
_MOST_UNSENT = 256 * 1024
_READ = 32768
#: how often the size of a terminal is looked at
_LOOK = 0.3

Write = Callable[[bytes], Any]


class Process(NamedTuple):
    """What is to run, and with which streams. ``tty`` joins stderr to stdout."""

    container: str
    command: tuple[str, ...]
    stdin: bool = False
    tty: bool = False


class Exec:
    """A process in a container. Opening raises what a read raises, Forbidden before all."""

    def __init__(self, cluster: Cluster, namespace: str, pod: str, process: Process) -> None:
        query = [("command", word) for word in process.command]
        query += [("container", process.container), ("stdout", "true")]
        query += [("stdin", "true")] if process.stdin else []
        query += [("tty", "true")] if process.tty else [("stderr", "true")]
        path = PODS.path(namespace, pod, "exec")
        self._socket, protocol = cluster.websocket(path, query, _PROTOCOLS)
        self._half_closes = protocol.startswith("v5")
        self._status: dict[str, Any] | None = None
        self._output_error: OSError | None = None

    def run(
        self,
        out: Write,
        err: Write,
        *,
        stdin: int | None = None,
        size: Callable[[], tuple[int, int] | None] | None = None,
    ) -> int:
        """Pass the streams on until it ends; its exit code.

        ``stdin``: the descriptor to read. ``size``: columns and rows of the terminal. Raises what
        the server reports where it could not run, Unreachable when the connection broke, and what
        ``out`` and ``err`` raise.
        """
        try:
            self._pump(out, err, stdin, size)
        except (OSError, Broken) as error:
            if error is self._output_error:
                raise
            if self._status is None:
                raise Unreachable(f"the connection to the process broke: {error}") from error
        finally:
            self._socket.close()
        return self._exit_code()

    def _pump(
        self,
        out: Write,
        err: Write,
        stdin: int | None,
        size: Callable[[], tuple[int, int] | None] | None,
    ) -> None:
        socket = self._socket
        last: tuple[int, int] | None = None
        while True:
            if size is not None and (now := size()) is not None and now != last:
                last = now
                text = json.dumps({"Width": now[0], "Height": now[1]})
                socket.send(bytes([_RESIZE]) + text.encode())
            for message in socket.messages():
                self._take(message, out, err)
            if socket.closed or self._status is not None:
                return
            listen = stdin if socket.unsent < _MOST_UNSENT else None
            if socket.wait(listen, None if size is None else _LOOK) and stdin is not None:
                data = os.read(stdin, _READ)
                if data:
                    socket.send(bytes([_STDIN]) + data)
                    continue
                stdin = None
                if self._half_closes:
                    socket.send(bytes([_CLOSE, _STDIN]))

    def _take(self, message: bytes, out: Write, err: Write) -> None:
        if len(message) < 2:  # each stream begins with an empty message
            return
        channel, data = message[0], message[1:]
        if channel in (_STDOUT, _STDERR):
            try:
                (out if channel == _STDOUT else err)(data)
            except OSError as error:
                self._output_error = error
                raise
        elif channel == _ERROR:
            try:
                found = json.loads(data)
            except ValueError:
                found = None
            said = data.decode("utf-8", "replace")
            self._status = found if isinstance(found, dict) else {"message": said}

    def _exit_code(self) -> int:
        status = self._status
        if status is None:
            raise Unreachable("the connection to the process ended before the process did")
        if status.get("status") == "Success":
            return 0
        causes = (status.get("details") or {}).get("causes") or ()
        for cause in causes:
            if cause.get("reason") == "ExitCode" and str(cause.get("message")).isdecimal():
                return int(cause["message"])
        raise error_from_status(status)
