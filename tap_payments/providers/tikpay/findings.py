"""Tikpay's answers read for what its documents leave open. https://docs.tikpay.me/data-api/get-job-list."""

from __future__ import annotations

import io
import itertools
import json
import re
import typing as t
from datetime import UTC, datetime, timedelta

from tap_payments.accounts.facts import (
    Inquiry,
    Seen,
    Unknowable,
    accepted,
    is_name,
)
from tap_payments.http.calls import Call
from tap_payments.providers.tikpay.settings import delimiter_of
from tap_payments.tables.csv import read_csv
from tap_payments.tables.sniffing import check_report
from tap_payments.tables.xml import read_xml
from tap_payments.windows.ulids import instant_in
from tap_payments.windows.zones import to_zone

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_payments.accounts.settings import Settings

PATH = "/report-jobs-list"
OTHER = {"basic": "body", "body": "basic"}
NEAR = timedelta(minutes=5)
HOUR = timedelta(hours=1)
"""A recording that was moved over a change of the clocks is off by that."""
ROWS = 20_000
"""Rows of a report that are looked at."""
FEWEST = 10
"""Distinct values in fewer rows say nothing about a key."""
PERSONAL = re.compile(
    r"(first|last|given|family|sur|full|holder|customer|card|user|^)_?name"
    r"|mail|phone|mobile|msisdn|address|street|suburb|postcode|zip|birth|dob$"
    r"|(masked|^|_)_?pan$|card_?(number|no$)|holder|iban|account_?(number|no$)|(^|_)ip$"
)
MORE_DATA = (
    "Run tap-payments once with a tikpay_ stream selected, which makes reports, "
    "and then the doctor again within seven days."
)


def job_list(settings: Settings, now: datetime) -> Call:  # noqa: ARG001 - as of every provider
    """The one request: the list of report jobs."""
    return Call("GET", PATH)


def ways(settings: Settings) -> Iterator[Settings]:
    """The configured way to ask for a token, then the other: tokens are no requests."""
    yield settings
    yield settings | {"token_auth_method": OTHER[settings["token_auth_method"]]}


def _jobs(inquiry: Inquiry) -> list[dict[str, t.Any]]:
    call = job_list(inquiry.settings, inquiry.now)
    return [job for job in accepted(inquiry.ask(call), list) if isinstance(job, dict)]


def _text(job: Mapping[str, t.Any], name: str) -> str:
    value = job.get(name)
    return value if isinstance(value, str) else ""


def created_at_zone(inquiry: Inquiry) -> Seen:
    """Whether `createdAt` is in UTC or in the operator's zone, by the time in a job's id."""
    for job in reversed(_jobs(inquiry)):
        made, zone = instant_in(_text(job, "jobId")), to_zone(_text(job, "timezone"))
        try:
            said = datetime.fromisoformat(_text(job, "createdAt"))
        except ValueError:
            continue
        if said.tzinfo is not None:
            return Seen("an offset of its own", "The tap reads it as it stands.")
        if made is None or zone is None:
            continue
        utc, local = said.replace(tzinfo=UTC), said.replace(tzinfo=zone)
        if abs(utc - local) <= 2 * NEAR:
            continue
        off = abs(local - made)
        if abs(utc - made) <= NEAR or off <= NEAR or abs(off - HOUR) <= NEAR:
            name = "utc" if abs(utc - made) <= NEAR else "operator"
            return Seen(name, "The tap takes the earlier of both, which loses nothing.")
    raise Unknowable("no job in the list tells UTC from the operator's zone")


