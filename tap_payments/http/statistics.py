"""What is counted of requests: how many, and how many of them were retries."""

from __future__ import annotations

import threading


class Tally:
    """What a piece of work cost: requests sent, of which retries."""

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0


class SharedTally(Tally):
    """A tally that several threads count on."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def count(self) -> None:
        """A request goes out."""
        with self._lock:
            self.requests += 1

    def retried(self) -> None:
        """The next request is a retry."""
        with self._lock:
            self.retries += 1
