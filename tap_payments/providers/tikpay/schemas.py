"""What Tikpay's documents say of the fields; the reports' own columns are not documented.

https://docs.tikpay.me/data-api/get-job-list
"""

from __future__ import annotations

from tap_payments.rows.fields import instant, integer, key, record, text

REPORT_JOBS = record(
    jobId=key(text("The job's id; ids sort by the time of their creation.")),
    status=text("COMPLETE, NO_DATA, IN_PROGRESS or FAILED."),
    timezone=text("The operator's IANA time zone."),
    fileType=text("csv or xml."),
    reportType=text("CUSTOMERS, PAYMENTS, TAPS or TRIPS."),
    startTime=text("Start of the report, local time of the operator without an offset."),
    endTime=text("End of the report, local time of the operator without an offset."),
    createdAt=text("When the job was created; without an offset, its zone is not documented."),
    expiresAt=text("When the job expires, seven days after its creation."),
    completedAt=text("When the job was completed."),
    # A table of nothing but texts loses a row of each batch in target-duckdb.
    _observed_at=instant("When the tap asked, UTC."),
)

REPORT_ROWS = record(
    _row_id=key(
        text(
            "Hash of the row's content and of its ordinal among identical rows of the report: the "
            "same row has the same id in every report."
        )
    ),
    _report_job_id=text("The job whose report the row is from."),
    _report_created_at=instant(
        "When the report was made, UTC: it says which of two reports is the newer one."
    ),
    _row_number=integer("The row's number in the report, from 1."),
    _window_since=instant("The first instant that the report covers, UTC."),
    _window_until=instant("The first instant that it no longer covers, UTC."),
    _operator_timezone=text("The operator's IANA time zone, in which the report's times are."),
)
