"""Where URLs and redirects lead, and what may see credentials there."""

from __future__ import annotations

import ipaddress
import typing as t
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import requests

from tap_payments.errors import StreamFailed
from tap_payments.http.statuses import outcome_of

if t.TYPE_CHECKING:
    from tap_payments.http.answers import Response

REDIRECTS = 5
"""Redirects in a row that are followed."""


class Origin(t.NamedTuple):
    """Scheme, host and port of a URL: what was meant for one origin no other may see."""

    scheme: str
    host: str
    port: int | None


@lru_cache(maxsize=32)
def origin_of(url: str) -> Origin:
    """Scheme, host and port."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return Origin(parts.scheme, (parts.hostname or "").lower(), port)


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_redirect(response: Response) -> bool:
    """Whether an answer sends its reader on."""
    return outcome_of(response.status) == "redirect" and "location" in response.headers


def redirected(request: requests.Request, response: Response, subject: str) -> requests.Request:
    """The same request to where it was sent on; a POST stays one, since it asks for a report.

    A form stays at home: it may hold credentials.
    """
    try:
        url = urljoin(response.url, response.headers["location"])
        origin = origin_of(url)
    except ValueError:
        raise StreamFailed(f"{subject} was redirected to something that is no URL") from None
    if origin.scheme not in ("https", "http"):
        raise StreamFailed(f"{subject} was redirected to something else than http")
    if origin.scheme == "http":
        if response.url.startswith("https:"):
            raise StreamFailed(f"{subject} was redirected from https to http")
        if not is_loopback(origin.host):
            raise StreamFailed(f"{subject} was redirected to http on another machine")
    if response.status == 303:
        return requests.Request("GET", url, headers=request.headers)
    form = request.data if origin == origin_of(response.url) else None
    return requests.Request(
        request.method, url, json=request.json, data=form, headers=request.headers
    )
