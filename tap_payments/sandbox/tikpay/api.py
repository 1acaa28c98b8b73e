"""Tikpay's Data API: `GET /v1/report-jobs-list`, `POST /v1/generate-report`, and its token URL.

From https://docs.tikpay.me/data-api/ . What the reports contain is not documented: the columns are
invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.api import Api
from tap_payments.sandbox.messages import Answer, RefusedError
from tap_payments.sandbox.rows.spelling import to_instant
from tap_payments.sandbox.rows.table import Query
from tap_payments.sandbox.tikpay.access import Access
from tap_payments.sandbox.tikpay.downloads import Downloads
from tap_payments.sandbox.tikpay.jobs import Job, new_id
from tap_payments.sandbox.tikpay.observed import jobs_of, observe, spent_before
from tap_payments.sandbox.tikpay.options import Options, seconds_of, spelled
from tap_payments.sandbox.tikpay.params import parse_job
from tap_payments.sandbox.tikpay.reports import Format, Report
from tap_payments.sandbox.tikpay.rows import EVENT_TIMES, example_rows, rows_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.limits import Limit
    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.rows.calendar import Calendar
    from tap_payments.sandbox.rows.life import Life, Version

DOWNLOADS = "tikpay-downloads"
KINDS = tuple(EVENT_TIMES)


class Tikpay(Options, Api):
    """Report jobs and their files; `access` has tokens and quota, `downloads` the other origin.

    `bulk_rows` makes reports of a type out of so many cheap rows.
    """

    name = "tikpay"
    title = "Tikpay"
    root = "/v1"
    kinds = KINDS
    fields = tuple(EVENT_TIMES.values())
    reach = 1
    ahead = 1
    per_day = (50, 70)

    def __init__(
        self, clock: Clock, seed: int | None, first: date, accounts: Sequence[str]
    ) -> None:
        super().__init__(clock, seed, first, accounts)
        self.access = Access(clock, self.accounts, self)
        self.downloads = Downloads(self._file, self)
        self.bulk_rows: dict[str, int] = {}
        self.jobs: list[Job] = []
        self._contents: dict[tuple[str, str], bytes] = {}
        self._seed = seed

    def credentials(self, account: str, number: int) -> dict[str, str]:
        """A client and an API key."""
        return {
            "client_id": f"sandbox-tikpay-client-{number + 1}",
            "client_secret": f"sandbox-tikpay-secret-{account}",
            "api_key": f"sandbox-tikpay-key-{account}",
        }

    def settings(self, url: str) -> dict[str, Any]:
        """The tap's settings; a job takes seconds here, so it is asked for every second."""
        return {
            **super().settings(url),
            "token_url": f"{url}/tikpay/oauth2/token",
            "poll_interval": 1,
        }

    def born(self, calendar: Calendar, account: str, day: date, kind: str) -> Iterable[Life]:
        """What begins on the operator's `day`."""
        return rows_of_day(calendar, account, day, self.per_day, self.timezone)[kind]

    def order(self, version: Version) -> Any:
        """By the time of the event; rows of one kind have one such time."""
        row = version.row or {}
        return (next((str(row[name]) for name in self.fields if row.get(name)), ""), version.text)

    def example(self, kind: str, **fields: Any) -> dict[str, Any]:
        """A row of this kind, always the same, with other `fields`."""
        return {**example_rows()[kind], **fields}

    def learn(self, account: str, exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
        """Takes the jobs and their files, and what the exchanges show.

        Lists are made anew, with links to this sandbox; only errors are given again as they were.
        """
        observe(self, exchanges)
        for entry, content in jobs_of(exchanges):
            self.put_job(entry, content, account)
        for at in spent_before(self, exchanges):
            self.access.spend(account, at=at)
        return [each for each in exchanges if each.status >= 400]

    def account_of(self, request: Request) -> str | None:
        """The account whose key and token it has."""
        return self.access.owner(request)

    def answer(self, request: Request) -> Answer:
        """A token, the list of jobs, or a new job."""
        route = (request.method, request.path)
        if route == ("POST", "/oauth2/token"):
            return self.access.token(request)
        if route == ("GET", "/v1/report-jobs-list"):
            account = self.access.admit(request, spends=self.list_counts_against_quota)
            return Answer.of_json(self.listed(account))
        if route == ("POST", "/v1/generate-report"):
            account = self.access.admit(request)
            job = self.start_job(account, *parse_job(request.body))
            return Answer.of_json({"jobId": job.id, "status": "IN_PROGRESS"})
        raise RefusedError(404, {"message": "Not Found"})

    def places(self) -> Mapping[str, Callable[[Request], Answer]]:
        """The API, and where its files lie."""
        return {**super().places(), DOWNLOADS: self.downloads.answer}

    def limit(self, request: Request) -> Limit | None:
        """The quota of the request's API key."""
        return self.access.limit(request)

    def listed(self, account: str) -> list[dict[str, Any]]:
        """The entries of the account's jobs, oldest first, each with a fresh URL."""
        now = self.clock.now()
        jobs = [job for job in tuple(self.jobs) if job.account == account]
        return [self._entry(job, now) for job in jobs if self.list_expired or now < job.expires]

    def start_job(
        self,
        account: str,
        report_type: str,
        start: str,
        end: str,
        file_type: str = "csv",
        *,
        at: datetime | None = None,
    ) -> Job:
        """Starts a job as if it had been asked for `at` an instant (None: now), at no request."""
        created = at or self.clock.now()
        with self._lock:
            outcome, *self.outcomes = self.outcomes or (None,)
            job = Job(
                account=account,
                id=new_id(created, self._seed, account, len(self.jobs)),
                report_type=report_type,
                file_type=file_type,
                start=start,
                end=end,
                timezone=self.timezone,
                created=created,
                completed=created + timedelta(seconds=seconds_of(self.job_seconds, report_type)),
                outcome=outcome,
            )
            self.jobs.append(job)
        return job

    def put_job(
        self, entry: Mapping[str, Any], content: bytes | None = None, account: str = "main"
    ) -> None:
        """Plants an entry in the list, word for word; with `content` it gets a URL for that."""
        now = self.clock.now()
        name = str(entry.get("jobId", f"planted-{len(self.jobs)}"))
        bounds = (str(entry.get("startTime")), str(entry.get("endTime")))
        kind, form = str(entry.get("reportType")), str(entry.get("fileType", "csv"))
        job = Job(account, name, kind, form, *bounds, self.timezone, now, now)
        self.jobs.append(replace(job, entry=dict(entry), content=content))

    def put_report(self, report_type: str, content: bytes | None, account: str = "main") -> None:
        """Lets every report of this type be exactly these bytes (None: be made of rows again)."""
        if content is None:
            self._contents.pop((account, report_type), None)
        else:
            self._contents[account, report_type] = content

    def _entry(self, job: Job, now: datetime) -> dict[str, Any]:
        status = self._status(job, now)
        name = f"{job.id}.{job.file_type}"
        url = self.downloads.sign(self._origin(), name, now + timedelta(seconds=self.url_lifetime))
        if job.entry is not None:
            return {**job.entry, **({} if job.content is None else {"downloadUrl": url})}
        wanted = status == "COMPLETE" and job.outcome != "NO_URL"
        return job.listed(status, url if wanted else None, now, self.created_at_zone)

    def _origin(self) -> str:
        origin = self.origins.downloads if self.download_origin_differs else self.origins.apis
        return f"{origin}/{DOWNLOADS}"

    def _status(self, job: Job, now: datetime) -> str:
        if now < job.completed or job.outcome == "IN_PROGRESS":
            return "IN_PROGRESS"
        if job.outcome:
            return "COMPLETE" if job.outcome == "NO_URL" else job.outcome
        made = (job.account, job.report_type) in self._contents or job.report_type in self.bulk_rows
        return "COMPLETE" if made or job.entry is not None or self._rows(job) else "NO_DATA"

    def _file(self, name: str) -> Report | None:
        now = self.clock.now()
        for job in tuple(self.jobs):
            wanted = name == f"{job.id}.{job.file_type}" and now < job.expires
            if wanted and self._status(job, now) == "COMPLETE":
                return self._report(job)
        return None

    def _report(self, job: Job) -> Report:
        content = self._contents.get((job.account, job.report_type))
        if job.content is not None:
            return Report.of(job.content)
        if content is not None:
            return Report.of(content)
        element = job.report_type.lower().removesuffix("s")
        form = Format(job.file_type, self.delimiter, self.bom, element)
        columns = self._columns(self.example(job.report_type))
        if job.report_type in self.bulk_rows:
            return form.bulk(self.bulk_rows[job.report_type])
        return form.report([self._columns(row) for row in self._rows(job)], columns)

    def _columns(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with its columns as files spell them."""
        row = {**row, **self._unknown()}
        return {spelled(name, self.columns): cell for name, cell in row.items()}

    def _rows(self, job: Job) -> list[Mapping[str, Any]]:
        """What was there when the job was created: events of the interval, half open."""
        bounds = (to_instant(job.start), to_instant(job.end))
        query = Query(EVENT_TIMES[job.report_type], *bounds)
        table = self.table(job.account, job.report_type)
        return [version.row or {} for version in table.select(query, job.created).versions]
