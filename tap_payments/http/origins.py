"""Where a URL leads: its origin, and whether that is this machine."""

from __future__ import annotations

import ipaddress
import typing as t
from functools import lru_cache
from urllib.parse import urlsplit


class Origin(t.NamedTuple):
    """What may see credentials."""

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
