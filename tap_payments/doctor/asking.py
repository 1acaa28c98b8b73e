"""Asks one account, within its budget, and keeps what was said."""

from __future__ import annotations

import ssl
import time
import typing as t
import zlib
from dataclasses import dataclass, field
from threading import Event

from tap_payments.accounts.facts import LATER, Reply, Unknowable
from tap_payments.errors import StreamFailed
from tap_payments.http.origins import REDIRECTS, is_loopback, origin_of
from tap_payments.http.retriable import Retriable, innermost
from tap_payments.http.statuses import parse_date, parse_retry_after
from tap_payments.rows.exact_json import dumps

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.settings import Settings
    from tap_payments.http.calls import Call

LONGEST_WAIT = 5.0
"""Seconds that the doctor waits before it asks a second time."""
LONGEST_FILE = 8 * 1024 * 1024
AGAIN = (429, 500, 502, 503)


class TokenRefused(Unknowable):
    """The account got no token, so nothing was asked."""


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, as they were; `auth` says how the credentials went."""

    at: datetime
    method: str
    path: str
    auth: str
    reply: Reply
    params: Mapping[str, str] = field(default_factory=dict)
    json: t.Any = None
    is_home: bool = True


class AccountInquiry:
    """The `Inquiry` of an account: at most `budget` requests, each asked twice at most."""

    def __init__(self, account: Account, budget: int) -> None:
        self._account = account
        self.configured: Settings = account.settings
        self.now: datetime = account.runtime.clock().replace(microsecond=0)
        self.budget = budget
        self.requests = 0
        self.exchanges: list[Exchange] = []
        self.skews: list[float] = []
        self.closed: Unknowable | None = None
        self.tls: str | None = None
        self.distrust: ssl.SSLCertVerificationError | None = None
        self._pace: float | None = None
        self._known: dict[bytes, Reply] = {}
        self._ways = [(account, self._known)]
        self._cancelled = Event()

    @property
    def settings(self) -> Settings:
        """The settings in the way in which the account is asked now."""
        return self._account.settings

    def turn_to(self, way: Settings) -> None:
        """Asks in another way from now on; what was answered to each way stays known."""
        was = self._account
        known = [each for each in self._ways if each[0].settings == way]
        if not known:
            account = type(was)(way, policy=was.policy, runtime=was.runtime, logger=was.logger)
            known = [(account, {})]
            self._ways += known
        self._account, self._known = known[0]

    def close(self, reason: Unknowable) -> None:
        """Nothing more is sent: the account does not let us in."""
        self.closed = reason

    def ask(self, call: Call, *, again: bool = False) -> Reply:
        """The answer to a call; one that was asked before is not sent anew, unless `again`.

        Raises:
            Unknowable: no answer came, or the budget is spent.
        """
        key = dumps([call.method, call.path, sorted(call.params.items()), call.json])
        if again or key not in self._known:
            if self.closed:
                raise self.closed
            self._known[key] = self._asked(call)
        return self._known[key]

    def _asked(self, call: Call) -> Reply:
        if self._pace is not None:
            self._pause(self._pace)
        try:
            reply = self._send(call)
        except Retriable as failure:
            self._pause(failure.wait)
            try:
                return self._send(call)
            except Retriable as last:
                raise Unknowable(f"{call} {last}", LATER) from None
        if reply.status in AGAIN and self.requests < self.budget:
            now = self._account.runtime.clock()
            wait = parse_retry_after(reply.headers.get("retry-after"), now)
            if wait is None or wait <= LONGEST_WAIT:
                if reply.status == 429:  # from now on before each request, which saves their second
                    self._pace = wait or 1.0
                self._pause(wait)
                return self._send(call)
        return reply

    def _pause(self, wait: float | None) -> None:
        self._account.runtime.pause(min(wait or 1.0, LONGEST_WAIT), self._cancelled)

    def _send(self, call: Call) -> Reply:
        if self.requests >= self.budget:
            raise Unknowable(f"the budget of {self.budget} requests is spent", LATER)
        client, clock = self._account.client, self._account.runtime.clock
        try:
            auth = self._auth(client.credentials.headers())
        except (StreamFailed, Retriable) as failure:
            is_refused = isinstance(failure, StreamFailed) and failure.status in (400, 401, 403)
            raise (TokenRefused if is_refused else Unknowable)(f"no token: {failure}") from None
        transport = client.transport
        transport.redirects = min(REDIRECTS, self.budget - self.requests - 1)
        before = transport.sent
        at, began = clock(), time.monotonic()
        try:
            status, headers, body = client.exchange(call)
        except (Retriable, StreamFailed) as failure:
            self._keep(call, at, auth, Reply(0, {}, b"", _since(began)))
            if isinstance(failure, StreamFailed):
                cause = innermost(failure)
                if isinstance(cause, ssl.SSLCertVerificationError):
                    self.distrust = cause
                raise Unknowable(str(failure)) from None
            raise
        finally:
            self.requests += transport.sent - before
        lower = {name.lower(): value for name, value in headers.items()}
        reply = Reply(status, lower, body, _since(began))
        self._note_skew(lower, at)
        self.tls = self.tls or transport.tls
        self._keep(call, at, auth, reply)
        return reply

    def _keep(self, call: Call, at: datetime, auth: str, reply: Reply) -> None:
        self.exchanges.append(
            Exchange(at, call.method, call.path, auth, reply, dict(call.params), call.json)
        )

    def _note_skew(self, headers: Mapping[str, str], at: datetime) -> None:
        """How far the server's clock is ahead; `Date` has whole seconds."""
        says = parse_date(headers.get("date"))
        if says is not None:
            middle = at + (self._account.runtime.clock() - at) / 2
            self.skews.append((says - middle).total_seconds() + 0.5)

    def _auth(self, headers: Mapping[str, str]) -> str:
        """How the credentials are sent, as a recording says it."""
        said = headers.get("Authorization", "")
        if said:
            return said.partition(" ")[0].lower()
        texts = {value for value in self.settings.values() if isinstance(value, str)}
        return next((f"header {name}" for name, value in headers.items() if value in texts), "none")

    def is_home(self, url: str) -> bool:
        """Whether a URL has the scheme, host and port of the API."""
        return origin_of(url) == origin_of(self._account.api_url)

    def download(self, url: str, path: str) -> bytes:
        """A file's first megabytes, unpacked, asked for without credentials.

        Raises:
            Unknowable: it is not to be had.
        """
        scheme, host, _ = origin_of(url)
        if scheme != "https" and not (scheme == "http" and is_loopback(host)):
            raise Unknowable("a report's link is not https")
        file = _Head()
        at, began = self._account.runtime.clock(), time.monotonic()
        try:
            status = self._account.client.transport.download(url, file.write)
        except _EnoughError:
            status = 200
        except (Retriable, StreamFailed) as failure:
            raise Unknowable(f"a report could not be downloaded: it {failure}") from None
        content = file.content()
        reply = Reply(status, {}, content, _since(began))
        home = self.is_home(url)
        self.exchanges.append(Exchange(at, "GET", path, "none", reply, is_home=home))
        if status != 200:
            raise Unknowable(f"a report could not be downloaded: the answer was {status}")
        return content


class _EnoughError(Exception):
    """The file's head is there; the rest is not waited for."""


class _Head:
    """The first megabytes of a file, unpacked where they are gzip."""

    def __init__(self) -> None:
        self._packed = bytearray()

    def write(self, chunk: bytes) -> None:
        self._packed += chunk
        if len(self._packed) > LONGEST_FILE:
            raise _EnoughError

    def content(self) -> bytes:
        """What came, up to the end of a line where it is not all."""
        packed = bytes(self._packed)
        found, is_cut = packed[:LONGEST_FILE], len(packed) > LONGEST_FILE
        if packed.startswith(b"\x1f\x8b"):
            try:
                found = zlib.decompressobj(wbits=31).decompress(packed, LONGEST_FILE)
            except zlib.error:
                raise Unknowable("a report's compression is broken") from None
            is_cut = is_cut or len(found) == LONGEST_FILE
        return found[: found.rfind(b"\n") + 1] if is_cut else found


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
