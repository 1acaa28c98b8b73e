"""What is asked for, and what asking cost."""

from __future__ import annotations

import threading
import typing as t
from types import MappingProxyType

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class Call(t.NamedTuple):
    """One request as the vendor's document has it; the path is relative to the API's URL."""

    method: str
    path: str
    params: Mapping[str, str] = MappingProxyType({})
    json: t.Any = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = MappingProxyType({})

    def __str__(self) -> str:
        """For messages: method and path, and nothing that may be secret."""
        return f"{self.method} {self.path}"


class Statistics:
    """What a piece of work cost: requests sent, of which retries."""

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0


class SharedStatistics(Statistics):
    """Statistics that several threads add to."""

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
