"""One account's HTTP: credentials, retries and limits, with every answer sorted by `errors.py`."""

from __future__ import annotations

import threading
import typing as t
from datetime import timedelta

import requests

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.http.answers import is_html
from tap_payments.http.calls import SharedStatistics
from tap_payments.http.limits import Entrance, Limits
from tap_payments.http.retriable import PROXY_ADVICE, Retriable
from tap_payments.http.retries import Attempts, Retries
from tap_payments.http.statuses import in_words, outcome_of, parse_date, parse_retry_after
from tap_payments.http.transport import Transport
from tap_payments.http.vendor_errors import vendor_message
from tap_payments.windows.clocks import ProviderClock

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Collection, Mapping

    from tap_payments.http.answers import Answer
    from tap_payments.http.calls import Call, Statistics
    from tap_payments.http.credentials import Credentials
    from tap_payments.http.retries import Policy
    from tap_payments.runtime import Runtime

T = t.TypeVar("T")


class Client:
    """Asks one account's API; safe to use from several threads.

    `subject` names the account in messages ("Acme account 'main'"), `hints` says what to check
    after a 401 and a 403, `address` is the setting that says where the API is, `unspoken` are texts
    that no message repeats after the server. No more than `policy.concurrency` requests are open at
    a time, and fewer after a 429.
    """

    def __init__(
        self,
        *,
        api_url: str,
        credentials: Credentials,
        policy: Policy,
        runtime: Runtime,
        logger: logging.Logger,
        subject: str,
        hints: Mapping[int, str],
        address: str = "the address",
        unspoken: Collection[str] = (),
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.credentials = credentials
        self.policy = policy
        self.runtime = runtime
        self.logger = logger
        self.subject = subject
        self.hints = {407: PROXY_ADVICE, **hints}
        self.address = address
        self.unspoken = unspoken
        self.retries = Retries(policy, runtime=runtime, logger=logger, subject=subject)
        self.limits = Limits(policy.concurrency, runtime=runtime, subject=subject)
        self.entrance = Entrance()
        self.clock = ProviderClock()
        self.total = SharedStatistics()
        self.transport = Transport(
            user_agent=policy.user_agent, timeout=policy.request_timeout, pool=policy.concurrency
        )

    def fetch(
        self,
        call: Call,
        decode: Callable[[bytes], T],
        *,
        statistics: Statistics,
        cancelled: threading.Event,
        splittable: bool = False,
    ) -> T:
        """The decoded answer to a call, asked again as often as the policy says.

        Raises:
            AccountFailed: the account, or this endpoint of it, cannot be asked at all.
            StreamFailed: the API refused, or retries did not help.
            WindowTooLong: 413, a huge answer, or a second 504 or time-out, if it is `splittable`.
            Cancelled: nobody needs the answer any more.
        """

        def ask() -> T:
            statistics.requests += 1
            return self.ask(call, decode, cancelled)

        def retried() -> None:
            statistics.retries += 1
            self.total.retried()

        attempts = Attempts(
            ask,
            renew=self.credentials.renew,
            limits=self.limits,
            entrance=self.entrance,
            splittable=splittable,
            may_be_slow=self.policy.max_retries > 0,
        )
        with self.entrance.passed(str(call), cancelled):
            return self.retries.run(
                attempts.once, what=str(call), cancelled=cancelled, on_retry=retried
            )

    def ask(
        self,
        call: Call,
        decode: Callable[[bytes], T],
        cancelled: threading.Event | None = None,
    ) -> T:
        """The decoded answer to a call that is made once.

        Raises:
            Retriable: another try may help.
            StreamFailed: it would not.
            Cancelled: nobody needs the answer any more.
        """
        with self.limits.slot(cancelled or threading.Event()) as sent_at, self.runtime.places:
            self.total.count()
            try:
                answer = self._exchange(call)
            except Retriable as failure:
                if failure.unreached:
                    failure.advice = f"check {self.address}, and whether this machine may reach it"
                raise
            self._note_the_time(answer)
            if outcome_of(answer.status) in ("limited", "transient"):
                raise self._retriable(answer, sent_at)
        return self._read(call, answer, decode)

    @property
    def clock_ahead(self) -> timedelta:
        """By how much this machine's clock is ahead of the provider's; nothing up to a minute."""
        return self.clock.ahead

    def exchange(self, call: Call) -> Answer:
        """The answer to a call that is made once, whatever its status.

        Raises:
            Retriable: no whole answer came.
            StreamFailed: none can come.
        """
        self.total.count()
        return self._exchange(call)

    def _exchange(self, call: Call) -> Answer:
        request = requests.Request(
            call.method,
            self.api_url + call.path,
            params=dict(call.params),
            json=call.json,
            data=call.form and dict(call.form),
            headers=dict(call.headers),
        )
        return self.transport.exchange(request, self.credentials.headers())

    def _read(self, call: Call, answer: Answer, decode: Callable[[bytes], T]) -> T:
        if outcome_of(answer.status) == "answer":
            try:
                found = decode(answer.body)
            except Unreadable as error:
                raise self._unusable(answer.body, error) from error
            self.limits.answer()
            return found
        words = vendor_message(answer.body)
        if any(value in words for value in self.unspoken):
            words = ""
        said = f"answered {answer.status}" + (f" ({words})" if words else "")
        hint = self.hints.get(answer.status)
        raise StreamFailed(
            f"{call} {said}" + (f": {hint}" if hint else ""),
            kind="config" if hint else "system",
            status=answer.status,
        )

    def _unusable(self, body: bytes, error: Unreadable) -> Retriable:
        if not is_html(body):
            return Retriable(f"gave an unusable answer: {error}")
        return Retriable(
            "gave an unusable answer: a page in HTML",
            advice=f"check {self.address}; so may a proxy answer, or the provider's maintenance",
        )

    def _retriable(self, answer: Answer, sent_at: int) -> Retriable:
        """What another try may cure; after a 429 the account's other requests wait, too."""
        now = self.runtime.clock()
        wait = parse_retry_after(answer.headers.get("retry-after"), now)
        reason = in_words(answer.status)
        if answer.status != 429:
            return Retriable(reason, wait=wait, slow=answer.status == 504, advice="run again later")
        if (wait or 0) <= self.policy.max_retry_wait and self.limits.refuse(sent_at, wait or 0):
            self.logger.warning(
                "%s: answered 429 (rate limited): at most %d requests at a time from now on",
                self.subject, self.limits.most,
            )  # fmt: skip
        return Retriable(
            reason, wait=wait, limited=True, advice="lower concurrency, or run less often"
        )

    def _note_the_time(self, answer: Answer) -> None:
        """Compares the clocks by an answer's date, and warns once where this one is ahead."""
        date = parse_date(answer.headers.get("date"))
        if date is None or "age" in answer.headers:  # a cache's answer is as old as it says
            return
        knew = self.clock.ahead
        self.clock.compare(ours=self.runtime.clock(), theirs=date)
        if self.clock.ahead and not knew:
            ahead = timedelta(seconds=round(self.clock.ahead.total_seconds()))
            self.logger.warning(
                "%s: this machine's clock is %s ahead of the provider's: windows are committed by "
                "the provider's time; set the clock",
                self.subject, ahead,
            )  # fmt: skip
