"""What a recording shows of Tikpay: its jobs, their files, and how both behave."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tap_payments.sandbox.rows.spelling import to_instant
from tap_payments.sandbox.tikpay.jobs import time_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.tikpay.options import Options

LIST = "/report-jobs-list"
DOWNLOADS = "/downloads/"
NEAR = timedelta(minutes=10)
DAY = timedelta(hours=24)
Entry = dict[str, Any]


def lists_of(exchanges: Iterable[Exchange]) -> list[list[Entry]]:
    """The lists of jobs that were answered, oldest first."""
    return [
        each.body
        for each in exchanges
        if each.path == LIST and each.status == 200 and isinstance(each.body, list)
    ]


def jobs_of(exchanges: Sequence[Exchange]) -> Iterator[tuple[Entry, bytes | None]]:
    """Each entry of the last list without its link, and the file behind it, None without a link.

    A file that was not recorded has no more than the first line of another of its type.
    """
    files = {
        each.path.removeprefix(DOWNLOADS): (each.text or "").encode()
        for each in exchanges
        if each.path.startswith(DOWNLOADS) and each.status == 200
    }
    entries = (lists_of(exchanges) or [[]])[-1]
    heads = {
        (entry.get("reportType"), entry.get("fileType")): files[name].partition(b"\n")[0] + b"\n"
        for entry in entries
        if (name := str(entry.get("jobId"))) in files
    }
    for entry in entries:
        kept = {name: each for name, each in entry.items() if name != "downloadUrl"}
        head = heads.get((entry.get("reportType"), entry.get("fileType")), b"")
        content = files.get(str(entry.get("jobId")), head) if "downloadUrl" in entry else None
        yield kept, content


def observe(options: Options, exchanges: Sequence[Exchange]) -> None:
    """Sets each option that the exchanges show."""
    entries = [entry for some in lists_of(exchanges) for entry in some]
    zones = [str(entry["timezone"]) for entry in entries if entry.get("timezone")]
    if zones:
        options.timezone = zones[-1]
    if any(entry.get("downloadUrl") == "same" for entry in entries):
        options.download_origin_differs = False
    if any(_is_in_utc(entry) for entry in entries):
        options.created_at_zone = "utc"
    _observe_quota(options, exchanges)


def _is_in_utc(entry: Entry) -> bool:
    """Whether `createdAt` is the time in the job's id, in UTC and not in the operator's zone."""
    made, says = time_of(str(entry.get("jobId"))), to_instant(entry.get("createdAt"))
    if made is None or says is None:
        return False
    local = says.replace(tzinfo=ZoneInfo(str(entry.get("timezone", "UTC"))))
    return abs(says - made) < NEAR <= abs(local.astimezone(UTC) - made)


def spent_before(options: Options, exchanges: Sequence[Exchange]) -> list[datetime]:
    """When the requests were made that had been counted before the last list, oldest first.

    There are as many as its headers say: those that started its jobs, and others just before it.
    """
    quota = _quota_of(exchanges)
    if quota is None:
        return []
    last, _, spent = quota
    count = spent - (1 if options.list_counts_against_quota else 0)
    known = _started(last)
    others = [last.at] * (count - len(known))
    return sorted([*known, *others])[-count:] if count > 0 else []


def _observe_quota(options: Options, exchanges: Sequence[Exchange]) -> None:
    quota = _quota_of(exchanges)
    if quota is None:
        return
    last, most, spent = quota
    options.rate_limit_headers = True
    options.daily_limit = most
    lefts = [_header(each, "remaining") for each in exchanges if each.path == LIST]
    if len(lefts) > 1 and None not in lefts:
        options.list_counts_against_quota = lefts[0] != lefts[-1]
    elif len(_started(last)) >= spent:  # nothing is left that the list could have cost
        options.list_counts_against_quota = False


def _quota_of(exchanges: Sequence[Exchange]) -> tuple[Exchange, int, int] | None:
    """The last list whose headers say so: it, its limit, and what was spent of that with it."""
    for each in reversed([each for each in exchanges if each.path == LIST]):
        most, left = (_header(each, name) for name in ("limit", "remaining"))
        if most is not None and left is not None:
            return each, most, most - left
    return None


def _started(last: Exchange) -> list[datetime]:
    """When the jobs of a list were started, of those of the 24 hours before it."""
    entries = last.body if isinstance(last.body, list) else []
    times = [time_of(str(entry.get("jobId"))) for entry in entries]
    return [each for each in times if each is not None and each > last.at - DAY]


def _header(exchange: Exchange, name: str) -> int | None:
    for prefix in ("x-ratelimit-", "ratelimit-"):
        text = exchange.headers.get(prefix + name, "")
        if text.isdecimal():
            return int(text)
    return None
