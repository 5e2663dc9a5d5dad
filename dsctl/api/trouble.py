"""How long to wait after a failure before the next try, and when to give up."""

from __future__ import annotations

import time
from collections.abc import Callable

from dsctl.errors import (
    APIError,
    ClusterError,
    ConfigError,
    Forbidden,
    Gone,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
# A server that has just started may refuse everyone until it knows its roles.
_REFUSALS = 3


class Trouble:
    """Failures since the last success. The first one is tried again at once."""

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._since = 0.0
        self.count = 0
        self.latest: ClusterError = Unreachable("nothing has failed yet")

    def over(self) -> None:
        """It worked."""
        self.count = 0

    def another(self, error: Exception) -> float:
        """Seconds to wait after ``error``; raises it as a ClusterError if there is no hope."""
        self.latest = _as_cluster_error(error)
        if self.count == 0:
            self._since = self._clock()
        self.count += 1
        tried_enough = self._clock() - self._since > self._patience
        if tried_enough or _is_hopeless(self.latest, self.count):
            raise self.latest from error
        if self.count == 1:
            return 0.0
        import random

        pause = min(_FIRST_PAUSE * 2.0 ** (self.count - 2), _LONGEST_PAUSE)
        return pause * random.uniform(1.0, 1.5)


def _as_cluster_error(error: Exception) -> ClusterError:
    if isinstance(error, ClusterError):
        return error
    words = str(error) or type(error).__name__
    return Unreachable(f"the watch broke: {words}")


def _is_hopeless(error: ClusterError, count: int) -> bool:
    if isinstance(error, ConfigError):
        return True
    if isinstance(error, Unauthorized | Forbidden):
        return count > _REFUSALS
    if isinstance(error, Gone | TooManyRequests) or not isinstance(error, APIError):
        return False
    return 400 <= error.code < 500
