"""Which of an account's requests may go out, and when."""

from __future__ import annotations

import contextlib
import threading
import typing as t

from tap_payments.errors import AccountFailed, StreamFailed
from tap_payments.runtime import Cancelled

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.runtime import Runtime

GLANCE = 0.1
"""Seconds after which a thread that waits for another looks whether it is still needed."""

LEAST_WAIT = 0.5
"""Seconds for which a 429 holds an account back at least; the call itself waits for longer."""

JITTER = 1.0
"""Seconds over which requests that were held back are spread."""


class Limits:
    """How many requests an account may have open, and until when it is held back.

    Each 429 halves their number, down to one, for the rest of the run; those that were on their way
    together count as one. `answers` counts the answers that were none.
    """

    def __init__(self, most: int, *, runtime: Runtime, subject: str) -> None:
        self.most = most
        self.answers = 0
        self._runtime = runtime
        self._subject = subject
        self._open = 0
        self._halvings = 0
        self._resumes_at = 0.0
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def slot(self, cancelled: threading.Event) -> Iterator[int]:
        """A place among the open requests; its value tells `refuse` when the request went out.

        Raises:
            Cancelled: nobody needs it any more.
        """
        self._runtime.pause(0, cancelled)
        self._enter(cancelled)
        while (wait := self._resumes_at - self._runtime.clock().timestamp()) > 0:
            self._leave()
            wait += self._runtime.chance.uniform(0, JITTER)
            self._runtime.pause(wait, cancelled, f"rate limited by {self._subject}")
            self._enter(cancelled)
        try:
            yield self._halvings
        finally:
            self._leave()

    def refuse(self, sent_at: int, wait: float) -> bool:
        """Holds the account back after a 429; whether it is the first, or fewer go from now on."""
        with self._changed:
            resumes_at = self._runtime.clock().timestamp() + max(wait, LEAST_WAIT)
            self._resumes_at = max(self._resumes_at, resumes_at)
            if sent_at != self._halvings:
                return False
            self._halvings += 1
            is_news = self.most > 1 or self._halvings == 1
            self.most = max(1, self.most // 2)
            return is_news

    def answer(self) -> None:
        """Counts an answer."""
        with self._changed:
            self.answers += 1

    def _enter(self, cancelled: threading.Event) -> None:
        with self._changed:
            while self._open >= self.most:
                _wait_a_moment(self._changed, cancelled)
            self._open += 1

    def _leave(self) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify()


class Entrance:
    """Lets an account's first call go alone; where that fails for good, no later call is sent.

    Until the host has answered, whatever fails fails the account. A 401 does so until there was a
    whole answer, and a 403 fails its endpoint alone. All later calls fail with the same words.
    """

    def __init__(self) -> None:
        self._is_open = False
        self._is_taken = False
        self._served: set[str] = set()
        self._failed: AccountFailed | None = None
        self._forbidden: dict[str, AccountFailed] = {}
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def passed(self, endpoint: str, cancelled: threading.Event) -> Iterator[None]:
        """Opens the entrance for one call with all its tries; the first of an account goes alone.

        Raises:
            AccountFailed: the account, or this endpoint of it, refuses.
            StreamFailed: what the call raises, where others may still succeed.
            Cancelled: nobody needs it any more.
        """
        is_alone = self._enter(cancelled)
        try:
            if failed := self._failed or self._forbidden.get(endpoint):
                raise failed.again()
            yield
            self._served.add(endpoint)
        except AccountFailed:
            raise
        except StreamFailed as failure:
            if self._is_for_all(failure, endpoint):
                raise self._note(failure, endpoint) from failure
            raise
        finally:
            if is_alone:
                self._leave()

    def open(self) -> None:
        """The host has answered."""
        if not self._is_open:
            with self._changed:
                self._is_open = True
                self._changed.notify_all()

    def _enter(self, cancelled: threading.Event) -> bool:
        """Waits while another call is the first; whether this one is."""
        with self._changed:
            while not self._is_open and self._is_taken:
                _wait_a_moment(self._changed, cancelled)
            is_alone = not self._is_open
            self._is_taken = is_alone
            return is_alone

    def _leave(self) -> None:
        with self._changed:
            self._is_taken = False
            self._changed.notify_all()

    def _is_for_all(self, failure: StreamFailed, endpoint: str) -> bool:
        """Whether a failure is the account's, or its endpoint's, rather than a stream's."""
        if failure.status == 403 and self._is_open:
            return endpoint not in self._served
        return not self._is_open or (failure.status == 401 and not self._served)

    def _note(self, failure: StreamFailed, endpoint: str) -> AccountFailed:
        failed = AccountFailed(str(failure), kind=failure.kind, status=failure.status)
        if failure.status == 403:
            self._forbidden[endpoint] = failed
        else:
            self._failed = failed
        return failed


def _wait_a_moment(changed: threading.Condition, cancelled: threading.Event) -> None:
    """Waits for another thread, and never for longer than the work is needed."""
    changed.wait(GLANCE)
    if cancelled.is_set():
        raise Cancelled
