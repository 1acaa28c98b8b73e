"""Tikpay's streams: its job list, and the reports that its jobs make.

https://docs.tikpay.me/data-api/get-job-list
"""

from __future__ import annotations

import typing as t

from tap_payments.providers.tikpay import schemas
from tap_payments.providers.tikpay.reported import Report, ReportLane
from tap_payments.streams.snapshots import SnapshotStream
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_payments.providers.tikpay.account import Tikpay
    from tap_payments.streams.partition import Partition
    from tap_payments.streams.reading import Reading
    from tap_payments.streams.run import Run
    from tap_payments.streams.stream import Lane, Member


class ReportJobs(SnapshotStream):
    """The report jobs of the last seven days, as the list has them; without their links."""

    name = "tikpay_report_jobs"
    primary_keys = ("_account", "jobId")
    schema = schemas.REPORT_JOBS

    def lane_of(self, partition: Partition) -> str:  # noqa: ARG002
        """The lane of the account's reports."""
        return "reports"

    def open_lane(self, members: Sequence[Member], run: Run) -> Lane:
        """The lane of the account's reports."""
        return ReportLane(members, run)

    def read_all(self, reading: Reading) -> list[t.Any]:
        """The list as the report streams have read it; asked for only where they have not."""
        tikpay = t.cast("Tikpay", reading.account)
        reading.codec.add("_observed_at", format_instant(reading.run.runtime.clock()))
        jobs = tikpay.broker.jobs()
        reading.statistics.requests += tikpay.requests_since()
        # A link is as good as a key, under whatever name it comes.
        return [
            {name: value for name, value in job.entry.items() if "url" not in name.lower()}
            for job in jobs
        ]


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
