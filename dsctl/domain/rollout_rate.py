"""How fast a rollout goes, and how long it may still take."""

from __future__ import annotations

from collections import deque

#: seconds over which the rate is taken
WINDOW = 60.0


class Rate:
    """Nodes done per second, over the last minute. Times are those of a monotonic clock."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, at: float, done: int) -> None:
        """Take in how many nodes are done; one more rollout begins where it is fewer."""
        if self._samples and done < self._samples[0][1]:
            self._samples.clear()
        self._samples.append((at, done))
        while len(self._samples) > 2 and at - self._samples[1][0] >= WINDOW:
            self._samples.popleft()

    @property
    def per_second(self) -> float | None:
        """None until two moments are known that are a second apart."""
        if len(self._samples) < 2:
            return None
        (first, was), (last, done) = self._samples[0], self._samples[-1]
        return None if last - first < 1 else (done - was) / (last - first)

    def left(self, remaining: int) -> float | None:
        """Seconds that ``remaining`` nodes take at this rate; None where that can't be told."""
        rate = self.per_second
        return None if not rate else remaining / rate
