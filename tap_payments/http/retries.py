"""The one loop that tries again: for pages, tokens, job lists and downloads alike."""

from __future__ import annotations

import typing as t

import backoff

from tap_payments.errors import StreamFailed, WindowTooLong
from tap_payments.http.answers import AnswerTooLarge
from tap_payments.http.limits import JITTER
from tap_payments.http.retriable import Retriable
from tap_payments.runtime import Cancelled

if t.TYPE_CHECKING:
    import logging
    import threading
    from collections.abc import Callable, Iterator

    from tap_payments.http.limits import Entrance, Limits
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
            StreamFailed: no try helped, or the server asks for too long a wait.
            Cancelled: nobody needs it any more.
        """
        waits = _growing_waits()
        retries = 0
        while True:
            try:
                return work()
            except Retriable as failure:
                last = failure
            if cancelled.is_set():  # whatever went wrong, nobody needs to hear of it
                raise Cancelled
            if not last.counts:
                waits = _growing_waits()
            wait = self._wait_after(last, what, next(waits))
            if last.counts:
                if retries == self.policy.max_retries:
                    raise _spent(what, last, retries)
                retries += 1
                self.logger.warning(
                    "%s: %s %s; trying again in %.0f s (%d of %d)",
                    self.subject, what, last, wait, retries, self.policy.max_retries,
                )  # fmt: skip
            on_retry()
            self.runtime.pause(wait, cancelled, f"{self.subject}: {last}")

    def _wait_after(self, failure: Retriable, what: str, usual: float) -> float:
        """How many seconds to wait before the next try."""
        wanted = failure.wait or 0.0
        if wanted > self.policy.max_retry_wait:
            raise StreamFailed(
                f"{what} {failure} and asks to wait {wanted:.0f} s, longer than "
                f"max_retry_wait ({self.policy.max_retry_wait:.0f} s)"
            )
        chance = self.runtime.chance
        # All that were refused together are told the same: they must not come back together.
        spread = chance.uniform(0, JITTER) if failure.limited and wanted else 0.0
        return max(wanted + spread, usual * chance.uniform(0.8, 1.2))


def _spent(what: str, last: Retriable, retries: int) -> StreamFailed:
    advice = f": {last.advice}" if last.advice else ""
    tries = "1 retry" if retries == 1 else f"{retries} retries"
    return StreamFailed(f"{what} {last}, and {tries} did not help{advice}")


def _growing_waits() -> Iterator[float]:
    waits = backoff.expo(max_value=LONGEST_WAIT)
    next(waits)  # the first only starts the generator
    return waits


class Attempts(t.Generic[T]):
    """The tries of one call, and what a try has to know of those before it.

    A call that is `splittable` gives up on its window where the answer is too large or, for the
    second time, too slow; the first time already where it `may_be_slow` not even once.
    """

    def __init__(
        self,
        ask: Callable[[], T],
        *,
        renew: Callable[[], bool],
        limits: Limits,
        entrance: Entrance,
        splittable: bool,
        may_be_slow: bool,
    ) -> None:
        self._ask = ask
        self._renew = renew
        self._limits = limits
        self._entrance = entrance
        self._splittable = splittable
        self._may_be_slow = may_be_slow
        self._is_renewed = False
        self._answers_before = 0

    def once(self) -> T:
        """The answer; asked for a second time where the credentials could be renewed."""
        try:
            answer = self._ask()
        except StreamFailed as failure:
            if self._splittable and (failure.status == 413 or isinstance(failure, AnswerTooLarge)):
                raise WindowTooLong from None
            if failure.status == 401 and self._has_new_credentials():
                return self.once()
            if failure.status not in (None, 401):
                self._entrance.open()
            raise
        except Retriable as failure:
            if not failure.unreached:
                self._entrance.open()
            self._judge(failure)
            raise
        self._entrance.open()
        return answer

    def _has_new_credentials(self) -> bool:
        if self._is_renewed:
            return False
        self._is_renewed = True
        return self._renew()

    def _judge(self, failure: Retriable) -> None:
        """Whether a try counts as one of the retries, and whether the window is too long.

        A 429 does not count while the account gets answers: its turn will come.
        """
        if failure.slow and self._splittable:
            if not self._may_be_slow:
                raise WindowTooLong from None
            self._may_be_slow = False
        answers = self._limits.answers
        failure.counts = not failure.limited or answers == self._answers_before
        self._answers_before = answers
