"""Sends requests and reads whole answers; errors of the network never name the URL."""

from __future__ import annotations

import contextlib
import time
import typing as t
from urllib.parse import urlencode, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from tap_payments.errors import StreamFailed
from tap_payments.http.answers import Answer, Response
from tap_payments.http.origins import (
    REDIRECTS,
    is_loopback,
    is_redirect,
    origin_of,
    redirected,
)
from tap_payments.http.retriable import failure_of
from tap_payments.rows.exact_json import dumps

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONNECT_TIMEOUT = 10.0
LONGEST_TIMEOUT = 1e6
"""Seconds that a socket can still count."""
CHUNK = 1024 * 1024


class _Place(t.NamedTuple):
    """A URL, what to ask for there, and the connections to it."""

    url: str
    target: str
    pool: urllib3.HTTPConnectionPool


class Transport:
    """One session: TLS that is verified, proxies and CA bundles from the environment.

    `pool` is how many connections are kept; `timeout` how many seconds an answer may take, and a
    file may pause. `tls` is the version of TLS that the first answer came by, None before it.
    `sent` counts the requests of exchanges; each of these follows at most so many `redirects`.
    """

    def __init__(self, *, user_agent: str, timeout: float, pool: int) -> None:
        self._patience = min(timeout, LONGEST_TIMEOUT)
        self._timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT, read=self._patience)
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "keep-alive",
        }
        # For what it knows of the environment; it sends nothing itself, so that it can add no
        # cookie and no credentials of a .netrc.
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=pool))
        self._places: dict[str, _Place] = {}
        self.tls: str | None = None
        self.redirects = REDIRECTS
        self.sent = 0

    def exchange(self, request: requests.Request, own: Mapping[str, str]) -> Answer:
        """The answer to a request; `own` are headers that no other origin may see.

        Raises:
            Retriable: no whole answer came.
            AnswerTooLarge: it would not fit into memory.
            StreamFailed: the certificate is wrong, or the redirects lead nowhere safe.
        """
        home = origin_of(request.url or "")
        subject = f"{request.method} {urlsplit(request.url or '').path}"
        for _hop in range(self.redirects + 1):
            self.sent += 1
            is_home = origin_of(request.url or "") == home
            deadline = time.monotonic() + self._patience
            with self._opened(request, own if is_home else {}, subject) as response:
                self.tls = self.tls or _tls_of(response.raw)
                body = response.read(subject, deadline)
            if not is_redirect(response):
                if not is_home and response.status in (401, 403):
                    raise StreamFailed(
                        f"{subject} was redirected to another host, which is sent no credentials "
                        f"and answered {response.status}",
                        kind="config",
                    )
                return Answer(response.status, response.headers, body)
            request = redirected(request, response, subject)
        raise StreamFailed(f"{subject} was redirected more than {self.redirects} times")

    def download(self, url: str, sink: t.Callable[[bytes], object]) -> int:
        """Gives a file to `sink` in pieces, as it is stored, and returns the answer's status.

        Nothing but the URL itself tells who asks. The file is only given where the status is 200.

        Raises:
            Retriable, StreamFailed: as for `exchange`.
        """
        request = requests.Request("GET", url, headers={"Accept-Encoding": "gzip"})
        for _hop in range(REDIRECTS + 1):
            with self._opened(request, {}, "the download") as response:
                if not is_redirect(response):
                    if response.status == 200:
                        while chunk := response.raw.read(CHUNK, decode_content=False):
                            sink(chunk)
                    return response.status
            request = redirected(request, response, "the download")
        raise StreamFailed(f"the download was redirected more than {REDIRECTS} times")

    @contextlib.contextmanager
    def _opened(
        self, request: requests.Request, own: Mapping[str, str], subject: str
    ) -> Iterator[Response]:
        try:
            with self._sent(request, own, subject) as response:
                yield response
        except urllib3.exceptions.HTTPError as error:
            raise failure_of(error, subject) from error
        except OSError as error:
            raise StreamFailed(
                f"{subject}: {error.strerror or 'the CA bundle of the environment is not there'}",
                kind="config",
            ) from error

    def _sent(self, request: requests.Request, own: Mapping[str, str], subject: str) -> Response:
        """Sends a request through the pool of connections that requests made for its origin.

        The way of requests itself, from the URL to the answer, costs more than a page's rows.
        """
        try:
            place = self._place_of(request.url or "")
            query = urlencode(request.params) if request.params else ""
            body, kind = _spelled(request)
            headers = {**self._headers, **kind, **request.headers, **own}
            raw = place.pool.urlopen(
                request.method or "GET",
                f"{place.target}?{query}" if query else place.target,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
                timeout=self._timeout,
            )
            return Response(place.url, raw.status, raw.headers, raw)
        except requests.exceptions.InvalidSchema as error:  # SOCKS, which needs another library
            raise StreamFailed(
                f"{subject}: the environment names a proxy of a kind that cannot be used: give an "
                "HTTP proxy in HTTPS_PROXY, or the host in NO_PROXY",
                kind="config",
            ) from error
        except ValueError as error:  # of requests, too, for what is no URL or no header
            raise StreamFailed(
                f"{subject} could not be sent ({type(error).__name__}): "
                "check the URL and the credentials for characters that HTTP has no place for",
                kind="config",
            ) from error

    def _place_of(self, url: str) -> _Place:
        """Where a URL leads: proxies and CA bundle are the environment's, looked up once."""
        if url in self._places:
            return self._places[url]
        prepared = requests.PreparedRequest()
        prepared.prepare_url(url, None)
        found = self._session.merge_environment_settings(
            t.cast("str", prepared.url), proxies={}, stream=True, verify=None, cert=None
        )
        verify, cert = found["verify"], found["cert"]
        # A proxy would be asked for its own loopback, and be given the credentials to it.
        proxies = {} if is_loopback(origin_of(url).host) else found["proxies"]
        adapter = t.cast("HTTPAdapter", self._session.get_adapter(t.cast("str", prepared.url)))
        pool = adapter.get_connection_with_tls_context(prepared, verify, proxies, cert)
        adapter.cert_verify(pool, prepared.url, verify, cert)  # type: ignore[no-untyped-call]  # requests' own
        place = _Place(
            t.cast("str", prepared.url),
            adapter.request_url(prepared, proxies),
            t.cast("urllib3.HTTPConnectionPool", pool),
        )
        if "?" not in url:  # the few of an API; each link to a file is another
            self._places[url] = place
        return place

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()


def _tls_of(raw: urllib3.BaseHTTPResponse) -> str | None:
    """The version of TLS that an answer comes by; None without TLS."""
    version = getattr(getattr(raw.connection, "sock", None), "version", None)
    return version() if version else None


def _spelled(request: requests.Request) -> tuple[bytes | None, Mapping[str, str]]:
    """A request's body, and the header that says what it is."""
    if request.json is not None:
        return dumps(request.json), {"Content-Type": "application/json"}
    if request.data:
        form = urlencode(request.data).encode()
        return form, {"Content-Type": "application/x-www-form-urlencoded"}
    return None, {}
