"""Free ports on the loopback interface, for the parts of a sandbox."""

from __future__ import annotations

import socket
from collections.abc import Iterable

#: Every part of a control plane that listens, under the name it has in the record.
LISTENERS = (
    "etcd",
    "etcdPeer",
    "kubeApiserver",
    "kubeControllerManager",
    "kubeScheduler",
    "kwokController",
)


def choose(taken: Iterable[int]) -> dict[str, int]:
    """A free port for each of LISTENERS, none of them in ``taken``.

    ``taken`` are the ports of other sandboxes, which may be stopped at the moment.
    """
    avoid = set(taken)
    ports: dict[str, int] = {}
    held: list[socket.socket] = []  # all at once, or the kernel could give one port twice
    try:
        while len(ports) < len(LISTENERS):
            listener = socket.socket()
            held.append(listener)
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            if port not in avoid:
                ports[LISTENERS[len(ports)]] = port
    finally:
        for listener in held:
            listener.close()
    return ports
