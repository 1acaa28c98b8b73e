"""One account's HTTP: credentials, retries and limits, with every answer sorted by `errors.py`."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import backoff
import requests
import urllib3
from requests.adapters import HTTPAdapter

from tap_payments.core.errors import (
    StreamFailed,
    Unreadable,
    WindowTooLong,
    outcome_of,
    parse_retry_after,
    vendor_message,
)

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from tap_payments.core.runtime import Runtime

CONNECT_TIMEOUT = 10.0
LONGEST_WAIT = 60.0
REDIRECTS = 5

T = t.TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One request as the vendor's document has it; the path is relative to the API's URL."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: t.Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Tally:
    """What a piece of work cost: requests sent, of which retries."""

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0


class Credentials(t.Protocol):
    """What makes a request an account's own."""

    def headers(self) -> Mapping[str, str]:
        """The headers to send, and to leave out when another origin is asked."""
        ...

    def renew(self) -> bool:
        """Gets new credentials after a 401; False where there are none to get."""
        ...


@dataclass(frozen=True)
class Policy:
    """How patiently an account is asked; the settings of these names."""

    user_agent: str
    request_timeout: float = 120
    max_retries: int = 6
    max_retry_wait: float = 300
    concurrency: int = 4


class _Transient(Exception):
    def __init__(self, reason: str, *, wait: float | None = None, slow: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.slow = slow


class _Anonymous(requests.auth.AuthBase):
    """Keeps requests from looking credentials up in a .netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Client:
    """Asks one account's API; safe to use from several threads.

    `subject` names the account in messages ("Zimpler account 'main'"), `hints` says what to check
    after a 401 and a 403. No more than `policy.concurrency` requests are open at a time, and a
    429 holds all of them back.
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
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.credentials = credentials
        self.policy = policy
        self.runtime = runtime
        self.logger = logger
        self.subject = subject
        self.hints = hints
        self._slots = threading.BoundedSemaphore(policy.concurrency)
        self._resumes_at: float = 0.0
        self._session = requests.Session()
        self._session.auth = _Anonymous()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=policy.concurrency))
        self._surroundings: dict[tuple[str, str, int | None], Mapping[str, t.Any]] = {}

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
        for attempt in range(self.policy.max_retries + 1):
            self._keep_back(cancelled)
            tally.requests += 1
            tally.retries += attempt > 0
            try:
                with self._slots:
                    status, body = self._exchange(call)
                if status == 401 and not renewed and self.credentials.renew():
                    renewed = True
                    raise _Transient("answered 401", wait=0)
                if status == 413 and splittable:
                    raise WindowTooLong
                return self._read(call, status, body, decode)
            except _Transient as trouble:
                reason, wait = str(trouble), trouble.wait
                if splittable and trouble.slow:
                    if slow:
                        raise WindowTooLong from None
                    slow = True
            if attempt == self.policy.max_retries:
                break
            if wait is None:
                wait = next(waits) * self.runtime.chance.uniform(0.8, 1.2)
            self.logger.warning(
                "%s: %s %s %s; trying again in %.0f s (%d of %d)",
                self.subject, call.method, call.path, reason, wait,
                attempt + 1, self.policy.max_retries,
            )  # fmt: skip
            self.runtime.pause(wait, cancelled)
        raise StreamFailed(
            f"{call.method} {call.path} {reason}, and {self.policy.max_retries} retries "
            "did not help"
        )

    def _keep_back(self, cancelled: threading.Event) -> None:
        """Waits while a 429 holds the account back."""
        while (wait := self._resumes_at - self.runtime.clock().timestamp()) > 0:
            self.runtime.pause(wait, cancelled)
        if cancelled.is_set():
            self.runtime.pause(0, cancelled)

    def _read(self, call: Call, status: int, body: bytes, decode: Callable[[bytes], T]) -> T:
        if outcome_of(status) == "answer":
            try:
                return decode(body)
            except Unreadable as error:
                raise _Transient(f"gave an unusable answer: {error}") from error
        words = vendor_message(body)
        said = f"answered {status}" + (f" ({words})" if words else "")
        hint = self.hints.get(status)
        kind = "config" if hint else "system"
        raise StreamFailed(
            f"{call.method} {call.path} {said}" + (f": {hint}" if hint else ""),
            kind=kind,
            status=status,
        )

    def _exchange(self, call: Call) -> tuple[int, bytes]:
        """One request and its whole answer, redirects followed."""
        url, own = self.api_url + call.path, True
        request = requests.Request(
            call.method, url, params=dict(call.params), json=call.json, headers=dict(call.headers)
        )
        for _hop in range(REDIRECTS + 1):
            prepared = self._session.prepare_request(request)
            prepared.headers["User-Agent"] = self.policy.user_agent
            if own:
                prepared.headers.update(self.credentials.headers())
            status, headers, body = self._send(prepared)
            outcome = outcome_of(status)
            if outcome == "redirect" and "location" in headers:
                url = urljoin(t.cast("str", prepared.url), headers["location"])
                own = own and origin_of(url) == origin_of(self.api_url)
                request = self._redirected(request, call, url)
                continue
            if outcome == "limited":
                self._limit(call, headers)
            elif outcome == "transient":
                raise _Transient(
                    f"answered {status}",
                    wait=self._retry_after(call, headers),
                    slow=status == 504,
                )
            return status, body
        raise StreamFailed(f"{call.method} {call.path} was redirected more than {REDIRECTS} times")

    def _redirected(self, request: requests.Request, call: Call, url: str) -> requests.Request:
        if urlsplit(url).scheme != "https" and self.api_url.startswith("https:"):
            raise StreamFailed(f"{call.method} {call.path} was redirected from https to http")
        return requests.Request(request.method, url, json=request.json, headers=request.headers)

    def _send(self, prepared: requests.PreparedRequest) -> tuple[int, Mapping[str, str], bytes]:
        try:
            # Streamed and read raw: requests' own reading copies the body in chunks of 10 KB.
            response = self._session.send(
                prepared,
                allow_redirects=False,
                timeout=(CONNECT_TIMEOUT, self.policy.request_timeout),
                **self._surroundings_of(prepared),
            )
            with response:
                body = response.raw.read(decode_content=True)
            return response.status_code, response.headers, body
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise _Transient("did not answer in time", slow=True) from error
        except requests.exceptions.SSLError as error:
            raise StreamFailed(
                f"{prepared.method} {urlsplit(prepared.url or '').path}: "
                "the server's certificate could not be verified",
                kind="config",
            ) from error
        except (requests.ConnectionError, urllib3.exceptions.HTTPError) as error:
            raise _Transient(f"failed: {_cause(error)}") from error
        except requests.RequestException as error:
            raise StreamFailed(
                f"{prepared.method} {urlsplit(prepared.url or '').path} could not be sent: "
                f"{type(error).__name__}"
            ) from error

    def _surroundings_of(self, prepared: requests.PreparedRequest) -> Mapping[str, t.Any]:
        """Proxies and CA bundle from the environment, looked up once per origin."""
        url = t.cast("str", prepared.url)
        origin = origin_of(url)
        if origin not in self._surroundings:
            self._surroundings[origin] = self._session.merge_environment_settings(
                url, proxies={}, stream=True, verify=None, cert=None
            )
        return self._surroundings[origin]

    def _limit(self, call: Call, headers: Mapping[str, str]) -> None:
        wait = self._retry_after(call, headers)
        if wait is not None:
            self._resumes_at = max(self._resumes_at, self.runtime.clock().timestamp() + wait)
        raise _Transient("answered 429 (rate limited)", wait=wait)

    def _retry_after(self, call: Call, headers: Mapping[str, str]) -> float | None:
        wait = parse_retry_after(headers.get("retry-after"), self.runtime.clock())
        if wait is not None and wait > self.policy.max_retry_wait:
            raise StreamFailed(
                f"{call.method} {call.path} asks to wait {wait:.0f} s, longer than "
                f"max_retry_wait ({self.policy.max_retry_wait:.0f} s)"
            )
        return wait

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def _cause(error: BaseException) -> str:
    """The innermost cause in plain words: urllib3's own messages hold URLs."""
    while error.__cause__ or error.__context__:
        error = t.cast("BaseException", error.__cause__ or error.__context__)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return {
        "IncompleteRead": "the answer was cut off",
        "RemoteDisconnected": "the connection was closed without an answer",
    }.get(type(error).__name__, "the connection was lost")
