"""What makes a request an account's own: the headers that only its own origin may see."""

from __future__ import annotations

import base64
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class Credentials(t.Protocol):
    """What makes a request an account's own."""

    def headers(self) -> Mapping[str, str]:
        """The headers to send, and to leave out when another origin is asked."""
        ...

    def renew(self) -> bool:
        """Gets new credentials after a 401; False where there are none to get."""
        ...


class Fixed:
    """Credentials that do not change."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def headers(self) -> Mapping[str, str]:
        """The headers to send."""
        return self._headers

    def renew(self) -> bool:
        """There are no newer ones."""
        return False


def basic(user: str, password: str) -> str:
    """The value of `Authorization` for HTTP Basic, as UTF-8 (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
