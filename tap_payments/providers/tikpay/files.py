"""A report's file as a table, and a table's rows with what the tap adds to them."""

from __future__ import annotations

import typing as t

from tap_payments.errors import StreamFailed
from tap_payments.providers.tikpay.settings import delimiter_of
from tap_payments.tables.csv import read_csv
from tap_payments.tables.xml import read_xml
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tap_payments.providers.tikpay.account import Tikpay
    from tap_payments.reports.jobs import ReadyReport
    from tap_payments.tables.table import Table


def table_of(
    settings: dict[str, t.Any],
    file: t.BinaryIO,
    reserved: Collection[str],
    warn: Callable[[str], None],
) -> Table:
    """The table in a file of the type that the settings name.

    Columns that the vendor calls like `reserved` ones get another name. Raises ReportUnreadable.
    """
    names = frozenset(reserved)
    if settings["file_type"] == "xml":
        element = settings.get("row_element") or None
        return read_xml(file, row_element=element, reserved=names, setting="tikpay.row_element")
    return read_csv(file, delimiter=delimiter_of(settings), reserved=names, warn=warn)


def check_keys(keys: Collection[str], table: Table, job_id: str) -> None:
    """Raises StreamFailed where a report lacks a column that the settings name as its key."""
    for key in keys:
        if key not in table.columns:
            raise StreamFailed(
                f"the report of job {job_id} has no column '{key}', which "
                "tikpay.key_properties names",
                kind="config",
            )


def added_columns(tikpay: Tikpay, report: ReadyReport) -> dict[str, str]:
    """What the tap adds to every row of a report."""
    return {
        "_account": tikpay.account,
        "_report_job_id": report.job.job_id,
        "_report_created_at": format_instant(report.created),
        "_window_since": format_instant(report.since),
        "_window_until": format_instant(report.until),
        "_operator_timezone": report.zone,
    }
