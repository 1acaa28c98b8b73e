"""Tikpay's streams: its job list, and the reports that its jobs make.

https://docs.tikpay.me/data-api/get-job-list
"""

from __future__ import annotations

import contextlib
import copy
import typing as t
from datetime import timedelta

from singer_sdk.singerlib import SchemaMessage

from tap_payments.errors import StreamFailed
from tap_payments.providers.tikpay import schemas
from tap_payments.reports.planning import ReportNeed
from tap_payments.rows import fields
from tap_payments.rows.privacy import replacement
from tap_payments.streams.stream import SnapshotStream
from tap_payments.streams.windowed import IncrementalStream, WindowOutcome
from tap_payments.tables.csv import read_csv
from tap_payments.tables.rows import TableCodec
from tap_payments.tables.table import ReportUnreadable, Table
from tap_payments.tables.xml import read_xml
from tap_payments.windows.instants import DAY, format_instant, to_instant
from tap_payments.windows.window import Window

if t.TYPE_CHECKING:
    import threading
    from datetime import datetime

    from tap_payments.accounts.account import Provider
    from tap_payments.accounts.settings import Schema
    from tap_payments.http.calls import Tally
    from tap_payments.providers.tikpay.account import Tikpay
    from tap_payments.reports.broker import ReadyReport
    from tap_payments.rows.codec import RowCodec
    from tap_payments.streams.stream import Context
    from tap_payments.tap import TapPayments


class ReportJobs(SnapshotStream):
    """The report jobs of the last seven days, as the list has them; without their links."""

    name = "tikpay_report_jobs"
    primary_keys = ("_account", "jobId")
    schema = schemas.REPORT_JOBS

    def read(
        self,
        account: Provider,
        codec: RowCodec,  # noqa: ARG002
        *,
        tally: Tally,
        cancelled: threading.Event,  # noqa: ARG002
    ) -> list[t.Any]:
        """The list as the report streams have read it; asked for only where they have not."""
        tikpay = t.cast("Tikpay", account)
        before = tikpay.broker.spent
        jobs = tikpay.broker.jobs()
        tally.requests += tikpay.broker.spent - before
        # A link is as good as a key, under whatever name it comes.
        return [
            {name: value for name, value in job.entry.items() if "url" not in name.lower()}
            for job in jobs
        ]


