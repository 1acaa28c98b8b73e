"""One account's HTTP: credentials, retries and limits, with every answer sorted by `errors.py`."""

from __future__ import annotations

import threading
import time
import typing as t

import requests

from tap_payments.errors import StreamFailed, Unreadable, WindowTooLong
from tap_payments.http.calls import SharedTally
from tap_payments.http.retriable import Retriable
from tap_payments.http.retries import Retries
from tap_payments.http.statuses import outcome_of, parse_retry_after
from tap_payments.http.transport import Transport
from tap_payments.http.vendor_errors import vendor_message

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Collection, Mapping

    from tap_payments.http.answers import Answer
    from tap_payments.http.calls import Call, Tally
    from tap_payments.http.credentials import Credentials
    from tap_payments.http.retries import Policy
    from tap_payments.runtime import Runtime

T = t.TypeVar("T")


class Client:
    """Asks one account's API; safe to use from several threads.

    `subject` names the account in messages ("Zimpler account 'main'"), `hints` says what to check
    after a 401 and a 403, `unspoken` are texts that no message repeats after the server. No more
    than `policy.concurrency` requests are open at a time; a 429 holds all of them back. `is_slow`
    says whether an answer has kept its reader waiting.
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
        unspoken: Collection[str] = (),
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.credentials = credentials
        self.policy = policy
        self.runtime = runtime
        self.logger = logger
        self.subject = subject
        self.hints = hints
        self.unspoken = unspoken
        self.retries = Retries(policy, runtime=runtime, logger=logger, subject=subject)
        self._slots = threading.BoundedSemaphore(policy.concurrency)
        self._resumes_at: float = 0.0
        self.total = SharedTally()
        self.is_slow = runtime.slow <= 0
        self.transport = Transport(
            user_agent=policy.user_agent, timeout=policy.request_timeout, pool=policy.concurrency
        )

    def fetch(
        self,
        call: Call,
        decode: Callable[[bytes], T],
        *,
        tally: Tally,
        cancelled: threading.Event,
        splittable: bool = False,
    ) -> T:
        """The decoded answer to a call, asked again as often as the policy says.

        Raises:
            StreamFailed: the API refused, or retries did not help.
            WindowTooLong: 413, or a second 504 or time-out, of a call that is `splittable`.
            Cancelled: nobody needs the answer any more.
        """
        attempts = _Attempts(self, call, decode, tally, cancelled, splittable=splittable)

        def retried() -> None:
            tally.retries += 1
            self.total.retried()

        return self.retries.run(
            attempts.once, what=str(call), cancelled=cancelled, on_retry=retried
        )

    def ask(self, call: Call, decode: Callable[[bytes], T]) -> T:
        """The decoded answer to a call that is made once.

        Raises:
            Retriable: another try may help.
            StreamFailed: it would not.
        """
        with self._slots:
            self.total.count()
            asked = time.monotonic()
            try:
                status, _headers, body = self._exchange(call)
            finally:
                self.is_slow = self.is_slow or time.monotonic() - asked > self.runtime.slow
        return self._read(call, status, body, decode)

    def keep_back(self, cancelled: threading.Event) -> None:
        """Waits while a 429 holds the account back."""
        while (wait := self._resumes_at - self.runtime.clock().timestamp()) > 0:
            self.runtime.pause(wait, cancelled, f"rate limited by {self.subject}")
        self.runtime.pause(0, cancelled)

    def _read(self, call: Call, status: int, body: bytes, decode: Callable[[bytes], T]) -> T:
        if outcome_of(status) == "answer":
            try:
                return decode(body)
            except Unreadable as error:
                raise Retriable(f"gave an unusable answer: {error}") from error
        words = vendor_message(body)
        if any(value in words for value in self.unspoken):
            words = ""
        said = f"answered {status}" + (f" ({words})" if words else "")
        hint = self.hints.get(status)
        raise StreamFailed(
            f"{call} {said}" + (f": {hint}" if hint else ""),
            kind="config" if hint else "system",
            status=status,
        )

    def _exchange(self, call: Call) -> Answer:
        request = requests.Request(
            call.method,
            self.api_url + call.path,
            params=dict(call.params),
            json=call.json,
            data=call.form and dict(call.form),
            headers=dict(call.headers),
        )
        answer = self.transport.exchange(request, self.credentials.headers())
        if outcome_of(answer.status) in ("limited", "transient"):
            raise self._trouble(answer.status, answer.headers)
        return answer

    def _trouble(self, status: int, headers: Mapping[str, str]) -> Retriable:
        now = self.runtime.clock()
        wait = parse_retry_after(headers.get("retry-after"), now)
        if status != 429:
            return Retriable(f"answered {status}", wait=wait, slow=status == 504)
        if wait is not None and wait <= self.policy.max_retry_wait:
            self._resumes_at = max(self._resumes_at, now.timestamp() + wait)
        return Retriable("answered 429 (rate limited)", wait=wait, limited=True)


class _Attempts(t.Generic[T]):
    """The tries of one call: what they remember of one another."""

    def __init__(
        self,
        client: Client,
        call: Call,
        decode: Callable[[bytes], T],
        tally: Tally,
        cancelled: threading.Event,
        *,
        splittable: bool,
    ) -> None:
        self._client = client
        self._call = call
        self._decode = decode
        self._tally = tally
        self._cancelled = cancelled
        self._splittable = splittable
        self._was_slow = False
        self._is_renewed = False

    def once(self) -> T:
        """The answer; asked for a second time where the credentials could be renewed."""
        try:
            return self._ask()
        except StreamFailed as failure:
            if failure.status == 413 and self._splittable:
                raise WindowTooLong from None
            if failure.status != 401 or self._is_renewed or not self._client.credentials.renew():
                raise
            self._is_renewed = True
            return self.once()
        except Retriable as failure:
            if self._splittable and failure.slow:
                if self._was_slow:
                    raise WindowTooLong from None
                self._was_slow = True
            raise

    def _ask(self) -> T:
        self._client.keep_back(self._cancelled)
        self._tally.requests += 1
        return self._client.ask(self._call, self._decode)
