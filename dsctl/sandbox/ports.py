"""Free ports on the loopback interface, for the parts of a sandbox."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable

from dsctl.errors import ClusterError

#: Every part of a control plane that listens, under the name it has in the record.
LISTENERS = (
    "etcd",
    "etcdPeer",
    "kubeApiserver",
    "kubeControllerManager",
    "kubeScheduler",
    "kwokController",
)


# Below the range from which the system takes ports for outgoing connections: a sandbox keeps its
# ports, and must find them free when it is started again.
_RANGE = range(20_000, 32_000)


def choose(taken: Iterable[int]) -> dict[str, int]:
    """A free port for each of LISTENERS, none of them in ``taken``.

    ``taken`` are the ports of other sandboxes, which may be stopped at the moment. Raises
    ClusterError if there are not enough.
    """
    candidates = sorted(set(_RANGE).difference(taken))
    random.SystemRandom().shuffle(candidates)
    free = (port for port in candidates if is_free(port))
    ports = dict(zip(LISTENERS, free, strict=False))
    if len(ports) < len(LISTENERS):
        raise ClusterError(f"no free ports from {_RANGE.start} to {_RANGE.stop - 1}")
    return ports


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface now."""
    with socket.socket() as listener:
        # As the servers do it: a port of a connection just closed is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
