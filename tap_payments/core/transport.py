"""Sends requests and reads whole answers; what goes wrong on the way is named without its URL."""

from __future__ import annotations

import contextlib
import typing as t
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from tap_payments.core.errors import StreamFailed, outcome_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONNECT_TIMEOUT = 10.0
REDIRECTS = 5
CHUNK = 1024 * 1024

_CAUSES = {
    "IncompleteRead": "the answer was cut off",
    "RemoteDisconnected": "the connection was closed without an answer",
    "DecodeError": "the answer's compression is broken",
}


class Trouble(Exception):
    """What another try may cure; `wait` are the seconds that the server asked for, if it did.

    `slow` says that it took too long to answer, `limited` that it answered 429.
    """

    def __init__(
        self, reason: str, *, wait: float | None = None, slow: bool = False, limited: bool = False
    ) -> None:
        super().__init__(reason)
        self.wait = wait
        self.slow = slow
        self.limited = limited


class Answer(t.NamedTuple):
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Anonymous(requests.auth.AuthBase):
    """Keeps requests from looking credentials up in a .netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Transport:
    """One session: TLS that is verified, proxies and CA bundles from the environment.

    `pool` is how many connections are kept; `timeout` how many seconds an answer may pause.
    """

    def __init__(self, *, user_agent: str, timeout: float, pool: int) -> None:
        self._timeout = (CONNECT_TIMEOUT, timeout)
        self._session = requests.Session()
        self._session.auth = _Anonymous()
        self._session.headers["User-Agent"] = user_agent
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=pool))
        self._surroundings: dict[tuple[str, str, int | None], Mapping[str, t.Any]] = {}

    def exchange(self, request: requests.Request, own: Mapping[str, str]) -> Answer:
        """The answer to a request; `own` are headers that no other origin may see.

        Raises:
            Trouble: no whole answer came.
            StreamFailed: the certificate is wrong, or the redirects lead nowhere safe.
        """
        home = origin_of(request.url or "")
        for _hop in range(REDIRECTS + 1):
            prepared = self._session.prepare_request(request)
            if origin_of(request.url or "") == home:
                prepared.headers.update(own)
            with self._opened(prepared) as response:
                # requests' own reading copies the body in chunks of 10 KB.
                body = response.raw.read(decode_content=True)
            answer = Answer(response.status_code, response.headers, body)
            if not _is_redirect(answer):
                return answer
            request = _redirected(request, prepared, answer)
        raise StreamFailed(f"{_subject(prepared)} was redirected more than {REDIRECTS} times")

    def download(self, url: str, sink: t.Callable[[bytes], object]) -> int:
        """Gives a file to `sink` in pieces, as it is stored, and returns the answer's status.

        Nothing but the URL itself tells who asks. The file is only given where the status is 200.

        Raises:
            Trouble, StreamFailed: as for `exchange`.
        """
        request = requests.Request("GET", url, headers={"Accept-Encoding": "gzip"})
        for _hop in range(REDIRECTS + 1):
            prepared = self._session.prepare_request(request)
            with self._opened(prepared) as response:
                answer = Answer(response.status_code, response.headers, b"")
                if not _is_redirect(answer):
                    if response.status_code == 200:
                        while chunk := response.raw.read(CHUNK, decode_content=False):
                            sink(chunk)
                    return response.status_code
            request = _redirected(request, prepared, answer)
        raise StreamFailed(f"the download was redirected more than {REDIRECTS} times")

    @contextlib.contextmanager
    def _opened(self, prepared: requests.PreparedRequest) -> Iterator[requests.Response]:
        try:
            with self._session.send(
                prepared,
                allow_redirects=False,
                timeout=self._timeout,
                **self._surroundings_of(prepared),
            ) as response:
                yield response
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise Trouble("did not answer in time", slow=True) from error
        except requests.exceptions.SSLError as error:
            raise StreamFailed(
                f"{_subject(prepared)}: the server's certificate could not be verified",
                kind="config",
            ) from error
        except (requests.ConnectionError, urllib3.exceptions.HTTPError) as error:
            raise Trouble(f"failed: {_cause(error)}") from error
        except requests.RequestException as error:
            raise StreamFailed(
                f"{_subject(prepared)} could not be sent: {type(error).__name__}"
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

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def _is_redirect(answer: Answer) -> bool:
    return outcome_of(answer.status) == "redirect" and "location" in answer.headers


def _redirected(
    request: requests.Request, prepared: requests.PreparedRequest, answer: Answer
) -> requests.Request:
    """The same request to where it was sent on; a POST stays one, since it asks for a report."""
    before = t.cast("str", prepared.url)
    url = urljoin(before, answer.headers["location"])
    scheme = urlsplit(url).scheme
    if scheme != "https" and before.startswith("https:"):
        raise StreamFailed(f"{_subject(prepared)} was redirected from https to http")
    if scheme not in ("https", "http"):
        raise StreamFailed(f"{_subject(prepared)} was redirected to something else than http")
    return requests.Request(
        request.method, url, json=request.json, data=request.data, headers=request.headers
    )


def _subject(prepared: requests.PreparedRequest) -> str:
    return f"{prepared.method} {urlsplit(prepared.url or '').path}"


def _cause(error: BaseException) -> str:
    """The innermost cause in plain words: urllib3's own messages hold URLs."""
    while error.__cause__ or error.__context__:
        error = t.cast("BaseException", error.__cause__ or error.__context__)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return _CAUSES.get(type(error).__name__, "the connection was lost")
