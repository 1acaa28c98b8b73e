"""Streams of reports: their need, and the way from a report's file to rows."""

from __future__ import annotations

import contextlib
import copy
import typing as t
from datetime import timedelta

from singer_sdk.singerlib import SchemaMessage

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.http.calls import Statistics
from tap_payments.providers.tikpay import schemas
from tap_payments.providers.tikpay.files import added_columns, check_keys, table_of
from tap_payments.reports.planning import REMEMBERED, ReportNeed
from tap_payments.rows import fields
from tap_payments.rows.privacy import replacement
from tap_payments.streams.incremental import IncrementalStream
from tap_payments.streams.page import Closed, Noted, Rows
from tap_payments.streams.stream import Lane
from tap_payments.tables.rows import TableCodec
from tap_payments.tables.table import ReportUnreadable
from tap_payments.windows.instants import DAY, format_instant, to_instant
from tap_payments.windows.window import Window

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from singer_sdk import Tap
    from singer_sdk.singerlib import Catalog

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.settings import Schema
    from tap_payments.providers.tikpay.account import Tikpay
    from tap_payments.reports.jobs import ReadyReport
    from tap_payments.streams.page import Item
    from tap_payments.streams.partition import Partition
    from tap_payments.streams.reading import Reading
    from tap_payments.streams.run import Run
    from tap_payments.streams.stream import Member
    from tap_payments.tables.table import Table

CELL = 64
"""Bytes that a cell of a report takes while it waits to be written, on average."""


class ReportLane(Lane):
    """All that is read of an account by reports: one list of jobs serves it, read once."""

    width = 1

    def __init__(self, members: Sequence[Member], run: Run) -> None:
        # The list itself does not have to wait until reports are ready.
        super().__init__(sorted(members, key=lambda each: isinstance(each[0], Report)), run)
        tikpay = t.cast("Tikpay", members[0][1].account)
        self._broker = tikpay.broker
        self._is_planned = False
        tikpay.expect(each.report_type for each, _ in members if isinstance(each, Report))
        self._noted: dict[Partition, dict[str, str]] = {}

    def start(self) -> None:
        """Plans what all selected report streams need, once."""
        if self._is_planned:
            return
        self._is_planned = True
        with contextlib.suppress(StreamFailed, QuotaSpent):  # said where reports are waited for
            self._broker.jobs()  # its answer tells the provider's time
        needs = []
        for stream, partition in self.members:
            if isinstance(stream, Report):
                try:
                    needs.append(stream.need(partition, self.run))
                except StreamFailed:  # its own turn will say so
                    continue
        self._broker.plan(needs)

    def noted(self) -> Iterator[Noted]:
        """The jobs that the tap has started: later runs have to know them, after an audit none."""
        if self.run.bounds.is_audit:
            return
        for stream, partition in self.members:
            if isinstance(stream, Report):
                jobs = self._broker.started(stream.report_type).items()
                spelled = {job_id: format_instant(made) for job_id, made in sorted(jobs)}
                if spelled != self._noted.get(partition):
                    self._noted[partition] = spelled
                    yield Noted(partition, REMEMBERED, spelled)


