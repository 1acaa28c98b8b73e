"""A plain HTTP client for the sandbox's tests: what the sandbox is asked, and what it said."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Reply:
    """An answer as it came; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


def basic(user: str, password: str) -> dict[str, str]:
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ask(
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    query: Mapping[str, object] | None = None,
    method: str | None = None,
    body: Any = None,
    timeout: float = 10,
) -> Reply:
    """One request on a connection of its own; a body that is not bytes is sent as JSON."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    if query:
        target += "?" + urlencode(query)
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        verb = method or ("GET" if data is None else "POST")
        connection.request(verb, target, data, dict(headers or {}))
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        content = response.read()
    finally:
        connection.close()
    if found.get("content-encoding") == "gzip":
        content = gzip.decompress(content)
    return Reply(response.status, found, content)
