"""One account's HTTP: credentials, retries and limits, with every answer sorted by `errors.py`."""

from __future__ import annotations

import threading
import time
import typing as t
from types import MappingProxyType

import backoff
import requests

from tap_payments.errors import (
    StreamFailed,
    Unreadable,
    WindowTooLong,
    outcome_of,
    parse_retry_after,
    vendor_message,
)
from tap_payments.http.retriable import Trouble
from tap_payments.http.statistics import SharedTally
from tap_payments.http.transport import Transport

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Collection, Mapping

    from tap_payments.http.statistics import Tally
    from tap_payments.http.transport import Answer
    from tap_payments.runtime import Runtime

LONGEST_WAIT = 60.0

T = t.TypeVar("T")


class Call(t.NamedTuple):
    """One request as the vendor's document has it; the path is relative to the API's URL."""

    method: str
    path: str
    params: Mapping[str, str] = MappingProxyType({})
    json: t.Any = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = MappingProxyType({})


class Credentials(t.Protocol):
    """What makes a request an account's own."""

    def headers(self) -> Mapping[str, str]:
        """The headers to send, and to leave out when another origin is asked."""
        ...

    def renew(self) -> bool:
        """Gets new credentials after a 401; False where there are none to get."""
        ...


class Policy(t.NamedTuple):
    """How patiently an account is asked; the settings of these names."""

    user_agent: str
    request_timeout: float = 120
    max_retries: int = 6
    max_retry_wait: float = 300
    concurrency: int = 4


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
        waits = backoff.expo(max_value=LONGEST_WAIT)
        next(waits)
        renewed = slow = False
        retries = 0
        while True:
            self._keep_back(cancelled)
            tally.requests += 1
            try:
                return self.ask(call, decode)
            except StreamFailed as failure:
                if failure.status == 413 and splittable:
                    raise WindowTooLong from None
                if failure.status != 401 or renewed or not self.credentials.renew():
                    raise
                renewed = True
                continue
            except Trouble as trouble:
                reason, wait = str(trouble), trouble.wait
                if splittable and trouble.slow:
                    if slow:
                        raise WindowTooLong from None
                    slow = True
            wait = self._patience(call, reason, wait, next(waits))
            if retries == self.policy.max_retries:
                raise StreamFailed(
                    f"{call.method} {call.path} {reason}, and {retries} retries did not help"
                )
            retries += 1
            tally.retries += 1
            self.total.retried()
            self.logger.warning(
                "%s: %s %s %s; trying again in %.0f s (%d of %d)",
                self.subject, call.method, call.path, reason, wait,
                retries, self.policy.max_retries,
            )  # fmt: skip
            self.runtime.pause(wait, cancelled, f"{self.subject}: {reason}")

    def ask(self, call: Call, decode: Callable[[bytes], T]) -> T:
        """The decoded answer to a call that is made once.

        Raises:
            Trouble: another try may help.
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

    def _patience(self, call: Call, reason: str, wanted: float | None, usual: float) -> float:
        """How long to wait before the next try."""
        if wanted is None:
            return usual * self.runtime.chance.uniform(0.8, 1.2)
        if wanted > self.policy.max_retry_wait:
            raise StreamFailed(
                f"{call.method} {call.path} {reason} and asks to wait {wanted:.0f} s, longer than "
                f"max_retry_wait ({self.policy.max_retry_wait:.0f} s)"
            )
        return wanted

    def _keep_back(self, cancelled: threading.Event) -> None:
        """Waits while a 429 holds the account back."""
        while (wait := self._resumes_at - self.runtime.clock().timestamp()) > 0:
            self.runtime.pause(wait, cancelled, f"rate limited by {self.subject}")
        self.runtime.pause(0, cancelled)

    def _read(self, call: Call, status: int, body: bytes, decode: Callable[[bytes], T]) -> T:
        if outcome_of(status) == "answer":
            try:
                return decode(body)
            except Unreadable as error:
                raise Trouble(f"gave an unusable answer: {error}") from error
        words = vendor_message(body)
        if any(value in words for value in self.unspoken):
            words = ""
        said = f"answered {status}" + (f" ({words})" if words else "")
        hint = self.hints.get(status)
        raise StreamFailed(
            f"{call.method} {call.path} {said}" + (f": {hint}" if hint else ""),
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

    def _trouble(self, status: int, headers: Mapping[str, str]) -> Trouble:
        now = self.runtime.clock()
        wait = parse_retry_after(headers.get("retry-after"), now)
        if status != 429:
            return Trouble(f"answered {status}", wait=wait, slow=status == 504)
        if wait is not None and wait <= self.policy.max_retry_wait:
            self._resumes_at = max(self._resumes_at, now.timestamp() + wait)
        return Trouble("answered 429 (rate limited)", wait=wait, limited=True)