class Report(IncrementalStream):
    """The rows of one type of report. A subclass says which."""

    report_type: t.ClassVar[str]
    replication_key = "_window_until"
    schema = schemas.REPORT_ROWS
    open_columns = True

    def __init__(self, tap: Tap, accounts: Sequence[Account]) -> None:
        super().__init__(tap, accounts)
        self.keys = self._configured_keys()
        self.primary_keys = ("_account", *(self.keys or ("_row_id",)))

    def _configured_keys(self) -> tuple[str, ...]:
        """The columns that `key_properties` names for this report."""
        keys = self.accounts[0].settings.get("key_properties") if self.accounts else None
        return tuple((keys or {}).get(self.report_type) or ())

    def lane_of(self, partition: Partition) -> str:  # noqa: ARG002
        """The lane of the account's reports."""
        return "reports"

    def open_lane(self, members: Sequence[Member], run: Run) -> Lane:
        """The lane of the account's reports."""
        return ReportLane(members, run)

    def need(self, partition: Partition, run: Run) -> ReportNeed:
        """What this run needs of an account's reports."""
        bounds = run.bounds
        # Nothing is asked for that is still to come by the provider's clock.
        bounds = bounds._replace(now=bounds.now - partition.account.client.clock_ahead)
        watermark = self.watermark(partition, run)
        span = bounds.span(watermark)
        since = span.start
        lookback = timedelta(days=partition.account.settings["lookback_days"])
        if watermark is not None:
            since = max(since, min(watermark, span.horizon) - lookback)
        is_whole = not self.is_incremental(run) or bounds.end is not None
        # No later run reads it anew, so it has to be as it is today; an audit's as it is now.
        latest = bounds.now if bounds.is_audit else bounds.now - DAY
        return ReportNeed(
            self.report_type,
            partition.account.settings["file_type"],
            watermark,
            since,
            span.horizon,
            settled=bounds.settled,
            made_since=latest if is_whole else None,
            started=self._started(partition, run),
            lookback=lookback,
        )

    def _started(self, partition: Partition, run: Run) -> dict[str, datetime]:
        """The jobs that earlier runs started, and when; what was no instant yet is no job."""
        jobs = run.watermarks.noted(self.name, partition.context, REMEMBERED)
        found = {}
        for job_id, made in (jobs if isinstance(jobs, dict) else {}).items():
            with contextlib.suppress(ValueError, AttributeError, OverflowError):
                found[job_id] = to_instant(made)
        return {job_id: made for job_id, made in found.items() if made <= run.bounds.now}

    def plan(self, partition: Partition, run: Run) -> Iterable[None]:
        """One reading of all reports: which there are turns out while they are made."""
        self.warn_of_gap(partition, self.watermark(partition, run), run.bounds.start)
        return (None,)

    def read(self, reading: Reading) -> Iterator[Item]:
        """The reports in order of time, each as soon as it is ready."""
        tikpay, clock = t.cast("Tikpay", reading.account), reading.run.runtime.clock
        try:
            for report in tikpay.broker.reports(self.report_type):
                began, statistics = clock(), Statistics()
                statistics.requests = tikpay.requests_since()
                reading.statistics.requests += statistics.requests
                if not report.is_empty:
                    yield from self._rows(tikpay, report)
                yield Closed(Window(report.since, report.until), statistics, began)
        finally:
            tikpay.finish(self.report_type)

    def probe(self, partition: Partition, run: Run) -> None:  # noqa: ARG002
        """Reads the job list, once for all streams; starts nothing."""
        t.cast("Tikpay", partition.account).broker.jobs()

    def _rows(self, tikpay: Tikpay, report: ReadyReport) -> Iterator[Rows]:
        job = report.job
        with tikpay.broker.open(report) as file:
            try:
                reserved = self.schema["properties"]
                table = table_of(tikpay.settings, file, reserved, self.warn_once)
                if not table.columns:
                    self.logger.warning(
                        "%s: the report of job %s is an empty file", self.name, job.job_id
                    )
                    return
                yield from self._table_rows(tikpay, report, table)
            except ReportUnreadable as error:
                raise StreamFailed(f"the report of job {job.job_id}: {error}") from error

    def _table_rows(self, tikpay: Tikpay, report: ReadyReport, table: Table) -> Iterator[Rows]:
        check_keys(self.keys, table, report.job.job_id)
        mode = self.config.get("personal_data") or "keep"
        codec = TableCodec(
            table,
            added=added_columns(tikpay, report),
            keys=self.keys,
            personal=tikpay.settings.get("personal_columns") or (),
            replace=replacement(mode, self.config.get("personal_data_key")),
            selected=self._is_selected,
            only_careful=self.is_mapped,
        )
        if mode != "keep":
            tikpay.personal.see(codec.personal)
        for batch in codec.batches():
            size = len(batch.rows) * len(table.columns) * CELL
            yield Rows(batch, codec, table.columns, size)

    def apply_catalog(self, catalog: Catalog) -> None:
        """Takes selection from a catalog; a key is selected, whatever that says."""
        super().apply_catalog(catalog)
        self.mask.update({("properties", key): True for key in self.primary_keys})

    def _is_selected(self, name: str) -> bool:
        return bool(self.mask[("properties", name)])

    def schema_messages(self, columns: Sequence[str] = ()) -> Iterable[SchemaMessage]:
        """The SCHEMA with a report's own columns, and without those that are deselected."""
        schema: Schema = copy.deepcopy(self.effective_schema)
        declared = schema["properties"]
        field = fields.text("A column of the report; the vendor does not document it.")
        for column in columns:
            declared.setdefault(column, fields.key(field) if column in self.keys else field)
        schema["properties"] = {
            name: declared[name] for name in declared if self._is_selected(name)
        }
        if not self.is_mapped:
            return [SchemaMessage(self.name, schema, self.primary_keys, [self.replication_key])]
        mapper = self._tap.mapper
        mapper.register_raw_stream_schema(self.name, schema, self.primary_keys)
        self._stream_maps = mapper.stream_maps[self.name]
        return super().schema_messages()