class Report(IncrementalStream):
    """The rows of one type of report. A subclass says which."""

    report_type: t.ClassVar[str]
    replication_key = "_window_until"
    schema = schemas.REPORT_ROWS
    open_columns = True

    def __init__(self, tap: TapPayments, provider: type[Provider]) -> None:
        super().__init__(tap, provider)
        self.keys = self._configured_keys()
        self.primary_keys = ("_account", *(self.keys or ("_row_id",)))
        self._declared: tuple[str, ...] | None = None

    def _configured_keys(self) -> tuple[str, ...]:
        """The columns that `key_properties` names for this report."""
        accounts = self.tap.accounts_of(self.provider)
        keys = accounts[0].own.get("key_properties") if accounts else None
        return tuple((keys or {}).get(self.report_type) or ())

    def need(self, account: Provider) -> ReportNeed:
        """What this run needs of an account's reports."""
        bounds, context = self.tap.bounds, self.contexts(account)[0]
        watermark = self.watermark(context)
        span = bounds.span(watermark)
        since = span.start
        if watermark is not None:
            lookback = timedelta(days=account.own["lookback_days"])
            since = max(since, min(watermark, span.horizon) - lookback)
        is_whole = not self.is_incremental or bounds.end is not None
        return ReportNeed(
            self.report_type,
            account.own["file_type"],
            watermark,
            since,
            span.horizon,
            settled=bounds.settled,
            # No later run reads it anew, so it has to be as it is today; an audit's as it is now.
            made_since=bounds.now - (timedelta(0) if bounds.is_audit else DAY)
            if is_whole
            else None,
            started=self._started(context),
        )

    def _started(self, context: Context) -> dict[str, datetime]:
        """The jobs that earlier runs started, and when; what is not an instant is no job."""
        found = {}
        bookmark = self.tap.state.get("bookmarks", {}).get(self.name) or {}
        for partition in bookmark.get("partitions") or []:
            jobs = partition.get("report_jobs") if partition.get("context") == context else None
            for job_id, made in (jobs if isinstance(jobs, dict) else {}).items():
                with contextlib.suppress(ValueError, AttributeError):
                    found[job_id] = to_instant(made)
        return found

    def _remember_all(self, account: Provider) -> None:
        """Writes a STATE with the jobs that the tap has started, so that later runs know them."""
        reports = [each for each in self.tap.streams.values() if isinstance(each, Report)]
        if [each for each in reports if each.selected and each.remember(account)]:
            with self.tap.writer.shield.whole():
                self.tap.write_state()

    def remember(self, account: Provider) -> bool:
        """Notes in the state which of the stream's jobs the tap has started; whether it did."""
        context = self.contexts(account)[0]
        jobs = dict(t.cast("Tikpay", account).broker.started(self.report_type))
        if jobs == self._started(context):
            return False
        self.get_context_state(context)["report_jobs"] = {
            job_id: format_instant(made) for job_id, made in sorted(jobs.items())
        }
        return True

    def sync_context(self, account: Provider, context: Context) -> None:
        """Delivers the reports as they get ready, and commits each."""
        tikpay = t.cast("Tikpay", account)
        self.warn_of_gap(context, self.watermark(context), self.tap.bounds.start)
        tikpay.plan(self._needs, self.need(account))
        self._remember_all(account)
        spent = 0
        for delivery in tikpay.broker.reports(self.report_type):
            outcome = WindowOutcome(Window(delivery.since, delivery.until))
            outcome.started = self.tap.runtime.clock()
            outcome.tally.requests = tikpay.broker.spent - spent
            spent = tikpay.broker.spent
            if not delivery.is_empty:
                outcome.pages = 1
                outcome.records = self._deliver(tikpay, delivery)
            self._remember_all(account)
            self.commit(account, context, outcome)
        self._remember_all(account)

    def probe(self, account: Provider) -> None:
        """Reads the job list, once for all streams; starts nothing."""
        t.cast("Tikpay", account).broker.jobs()

    def _needs(self, account: Provider) -> list[ReportNeed]:
        """What all selected report streams need: one reading of the job list serves them."""
        needs = []
        for stream in self.tap.streams.values():
            if isinstance(stream, Report) and stream.selected:
                try:
                    needs.append(stream.need(account))
                except StreamFailed:  # its own turn will say so
                    continue
        return needs

    def _deliver(self, tikpay: Tikpay, delivery: ReadyReport) -> int:
        job = delivery.job
        with tikpay.broker.open(delivery) as file:
            try:
                table = self._table(tikpay, file)
                if not table.columns:
                    self.logger.warning(
                        "%s: the report of job %s is an empty file", self.name, job.job_id
                    )
                    return 0
                return self._write_table(tikpay, delivery, table)
            except ReportUnreadable as error:
                raise StreamFailed(f"the report of job {job.job_id}: {error}") from error

    def _table(self, tikpay: Tikpay, file: t.BinaryIO) -> Table:
        own, reserved = tikpay.own, frozenset(self.schema["properties"])
        if own["file_type"] == "xml":
            return read_xml(file, row_element=own.get("row_element") or None, reserved=reserved)
        return read_csv(file, delimiter=own["delimiter"], reserved=reserved)

    def _write_table(self, tikpay: Tikpay, delivery: ReadyReport, table: Table) -> int:
        for key in self.keys:
            if key not in table.columns:
                raise StreamFailed(
                    f"the report of job {delivery.job.job_id} has no column '{key}', which "
                    "tikpay.key_properties names",
                    kind="config",
                )
        self._declare(table.columns)
        mode = self.config.get("personal_data") or "keep"
        codec = TableCodec(
            table,
            added={
                "_account": tikpay.account,
                "_report_job_id": delivery.job.job_id,
                "_window_since": format_instant(delivery.since),
                "_window_until": format_instant(delivery.until),
                "_operator_timezone": delivery.zone,
            },
            keys=self.keys,
            personal=tikpay.own.get("personal_columns") or () if mode != "keep" else (),
            replace=replacement(mode, self.config.get("personal_data_key")),
            selected=lambda name: self.mask[("properties", name)],
            only_careful=not self.plain,
        )
        records = 0
        for batch in codec.batches():
            records += len(batch.rows)
            self.write(codec, batch)
        return records

    def _declare(self, columns: tuple[str, ...]) -> None:
        """Writes the SCHEMA with a report's own columns, unless the last one had the same."""
        if columns == self._declared:
            return
        self._declared = columns
        schema: Schema = copy.deepcopy(self.effective_schema)
        for column in columns:
            if column not in schema["properties"] and self.mask[("properties", column)]:
                field = fields.text("A column of the report; the vendor does not document it.")
                schema["properties"][column] = fields.key(field) if column in self.keys else field
        if self.plain:
            self.tap.write_message(
                SchemaMessage(self.name, schema, self.primary_keys, [self.replication_key])
            )
            return
        self.tap.mapper.register_raw_stream_schema(self.name, schema, self.primary_keys)
        self._stream_maps = self.tap.mapper.stream_maps[self.name]
        super()._write_schema_message()


class Customers(Report):
    """Customers."""

    name = "tikpay_customers"
    report_type = "CUSTOMERS"


class Payments(Report):
    """Payments."""

    name = "tikpay_payments"
    report_type = "PAYMENTS"


class Taps(Report):
    """Taps of cards at readers."""

    name = "tikpay_taps"
    report_type = "TAPS"


class Trips(Report):
    """Trips."""

    name = "tikpay_trips"
    report_type = "TRIPS"
