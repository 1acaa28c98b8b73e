"""What Tikpay's documents leave open, as attributes that a test or a demo may set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Options:
    """How the sandbox's Tikpay behaves where the vendor is silent, and how it can misbehave."""

    timezone: str = "Australia/Sydney"
    """The operator's zone: jobs' bounds are read in it. Set it before the first request."""
    created_at_zone: Literal["operator", "utc"] = "operator"
    """The zone of a job's own times, which name none."""
    job_seconds: float | Mapping[str, float] | Callable[[str], float] = 2.0
    """How long a job is in progress: a number, or one by report type."""
    list_expired: bool = False
    """Whether the list still has jobs that are more than 7 days old."""

    token_lifetime: float = 3600
    """Seconds."""
    daily_limit: int = 20
    """Requests in 24 hours, per API key."""
    retry_after: Literal["seconds", "date"] | None = "seconds"
    """How a spent quota says when to come again; None is not at all."""
    bad_key_status: int = 403
    """The answer to a wrong API key: the vendor says 401, AWS API Gateway 403."""

    url_lifetime: float = 3600
    """Seconds that a download URL is good for, from each list on."""
    gzip: Literal["declared", "undeclared"] | None = None
    """Whether files come in gzip, and whether Content-Encoding says so."""
    truncate_downloads: int = 0
    """So many of the next downloads break off in the middle."""
    delimiter: str = ","
    """Between a CSV file's cells."""
    bom: bool = False
    """Whether a file begins with a byte order mark."""
