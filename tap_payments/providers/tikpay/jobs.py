"""Tikpay's job list, read without ever raising.

https://docs.tikpay.me/data-api/get-job-list
"""

from __future__ import annotations

from datetime import datetime

from tap_payments.reports.jobs import ReportJob, ReportStatus


def parse_job(entry: object) -> ReportJob | None:
    """A list entry as a job; None without a job id. What is missing or garbled is None."""
    if not isinstance(entry, dict):
        return None
    job_id = _text(entry.get("jobId"))
    if job_id is None:
        return None
    status = _text(entry.get("status"))
    return ReportJob(
        job_id=job_id,
        status=ReportStatus(status) if status in set(ReportStatus) else ReportStatus.UNKNOWN,
        report_type=_text(entry.get("reportType")),
        file_type=_text(entry.get("fileType")),
        timezone=_text(entry.get("timezone")),
        start_time=_time(entry.get("startTime")),
        end_time=_time(entry.get("endTime")),
        created_at=_time(entry.get("createdAt")),
        expires_at=_time(entry.get("expiresAt")),
        download_url=_text(entry.get("downloadUrl")),
        entry=entry,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(value: object) -> datetime | None:
    """A date-time with or without an offset; None for garbage and for absurd years."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is not None and 1970 < time.year < 9999 else None
