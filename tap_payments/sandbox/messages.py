"""What goes over the wire: a request, an answer, and the journal of both."""

from __future__ import annotations

import base64
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from tap_payments.sandbox.rows.spelling import to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

JOURNAL_LENGTH = 100_000


@dataclass(frozen=True)
class Request:
    """A request as it arrived: `path` without the provider's prefix, header names in lower case.

    `status` is 0 while it is unanswered, and where a fault dropped the connection. `in_flight`
    counts the provider's requests that were open when it came, itself included.
    """

    at: datetime
    provider: str
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 0
    in_flight: int = 1

    @property
    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer`, None without one."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def basic(self) -> tuple[str, str] | None:
        """User and password of `Authorization: Basic`, None without them."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        try:
            text = base64.b64decode(token, validate=True).decode()
        except ValueError:
            return None
        user, colon, password = text.partition(":")
        return (user, password) if scheme.lower() == "basic" and colon else None


@dataclass
class Answer:
    """An answer to send: `body` whole, or in pieces of `length` bytes together (None: chunked).

    A fault changes what becomes of it: sent after `delay` seconds, `cut` in its middle, `dropped`.
    """

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    delay: float = 0.0
    cut: bool = False
    dropped: bool = False

    @classmethod
    def of_json(
        cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """An answer whose body is `value` in JSON; bytes are JSON already."""
        body = value if isinstance(value, bytes) else to_json(value)
        return cls(status, body, {"Content-Type": "application/json", **(headers or {})})


class RefusedError(Exception):
    """A request that is answered with an error; `answer` is that answer."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.answer = Answer.of_json(body, status, headers)


class Journal:
    """The requests that were answered, oldest first; the last 100,000 of them."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=JOURNAL_LENGTH)
        self._lock = threading.Lock()

    def append(self, request: Request) -> None:
        """Adds a request."""
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._requests.clear()

    def of(self, provider: str, path: str = "") -> list[Request]:
        """The requests to one provider whose path begins with `path`."""
        return [one for one in self if one.provider == provider and one.path.startswith(path)]

    def _now(self) -> list[Request]:
        with self._lock:
            return list(self._requests)

    def __iter__(self) -> Iterator[Request]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._requests)

    @overload
    def __getitem__(self, position: int) -> Request: ...

    @overload
    def __getitem__(self, position: slice) -> list[Request]: ...

    def __getitem__(self, position: int | slice) -> Request | list[Request]:
        return self._now()[position]
