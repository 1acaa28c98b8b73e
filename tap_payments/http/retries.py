"""The one loop that tries again: for pages, tokens, job lists and downloads alike."""

from __future__ import annotations

import typing as t

import backoff

from tap_payments.errors import StreamFailed
from tap_payments.http.retriable import Retriable

if t.TYPE_CHECKING:
    import logging
    import threading
    from collections.abc import Callable, Iterator

    from tap_payments.runtime import Runtime

LONGEST_WAIT = 60.0

T = t.TypeVar("T")


class Policy(t.NamedTuple):
    """How patiently an account is asked; the settings of these names."""

    user_agent: str
    request_timeout: float = 120
    max_retries: int = 6
    max_retry_wait: float = 300
    concurrency: int = 4


class RetriesSpent(StreamFailed):
    """Work that another try might still cure, and that had all its tries; `last` says why."""

    def __init__(self, message: str, last: Retriable) -> None:
        super().__init__(message)
        self.last = last


class Retries:
    """Does work again while another try may help, as often and as long as the policy says.

    `subject` names the account in the log.
    """

    def __init__(
        self, policy: Policy, *, runtime: Runtime, logger: logging.Logger, subject: str
    ) -> None:
        self.policy = policy
        self.runtime = runtime
        self.logger = logger
        self.subject = subject

    def run(
        self,
        work: Callable[[], T],
        *,
        what: str,
        cancelled: threading.Event,
        on_retry: Callable[[], object] = lambda: None,
    ) -> T:
        """What `work` returns; whenever it raises `Retriable`, it is done again after a wait.

        `what` is the work in messages, before the reason: "GET /v1/rows", "the file of ...".

        Raises:
            RetriesSpent: no try helped.
            StreamFailed: the server asks to wait for longer than the policy allows.
            Cancelled: nobody needs it any more.
        """
        waits = _growing_waits()
        retries = 0
        while True:
            try:
                return work()
            except Retriable as failure:
                last = failure
            wait = self._wait_after(last, what, next(waits))
            if retries == self.policy.max_retries:
                raise RetriesSpent(f"{what} {last}, and {retries} retries did not help", last)
            retries += 1
            on_retry()
            self.logger.warning(
                "%s: %s %s; trying again in %.0f s (%d of %d)",
                self.subject, what, last, wait, retries, self.policy.max_retries,
            )  # fmt: skip
            self.runtime.pause(wait, cancelled, f"{self.subject}: {last}")

    def _wait_after(self, failure: Retriable, what: str, usual: float) -> float:
        """How many seconds to wait before the next try."""
        if failure.wait is None:
            return usual * self.runtime.chance.uniform(0.8, 1.2)
        if failure.wait > self.policy.max_retry_wait:
            raise StreamFailed(
                f"{what} {failure} and asks to wait {failure.wait:.0f} s, longer than "
                f"max_retry_wait ({self.policy.max_retry_wait:.0f} s)"
            )
        return failure.wait


def _growing_waits() -> Iterator[float]:
    waits = backoff.expo(max_value=LONGEST_WAIT)
    next(waits)  # the first only starts the generator
    return waits