def list_counts_against_quota(inquiry: Inquiry) -> Seen:
    """Whether more requests are spent than jobs were started."""
    reply = inquiry.ask(job_list(inquiry.settings, inquiry.now))
    limit, left = _number(reply.headers, "limit"), _number(reply.headers, "remaining")
    if limit is None or left is None:
        raise Unknowable("the answer has no headers about its limit")
    day = inquiry.now - timedelta(hours=24)
    made = [instant_in(_text(job, "jobId")) for job in _jobs(inquiry)]
    if None in made:
        raise Unknowable("the jobs' ids do not say when they were made")
    started = sum(1 for instant in made if instant is not None and instant > day)
    if limit - left > started:
        return Seen(value=True)
    if limit - left < started:
        raise Unknowable("the headers count fewer requests than jobs were started")
    return Seen(
        value=False,
        advice=f"{limit - left} of {limit} are spent, and {started} jobs were started: lists are "
        "free. The tap counts them all the same; nothing has to be changed.",
    )


def _number(headers: Mapping[str, str], word: str) -> int | None:
    for name, value in headers.items():
        if re.fullmatch(rf"(x-)?ratelimit-{word}", name) and value.strip().isdecimal():
            return int(value)
    return None


def columns(inquiry: Inquiry) -> Seen:
    """The columns of the reports that lie ready, by type."""
    found = {}
    for kind, job in sorted(_ready(inquiry).items()):
        path = f"/downloads/{_text(job, 'jobId')}"
        try:
            file = inquiry.download(_text(job, "downloadUrl"), path)
            found[kind] = _described(inquiry.settings, _text(job, "fileType"), file)
        except Unknowable as reason:
            last = reason
    if not found:
        raise last if _ready(inquiry) else Unknowable("no report lies ready")
    keys = {kind: each["key_properties"] for kind, each in found.items() if each["key_properties"]}
    personal = sorted({name for each in found.values() for name in each["personal_columns"]})
    advice = "A guess, from names and from how distinct values are: "
    advice += f"tikpay.key_properties {json.dumps(keys)}, " if keys else "no key, "
    advice += (
        f"tikpay.personal_columns {json.dumps(personal)}." if personal else "nothing personal."
    )
    return Seen(found, advice)


def _ready(inquiry: Inquiry) -> dict[str, dict[str, t.Any]]:
    """The newest report of each type that can be downloaded."""
    return {
        kind: job
        for job in sorted(_jobs(inquiry), key=lambda job: _text(job, "createdAt"))
        if _text(job, "status") == "COMPLETE"
        and _text(job, "downloadUrl")
        and is_name(kind := _text(job, "reportType"))
    }


def _described(settings: Settings, file_type: str, file: bytes) -> dict[str, t.Any]:
    """A report's columns, and which of them may be its key or personal."""
    stream = io.BytesIO(file)
    try:
        check_report(stream, file_type=file_type)
        stream.seek(0)
        if file_type == "xml":
            row_element = settings.get("row_element") or None
            table = read_xml(
                stream, row_element=row_element, reserved=(), setting="tikpay.row_element"
            )
        else:
            table = read_csv(stream, delimiter=delimiter_of(settings), reserved=())
        rows = [cells for cells, _ in itertools.islice(table.rows, ROWS)]
    except ValueError:
        raise Unknowable("what was downloaded is no report that can be read") from None
    if not table.columns or not all(map(is_name, table.columns)):
        raise Unknowable("a report's first line does not look like names of columns")
    return {
        "columns": list(table.columns),
        "rows": len(rows),
        "key_properties": _key(table.columns, rows),
        "personal_columns": [name for name in table.columns if _is_personal(name)],
    }


def _key(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> list[str]:
    """The column that identifies a row, where one is called an id and has no value twice."""
    if len(rows) < FEWEST:
        return []
    for place, name in enumerate(columns):
        values = {row[place] for row in rows}
        is_distinct = len(values) == len(rows) and None not in values
        if is_distinct and re.search(r"(id|uuid|guid|reference|number)$", name.lower()):
            return [name]
    return []


def _is_personal(name: str) -> bool:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return PERSONAL.search(snake) is not None


def download_origin_differs(inquiry: Inquiry) -> Seen:
    """Whether files lie elsewhere than the API."""
    urls = [url for job in _jobs(inquiry) if (url := _text(job, "downloadUrl"))]
    if not urls:
        raise Unknowable("no report lies ready")
    return Seen(not inquiry.is_home(urls[-1]), "Files are fetched without credentials.")
